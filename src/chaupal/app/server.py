"""The server process: uvicorn with uvloop and httptools, the house opened before it and closed after it.

Told to stop it takes nothing new, finishes what it has begun, and tells streams to come again. `chaupal work` is the same without
the square: it carries out what others caused.
"""

import asyncio
import contextlib
import ctypes
import resource
import signal
import socket
import time
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, NamedTuple

import click
import msgspec
import uvicorn
import uvloop

from chaupal.api.admin import figures
from chaupal.app.connections import LINGER, OTHER_FILES, Config, Http, Keeper
from chaupal.app.gc_frozen import gc_frozen
from chaupal.app.rooms import alone
from chaupal.app.supervisor import READY, bound
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.http.streaming import HEARTBEAT
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.ports.country import Locator

FINISHING, FINISHING_OF_MANY = 5, 30  # seconds for what was begun; where others serve meanwhile there is more time
# Below this modules that are brought in late, uploads and connections to the store fail by turns.
FEWEST_FILES = 2 * OTHER_FILES
M_ARENA_MAX = -8  # of glibc's mallopt(3): in how many places threads look for memory
HEALTH = ("/healthz", "/livez", "/readyz", "/metrics")


class HandedOn(NamedTuple):
    """What a supervisor hands on: the socket to listen on, and the line on which it is told that this process serves.

    The line is closed with the supervisor: then this process stops, too.
    """

    door: socket.socket
    line: socket.socket


class Server(uvicorn.Server):
    """Says where it listens as soon as it does; ends open streams as soon as it stops.

    `lingers`: told to leave, it answers whoever comes for a while, and says at /readyz that nobody should be sent here.
    """

    def __init__(
        self, config: Config, running: RunningHouse, line: socket.socket | None = None, *, lingers: bool = False
    ) -> None:
        super().__init__(config)
        self._keeper = config.keeper
        self._lingers = lingers
        self._line = line
        self._origin = running.house.settings.origin
        self._streams = running.carrier.streams
        self._vitals = running.house.reads.work.vitals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._line is None:
            # Alone it cannot be replaced, but leave as it does at other times; whoever started it starts it again.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._leave)
            click.echo(f"Chaupal: {self._origin}")
            return
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._replaced)
        self._line.send(READY)
        asyncio.get_running_loop().add_reader(self._line, self._left_alone, self._line)

    def _leave(self) -> None:
        self.should_exit = True

    def _replaced(self) -> None:
        """Another process has this place now and takes new connections."""
        self._lingers = False
        self._leave()

    def _left_alone(self, line: socket.socket) -> None:
        """The supervisor has died, so nobody else would stop this process: it stops itself."""
        asyncio.get_running_loop().remove_reader(line)
        self._leave()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._vitals.draining = True
        self._streams.close()
        if self._lingers:
            await self._linger()
        await super().shutdown(sockets)
        self._captured_signals.clear()  # raised again, they would end the process before the house is closed

    async def _linger(self) -> None:
        """Answer on until the load balancer knows. Caddy, for one, cannot send elsewhere what was refused here, because it
        has closed its body.
        """
        self._keeper.leaving = True
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, Http):
                connection.shutdown()
        until = time.monotonic() + LINGER
        while time.monotonic() < until and not self.force_exit:  # noqa: ASYNC110 - uvicorn sets it, and tells nobody
            await asyncio.sleep(0.1)
        self._streams.close()


