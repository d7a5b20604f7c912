"""The queue of the desk: orders with something to decide or to do, the next due first, as staff filter them; whose turn each is, and
who the staff are.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from chaupal.kernel.argument_sizes import Word
from chaupal.policy.things import Person
from chaupal.policy.viewer import MAY, Surface, Viewer, may
from chaupal.reads.context import Reads
from chaupal.reads.court import record
from chaupal.reads.court.record import WAITS, Counts
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

# States of cases: those that wait for a proposal, and those in which somebody has proposed or acted alone.
TO_PROPOSE = ("received", "returned")
TO_APPROVE = tuple(state for state in WAITS if state not in TO_PROPOSE)
TO_CONCUR = ("measure_proposed", "change_proposed")
# Stages of orders.
BEGUN = ("received", "acknowledged")
# A stage in which the next word is somebody else's: whose.
OUTSIDE = {"returned": "authority", "clarifying": "authority", "stayed": "court"}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done next. `act`: check, approve, concur, propose, report_effect; nothing where the staff have nothing to do.

    `many` things, from number `first` on; `mine`: this viewer may; `whose`: worker, reviewer, approver, authority, court, or
    nobody's ("").
    """

    act: str = ""
    many: int = 0
    first: int = 1
    mine: bool = False
    whose: str = ""


def turn(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], *, reported: bool) -> Turn:
    """The first step that is this viewer's, else the first that is anybody's. `reported`: the authority knows what was done."""
    steps = [step for look in STEPS if (step := look(viewer, order, stage, opens, reported)) is not None]
    mine = next((step for step in steps if step.mine), None)
    return mine or next(iter(steps), Turn(whose=OUTSIDE.get(stage, "")))


def _check(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    return _of_whole(viewer, "check", opens) if stage in BEGUN else None


def _approve(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """What somebody else proposed, about others; one's own waits for another."""
    waiting = [one for one in opens if one.state in TO_APPROVE and stage not in (*BEGUN, *OUTSIDE)]
    if not waiting:
        return None
    others = sum(one.others for one in waiting)
    allowed = may(viewer, "approve" if order.authority_id is not None else "approve_sanction")
    if not (allowed and others):
        return Turn(act="approve", many=sum(one.many for one in waiting), first=_first(waiting), whose="approver")
    return Turn(
        act="approve", many=others, first=min(one.first_of_others for one in waiting), mine=True, whose="approver"
    )


def _concur(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """A proposal about a protected speaker that waits for a second reviewer."""
    waiting = [one for one in opens if one.state in TO_CONCUR and one.guarded and one.others]
    if not waiting or not may(viewer, "decide"):
        return None
    return Turn(
        act="concur", many=sum(one.guarded for one in waiting), first=_first(waiting), mine=True, whose="reviewer"
    )


def _propose(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    waiting = [one for one in opens if one.state in TO_PROPOSE and stage not in (*BEGUN, *OUTSIDE)]
    if not waiting:
        return None
    allowed = may(viewer, "decide" if order.authority_id is not None else "sanction")
    mine = allowed and any(one.many > one.own for one in waiting)
    return Turn(
        act="propose", many=sum(one.many for one in waiting), first=_first(waiting), mine=mine, whose="reviewer"
    )


def _report(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """Everything is decided, and the authority is yet to be told; a matter of the house's own has none."""
    # Also a change of what is in force, which the authority will have to be told.
    undecided = any(one.state in WAITS for one in opens)
    if undecided or reported or order.authority_id is None or stage not in ("in_review", "hearing"):
        return None
    return _of_whole(viewer, "report_effect", opens)


def _of_whole(viewer: Viewer, act: str, opens: Sequence[Open]) -> Turn:
    """A step of the order, which nobody takes whose things it names."""
    mine = may(viewer, "work_on_order") and not any(one.own for one in opens)
    return Turn(act=act, mine=mine, whose="worker")


def _first(waiting: Sequence[Open]) -> int:
    return min(one.first for one in waiting)


type Look = Callable[[Viewer, Order, str, Sequence[Open], bool], Turn | None]
STEPS: tuple[Look, ...] = (_check, _approve, _concur, _propose, _report)


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
