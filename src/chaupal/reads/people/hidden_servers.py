"""Servers that the viewer wants nothing of, and the follows that ended with a server: their own, so nobody else is shown them."""

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.store.federation import addresses, servers
from chaupal.store.square import hidden_servers as kept
from chaupal.store.square.graph import FollowTerms, terms_of
from chaupal.store.square.hidden_servers import Hidden
from chaupal.text import hosts

MOST_SEVERED = 10_000


class EndedFollow(msgspec.Struct, frozen=True):
    """A follow that ended with a server. `mine`: the viewer followed them, with these terms. `hidden`: the viewer hid the server
    themselves.
    """

    handle: str
    domain: str
    mine: bool
    hidden: bool
    at: int
    terms: FollowTerms


async def of_viewer(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Hidden]:
    """The servers that the viewer hides, the newest first."""
    async with reads.work.reading() as reading:
        found = await kept.of_account(
            reading, viewer.me, below=cursor.below, above=cursor.above, limit=cursor.limit + 1, upward=cursor.upward
        )
    return rows_page(found, cursor)


async def newest(reads: Reads, viewer: Viewer, limit: int = kept.MOST) -> list[Hidden]:
    """The newest of them; all, where nothing else is said."""
    async with reads.work.reading() as reading:
        return await kept.of_account(reading, viewer.me, below=2**63 - 1, above=-1, limit=limit)


async def followers_from(reads: Reads, viewer: Viewer, domain: str) -> int:
    """How many follow the viewer from a server, and would do so no more if they hid it; none from what is no server."""
    async with reads.work.reading() as reading:
        server = await servers.id_of(reading, hosts.server_named(domain))
        return len(await kept.followers_from(reading, viewer.me, server, kept.MOST)) if server else 0


async def severed(reads: Reads, viewer: Viewer) -> list[EndedFollow]:
    """Follows of the viewer's that ended because a server was suspended, or hidden by them; the newest first."""
    async with reads.work.reading() as reading:
        found = await kept.severed(reading, viewer.me, MOST_SEVERED)
        domains = await servers.domains(reading, {one.server for one in found})
        people = await addresses.people(reading, {one.them for one in found})
    return [
        EndedFollow(
            people[one.them].handle if one.them in people else "",
            domains.get(one.server, ""),
            one.kind == kept.FOLLOWING,
            not one.ruling,
            one.at,
            terms_of(one.boosts, one.notify, one.languages),
        )
        for one in found
    ]
