"""Single calls to addresses that somebody chose: webhooks, pushes, previews. Bounded, to public addresses only (`http_client.py`)."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import NamedTuple
from urllib.parse import urljoin

from chaupal.governance.http_client import Connections, HttpAnswer, NotAnswered, place

PATIENCE = 10.0  # seconds for all of it: the name, the connection, the answer
MOST_READ = 20_000  # bytes of an answer
MOST_HOPS = 3  # redirects that are followed, each looked at as the first address was
REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool = False,
    any_port: bool = False,
    patience: float = PATIENCE,
) -> int:
    """POST a body; the status of an answer that says yes (2xx). Not sent on.

    `private`: addresses that are not public may be called, too, and at any port. Raises NotAnswered.
    """
    there = place(url, plain=True, any_port=any_port or private)
    async with aclosing(Connections(private=private, names=0)) as alone:
        answered = await alone.ask("POST", there, headers, body, most=MOST_READ, patience=patience, cut=True)
    if not 200 <= answered.status < 300:
        raise NotAnswered(f"answered {answered.status}", answered.status)
    return answered.status


class FetchedContent(NamedTuple):
    """What was found, and where in the end. `mime` in small letters; `charset` as the header says, or ""."""

    url: str
    mime: str
    charset: str
    body: bytes


async def get(
    url: str,
    headers: Mapping[str, str],
    kinds: tuple[str, ...],
    most: int,
    *,
    cut: bool = False,
    private: bool = False,
    never: str = "",
) -> FetchedContent:
    """GET what is of one of `kinds` (beginnings of a type) and has at most so many bytes; `cut`: the first of them will do.

    `never`: the origin of a server that is not asked, whatever leads there. Raises NotAnswered.
    """
    barred = place(never, plain=True, any_port=True).authority if never else ""
    headers = {**headers, "accept-encoding": "gzip, identity"}
    now = asyncio.get_running_loop().time
    until = now() + PATIENCE
    async with aclosing(Connections(private=private, names=0)) as alone:
        for _ in range(MOST_HOPS + 1):
            there = place(url, plain=True, any_port=private)
            if there.authority == barred:
                raise NotAnswered("is not asked from here", for_good=True)
            answered = await alone.ask("GET", there, headers, most=most, patience=until - now(), cut=cut)
            if answered.status not in REDIRECTS or "location" not in answered.headers:
                return _taken(url, answered, kinds)
            try:
                url = urljoin(url, answered.headers["location"])
            except ValueError as error:  # of an address in brackets
                raise NotAnswered("is sent on to no address") from error
    raise NotAnswered("is sent on too often")


def _taken(url: str, answered: HttpAnswer, kinds: tuple[str, ...]) -> FetchedContent:
    if answered.status != 200 or not answered.mime.startswith(kinds):
        raise NotAnswered(f"answered {answered.status}", answered.status)
    _, _, rest = answered.headers.get("content-type", "").lower().partition("charset=")
    return FetchedContent(url, answered.mime, rest.partition(";")[0].strip(' "'), answered.body)
