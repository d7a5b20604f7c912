"""The queue of the desk: orders with something to decide or to do, the next due first, as staff filter them; who the staff are."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from chaupal.kernel.argument_sizes import Word
from chaupal.policy.may import MAY, may
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court import record
from chaupal.reads.court.record import Counts
from chaupal.reads.court.turns import Turn, turn
from chaupal.reads.people import people
from chaupal.store.court import clocks, desk, docket, knowing, order_events
from chaupal.store.court.authorities import Authority
from chaupal.store.court.clocks import ClockRow
from chaupal.store.court.desk import Heap, Open, Wanted
from chaupal.store.court.docket import Order
from chaupal.store.court.order_events import OrderEvent
from chaupal.store.identity import accounts, two_factor
from chaupal.store.identity.moving import moved_between
from chaupal.store.machine.work import Reading

OPEN = record.WAITS
MOST_CLOCKS = 10_000
NEVER = 2**63 - 1


class DeskWish(msgspec.Struct, frozen=True, kw_only=True):
    """What staff want to see. `state`: one of OPEN; `assigned`: `me`, `nobody`. Empty words filter nothing."""

    state: Word = ""
    kind: Word = ""
    regime: Word = ""
    language: Word = ""
    assigned: Word = ""
    protected: bool = False
    overdue: bool = False
    q: Word = ""

    @property
    def narrow(self) -> bool:
        """Whether it asks for certain targets; orders without open ones are left out then."""
        return bool(
            self.state or self.kind or self.regime or self.language or self.assigned or self.protected or self.q
        )


class WaitingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that waits. `heap`: its open targets that are meant; `clocks`: those that run, the next due first."""

    order: Order
    authority: Authority
    counts: Counts
    heap: Heap
    stage: str
    turn: Turn
    clocks: tuple[ClockRow, ...]

    @property
    def due(self) -> int:
        """When the next thing is due (ms)."""
        return min((clock.due_at for clock in self.clocks), default=self.order.act_by or NEVER)


async def queue(reads: Reads, viewer: Viewer, wish: DeskWish) -> list[WaitingOrder]:
    """Orders that wait: those for the viewer first, and of each the next due."""
    now = reads.clock()
    async with reads.work.reading() as reading:
        states = (wish.state,) if wish.state in OPEN else OPEN
        heaps = {heap.order_id: heap for heap in await desk.heaps(reading, states, _wanted(viewer, wish), now)}
        running = await _running(reading)
        ids = sorted({*heaps, *(() if wish.narrow else running)})
        found = await _waiting(reading, viewer, ids, heaps, running, now)
    late = [one for one in found if not wish.overdue or one.due < now]
    return sorted(late, key=lambda one: (not one.turn.mine, one.due, one.order.id))


def _wanted(viewer: Viewer, wish: DeskWish) -> Wanted:
    whose = {"me": viewer.me, "nobody": desk.NOBODY}.get(wish.assigned, desk.ANYBODY)
    return Wanted(wish.kind, wish.regime, wish.language, whose, wish.protected, wish.q)


async def _running(reading: Reading) -> dict[int, list[ClockRow]]:
    found: dict[int, list[ClockRow]] = {}
    for clock in await clocks.running(reading, MOST_CLOCKS):
        if clock.what == "order":
            found.setdefault(clock.of, []).append(clock)
    return found


async def _waiting(
    reading: Reading,
    viewer: Viewer,
    ids: Sequence[int],
    heaps: dict[int, Heap],
    running: dict[int, list[ClockRow]],
    now: int,
) -> list[WaitingOrder]:
    found = await knowing.known(reading, viewer, await docket.orders_by_id(reading, ids))
    lines = await record.lines(reading, found)
    events = await order_events.of_orders(reading, ids)
    opens = await desk.standing_by_state(reading, ids, await moved_between(reading, viewer.me), now)
    return [
        WaitingOrder(
            order=line.order,
            authority=line.authority,
            counts=line.counts,
            heap=heaps.get(line.order.id, Heap(line.order.id, 0, 1, 0, 0)),
            stage=order_events.stage_of(events[line.order.id]),
            turn=_turn(viewer, line.order, events[line.order.id], opens.get(line.order.id, [])),
            clocks=tuple(running.get(line.order.id, ())),
        )
        for line in lines
    ]


def _turn(viewer: Viewer, order: Order, events: Sequence[OrderEvent], opens: Sequence[Open]) -> Turn:
    return turn(
        viewer,
        order,
        order_events.stage_of(events),
        opens,
        reported=any(event.verb == "report_effect" for event in events),
    )


async def turn_of(reads: Reads, viewer: Viewer, order: Order) -> Turn:
    """Whose turn one order is, and what for."""
    async with reads.work.reading() as reading:
        events = await order_events.of_order(reading, order.id)
        mine = await moved_between(reading, viewer.me)
        opens = await desk.standing_by_state(reading, [order.id], mine, reads.clock())
    return _turn(viewer, order, events, opens.get(order.id, []))


async def staff(reads: Reads, viewer: Viewer) -> list[Person]:
    """Everybody who may see the office, by role and handle."""
    async with reads.work.reading() as reading:
        ids = await accounts.with_roles(reading, sorted(MAY["see_office"]))
        shown = await people.shown(reading, viewer, Surface.OFFICE, ids)
    return sorted((seen.item for seen in shown), key=lambda person: (person.role, person.handle))


async def one_decides_alone(reads: Reads) -> bool:
    """Whether a single person here may decide, as on a server that was just begun: nothing that takes two can be carried out."""
    async with reads.work.reading() as reading:
        return len(await accounts.with_roles(reading, sorted(MAY["decide"]))) < 2  # a rule: nobody approves their own


async def with_second_step(reads: Reads, viewer: Viewer, ids: Collection[int]) -> set[int]:
    """Those of whom something is asked beside the password, for who gives roles or audits; for others nobody."""
    if not may(viewer, "see_looks"):
        return set()
    async with reads.work.reading() as reading:
        return await two_factor.guarded(reading, ids)


async def handles(reads: Reads, viewer: Viewer, ids: Iterable[int | None]) -> dict[int, str]:
    """Account -> handle, as staff see it."""
    async with reads.work.reading() as reading:
        wanted = sorted({id_ for id_ in ids if id_})
        return {seen.item.id: seen.item.handle for seen in await people.shown(reading, viewer, Surface.OFFICE, wanted)}
