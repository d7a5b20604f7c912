"""Units of work that wait for each other leave connections to whoever reads, and do not wait for ever (PostgreSQL)."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.store.machine import marks, work_postgres
from chaupal.store.machine.work_postgres import PostgresWork
from services import Postgres
from waiting import PATIENCE

CONNECTIONS = 4


@pytest.fixture
async def work(postgres_server: Postgres, migrated: str, clock: StillClock) -> AsyncIterator[PostgresWork]:
    dsn = postgres_server.fresh(template=migrated)
    opened = PostgresWork(dsn, clock, connections=CONNECTIONS, many=True)
    await opened.open()
    yield opened
    await opened.close()
    postgres_server.drop(dsn)


async def mark(work: PostgresWork, value: str) -> None:
    async with work.writing() as w:
        await marks.write(w, "held", value)


async def test_reading_goes_on_while_more_units_than_there_are_connections_wait_for_one_that_stands_still(
    work: PostgresWork,
):
    await mark(work, "first")
    async with work.writing() as still:
        await marks.write(still, "held", "second")
        waiting = [asyncio.create_task(mark(work, "third")) for _ in range(3 * CONNECTIONS)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(PATIENCE), work.reading() as reading:
            assert await marks.read(reading, "held") == "first"
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


async def test_a_unit_whose_turn_does_not_come_is_told_to_come_again(
    work: PostgresWork, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(work_postgres, "STILL_FOR", 0.2)
    async with work.writing(), work.writing():
        with pytest.raises(Unavailable):
            await mark(work, "third")
    await mark(work, "fourth")


async def test_a_unit_that_waits_for_anothers_row_is_told_to_come_again(
    work: PostgresWork, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        work_postgres, "BEGIN", work_postgres.BEGIN.replace("lock_timeout = '5s'", "lock_timeout = '0.2s'")
    )
    async with work.writing() as still:
        await marks.write(still, "held", "first")
        with pytest.raises(asyncpg.LockNotAvailableError) as raised:
            await mark(work, "second")
    assert isinstance(work.fault(raised.value), Unavailable)
    async with work.reading() as reading:
        assert await marks.read(reading, "held") == "first"
