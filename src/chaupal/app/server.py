"""The server process: uvicorn with uvloop and httptools, the house opened before it and closed after it."""

import asyncio
import contextlib
import fcntl
import resource
import socket
from collections.abc import Generator
from pathlib import Path

import click
import msgspec
import uvicorn
import uvloop

from chaupal.app.connections import Config, Keeper
from chaupal.app.lasting import lasting
from chaupal.app.wiring import Running, open_house
from chaupal.kernel.errors import Problem
from chaupal.kernel.settings import Settings
from chaupal.ports.country import Locator
from chaupal.wire.streaming import HEARTBEAT


class Server(uvicorn.Server):
    """Says where it listens as soon as it does; ends open streams as soon as it stops."""

    def __init__(self, config: uvicorn.Config, running: Running) -> None:
        super().__init__(config)
        self._origin = running.house.settings.origin
        self._streams = running.carrier.streams
        self._vitals = running.house.reads.work.vitals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        click.echo(f"Chaupal: {self._origin}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._vitals.draining = True
        self._streams.close()
        await super().shutdown(sockets)


async def serve(settings: Settings) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). A village is founded first, where it is not yet."""
    with _alone(Path(settings.data)), bound(settings) as door:
        settings = as_bound(settings, door.getsockname()[1])
        if settings.village:
            from chaupal.app import village  # its play and its pictures are not needed on a real server

            await village.prepare(settings)
        await _serve(settings, door)


async def _serve(settings: Settings, door: socket.socket) -> None:
    with lasting():
        running = await open_house(settings)
    keeper = Keeper(settings, Locator(settings, lambda address: None))
    running.house.reads.work.vitals.gauges["connections_open"] = keeper.many
    config = Config(
        running.app, keeper, host=settings.host, port=settings.port, loop="uvloop", lifespan="off", access_log=False,
        log_level="warning", log_config=None, server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
        timeout_keep_alive=settings.idle_seconds,
        # Messages from clients are a few words; compression would hold 300 kB for each connection.
        ws_max_size=10_000, ws_per_message_deflate=False, ws_ping_interval=HEARTBEAT, ws_ping_timeout=HEARTBEAT,
    )  # fmt: skip
    try:
        await Server(config, running).serve([door])
    finally:
        await running.close()


@contextlib.contextmanager
def bound(settings: Settings) -> Generator[socket.socket]:
    """The address to listen on, taken but not yet listened on. Raises Problem where it cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.socket(family, kind)
    except OSError as error:
        raise Problem(f"Cannot listen on {settings.host}: {error.strerror}") from error
    with door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
        except OSError as error:
            raise Problem(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error
        yield door


def as_bound(settings: Settings, port: int) -> Settings:
    """With port 0 the machine chose one; links must name it."""
    if settings.port:
        return settings
    named = settings.public_url.removesuffix(":0") + (f":{port}" if settings.public_url.endswith(":0") else "")
    return msgspec.structs.replace(settings, port=port, public_url=named)


@contextlib.contextmanager
def _alone(data: Path) -> Generator[None]:
    """Raises Problem where another server has this directory: each would not know of the other's rulings."""
    data.mkdir(0o700, parents=True, exist_ok=True)
    with (data / "serving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"{data} is being served by another process") from None
        yield


def run(settings: Settings) -> None:
    """Blocks until the server has stopped. uvloop and httptools are required: falling back would cost a factor of four."""
    # Each open stream is an open file, and 1,024 is what most systems begin with.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # where the system has its own ceiling
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
