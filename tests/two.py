"""Processes that serve one house, as open houses in one test: what is done in one is looked at in the other."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from conftest import plain_settings
from services import Postgres
from village import Village, open_village
from waiting import PATIENCE

type Open = Callable[[], Awaitable[RunningHouse]]


@pytest.fixture
async def houses(postgres_server: Postgres, migrated: str, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens houses on one PostgreSQL, each with its own memory and connections."""
    dsn = postgres_server.fresh(template=migrated)
    opened = list[RunningHouse]()

    async def one() -> RunningHouse:
        opened.append(await open_house(plain_settings(tmp_path / "data", dsn), run=False))
        return opened[-1]

    yield one
    async with asyncio.timeout(PATIENCE):  # a unit that a failed test left open holds its connection
        for house in opened:
            await house.close()
    postgres_server.drop(dsn)


@asynccontextmanager
async def two_processes(settings: Settings, clock: StillClock) -> AsyncGenerator[tuple[Village, Village]]:
    """The village where things are done (its runner carries out what follows), and the same people at another process.

    `settings` name a PostgreSQL and a Valkey.
    """
    async with open_village(settings, clock) as here:
        running = await open_house(msgspec.structs.replace(settings, village=True), clock=clock, run=False)
        there = Village(running, clock)
        there.cast = here.cast
        try:
            yield here, there
        finally:
            await there.client.aclose()
            await running.close()
