"""Matters for staff: every one of which they may know, the house's own too, and one with all that was said and done."""

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court import dossier, record
from chaupal.reads.court.dossier import Dossier
from chaupal.reads.court.record import Line
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.store.court import docket, knowing
from chaupal.store.court.docket import Order, OrderEvent
from chaupal.store.machine.work import Reading


class Matter(msgspec.Struct, frozen=True):
    """A dossier with the events of the order as a whole, and how all its targets stand."""

    dossier: Dossier
    counts: record.Counts
    steps: tuple[OrderEvent, ...]

    @property
    def stage(self) -> str:
        """Where the order stands; those of the first version have no events: they were received."""
        return self.steps[-1].state if self.steps else "received"


async def every(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Line]:
    """All matters of which they may know, newest first. The caller has seen to it that the viewer is staff."""
    async with reads.work.reading() as reading:
        found = await _below(reading, viewer, cursor.below, cursor.limit + 1)
        page = page_of([order.id for order in found], cursor)
        return page.map(await record.lines(reading, found[: len(page.items)]))


async def _below(reading: Reading, viewer: Viewer, below: int, at_most: int) -> list[Order]:
    """Cut after what is secret was left out: a page that is short would tell that something is there."""
    found: list[Order] = []
    while len(found) < at_most:
        some = await docket.orders_below(reading, below, at_most)
        found += await knowing.known(reading, viewer, some)
        if len(some) < at_most:
            break
        below = some[-1].id
    return found[:at_most]


async def matter(reads: Reads, viewer: Viewer, ref: str, *, first: int = 1, most: int = 50) -> Matter:
    """One of them, its targets from number `first` on. Raises NotFound."""
    found = await dossier.dossier(reads, viewer, ref, first=first, most=most)
    async with reads.work.reading() as reading:
        counts = (await record.counts_of(reading, [found.order.id]))[found.order.id]
        steps = (await docket.order_events_of(reading, [found.order.id]))[found.order.id]
    if first > 1 and not found.files:
        raise NotFound
    return Matter(found, counts, tuple(steps))
