"""Calls to other servers: one document fetched, one activity sent. Signed, bounded, to public addresses only, and believed no further
than the host it came from.
"""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from chaupal.federation.reading.values import Json, Unreadable, parse, same_host, value_of
from chaupal.federation.signing import outgoing
from chaupal.federation.signing.keys import own_key
from chaupal.governance.calling import MOST_HOPS, REDIRECTS
from chaupal.governance.http_client import HttpAnswer, NotAnswered, Place
from chaupal.store.federation import servers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chaupal.federation.context import Federation

PATIENCE = 10.0  # seconds for one answer, from the look for its address to its last byte
MOST_READ = 1_000_000  # bytes of a document
MOST_ANSWERED = 20_000  # bytes of an answer to what we sent
ACTIVITY, LINKED = "application/activity+json", "application/ld+json"
PROFILE = "https://www.w3.org/ns/activitystreams"
ACCEPT = f'{ACTIVITY}, {LINKED}; profile="{PROFILE}"'


async def get(fed: "Federation", url: str, *, by: int = 0) -> Json:
    """The document that says of itself that it is at `url`, or at the address that it gives: then it was fetched from there.

    `by`: who asks, an account of ours; 0: the server. Raises NotAnswered, of an answer that said no with its `status`.
    """
    asked = url.partition("#")[0]
    for _ in range(2):
        at, document = await _fetch(fed, asked, by)
        said = document.get("id")
        if not isinstance(said, str):
            raise NotAnswered("does not say what it is", for_good=True)
        # Whatever a host sends on to another one is that one's word: a page that sends people on to wherever they like is no author.
        if said.partition("#")[0] in (at, asked) and same_host(said, at):
            return document
        asked = said.partition("#")[0]
    raise NotAnswered("says that it is another thing", for_good=True)


async def partial(fed: "Federation", url: str, *, by: int = 0) -> Json:
    """A document that is a part of others: a page of a list, a key. What it says that it is, is of the host from which it came,
    and no more is known of it. Raises NotAnswered.
    """
    at, document = await _fetch(fed, url.partition("#")[0], by)
    said = value_of(document, "id") or at
    if not isinstance(said, str) or not same_host(said, at):
        raise NotAnswered("says that it is of another host", for_good=True)
    return document


async def plain(
    fed: "Federation",
    url: str,
    accept: str,
    kinds: tuple[str, ...],
    *,
    most: int = MOST_READ,
    patience: float = PATIENCE,
) -> HttpAnswer:
    """What is not said to anybody by name: WebFinger, NodeInfo, pictures. Unsigned; of one of `kinds` (beginnings of a type).

    Raises NotAnswered.
    """

    async def ask(there: Place) -> HttpAnswer:
        return await _ask(fed, "GET", there, {"accept": accept}, most=most, patience=patience)

    # Pictures often lie on a host of their own, which nobody let in by name.
    _, answered = await _followed(fed, url, ask, named=False)
    if answered.status != 200 or not answered.mime.startswith(kinds):
        raise NotAnswered(f"answered {answered.status}", answered.status)
    return answered


async def post(
    fed: "Federation", url: str, body: bytes, *, by: int, more: "Mapping[str, str] | None" = None
) -> HttpAnswer:
    """Send an activity to an inbox, signed by an account of ours; its answer, of whatever status. `more`: headers beside.

    Raises NotAnswered where there was none.
    """
    there = fed.connections.place(url)
    headers = {"content-type": ACTIVITY, "accept": ACCEPT, **(more or {})}
    return await _knock(fed, "POST", there, headers, body, by)


async def _fetch(fed: "Federation", url: str, by: int) -> tuple[str, Json]:
    """A document, and at which address it was in the end."""

    async def ask(there: Place) -> HttpAnswer:
        return await _knock(fed, "GET", there, {"accept": ACCEPT}, b"", by)

    there, answered = await _followed(fed, url, ask)
    if answered.status != 200 or not _speaks_of_activities(answered):
        raise NotAnswered(f"answered {answered.status}", answered.status)
    return there.url, _read(answered.body)


def _read(body: bytes) -> Json:
    try:
        return parse(body, MOST_READ)
    except Unreadable as error:
        raise NotAnswered("is no document that can be read", for_good=True) from error


async def _followed(
    fed: "Federation", url: str, ask: "Callable[[Place], Awaitable[HttpAnswer]]", *, named: bool = True
) -> tuple[Place, HttpAnswer]:
    """The answer of the place to which it leads in the end; each on the way is looked at as the first one was."""
    for _ in range(MOST_HOPS + 1):
        there = await _place(fed, url, named=named)
        answered = await ask(there)
        if answered.status not in REDIRECTS:
            return there, answered
        try:
            url = urljoin(there.url, answered.headers.get("location", "")).partition("#")[0]
        except ValueError as error:  # of an address in brackets
            raise NotAnswered("is sent on to no address", for_good=True) from error
    raise NotAnswered("is sent on too often", for_good=True)


async def _place(fed: "Federation", url: str, *, named: bool = True) -> Place:
    """Where to ask. Raises NotAnswered, too, for a server that is not talked to; `named`: that was not let in, if only those are."""
    there = fed.connections.place(url)
    if same_host(there.url, fed.settings.origin):
        # Whoever says that a thing of theirs is one of ours, or sends us on to it, would have us take it in as another server's.
        raise NotAnswered("is this server itself", for_good=True)
    if not await fed.may_call(there.authority, named=named):
        raise NotAnswered("is not talked to from here", for_good=True)
    return there


def _speaks_of_activities(answered: HttpAnswer) -> bool:
    """Only what says that it is one: a file that somebody uploaded there is nobody's word."""
    kind = answered.headers.get("content-type", "")
    return answered.mime == ACTIVITY or (answered.mime == LINKED and PROFILE in kind)


async def _knock(
    fed: "Federation", method: str, there: Place, headers: "Mapping[str, str]", body: bytes, by: int
) -> HttpAnswer:
    """Ask in the way that the server understands; where that is not known and it says no, in the other."""
    signing, speaks = await own_key(fed, by), await _speaks(fed, there.authority)
    most = MOST_READ if method == "GET" else MOST_ANSWERED

    async def knock(way: str) -> HttpAnswer:
        signature = outgoing.sign(method, there, body, signing, way, fed.clock())
        return await _ask(fed, method, there, {**headers, **signature}, body, most=most)

    way = outgoing.first(method, speaks)
    answered = await knock(way)
    if not (other := outgoing.second(way, speaks, answered.status)):
        return answered
    again = await knock(other)
    if again.status not in outgoing.NOT_UNDERSTOOD:
        await _learn(fed, there.authority, other)
    return again


async def _ask(
    fed: "Federation",
    method: str,
    there: Place,
    headers: "Mapping[str, str]",
    body: bytes = b"",
    *,
    most: int,
    patience: float = PATIENCE,
) -> HttpAnswer:
    headers = {"user-agent": f"Chaupal (+{fed.settings.origin})", **headers}
    return await fed.connections.ask(method, there, headers, body, most=most, patience=patience)


async def _speaks(fed: "Federation", host: str) -> str:
    found = fed.remembered.speaks.items.get(host)
    if found is None:
        async with fed.work.reading() as reading:
            found = await servers.speaks(reading, host)
        fed.remembered.speaks.put(host, found)
    return found


async def _learn(fed: "Federation", host: str, speaks: str) -> None:
    fed.remembered.speaks.put(host, speaks)
    async with fed.work.writing() as w:
        await servers.note_speech(w, host, speaks)
