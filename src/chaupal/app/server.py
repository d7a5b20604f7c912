"""The server process: uvicorn with uvloop and httptools, the house opened before it and closed after it."""

import asyncio
import fcntl
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
import uvicorn
import uvloop

from chaupal.app.wiring import open_house
from chaupal.kernel.errors import Conflict
from chaupal.kernel.settings import Settings


class Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, config: uvicorn.Config, origin: str) -> None:
        super().__init__(config)
        self._origin = origin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        click.echo(f"Chaupal: {self._origin}")


async def serve(settings: Settings) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). A village is founded first, where it is not yet."""
    with _alone(Path(settings.data)), bound(settings) as door:
        settings = as_bound(settings, door.getsockname()[1])
        if settings.village:
            from chaupal.app import village  # its play and its pictures are not needed on a real server

            await village.prepare(settings)
        await _serve(settings, door)


async def _serve(settings: Settings, door: socket.socket) -> None:
    running = await open_house(settings)
    config = uvicorn.Config(
        running.app, host=settings.host, port=settings.port, loop="uvloop", http="httptools", lifespan="off", access_log=False,
        log_level="warning", server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        await Server(config, settings.origin).serve([door])
    finally:
        await running.close()


@contextmanager
def bound(settings: Settings) -> Generator[socket.socket]:
    """The address to listen on, taken but not yet listened on. Raises Conflict where it cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.socket(family, kind)
    except OSError as error:
        raise Conflict(f"Cannot listen on {settings.host}: {error.strerror}") from error
    with door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
        except OSError as error:
            raise Conflict(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error
        yield door


def as_bound(settings: Settings, port: int) -> Settings:
    """With port 0 the machine chose one; links must name it."""
    if settings.port:
        return settings
    named = settings.public_url.removesuffix(":0") + (f":{port}" if settings.public_url.endswith(":0") else "")
    return msgspec.structs.replace(settings, port=port, public_url=named)


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
