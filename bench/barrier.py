"""What it costs that every process knows, before it answers, what the others have committed: ways to do it, side by side.

`python -m bench.barrier --database postgresql://… --valkey valkey://…` puts the same load on each way, in one process and
while another one commits: no barrier at all; the tail of changes in PostgreSQL, as the house has it (decision 27); and the
number of the law in PostgreSQL with the tail in Valkey. It makes tables of its own in that database and takes them away.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import asyncpg
import uvloop
import valkey.asyncio as driver
from rich.console import Console
from rich.table import Table

from bench.process import arguments
from chaupal.store.machine.migrate import migrate, postgres_url
from chaupal.store.machine.tail import ADD, Barrier, Tail

WORK = 0.0003  # seconds of a processor that a request takes by itself
LOADS = {"idle": 20.0, "half": 0.5 / WORK, "full": 0.0}  # requests a second; 0: as many as go, from so many at a time:
AT_ONCE = 32
COMMITS = 100  # a second, by another process
KEPT = 100_000  # entries of the stream in Valkey, roughly
BODY = '[[["posts",111111111111111111],["people",111111111111111112],["wrote",111111111111111112],["square",0]],[]]'
TABLES = """
    CREATE TABLE IF NOT EXISTS bench_acts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text);
    CREATE TABLE IF NOT EXISTS bench_law (only_one boolean PRIMARY KEY, number bigint);
    INSERT INTO bench_law VALUES (true, 0) ON CONFLICT DO NOTHING;
"""
ACT = "INSERT INTO bench_acts (word) VALUES ($1)"
LAW = "SELECT number FROM bench_law"

type Pass = Callable[[], Awaitable[None]]


@dataclass
class Row:
    """Of one way under one load. `cpu`: ms of a processor a request; `waited`: ms (p50, p99) until a request was let pass, in
    which others are answered meanwhile; `took`: the same from when it was due until it was answered.
    """

    way: str
    load: str
    per_second: float
    cpu: float
    waited: tuple[float, float]
    took: tuple[float, float]
    shared: float  # requests a look


class Way:
    """One way to know what others have done. `looks`: how many were made."""

    name = "none"
    looks = 0

    async def open(self, database: str, valkey: str) -> None:
        """Before anything is asked."""

    async def passed(self) -> None:
        """What each request waits for."""

    async def commit(self, connection: Any) -> None:
        """One change by another process, told in this way."""
        async with connection.transaction():
            await connection.execute(ACT, "x")

    async def close(self) -> None:
        """No connection is left."""


class InPostgres(Way):
    """The house's own: what was committed since the last snapshot, by the rows that came with it."""

    name = "tail in PostgreSQL"

    async def open(self, database: str, valkey: str) -> None:
        self._tail = Tail(database, self._hear, _nothing, _nothing)
        self._barrier = Barrier(self._look)
        self.heard = 0

    def _hear(self, changes: Any, known: Any) -> None:
        self.heard += len(changes)

    async def _look(self) -> None:
        self.looks += 1
        await self._tail.catch_up()

    async def passed(self) -> None:
        await self._barrier.passed()

    async def commit(self, connection: Any) -> None:
        async with connection.transaction():
            await connection.execute(ACT, "x")
            await connection.execute(ADD, "bench", 1, BODY, None)

    async def close(self) -> None:
        await self._barrier.close()
        await self._tail.close()


class Split(Way):
    """The law's number in PostgreSQL, all else as a capped stream in Valkey, asked together."""

    name = "law in PostgreSQL, tail in Valkey"

    async def open(self, database: str, valkey: str) -> None:
        self._eye: Any = await asyncpg.connect(database)
        self._valkey: Any = driver.Valkey.from_url(valkey.replace("valkey://", "redis://"))
        self._barrier = Barrier(self._look)
        self._last: Any = b"$"
        self._last = await self._newest()
        self.heard = 0

    async def _newest(self) -> bytes:
        found = await self._valkey.xrevrange("bench:tail", count=1)
        return found[0][0] if found else b"0-0"

    async def _look(self) -> None:
        self.looks += 1
        _, found = await asyncio.gather(self._eye.fetchval(LAW), self._valkey.xread({"bench:tail": self._last}))
        for _, entries in found or ():
            for id_, fields in entries:
                self._last = id_
                self.heard += len(fields)

    async def passed(self) -> None:
        await self._barrier.passed()

    async def commit(self, connection: Any) -> None:
        async with connection.transaction():
            await connection.execute(ACT, "x")
        await self._valkey.xadd("bench:tail", {"body": BODY}, maxlen=KEPT, approximate=True)

    async def close(self) -> None:
        await self._barrier.close()
        await self._eye.close()
        await self._valkey.aclose()


WAYS: dict[str, type[Way]] = {way.name: way for way in (Way, InPostgres, Split)}


def _nothing() -> None:
    """Nothing was missed that a bench would miss."""


