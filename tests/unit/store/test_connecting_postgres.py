"""Connections in hand: whoever reads next takes the one that was just used, and nobody waits for one that is idle. One that nobody
closed is ended all the same, and by its own loop.
"""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chaupal.store.machine.connecting_postgres import Connection, Hands, connect, is_lost
from services import Postgres
from waiting import PATIENCE, until

WHO = "SELECT pg_backend_pid()"
SLEEPS = "SELECT pg_backend_pid() FROM pg_sleep(0.05)"


def leave(connection: object) -> None:
    """In a circle, so that it is the collector's."""
    circle = [connection]
    circle.append(circle)


@pytest.mark.filterwarnings("ignore:unclosed connection:ResourceWarning")
async def test_found_by_the_collector_in_another_thread_it_is_ended_in_its_loops_own(postgres_database: str):
    ended = list[str]()

    class Watched(Connection):
        __slots__ = ()

        def terminate(self) -> None:
            ended.append(threading.current_thread().name)
            super().terminate()

    leave(await asyncpg.connect(postgres_database, connection_class=Watched))
    await asyncio.to_thread(gc.collect)
    await asyncio.sleep(0)
    assert ended == [threading.current_thread().name]


@pytest.mark.filterwarnings("ignore:unclosed connection:ResourceWarning")
async def test_one_that_was_left_is_gone_at_the_database(postgres_database: str):
    leave(left := await connect(postgres_database))
    pid = await left.fetchval(WHO)
    del left
    looks = await connect(postgres_database)
    await asyncio.to_thread(gc.collect)
    await until(lambda: looks.fetchval("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", pid))
    await looks.close()


async def test_whatever_the_store_takes_is_of_that_kind(postgres_database: str, postgres_server: Postgres):
    hands = Hands(postgres_database, 1)
    await hands.open()
    async with hands.acquire() as connection:
        assert isinstance(connection._con, Connection)
    await hands.close()


# --- in hand ---


@pytest.fixture
async def hands(postgres_database: str) -> AsyncIterator[Hands]:
    made = Hands(postgres_database, 2)
    await made.open()
    yield made
    await asyncio.wait_for(made.close(), PATIENCE)


async def test_what_was_just_used_is_used_again_and_many_take_turns(hands: Hands):
    first = await hands.fetchval(WHO)
    assert await hands.fetchval(WHO) == first
    async with hands.acquire() as connection:
        assert await connection.fetchval(WHO) == first
    everybody = await asyncio.wait_for(asyncio.gather(*[hands.fetchval(SLEEPS) for _ in range(7)]), PATIENCE)
    assert len(set(everybody)) == 2 and first in everybody


async def test_who_waits_has_the_next_that_comes_back_from_whomever(hands: Hands):
    async def unit() -> None:
        async with hands.acquire() as connection:
            await connection.fetch(SLEEPS)

    works = [unit() if number % 2 else hands.fetch(SLEEPS) for number in range(9)]
    await asyncio.wait_for(asyncio.gather(*works), PATIENCE)


async def test_one_that_the_database_closed_is_made_anew(hands: Hands, postgres_server: Postgres):
    gone = await hands.fetchval(WHO)
    postgres_server.execute(f"SELECT pg_terminate_backend({gone})")
    async with asyncio.timeout(PATIENCE):
        while not all(map(is_lost, hands._free)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await hands.fetchval(WHO) != gone


async def test_whoever_goes_away_in_the_midst_leaves_none_that_is_still_at_it(hands: Hands):
    for _ in range(4):
        asking = asyncio.create_task(hands.fetch("SELECT pg_sleep(30)"))
        await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert await asyncio.wait_for(hands.fetchval("SELECT 1"), PATIENCE) == 1


async def test_a_unit_that_broke_leaves_nothing_behind(hands: Hands):
    with pytest.raises(asyncpg.DivisionByZeroError):
        await hands.fetch("SELECT 1 / 0")
    with pytest.raises(LookupError):
        async with hands.acquire() as connection, connection.transaction():
            await connection.execute("CREATE TABLE left_over (id int)")
            raise LookupError
    assert await hands.fetchval("SELECT to_regclass('left_over')") is None


async def test_at_rest_all_are_the_pools_again(hands: Hands):
    one = await hands.fetchval(WHO)
    await hands.rest()
    assert await hands.fetchval(WHO) == one
