"""What is in force is looked at again on its day: staff are told, and it is kept with a reason or lifted."""

import msgspec
import pytest

from chaupal.governance.cases import cases, decisions, reviews
from chaupal.governance.log import log
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.store.court import clocks, docket, ledger, rulings
from chaupal.store.court.clocks import ClockRow
from chaupal.store.court.rulings import RulingRow
from chaupal_audit.fold.fold import Fold
from chaupal_audit.log.openings import commits
from court import Bench

WHY = "The same claim is still spread, and nobody has corrected it."


async def in_force(bench: Bench, ref: str) -> RulingRow:
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, 1)
        return (await rulings.by_targets(reading, [case.target.id]))[case.target.id][-1]


async def clock_of(bench: Bench, ref: str) -> ClockRow | None:
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        found = await clocks.of_matter(reading, "order", order.id)
    return next((row for row in found if row.kind == reviews.REVIEW and row.stopped_at is None), None)


async def test_the_day_comes_near_and_staff_are_told(bench: Bench, clock) -> None:
    ref = await bench.order()
    await bench.withhold(ref)
    day = (await in_force(bench, ref)).review_at
    assert day is not None and await reviews.due(bench.court, bench.asha) == []
    assert await reviews.remind(bench.court) == 0
    clock.move(day - clock() - 6 * DAY)
    (due,) = await reviews.due(bench.court, bench.asha)
    assert (due.row.order_ref, due.number, due.kind) == (ref, 1, "post")
    assert await reviews.remind(bench.court) == 1
    running = await clock_of(bench, ref)
    assert running is not None and running.due_at == day
    assert await reviews.remind(bench.court) == 1
    assert (await clock_of(bench, ref)) == running, "it does not begin anew"


async def test_it_is_kept_with_a_reason_that_is_public_and_has_its_next_day(bench: Bench, clock) -> None:
    ref = await bench.order()
    await bench.withhold(ref)
    first = await in_force(bench, ref)
    assert first.review_at is not None
    clock.move(first.review_at - clock())
    await reviews.remind(bench.court)
    await reviews.keep(bench.court, bench.asha, ref, 1, reason=WHY)
    now = await in_force(bench, ref)
    assert now.review_at is not None and now.review_at > clock() + 30 * DAY
    assert (now.id, now.ends_at, now.lifted_at) == (first.id, first.ends_at, None)
    assert await clock_of(bench, ref) is None and await reviews.due(bench.court, bench.asha) == []
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, 1)
        leaf = case.events[-1].log_index
        assert leaf is not None
        size = await ledger.size(reading)
        entries = await ledger.entries(reading, 0, size)
    said = msgspec.json.decode(entries[leaf])
    assert (said["t"], said["prev"], said["public"]["step"]) == ("decision", first.log_index, "kept")
    assert WHY not in entries[leaf].decode(), "it can be erased, so it is read beside the log"
    assert (await log.opened(bench.court, [leaf]))[leaf]["reason"] == WHY
    await log.checkpoint(bench.court)
    assert commits(entries[leaf], (await log.openings(bench.court, 0))[str(leaf)])
    folded = Fold()
    for entry in entries:
        folded.add(entry)
    (measure,) = folded.facts.measures
    assert measure.kept is not None and measure.ended is None
    assert said["public"]["review"] is not None
    await reviews.keep(bench.court, bench.dev, ref, 1, reason=WHY)
    with pytest.raises(Conflict, match="noted"):
        await reviews.keep(bench.court, bench.asha, ref, 1, reason=WHY)


async def test_what_is_lifted_waits_for_nobody(bench: Bench, clock) -> None:
    ref = await bench.order()
    await bench.withhold(ref)
    day = (await in_force(bench, ref)).review_at
    assert day is not None
    clock.move(day - clock() - DAY)
    await reviews.remind(bench.court)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=WHY)
    assert await reviews.remind(bench.court) == 0
    assert await clock_of(bench, ref) is None
    with pytest.raises(Conflict):
        await reviews.keep(bench.court, bench.asha, ref, 1, reason=WHY)


async def test_only_who_decides_keeps_and_never_without_a_reason(bench: Bench) -> None:
    ref = await bench.order()
    await bench.withhold(ref)
    with pytest.raises(NotAllowed):
        await reviews.keep(bench.court, bench.clerk, ref, 1, reason=WHY)
    with pytest.raises(Invalid):
        await reviews.keep(bench.court, bench.asha, ref, 1, reason="yes")
