"""Runs several processes behind one address: restarts one that dies, and replaces all of them one by one on SIGHUP.

The address is held here, by one socket for each place: connections are spread over them by the system (SO_REUSEPORT). Whoever
takes a place gets its socket, and whoever takes it next the same one, so that what waits to be accepted is lost by no change of
places. Each is a new interpreter: after an upgrade SIGHUP brings the new code, and no request is lost.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Sequence

import click

from chaupal.kernel.errors import Problem
from chaupal.kernel.logger import log

READY = b"1"
# Seconds to wait before a place is taken again, by how often whoever had it has died soon after coming.
BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
SOON = 30.0  # seconds
SHUT_FROM = 2.0  # seconds of waiting from which nobody is sent to a place that nobody has
PATIENCE = 40.0  # seconds in which whoever was told to leave has left; a server waits 30 for what it has begun


def bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """The address to listen on, taken but not yet listened on; `shared` with whoever shares it, too.

    Raises Problem where it cannot be had.
    """
    with contextlib.ExitStack() as failing:
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            door = failing.enter_context(socket.socket(family, kind))
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            door.bind(address)
        except OSError as error:
            raise Problem(f"Cannot listen on {host}:{port}: {error.strerror}") from error
        except UnicodeError as error:
            raise Problem(f"Cannot listen on {host}:{port}: that is no name of a host") from error
        failing.pop_all()
    return door


class Place:
    """One of the processes, and the socket that is its place's."""

    def __init__(self, number: int, door: socket.socket) -> None:
        self.number = number
        self.door: socket.socket | None = door
        self.process: asyncio.subprocess.Process | None = None
        self.line: socket.socket | None = None  # closed with this process: then whoever serves leaves, too
        self.deaths = 0
        self.began = 0.0

    def shut(self) -> None:
        """Close the socket, so that no connection comes here until it is opened again."""
        if self.door is not None:
            self.door.close()
            self.door = None


class Supervisor:
    """`words`: the command by which each is started; `host`, `port`: where all of them listen."""

    def __init__(self, words: Sequence[str], host: str, port: int, processes: int) -> None:
        self._words = words
        self._host, self._port = host, port
        self._doors = [self._first_door()]
        self._doors += [self._door() for _ in range(processes - 1)]
        self._places = [Place(number, door) for number, door in enumerate(self._doors)]
        self._leaving = asyncio.Event()
        self._replacing = asyncio.Lock()
        self._tasks = set[asyncio.Task[None]]()

    async def run(self) -> int:
        """Until told to stop. The code to exit with: that of the first process where it cannot even begin."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._leave)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        first, *others = self._places
        async with self._replacing:  # who is not here yet is not replaced
            if not await self._start(first):  # alone, for it may have to found the house
                return 0 if self._leaving.is_set() or first.process is None else abs(await first.process.wait()) or 1
            came = await asyncio.gather(*map(self._start, others))
        if not self._leaving.is_set():
            click.echo(f"{1 + sum(came)} processes serve {self._host}:{self._port}")
        keeping = [asyncio.create_task(self._keep(place)) for place in self._places]
        await self._leaving.wait()
        for task in (*keeping, *self._tasks):
            task.cancel()
        await asyncio.gather(*keeping, *self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._end(place.process) for place in self._places))
        return 0

    def _leave(self) -> None:
        if self._leaving.is_set():  # told twice: whoever waits at the terminal waits no longer
            for place in self._places:
                _signal(place.process, signal.SIGKILL)
        self._leaving.set()
        for place in self._places:
            _signal(place.process, signal.SIGTERM)

    def _on_hangup(self) -> None:
        task = asyncio.create_task(self._replace_all())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- the address ---

    def _first_door(self) -> socket.socket:
        """Bind the address alone first, which fails where somebody else listens: shared sockets would share it with them in silence.

        Nor does it go to two supervisors that begin at once: until the first of their processes listens, the system would let
        both have it.
        """
        with bound(self._host, self._port) as tried:
            self._port = tried.getsockname()[1]
            self._sign = self._named(tried.getsockname())
        return self._door()

    def _named(self, address: tuple[object, ...]) -> socket.socket | None:
        """A lock on the address: an abstract socket (unix(7)), which ends with its process."""
        if sys.platform != "linux":
            return None
        sign = socket.socket(socket.AF_UNIX)
        try:
            sign.bind(f"\0chaupal serves {address[0]} {address[1]}")
        except OSError as error:
            sign.close()
            raise Problem(f"Cannot listen on {self._host}:{self._port}: {error.strerror}") from error
        return sign

    def _door(self) -> socket.socket:
        door = bound(self._host, self._port, shared=True)
        door.set_inheritable(True)
        return door

    # --- one place ---

    async def _start(self, place: Place) -> bool:
        """Start a process in this place. Whether it came so far that it serves."""
        if place.door is None:
            place.door = self._door()
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.set_inheritable(True)
            handed = (place.door.fileno(), theirs.fileno())
            place.process = await asyncio.create_subprocess_exec(
                *self._words,
                "--handed",
                f"{handed[0]},{handed[1]}",
                pass_fds=handed,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # what a terminal says is said to the supervisor, and to each by it
            )
        ours.setblocking(False)
        place.line, place.began = ours, time.monotonic()
        if self._leaving.is_set():
            _signal(place.process, signal.SIGTERM)
        with contextlib.suppress(OSError):
            return await asyncio.get_running_loop().sock_recv(ours, 1) == READY
        return False

    async def _keep(self, place: Place) -> None:
        """Start it again whenever it dies by itself."""
        while (process := place.process) is not None:
            code = await process.wait()
            if self._leaving.is_set():
                return
            async with self._replacing:
                if place.process is not process:
                    continue  # it was replaced
                lived = time.monotonic() - place.began
                place.deaths = place.deaths + 1 if lived < SOON else 0
                wait = BACK_OFF[min(place.deaths, len(BACK_OFF) - 1)]
                log.error(
                    "a process died; starting another", place=place.number, code=code, lived=round(lived), wait=wait
                )
                if place.line is not None:
                    place.line.close()
                if wait >= SHUT_FROM:
                    place.shut()
            await asyncio.sleep(wait)
            async with self._replacing:
                if place.process is process:
                    await self._start(place)

    async def _replace_all(self) -> None:
        """Replace one after the other; the old process is stopped once the new one serves. If a new one fails, all others stay."""
        for place in self._places:
            async with self._replacing:
                before, line, began = place.process, place.line, place.began
                if not await self._start(place):
                    log.error("a process could not be replaced: the one before goes on", place=place.number)
                    await self._end(place.process)
                    if before is not None and before.returncode is None:
                        place.process, place.line, place.began = before, line, began
                    return
            await self._end(before, signal.SIGHUP)
            if line is not None:
                line.close()

    async def _end(self, process: asyncio.subprocess.Process | None, sign: signal.Signals = signal.SIGTERM) -> None:
        """Told to leave already or not, it does; killed where it takes too long. SIGHUP: its place has been taken."""
        if process is None or process.returncode is not None:
            return
        _signal(process, sign)
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()


def _signal(process: asyncio.subprocess.Process | None, sign: signal.Signals) -> None:
    if process is not None and process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)


def run(words: Sequence[str], host: str, port: int, processes: int) -> int:
    """Blocks until all have stopped. `words`: as `serve` was called, without what names this interpreter."""

    async def supervise() -> int:
        return await Supervisor([sys.executable, "-P", "-m", "chaupal.app.cli", *words], host, port, processes).run()

    return asyncio.run(supervise())
