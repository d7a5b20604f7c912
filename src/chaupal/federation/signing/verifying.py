"""Who signed a request: its claims held against the clock and the keys of whom they name, fetched where we do not know them."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from chaupal.federation.reading.values import address, host_of, same_host
from chaupal.federation.signing import cavage, messages
from chaupal.federation.signing.algorithms import BadKey, holds, read_public
from chaupal.federation.signing.asked import CAVAGE, RFC9421, Claim, NotSigned, SignedRequest
from chaupal.federation.signing.theirs import fetch_key
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import NotAllowed
from chaupal.store.federation import keys, servers
from chaupal.store.federation.keys import KnownKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chaupal.federation.context import Federation

WINDOW = 3_600  # seconds that a clock may be wrong, or a request on its way
LONGEST_KEY = 2_000  # letters of a key's address
AGAIN = 10 * SECOND  # before a key is asked for that was asked for in vain: whoever signs wrongly makes us ask no more
MOST_AT_ONCE, MOST_OF_ONE_HOST = 64, 8  # keys that are asked for at once


class Signer(NamedTuple):
    """Who signed: an account of ours about somebody elsewhere, their server, and their id there."""

    account: int
    server: int
    actor: str


def signed(headers: "Mapping[str, str]") -> bool:
    """Whether a request says that it is signed."""
    return "signature" in headers or headers.get("authorization", "").lower().startswith("signature ")


async def verify(
    fed: "Federation", method: str, target: str, headers: "Mapping[str, str]", body: bytes = b""
) -> Signer:
    """Who signed it. `target`: path and query as they were sent. Raises NotSigned; NotAllowed for a server that is not heard."""
    claims = claimed(fed, method, target, headers, body)
    signer = await signer_of(fed, claims)
    if _speaks(headers) == RFC9421:
        await _understands(fed, signer)
    return signer


def claimed(
    fed: "Federation", method: str, target: str, headers: "Mapping[str, str]", body: bytes = b""
) -> list[Claim]:
    """Who it says has signed it, of other servers and of this hour, before any key is looked up. Raises NotSigned."""
    asked = SignedRequest(method, fed.settings.origin, target, headers, body)
    said = messages.claims(asked) if _speaks(headers) == RFC9421 else [cavage.claim(asked)]
    # A proxy on the way may have signed as well, by a key that is nobody's.
    if not (claims := [claim for claim in said if _is_elsewhere(fed, claim.key)]):
        raise NotSigned(why="its key is at no address of another server")
    now = fed.clock() // SECOND
    for claim in claims:
        check_time(claim, now)
    return claims


def _speaks(headers: "Mapping[str, str]") -> str:
    return RFC9421 if "signature-input" in headers else CAVAGE


def check_time(claim: Claim, now: int) -> None:
    """Raises NotSigned where it is not of this hour, or was good only until then. Times in seconds."""
    if abs(now - claim.made) > WINDOW:
        raise NotSigned(why="it was not made in this hour; look at your clock")
    if claim.ends and claim.ends < now:
        raise NotSigned(why="its time is over")


async def signer_of(fed: "Federation", claims: "Sequence[Claim]") -> Signer:
    """The first one that holds, by a key that we know or by one that is fetched for it: one of all claims. Raises as `verify`."""
    if (known := await known_signer(fed, claims)) is not None:
        return known
    claim = claims[0]
    fetched = await _fetched(fed, claim.key)
    if not _holds(claim, fetched):
        fed.remembered.vain.put(claim.key, (fed.clock(), False))
        raise NotSigned(why="its key did not sign this")
    return Signer(fetched.account, fetched.server, fetched.actor)


async def known_signer(fed: "Federation", claims: "Sequence[Claim]") -> Signer | None:
    """The first one that holds, by a key that we know. Raises NotAllowed for a server that is not heard."""
    for claim in claims:
        async with fed.work.reading() as reading:
            known = await keys.known(reading, claim.key)
        if not await (fed.may_call(host_of(claim.key)) if known is None else fed.may_speak(known.server)):
            raise NotAllowed("server_limited")  # it is asked for nothing, either
        if known is not None and _holds(claim, known):
            return Signer(known.account, known.server, known.actor)
    return None


def _is_elsewhere(fed: "Federation", key: str) -> bool:
    """Whether it is the address of a key of another server."""
    return len(key) <= LONGEST_KEY and bool(address(key)) and not same_host(key, fed.settings.origin)


def _holds(claim: Claim, known: KnownKey) -> bool:
    try:
        key = read_public(known.public)
    except BadKey:
        return False
    return any(holds(key, claim.algorithm, claim.signature, base) for base in (claim.base, *claim.others))


async def _fetched(fed: "Federation", key: str) -> KnownKey:
    """The key as its server publishes it now, asked for once for all who wait for it. Raises NotSigned."""
    vain, fetching = fed.remembered.vain, fed.remembered.fetching
    asked_at, passing = vain.items.get(key, (0, False))
    if fed.clock() - asked_at < AGAIN:
        why = "its key did not sign this, or cannot be fetched; it was asked for a moment ago"
        raise NotSigned(why=why, passing=passing)
    if key not in fetching:
        if len(fetching) >= MOST_AT_ONCE or sum(same_host(key, other) for other in fetching) >= MOST_OF_ONE_HOST:
            raise NotSigned(why="its key cannot be fetched: too many are at once", passing=True)
        fetching[key] = asyncio.create_task(fetch_key(fed, key))
        fetching[key].add_done_callback(lambda _: fetching.pop(key, None))
    try:
        return await asyncio.shield(fetching[key])
    except NotSigned as problem:
        vain.put(key, (fed.clock(), problem.passing))
        raise


async def _understands(fed: "Federation", signer: Signer) -> None:
    """Whoever signs by the standard reads it, too."""
    host = host_of(signer.actor)
    if fed.remembered.speaks.items.get(host):
        return
    async with fed.work.reading() as reading:
        known = await servers.speaks(reading, host)
    if not known:
        async with fed.work.writing() as w:
            await servers.meet_speech(w, host, RFC9421)
    fed.remembered.speaks.put(host, known or RFC9421)
