"""Two houses in one test that talk to one another over HTTP on this machine, each at its own address, by one clock."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import uvicorn

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts
from ports import free_port
from remotes import federating


def at_a_port(settings: Settings) -> Settings:
    """The house at an address of its own, talking to others on this machine."""
    port = free_port()
    return msgspec.structs.replace(federating(settings), port=port, public_url=f"http://127.0.0.1:{port}")


@asynccontextmanager
async def listening(running: RunningHouse) -> AsyncGenerator[None]:
    """The house answers at its address."""
    config = uvicorn.Config(
        running.app,
        host="127.0.0.1",
        port=running.house.settings.port,
        log_level="warning",
        lifespan="off",
        access_log=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # without its signal handlers: they are the test's
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def another(folder: Path, clock: StillClock) -> AsyncGenerator[RunningHouse]:
    """A second house with nobody in it, on SQLite, listening."""
    settings = load_settings(environ={}, data=str(folder), rate_limits=False, log_batch_minutes=0)
    running = await open_house(at_a_port(settings), clock=clock, run=False)
    try:
        async with listening(running):
            yield running
    finally:
        await running.close()


async def joins(running: RunningHouse, handle: str) -> Viewer:
    """Somebody new in a house."""
    id_ = await accounts.create(
        running.house.square, handle=handle, email=f"{handle}@example.org", password="a long secret of theirs"
    )
    return Viewer(account=id_, country="DE", language="de")


async def carry(*houses: RunningHouse) -> None:
    """All that was done in any of them has come to the others, with what follows from it."""
    for _ in range(6):
        for one in houses:
            await one.runner.settle()
            if one.deliverer is not None:
                await one.deliverer.settle()
