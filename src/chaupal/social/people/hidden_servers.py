"""Servers of which somebody wants nothing: hidden and shown again by their names, met or not. Only they know of it."""

from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events_ties import ServerHidden
from chaupal.store.federation import servers
from chaupal.store.square import hidden_servers as kept
from chaupal.text import hosts


async def hide(square: Square, viewer: Viewer, text: str) -> str:
    """Hide a server; whoever follows the viewer from there does so no more. Its domain. Raises Invalid."""
    me, domain = viewer.me, named(square, text)
    async with square.work.writing() as w:
        if await kept.many(w, me) >= kept.MOST:
            raise Invalid("too_many_hidden", field="domain", most=kept.MOST)
        hiding = square.make_id()
        if await kept.hide(w, me, domain, hiding) and (server := await servers.id_of(w, domain)) is not None:
            w.tell(ServerHidden(by=me, server=server, hiding=hiding))
    return domain


async def show(square: Square, viewer: Viewer, text: str) -> None:
    """Hide it no more. Follows that ended have to be asked for again. Letting go of what was not hidden is no fault."""
    me = viewer.me
    async with square.work.writing() as w:
        await kept.show(w, me, hosts.server_named(text) or text.strip().lower())


def named(square: Square, text: str) -> str:
    """The server that a text names. Raises Invalid for none, and for this one."""
    domain = hosts.server_named(text)
    if not domain:
        raise Invalid("no_server", field="domain")
    if domain == square.settings.domain.lower():
        raise Invalid("own_server", field="domain")
    return domain
