"""Rulings that have run out are written down while the house stands open, without anybody asking."""

import asyncio

from chaupal.fanout.timers import Timers
from chaupal.governance.cases import cases
from chaupal.governance.cases.lifecycle import State
from chaupal.kernel.clock import DAY
from court import Bench


async def test_a_ruling_that_has_run_out_is_written_down_by_itself(bench: Bench):
    ref = await bench.order(ends_at="2021-02-12T12:00")
    await bench.withhold(ref)
    clock = Timers(bench.street.carrier, pace=0.01)
    clock.start()
    await asyncio.sleep(0.05)

    async def state() -> State:
        async with bench.court.work.reading() as reading:
            return (await cases.case_of(bench.court, reading, ref, 1)).state

    assert await state() is State.IN_FORCE
    bench.street.clock.move(3 * DAY)
    for _ in range(200):
        if await state() is State.LAPSED:
            break
        await asyncio.sleep(0.02)
    await clock.close()
    assert await state() is State.LAPSED
