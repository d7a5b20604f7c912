"""The server process: uvicorn with uvloop and httptools, the house opened before it and closed after it."""

import asyncio
from collections.abc import Awaitable, Callable

import uvicorn
import uvloop

from chaupal.app.wiring import Running, open_house
from chaupal.kernel.settings import Settings

type Prepare = Callable[[Running], Awaitable[None]]


async def nothing_to_prepare(running: Running) -> None:
    """Serve what is there."""


async def serve(settings: Settings, prepare: Prepare = nothing_to_prepare) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). `prepare` is run on the open house before the first request."""
    running = await open_house(settings)
    await prepare(running)
    config = uvicorn.Config(
        running.app, host=settings.host, port=settings.port, loop="uvloop", http="httptools", lifespan="off", access_log=False,
        log_level="warning", server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        await uvicorn.Server(config).serve()
    finally:
        await running.close()


def run(settings: Settings, prepare: Prepare = nothing_to_prepare) -> None:
    """Blocks until the server has stopped. uvloop and httptools are required: falling back would cost a factor of four."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, prepare))
