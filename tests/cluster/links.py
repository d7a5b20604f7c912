"""The network between the parts: small TCP proxies that can be cut, frozen and aimed elsewhere, in a process of their own.

`Links` starts it and speaks to it; run as a program it is that process, and ends when whoever started it does: then it also
takes away the folder of the cluster, which nobody else can where that was killed.

cut: what stands is reset and what comes is refused, as by a firewall that says no.
frozen: what stands stays and carries nothing, as when a cable is pulled and nobody is told.
slow: everything comes, so much later, each way.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 10.0  # seconds in which the others of a cluster that was killed are gone
MOST_WAITING = 1 << 20  # bytes that wait for a slow end before the fast one is held


class Links:
    """Each link by its name; `port(name)` is where whoever uses it connects to."""

    def __init__(self, folder: Path | None = None) -> None:
        self._ports: dict[str, int] = {}
        last = (str(folder),) if folder else ()
        self._process: subprocess.Popen[str] | None = subprocess.Popen(
            [sys.executable, "-P", __file__, *last],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def open(self, name: str, target: int) -> int:
        """A new link to a port of this machine; the port at which it takes connections."""
        self._ports[name] = self._ask("open", name, target)
        return self._ports[name]

    def port(self, name: str) -> int:
        return self._ports[name]

    def cut(self, name: str) -> None:
        self._ask("cut", name)

    def freeze(self, name: str) -> None:
        self._ask("freeze", name)

    def slow(self, name: str, ms: int) -> None:
        self._ask("slow", name, ms)

    def heal(self, name: str) -> None:
        self._ask("heal", name)

    def aim(self, name: str, target: int) -> None:
        """Lead elsewhere from now on; what stands is reset."""
        self._ask("aim", name, target)

    def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(PATIENCE)
            self._process = None

    def _ask(self, *words: object) -> int:
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


# --- the program ---


class End(asyncio.Protocol):
    """One end of a connection that goes through; what it hears the other one says."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None
        self.other: End | None = None
        self.early: list[bytes] = []  # heard before there was another end
        self.on_the_way: deque[bytes] = deque()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=MOST_WAITING)
        self.link.ends.add(self)
        if self.link.frozen:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        if self.link.late or self.on_the_way:
            self.on_the_way.append(data)
            asyncio.get_running_loop().call_later(self.link.late, lambda: self._pass_on(self.on_the_way.popleft()))
        else:
            self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        """Nothing: it has ended."""
        there = None if self.other is None else self.other.transport
        if there is None:
            self.early.append(data)
        elif there.is_closing():
            return
        elif data:
            there.write(data)
        elif there.can_write_eof():
            there.write_eof()

    def eof_received(self) -> bool:
        """One half may close before the other."""
        self.data_received(b"")
        return True

    def pause_writing(self) -> None:
        self._other_reads(False)

    def resume_writing(self) -> None:
        if not self.link.frozen:
            self._other_reads(True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.ends.discard(self)
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close() if exc is None else self.other.transport.abort()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _other_reads(self, on: bool) -> None:
        if self.other is not None and self.other.transport is not None:
            with_ = self.other.transport
            with_.resume_reading() if on else with_.pause_reading()


class Link:
    """One way through."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.shut = self.frozen = False
        self.late = 0.0  # seconds
        self.ends: set[End] = set()
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def open(self) -> int:
        server = await asyncio.get_running_loop().create_server(self._begin, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    def _begin(self) -> End:
        near = End(self)
        asyncio.get_running_loop().create_task(self._join(near))
        return near

    async def _join(self, near: End) -> None:
        await asyncio.sleep(0)
        await self.thawed.wait()
        if self.shut:
            near.abort()
            return
        far = End(self)
        try:
            await asyncio.get_running_loop().create_connection(lambda: far, "127.0.0.1", self.target)
        except OSError:
            near.abort()
            return
        near.other, far.other = far, near
        for data in near.early:
            near._pass_on(data)
        if near.transport is None or near.transport.is_closing():
            far.abort()

    def drop(self) -> None:
        for end in list(self.ends):
            end.abort()

    def hold(self, on: bool) -> None:
        self.frozen = on
        (self.thawed.clear if on else self.thawed.set)()
        for end in list(self.ends):
            if end.transport is not None:
                (end.transport.pause_reading if on else end.transport.resume_reading)()


async def carry_out(links: dict[str, Link], word: str, name: str, target: int = 0) -> int:
    """One order of whoever started us; its answer."""
    if word == "open":
        links[name] = Link(target)
        return await links[name].open()
    link = links[name]
    match word:
        case "cut":
            link.shut = True
            link.hold(False)
            link.drop()
        case "freeze":
            link.hold(True)
        case "aim":
            link.target = target
            link.drop()
        case "slow":
            link.late = target / 1_000
        case "heal":
            link.shut, link.late = False, 0.0
            link.hold(False)
        case _:
            return -1
    return 0


async def main() -> None:
    """Orders come as lines of JSON, answers are numbers."""
    links: dict[str, Link] = {}
    loop = asyncio.get_running_loop()
    read: Callable[[], str] = sys.stdin.readline
    while line := await loop.run_in_executor(None, read):
        print(await carry_out(links, *json.loads(line)), flush=True)


def take_away(folder: Path) -> None:
    """The folder goes, once those who still write in it are gone."""
    until = time.monotonic() + PATIENCE / 2
    for line in Path("/proc/mounts").read_text().splitlines() if Path("/proc/mounts").exists() else ():
        if line.split()[1].startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", line.split()[1]], check=False)
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
    for last in sys.argv[1:]:
        take_away(Path(last))
