"""Two processes that serve one house, as two open houses in one test: what is done in one is looked at in the other."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from chaupal.app.wiring import open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from village import Village, open_village


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
