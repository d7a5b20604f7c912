"""Seats at one PostgreSQL: no two processes have one, and whoever stood still makes no id before one is theirs again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from chaupal.kernel.clock import HOUR, StillClock, system_clock
from chaupal.kernel.errors import Problem, Unavailable
from chaupal.kernel.ids import LEASED, Ids, made_at
from chaupal.kernel.settings import BadSettings
from chaupal.store.machine import seats
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.seats import House, Sitting
from chaupal.store.machine.work_postgres import PostgresWork
from waiting import PATIENCE

# A process that makes ids without end, on the one seat that there is. Its lease ends when the test lets the machine's clock go on, by
# the seconds in a file: one that is so short that a test can wait for it ends by itself where the machine is busy.
MAKING = """
import asyncio, contextlib, pathlib, sys
from chaupal.kernel import ids
from chaupal.kernel.clock import boot_time, system_clock
from chaupal.kernel.errors import Problem, Unavailable
from chaupal.store.machine import seats
from chaupal.store.machine.work_postgres import PostgresWork
later = pathlib.Path(sys.argv[2])
seats.boot_time = lambda: boot_time() + float(later.read_text())
seats.LASTS, seats.LEASED = 600_000, 1  # so long that nothing but the test ends it

async def main():
    work = PostgresWork(sys.argv[1], system_clock, many=True, connections=2)
    await work.open()
    sitting = seats.Sitting(work, seats.House("http://localhost", "key", "here"), beside=False)
    await sitting.sit_down()
    make = ids.Ids(system_clock, seat=sitting.seat)
    while True:
        try:
            print(make(), flush=True)
        except Unavailable:
            print("refused", flush=True)
            with contextlib.suppress(Problem):
                await sitting._renew()
        await asyncio.sleep(0.01)

