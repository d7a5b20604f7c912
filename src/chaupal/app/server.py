"""The server process: uvicorn with uvloop and httptools, the house opened before it and closed after it."""

import asyncio
import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
import uvloop

from chaupal.app.wiring import open_house
from chaupal.kernel.errors import Conflict
from chaupal.kernel.settings import Settings


async def serve(settings: Settings) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). A village is founded first, where it is not yet."""
    with _alone(Path(settings.data)):
        if settings.village:
            from chaupal.app import village  # its play and its pictures are not needed on a real server

            await village.prepare(settings)
        await _serve(settings)


async def _serve(settings: Settings) -> None:
    running = await open_house(settings)
    config = uvicorn.Config(
        running.app, host=settings.host, port=settings.port, loop="uvloop", http="httptools", lifespan="off", access_log=False,
        log_level="warning", server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        await uvicorn.Server(config).serve()
    finally:
        await running.close()


@contextmanager
def _alone(data: Path) -> Generator[None]:
    """Raises Conflict where another server has this directory: each would not know of the other's rulings."""
    data.mkdir(0o700, parents=True, exist_ok=True)
    with (data / "serving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"{data} is being served by another process") from None
        yield


def run(settings: Settings) -> None:
    """Blocks until the server has stopped. uvloop and httptools are required: falling back would cost a factor of four."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
