"""People and posts of other servers, looked up there by whoever is signed in: by a name, or by an address."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from chaupal.policy.viewer import Viewer
from chaupal.social.context import FoundElsewhere, Square
from chaupal.store.square import people
from chaupal.text import handles

LONGEST = 2_000  # letters of an address
AT_ONCE = 10  # names and addresses that are asked for side by side


def host_in(square: Square, what: str) -> str:
    """The other server on which this names somebody, or is an address; "" for anything else."""
    if square.elsewhere is None:
        return ""
    return handles.host_of(_name(square, what)) or urlsplit(_address(square, what)).netloc


async def look_up(square: Square, viewer: Viewer, what: str) -> FoundElsewhere | None:
    """What a name or an address leads to on another server, asked there where it is not known here. None: nothing."""
    return None if viewer.account is None else await _looked_up(square, what)


async def look_up_all(square: Square, named: Sequence[str]) -> int:
    """The same of many, for whoever takes an order in, or files one; how many were found."""
    found = 0
    for start in range(0, len(named), AT_ONCE):
        asked = (_looked_up(square, what) for what in named[start : start + AT_ONCE])
        found += sum(one is not None for one in await asyncio.gather(*asked))
    return found


async def _looked_up(square: Square, what: str) -> FoundElsewhere | None:
    if square.elsewhere is None:
        return None
    if name := _name(square, what):
        return await named(square, name)
    address = _address(square, what)
    return await square.elsewhere.find(address) if address else None


async def named(square: Square, name: str) -> FoundElsewhere | None:
    """Somebody on another server by their stored name; whoever is known here is not asked for again."""
    async with square.work.reading() as reading:
        known = await people.id_of(reading, name)
    if known is not None:
        return FoundElsewhere(person=known)
    return await square.elsewhere.find(name) if square.elsewhere is not None else None


async def renewed(square: Square, name: str) -> None:
    """Ask the server of somebody who they are now, where it is another one; what it does not say stays as it was."""
    if square.elsewhere is not None and (there := _name(square, name)):
        await square.elsewhere.renew(there)


def _name(square: Square, what: str) -> str:
    if "/" in what:
        return ""
    name = handles.stored(what.strip().removeprefix("acct:"), square.settings.domain)
    return name if handles.host_of(name) else ""


def _address(square: Square, what: str) -> str:
    address = what.strip()
    if len(address) > LONGEST or address.startswith(f"{square.settings.origin}/"):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("https", "http") and parts.netloc else ""