async def serve(way: Way, per_second: float, seconds: float) -> tuple[list[float], list[float], float, float]:
    """Requests, at random moments (the same ones for every way) or (0) one after the other: what each waited and took (s), the
    processor's time a request, seconds.
    """
    waits, takes = list[float](), list[float]()
    dice = random.Random(5)
    began, cpu = time.perf_counter(), time.process_time()

    async def request(due: float) -> None:
        came = time.perf_counter()
        await way.passed()
        waits.append(time.perf_counter() - came)
        _burn()
        takes.append(time.perf_counter() - due)

    async def again() -> None:
        while (now := time.perf_counter()) - began < seconds:
            await request(now)
            await asyncio.sleep(0)

    if per_second:
        due, tasks = began, set[asyncio.Task[None]]()
        while due < began + seconds:
            due += dice.expovariate(per_second)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(request(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
    else:
        await asyncio.gather(*(again() for _ in range(AT_ONCE)))
    return waits, takes, (time.process_time() - cpu) / len(waits), time.perf_counter() - began


def _burn() -> None:
    until = time.thread_time() + WORK
    while time.thread_time() < until:
        pass


async def measure(name: str, database: str, valkey: str, seconds: float) -> list[Row]:
    """One way under each load, while another process commits."""
    rows: list[Row] = []
    way = WAYS[name]()
    await way.open(database, valkey)
    for load, per_second in LOADS.items():
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.barrier", "--database", database, "--valkey", valkey, "--commit", name
        )
        try:
            await serve(way, per_second, 1.0)  # the writer begins, and all is warm
            way.looks = 0
            length = seconds if per_second != LOADS["idle"] else 2 * seconds
            waits, takes, cpu, took = await serve(way, per_second, length)
        finally:
            writer.terminate()
            await writer.wait()
        shared = len(waits) / way.looks if way.looks else 0.0
        rows.append(
            Row(name, load, len(waits) / took, cpu * 1e3, _middle_and_tail(waits), _middle_and_tail(takes), shared)
        )
    await way.close()
    return rows


def _middle_and_tail(seconds: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49] * 1e3, cuts[98] * 1e3


async def commit(name: str, database: str, valkey: str) -> None:
    """Commit `COMMITS` times a second until somebody ends this process."""
    way = WAYS[name]()
    await way.open(database, valkey)
    connection: Any = await asyncpg.connect(database)
    due = time.perf_counter()
    while True:
        due += 1 / COMMITS
        await way.commit(connection)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def writing(name: str, database: str, valkey: str, times: int = 500) -> float:
    """Seconds until a commit is answered, the median, with nothing else going on."""
    way = WAYS[name]()
    async with AsyncExitStack() as closing:
        await way.open(database, valkey)
        closing.push_async_callback(way.close)
        connection: Any = await asyncpg.connect(database)
        closing.push_async_callback(connection.close)
        took: list[float] = []
        for _ in range(times):
            began = time.perf_counter()
            await way.commit(connection)
            took.append(time.perf_counter() - began)
    return statistics.median(took)


async def looking(database: str, times: int = 2_000) -> tuple[float, float]:
    """The house's own look by itself, with nothing else going on: seconds there and back, and of this process's processor."""
    way = InPostgres()
    async with AsyncExitStack() as closing:
        await way.open(database, "")
        closing.push_async_callback(way.close)
        await way.passed()  # the connection is there
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            await way.passed()
        return (time.perf_counter() - began) / times, (time.process_time() - cpu) / times


async def run(database: str, valkey: str, seconds: float) -> tuple[list[Row], dict[str, float]]:
    """Every row; and what a commit takes by each way, and a look, in words and seconds."""
    await migrate(postgres_url(database))
    connection: Any = await asyncpg.connect(database)
    await connection.execute(TABLES)
    rows = [row for name in WAYS for row in await measure(name, database, valkey, seconds)]
    took = {f"a commit, {name}": await writing(name, database, valkey) for name in WAYS}
    took["a look by itself, there and back"], took["  of that, this process's processor"] = await looking(database)
    await connection.execute("DROP TABLE bench_acts, bench_law; TRUNCATE changes")
    await connection.close()
    return rows, took


def show(rows: list[Row], took: dict[str, float]) -> None:
    """Print all of it. A commit's figure is without a disk where the database has none to wait for."""
    table = Table(title=f"requests of {WORK * 1e3:g} ms each, {COMMITS} commits a second by another process")
    spans = (f"{what} {of}" for what in ("waited", "took", "more") for of in ("p50 ms", "p99"))
    columns = ("way", "load", "req/s", "CPU ms", *spans, "shared by")
    for column in columns:
        table.add_column(column, justify="left" if column in ("way", "load") else "right", no_wrap=True)
    bare = {row.load: row.took for row in rows if row.way == Way.name}
    for row in rows:
        shared = f"{row.shared:.1f}" if row.shared else "-"
        figures = (f"{one:.2f}" for one in (*row.waited, *row.took))
        # As many as go come when they like, and with a look all at once: nothing to compare.
        more = (f"{a - b:.2f}" if LOADS[row.load] else "-" for a, b in zip(row.took, bare[row.load], strict=True))
        table.add_row(row.way, row.load, f"{row.per_second:,.0f}", f"{row.cpu:.3f}", *figures, *more, shared)
    Console(width=160).print(table)
    for name, seconds in took.items():
        print(f"{name}: {seconds * 1e3:.3f} ms")


def main() -> None:
    parser = arguments("bench.barrier", __doc__, "of an empty PostgreSQL database")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--commit", choices=[*WAYS], help=argparse.SUPPRESS)
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if args.commit:
            runner.run(commit(args.commit, args.database, args.valkey))
        else:
            show(*runner.run(run(args.database, args.valkey, args.seconds)))


if __name__ == "__main__":
    main()
