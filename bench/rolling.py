"""Three processes behind one address are replaced one after the other while requests come: how many of those failed.

`python -m bench.rolling --database postgresql://…/postgres --valkey valkey://…` makes a database of its own beside the one that is
named and drops it. Half of the callers keep their connections as proxies do, half take a new one for each request; nobody asks twice.
"""

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.process import answering, arguments, free_port
from bench.processes import made_database

PROCESSES = 3
A_SECOND = 500
CALLERS = 100  # so many that those who wait for a process that begins take nothing off the number of requests
MOST = 120.0  # seconds until processes that are not replaced are an error
REQUEST = b"GET /api/v2/instance HTTP/1.1\r\nhost: 127.0.0.1\r\n%s\r\n"


@dataclass
class RollingResult:
    """What came of it; `failed` says why, `waits` in ms."""

    waits: list[float] = field(default_factory=list[float])
    failed: list[str] = field(default_factory=list[str])


class Caller:
    """One after the other; on one connection for as long as the server lets it, or each on a new one."""

    def __init__(self, port: int, *, keeps: bool) -> None:
        self._port, self._keeps = port, keeps
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, found: RollingResult) -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(30):
                status = await self._ask()
        except (OSError, EOFError, ValueError) as error:
            found.failed.append(repr(error))
            self._hang_up()
        else:
            found.waits.append((time.perf_counter() - began) * 1_000)
            if status != b"200":
                found.failed.append(status.decode())

    async def _ask(self) -> bytes:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._line
        writer.write(REQUEST % (b"" if self._keeps else b"connection: close\r\n"))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        if not self._keeps or b"connection: close" in head:
            self._hang_up()
        return head.split(b" ", 2)[1]

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None


def children(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split())


async def call(port: int, over: asyncio.Event, found: RollingResult) -> None:
    """`A_SECOND` requests a second, as evenly as may be, whoever waits for an answer."""

    async def go_on(number: int) -> None:
        caller, due = Caller(port, keeps=number % 2 == 0), time.perf_counter() + number / A_SECOND
        while not over.is_set():
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            due = max(due + CALLERS / A_SECOND, time.perf_counter() - 1)
            await caller.ask(found)

    await asyncio.gather(*map(go_on, range(CALLERS)))


async def roll(pid: int, port: int, rounds: int) -> tuple[RollingResult, float]:
    """Replace all of them so many times; (what callers met, seconds)."""
    found, over, began = RollingResult(), asyncio.Event(), time.perf_counter()
    calling = asyncio.create_task(call(port, over, found))
    try:
        for _ in range(rounds):
            before = children(pid)
            os.kill(pid, signal.SIGHUP)
            async with asyncio.timeout(MOST):
                while before & (now := children(pid)) or len(now) != PROCESSES:  # noqa: ASYNC110 - of processes there is nothing to await
                    await asyncio.sleep(0.1)
    finally:
        over.set()
        await calling
    return found, time.perf_counter() - began


def main() -> None:
    parser = arguments("bench.rolling", __doc__, "any database of a PostgreSQL in which databases may be made")
    parser.add_argument("--rounds", type=int, default=2, help="how often all are replaced")
    given = parser.parse_args()
    with made_database(given.database) as database, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environ = {
            "CHAUPAL_DATA": folder,
            "CHAUPAL_PORT": str(port),
            "CHAUPAL_DATABASE": database,
            "CHAUPAL_VALKEY": given.valkey,
            "CHAUPAL_RATE_LIMITS": "off",
            "CHAUPAL_LOG_LEVEL": "error",
        }
        serving = subprocess.Popen(
            [sys.executable, "-m", "chaupal.app.cli", "serve", "--processes", str(PROCESSES)],
            env=os.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            answering(serving, port, "/api/v2/instance", time.perf_counter())
            while len(children(serving.pid)) < PROCESSES:
                time.sleep(0.1)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found, seconds = runner.run(roll(serving.pid, port, given.rounds))
        finally:
            serving.terminate()
            serving.wait()
    cut, asked = statistics.quantiles(found.waits, n=100), len(found.waits) + len(found.failed)
    print(f"{PROCESSES} processes, replaced {given.rounds} times in {seconds:.0f} s")
    print(
        f"{len(found.waits) / seconds:.0f} requests a second (of {A_SECOND}), p50 {cut[49]:.1f}, p99 {cut[98]:.1f} ms"
    )
    print(f"failed requests: {len(found.failed)} of {asked} (at most 0)")
    for why in sorted(set(found.failed))[:5]:
        print(f"  {found.failed.count(why)} times: {why}")
    sys.exit(1 if found.failed else 0)


if __name__ == "__main__":
    main()
