"""Clocks tell staff three times, once each, and are stopped by what they were waiting for."""

from chaupal.governance.cases import clocks
from chaupal.governance.context import Court
from chaupal.governance.events import ClockAlert
from chaupal.kernel.clock import HOUR, MINUTE
from chaupal.kernel.event import Event
from chaupal.store.court import clocks as rows
from court import Bench


async def alerts_of(court: Court) -> list[tuple[str, int]]:
    """What was told since the last look: (kind of clock, share)."""
    told: list[Event] = []
    court.work.after_commit = told.extend
    await clocks.alert(court)
    return [(event.clock, event.share) for event in told if isinstance(event, ClockAlert)]


async def begin(court: Court, hours: int = 3, kind: str = "act") -> None:
    async with court.work.writing() as w:
        await clocks.start(w, clocks.ORDER, 7, kind, court.clock(), court.clock() + hours * HOUR)


async def test_a_clock_tells_at_50_80_and_100_per_cent_and_once_each(bench: Bench, clock) -> None:
    await begin(bench.court, hours=10)
    assert await alerts_of(bench.court) == []
    told = []
    for _ in range(44):
        clock.move(15 * MINUTE)
        told += [(clock.at, share) for _, share in await alerts_of(bench.court)]
    start = clock.at - 11 * HOUR
    assert told == [(start + 5 * HOUR, 50), (start + 8 * HOUR, 80), (start + 10 * HOUR, 100)]


async def test_a_clock_found_late_tells_only_what_it_has_come_to(bench: Bench, clock) -> None:
    await begin(bench.court)
    clock.move(3 * HOUR)
    assert await alerts_of(bench.court) == [("act", 100)]
    assert await alerts_of(bench.court) == []


async def test_of_more_than_one_letter_holds_none_waits_for_the_next_look(bench: Bench, clock) -> None:
    async with bench.court.work.writing() as w:
        for order in range(1_001, 1_102):
            await clocks.start(w, clocks.ORDER, order, "act", clock(), clock() + HOUR)
    clock.move(HOUR)
    assert await alerts_of(bench.court) == [("act", 100)] * 101


async def test_a_stopped_clock_is_silent_and_a_new_start_begins_anew(bench: Bench, clock) -> None:
    await begin(bench.court, kind="review")
    clock.move(2 * HOUR)
    assert await alerts_of(bench.court) == [("review", 50)]
    async with bench.court.work.writing() as w:
        assert await clocks.stop(w, clocks.ORDER, 7, "review", clock())
        assert not await clocks.stop(w, clocks.ORDER, 7, "review", clock())
    clock.move(2 * HOUR)
    assert await alerts_of(bench.court) == []
    await begin(bench.court, kind="review")
    clock.move(90 * MINUTE)
    assert await alerts_of(bench.court) == [("review", 50)]


async def test_a_matter_that_is_over_stops_all_its_clocks(bench: Bench, clock) -> None:
    await begin(bench.court, 3)
    await begin(bench.court, 24, "acknowledge")
    async with bench.court.work.writing() as w:
        assert await clocks.stop_all(w, clocks.ORDER, 7, clock()) == 2
    clock.move(30 * HOUR)
    assert await alerts_of(bench.court) == []
    async with bench.court.work.reading() as reading:
        assert await rows.running(reading) == []
        assert [row.kind for row in await rows.of_matter(reading, clocks.ORDER, 7)] == ["act", "acknowledge"]
