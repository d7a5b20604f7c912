"""A connection that nobody closed is ended all the same, and by its own loop."""

import asyncio
import gc
import threading

import asyncpg
import pytest

from chaupal.store.machine.connecting_postgres import Connection, Hands, connect
from services import Postgres
from waiting import until

WHO = "SELECT pg_backend_pid()"


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