asyncio.run(main())
"""
HERE = House("https://chaupal.example", "log+1+key", "one machine, process 1")

type Sit = Callable[..., Awaitable[Sitting]]


@pytest.fixture
async def sit(dsn: str, clock: StillClock) -> AsyncIterator[Sit]:
    """Seats a new process, of this house unless another is named."""
    opened = list[PostgresWork]()

    async def one(house: House = HERE, *, beside: bool = False) -> Sitting:
        work = PostgresWork(dsn, clock, many=True, connections=2)
        await work.open()
        opened.append(work)
        sitting = Sitting(work, house, beside=beside)
        await sitting.sit_down()
        work.before_closing = sitting.leave
        return sitting

    yield one
    async with asyncio.timeout(PATIENCE):
        for work in opened:
            await work.close()


def work_of(sitting: Sitting) -> PostgresWork:
    found = sitting._work
    assert isinstance(found, PostgresWork)
    return found


async def ask(sitting: Sitting, words: str) -> None:
    async with work_of(sitting).writing() as w:
        await w.run(statement(text(words)))


async def renew(sitting: Sitting) -> None:
    await sitting._renew()


async def test_nobody_sits_where_another_does_whoever_serves_and_whoever_stands_beside(sit: Sit):
    serving = await asyncio.gather(*(sit() for _ in range(5)))
    beside = await asyncio.gather(*(sit(beside=True) for _ in range(2)))
    assert len({one.seat.number for one in serving}) == 5 and len({one.seat.number for one in beside}) == 2
    makers = [Ids(work_of(one).clock, beside=one in beside, seat=one.seat) for one in (*serving, *beside)]
    made = [make() for make in makers for _ in range(500)]
    assert len(made) == len(set(made))


async def test_a_database_is_served_while_anybody_sits_who_does_not_stand_beside(sit: Sit):
    async def served() -> bool:
        async with work_of(beside).reading() as reading:
            return await seats.is_served(reading)

    beside = await sit(beside=True)
    assert not await served()
    serving = await sit()
    assert await served()
    await serving.leave()
    assert not await served()


async def test_who_stood_still_makes_no_id_and_takes_another_seat_where_the_first_is_anothers(
    sit: Sit, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seats, "LEASED", 1)  # one seat for all of them
    sleeper = await sit()
    make = Ids(clock, seat=sleeper.seat)
    first = make()
    sleeper.seat.until = 0.0  # it was stopped for longer than its lease
    with pytest.raises(Unavailable):
        make()
    await ask(sleeper, "UPDATE seats SET until = 0")  # so the database sees it, too
    other = await sit()
    with pytest.raises(Problem, match="no number left"):
        await renew(sleeper)
    with pytest.raises(Unavailable):
        make()
    made = Ids(clock, seat=other.seat)()
    assert made_at(made) > made_at(first) + seats.LASTS - 1  # later than any that the sleeper can have made


async def test_a_seat_that_is_still_ones_own_is_renewed_and_one_that_is_lost_is_replaced(sit: Sit, clock: StillClock):
    one = await sit()
    make, number = Ids(clock, seat=one.seat), one.seat.number
    one.seat.until = 0.0
    await renew(one)
    make()
    assert one.seat.number == number
    await ask(one, "UPDATE seats SET holder = 'another'")
    one.seat.until = 0.0
    await renew(one)
    make()
    assert one.seat.number != number


async def test_a_seat_that_could_not_be_renewed_is_asked_for_again_a_second_later_and_one_that_was_late_at_once(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
):
    """Else it may run out while the database is there again: every id would be refused until the next try."""
    sitting, waits, now = await sit(), list[float](), 0.0
    answers = iter((ConnectionResetError(), ConnectionResetError(), 1.0, 20.0))  # after so many seconds

    async def asks() -> None:
        nonlocal now
        match next(answers):
            case ConnectionResetError() as error:
                raise error
            case seconds:
                now += seconds

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(seats, "boot_time", lambda: now)
    monkeypatch.setattr(sitting, "_renew", asks)
    with monkeypatch.context() as patch, pytest.raises(asyncio.CancelledError):
        patch.setattr(seats.asyncio, "sleep", sleep)
        await sitting._renew_on()
    assert waits == [seats.LASTS / 3_000, seats.AGAIN, seats.AGAIN, seats.LASTS / 3_000 - 1.0, 0.0]


async def test_more_than_there_are_numbers_for_do_not_sit_down(sit: Sit):
    one = await sit()
    await ask(one, f"UPDATE seats SET holder = 'x', until = {2**62} WHERE number < {LEASED}")
    with pytest.raises(Problem, match=f"{LEASED} processes"):
        await sit()
    await sit(beside=True)


async def test_two_houses_cannot_have_one_database(sit: Sit):
    """Told as long as the other stands; where it is no more the address may be a new one."""
    first = await sit()
    with pytest.raises(BadSettings, match=r"served as https://chaupal.example \(one machine, process 1\)"):
        await sit(House("https://elsewhere.example", HERE.key, "another machine, process 2"))
    with pytest.raises(BadSettings, match=r"kept under log.1.key .* under log.2.other here"):
        await sit(House(HERE.origin, "log+2+other", "another machine, process 2"))
    async with work_of(first).reading() as reading:
        with pytest.raises(BadSettings, match="served by several processes"):
            await seats.check_house(reading, None)
    await first.leave()
    await sit(House("https://elsewhere.example", HERE.key, "another machine, process 2"))


async def test_a_clock_an_hour_off_is_told_and_a_few_seconds_are_not(sit: Sit, monkeypatch: pytest.MonkeyPatch):
    work = work_of(await sit())
    right = seats.time.time_ns
    async with work.reading() as reading:
        await seats.check_clock(reading)
        for off, said in ((HOUR, "60 minutes ahead of"), (-HOUR, "60 minutes behind")):
            monkeypatch.setattr(seats.time, "time_ns", lambda off=off: right() + off * 1_000_000)
            with pytest.raises(Problem, match=said):
                await seats.check_clock(reading)
        monkeypatch.setattr(seats.time, "time_ns", lambda: right() + 5_000_000_000)
        await seats.check_clock(reading)


async def test_whose_clock_is_set_wrong_while_it_serves_answers_nobody_until_it_is_right(
    dsn: str, monkeypatch: pytest.MonkeyPatch
):
    """An hour behind it would not obey what was decided in that hour; ahead it would end it, and publish secrets, too early."""
    work = PostgresWork(dsn, system_clock, many=True, connections=2)
    await work.open()
    right = time.time_ns
    try:
        await work.fresh()
        for off in (HOUR, -HOUR):
            monkeypatch.setattr(time, "time_ns", lambda off=off: right() + off * 1_000_000)
            with pytest.raises(Unavailable):
                await work.fresh()
            with pytest.raises(Unavailable):
                await work.catch_up()
            monkeypatch.setattr(time, "time_ns", right)
            await work.fresh()
    finally:
        await work.close()


async def test_a_process_that_was_stopped_and_goes_on_makes_no_id_that_another_made(dsn: str, tmp_path: Path):
    later = tmp_path / "later"
    later.write_text("0")

    def making() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", MAKING, dsn, later], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def hear(process: subprocess.Popen[str], lines: int) -> list[str]:
        """So many answers; what it says to its operator is none."""
        assert process.stdout is not None
        said = (line.strip() for line in process.stdout)
        heard = list(islice((line for line in said if line == "refused" or line.isdigit()), lines))
        assert len(heard) == lines, "it is no more"
        return heard

    with making() as sleeper:
        try:
            made = hear(sleeper, 20)
            os.kill(sleeper.pid, signal.SIGSTOP)
            later.write_text("3600")
            database = await asyncpg.connect(dsn)
            await database.execute("UPDATE seats SET until = 0")  # so the database sees it, too
            await database.close()
            with making() as other:
                try:
                    others = hear(other, 20)
                    os.kill(sleeper.pid, signal.SIGCONT)
                    while "refused" not in made:
                        assert len(made) < 5_000, "it goes on under a number that is another's"
                        made += hear(sleeper, 1)
                    after = hear(sleeper, 20)
                    others += hear(other, 20)
                finally:
                    other.kill()
        finally:
            sleeper.kill()
    assert set(after) == {"refused"}
    assert all(line.isdigit() for line in others) and not set(made) & set(others)
    assert min(map(int, others)) > max(int(line) for line in made if line != "refused")
