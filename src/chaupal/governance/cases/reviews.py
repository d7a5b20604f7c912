"""Reviews: a measure without a near end is looked at on its review day, and kept with a reason, or lifted."""

from collections.abc import Iterator, Sequence

import msgspec

from chaupal.governance.cases import cases, clocks, effects
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.context import Court
from chaupal.governance.log import record
from chaupal.governance.orders.papers import check_may, check_not_again, check_reason
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict
from chaupal.policy.viewer import Viewer
from chaupal.store.court import docket, knowing, rulings
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.work import Reading, Writing

REVIEW = "review"  # the kind of clock
SHOWN = 30 * DAY  # before its day it stands on the desk
TOLD = 7 * DAY  # before its day the clock begins to run
MOST = 200  # on one page


class DueReview(msgspec.Struct, frozen=True):
    """A ruling that is to be looked at again, and the case that it came of."""

    row: RulingRow
    number: int
    kind: str


async def due(court: Court, viewer: Viewer) -> list[DueReview]:
    """What is to be looked at again within a month, the soonest first. Raises NotAllowed."""
    check_may(viewer, "see_office")
    now = court.clock()
    async with court.work.reading() as reading:
        rows = await knowing.rulings_known(reading, viewer, await rulings.to_review(reading, now + SHOWN, now, MOST))
        found = [(row, await docket.target_by_id(reading, row.target_id or 0)) for row in rows]
    return [DueReview(row, target.number, target.kind) for row, target in found if target is not None]


async def keep_in(court: Court, w: Writing, viewer: Viewer, case: Case, reason: str) -> State:
    """Somebody has looked again: it stays in force, for a reason that becomes public, and has its next day.

    In a unit that is open. Raises NotAllowed, Invalid for a reason that explains nothing, Conflict where nothing is in force.
    """
    reason = check_reason(reason)
    taken = await cases.take(court, w, viewer, case, "keep")
    leaf, now = None, court.clock()
    standing = await rulings.standing_on(w, case.target.id, now)
    kept = max((event.at for event in keepings(case.events) if event.by == taken.by), default=0)
    # Whatever others did in between; what began since is looked at for the first time.
    check_not_again(now, kept, same=any(row.starts_at <= kept for row in standing))
    for row in standing:
        again = effects.review_of(case.regime, now, row.ends_at)
        written = await record.kept(court, w, case, taken.by, reason, again, row.log_index)
        leaf = await record.append(court, w, case, written, row.log_index)
        await rulings.reviewed(w, row.id, again)
    if leaf is None:
        raise Conflict("not_in_force")
    await cases.enter(court, w, case, taken, CaseEventBody(reason=reason), leaf)
    await clocks.stop(w, clocks.ORDER, case.order.id, REVIEW, now)
    return taken.move.to


def keepings(events: Sequence[CaseEvent]) -> Iterator[CaseEvent]:
    """Events by which a measure was kept after a review."""
    entries: set[int | None] = {None}
    for event in events:
        alone = event.state == State.IN_FORCE and event.first_by is None and not event.body.rulings
        if alone and event.log_index not in entries:
            yield event
        entries.add(event.log_index)


keep = cases.held(keep_in)


async def remind(court: Court) -> int:
    """Let a clock run for each order of which something is to be looked at soon, and stop those that wait for nothing. How many run."""
    now = court.clock()
    async with court.work.reading() as reading:
        wanted = await _wanted(reading, now)
        idle = [
            clock
            for clock in await clocks.running(reading)
            if (clock.what, clock.kind) == (clocks.ORDER, REVIEW) and clock.of not in wanted
        ]
        fresh = {order: day for order, day in wanted.items() if not await _runs(reading, order, day)}
    async with court.work.writing() as w:
        for clock in idle:
            await clocks.stop(w, clocks.ORDER, clock.of, REVIEW, now)
        for order, day in fresh.items():
            await clocks.start(w, clocks.ORDER, order, REVIEW, day - TOLD, day)
    return len(wanted)


async def _wanted(reading: Reading, now: int) -> dict[int, int]:
    """Order -> the first day on which something of it is to be looked at."""
    days: dict[str, int] = {}
    for row in await rulings.to_review(reading, now + TOLD, now):
        days.setdefault(row.order_ref, row.review_at or now)
    found = {ref: await docket.order(reading, ref) for ref in days}
    return {order.id: days[ref] for ref, order in found.items() if order is not None}


async def _runs(reading: Reading, order: int, day: int) -> bool:
    of_order = await clocks.of_matter(reading, clocks.ORDER, order)
    return any(c.kind == REVIEW and c.due_at == day and c.stopped_at is None for c in of_order)
