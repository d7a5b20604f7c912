"""Rulings that have run out are written down while the house stands open, without anybody asking."""

import asyncio
import contextlib
import errno

from structlog.testing import capture_logs

from chaupal.fanout.timers import TimerAct, Timers
from chaupal.governance.cases import cases
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.log import seen
from chaupal.kernel.clock import DAY
from court import Bench
from waiting import PATIENCE, until


async def test_a_ruling_that_has_run_out_is_written_down_by_itself(bench: Bench):
    ref = await bench.order(ends_at="2021-02-12T12:00")
    await bench.withhold(ref)
    clock, looked = Timers(bench.street.carrier, pace=0.01), asyncio.Queue[None](2)

    async def look() -> None:
        with contextlib.suppress(asyncio.QueueFull):
            looked.put_nowait(None)

    clock._acts += (TimerAct("look", 0.01, look),)
    clock.start()
    await until(looked.full)  # so often each act was begun, at least

    async def state() -> State:
        async with bench.court.work.reading() as reading:
            return (await cases.case_of(bench.court, reading, ref, 1)).state

    assert await state() is State.IN_FORCE
    bench.street.clock.move(3 * DAY)
    await until(state, "the end of the ruling", lambda now: now is State.LAPSED)
    await clock.close()


async def test_one_that_takes_long_holds_up_no_other_and_is_not_begun_twice_and_one_that_fails_is_tried_again(
    bench: Bench,
):
    timers = Timers(bench.street.carrier, pace=0.01)
    begun = {"long": 0, "failing": 0, "short": 0, "set back": 0}
    enough, never = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        begun["long"] += 1
        await never.wait()

    async def failing() -> None:
        begun["failing"] += 1
        raise OSError(errno.ENOSPC, "the disk is full")

    async def refused() -> None:
        begun["set back"] += 1
        raise seen.set_back("A witness has signed 9 entries", 1)

    async def short() -> None:
        begun["short"] += 1
        if begun["short"] >= 3 and begun["failing"] >= 3:
            enough.set()

    acts = {"long": long, "failing": failing, "set back": refused, "short": short}
    timers._acts = tuple(TimerAct(name, 0.01, do) for name, do in acts.items())
    with capture_logs() as said:
        timers.start()
        await asyncio.wait_for(enough.wait(), PATIENCE)
        await timers.close()
    events = [(line["event"], "exc_info" in line) for line in said]
    assert {*events} == {
        ("the machine failed; trying again", False),
        ("what time should have done failed; trying again", True),
    }
    assert begun["long"] == 1
    assert begun["set back"] == 1, "witnesses of a store that was set back are not asked at each look"
    assert not timers._running