async def serve(settings: Settings, *, work: bool = True, handed: HandedOn | None = None) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). A village is founded first, where it is not yet.

    `work`: whether this process carries out, beside serving, what changes cause and what time does.
    """
    _share_memory()
    with (
        alone(settings, shared=settings.many),
        tracing(settings),
        bound(settings.host, settings.port) if handed is None else handed.door as door,
    ):
        settings = as_bound(settings, door.getsockname()[1])
        if settings.village:
            from chaupal.app import village  # its play and its pictures are not needed on a real server

            await village.prepare(settings)
        with gc_frozen():
            running = await open_house(settings, works=work)
        async with _figures_reported(running, "serve"):
            line = None if handed is None else handed.line
            await _listen(running, running.app, door, line, lingers=settings.many)


async def work(settings: Settings) -> None:
    """Carry out events and timed tasks beside servers, until told to stop. With a port, health and metrics are served there."""
    _share_memory()
    with (
        alone(settings, shared=settings.many),
        tracing(settings),
        bound(settings.host, settings.port) if settings.port else contextlib.nullcontext() as door,
    ):
        with gc_frozen():
            running = await open_house(settings)
        async with _figures_reported(running, "work"):
            if door is not None:
                await _listen(running, _health_of(running.app), door, None)
            else:
                await _until_told(running)


def _share_memory() -> None:
    """All threads take from one place what any gave back: else a megabyte lies unused at the start, three after an evening."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other libraries of C have none
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


async def _until_told(running: RunningHouse) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    click.echo(f"Chaupal: at work for {running.house.settings.origin}")
    try:
        await stop.wait()
    finally:
        await running.close()


def _figures_reported(running: RunningHouse, role: str) -> AbstractAsyncContextManager[None]:
    """Inside, this process tells Prometheus how it fares, where somebody watches."""
    square = running.house.square
    return figures.reporting(running.house.settings, square.work.vitals, square.clock, role)


def tracing(settings: Settings) -> AbstractContextManager[None]:
    """Traces of what is done inside, where a collector is named. Raises BadSettings where the extra is not installed."""
    if not settings.traces:
        return contextlib.nullcontext()
    try:
        from chaupal.app.traces import traced
    except ModuleNotFoundError as error:
        raise BadSettings("traces: needs the extra: pip install 'chaupal[traces]'") from error
    return traced(settings)


def _health_of(app: Any) -> Any:
    """Of everything that a server answers, how it fares."""

    async def front(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] in HEALTH:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close", "code": 1008})

    return front


async def _listen(
    running: RunningHouse, app: Any, door: socket.socket, line: socket.socket | None, *, lingers: bool = False
) -> None:
    settings = running.house.settings
    keeper = Keeper(settings, Locator(settings, lambda address: None))
    running.house.reads.work.vitals.gauges["connections_open"] = keeper.open_count
    config = Config(
        app,
        keeper,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=FINISHING_OF_MANY if settings.many else FINISHING,
        timeout_keep_alive=settings.idle_seconds,
        # Messages from clients are a few words; compression would hold 300 kB for each connection.
        ws_max_size=10_000,
        ws_per_message_deflate=False,
        ws_ping_interval=HEARTBEAT,
        ws_ping_timeout=HEARTBEAT,
    )
    try:
        await Server(config, running, line, lingers=lingers).serve([door])
    finally:
        await running.close()


def as_bound(settings: Settings, port: int) -> Settings:
    """With port 0 the machine chose one; links must name it."""
    if settings.port:
        return settings
    named = settings.public_url.removesuffix(":0") + (f":{port}" if settings.public_url.endswith(":0") else "")
    return msgspec.structs.replace(settings, port=port, public_url=named)


def handed_on(files: str) -> HandedOn | None:
    """From the numbers of two open files, "DOOR,LINE"; None where none are named."""
    if not files:
        return None
    door, line = (socket.socket(fileno=int(number)) for number in files.split(","))
    return HandedOn(door, line)


def run(doing: Coroutine[Any, Any, None]) -> None:
    """Blocks until the server has stopped. uvloop and httptools are required: falling back would cost a factor of four."""
    # Each open stream is an open file, and 1,024 is what most systems begin with.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # where the system has its own ceiling
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= files < FEWEST_FILES:
        doing.close()
        raise BadSettings(
            f"This process may open {files} files and needs {FEWEST_FILES}: "
            "raise it with `ulimit -n`, or with LimitNOFILE= of the systemd unit"
        )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(doing)
