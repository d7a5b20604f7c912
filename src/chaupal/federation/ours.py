"""Addresses of ours in what other servers say: whom and what of this server they name."""

from urllib.parse import unquote

from chaupal.federation.reading.values import same_host
from chaupal.kernel.ids import parse_id
from chaupal.kernel.settings import Settings
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import id_of


def is_ours(settings: Settings, uri: str) -> bool:
    """Whether it is an address of this server, in whatever spelling: what is written otherwise than we write it is nothing of ours,
    and nobody else's either."""
    return uri.startswith(f"{settings.origin}/") or same_host(uri, settings.origin)


def handle_in(settings: Settings, uri: str) -> str:
    """Of whom it is the address, or the address of something of theirs (`/@asha/followers`, `/@asha#follow-1`); "" of nobody."""
    before = f"{settings.origin}/@"
    if not uri.startswith(before):
        return ""
    handle = unquote(uri[len(before) :].partition("#")[0].partition("?")[0].partition("/")[0])
    return handle.lower() if handle.isascii() and "@" not in handle else ""


def person_in(settings: Settings, uri: str) -> str:
    """The handle, where it is the address of somebody of ours and of nothing that is theirs; else ""."""
    handle = handle_in(settings, uri)
    return handle if handle and uri.lower() == f"{settings.origin}/@{handle}".lower() else ""


def post_in(settings: Settings, uri: str) -> int | None:
    """The id of a post of ours whose address it is; whether it is there, and whose, is not looked at."""
    handle = handle_in(settings, uri)
    rest = uri.partition("/@")[2].partition("/")[2] if handle else ""
    return parse_id(rest) if rest else None


async def person(reading: Reading, settings: Settings, uri: str) -> int | None:
    """The account of ours with this address, or None."""
    handle = person_in(settings, uri)
    return await id_of(reading, handle) if handle else None
