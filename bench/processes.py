"""Several servers on one PostgreSQL against one: what the barrier costs a request, what it adds to the wait, what a second core brings.

`python -m bench.processes --database postgresql://…/postgres --valkey valkey://…` makes databases of its own beside the one that is
named and drops them. The same busy evening goes to one server that serves alone, and to several that look before each answer.
Servers are pinned to one core each, in turn; the load and PostgreSQL are wherever there is room: only what is compared in one run
counts. It takes some three minutes: each server first walks through its record and must have rested from that.
"""

import asyncio
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from bench.busy_evening import evening, newest_of
from bench.data import DataSet, seed
from bench.process import CORES, Load, Server, answering, free_port, rested, words

PEOPLE, POSTS = 50, 1_000
ROUNDS = 3
TARGETS = {"cpu": 1.25, "throughput": 1.7}


async def _query(database: str, *statements: str) -> None:
    connection: Any = await asyncpg.connect(database)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@contextlib.contextmanager
def made(database: str) -> Generator[str]:
    """A database beside the one that is named, for as long as this lasts."""
    name = f"bench_{os.getpid()}"
    asyncio.run(_query(database, f"CREATE DATABASE {name}"))
    try:
        yield urlsplit(database)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_query(database, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def servers(data: DataSet, folder: Path, cores: Sequence[int], valkey: str) -> Generator[list[Server]]:
    """One on each of these cores; several know of each other by `valkey`, one that is alone by nothing."""
    with contextlib.ExitStack() as stack:
        opened: list[Server] = []
        for number, core in enumerate(cores):
            port, here = free_port(), folder / str(number)
            shutil.copytree(data.settings.data, here)
            stack.callback(shutil.rmtree, here, ignore_errors=True)
            environ = {
                "CHAUPAL_DATA": str(here), "CHAUPAL_PORT": str(port), "CHAUPAL_DATABASE": data.settings.database,
                "CHAUPAL_VALKEY": valkey, "CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error",
                "CHAUPAL_PUBLIC_URL": "http://127.0.0.1:8000",
            }  # fmt: skip
            process = subprocess.Popen(
                [sys.executable, "-m", "chaupal.app.cli", "serve"], env=os.environ | environ, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, preexec_fn=lambda core=core: os.sched_setaffinity(0, {core}),
            )  # fmt: skip
            stack.callback(_end, process)
            opened.append(Server(process.pid, port, answering(process, port, "/api/v2/instance", time.perf_counter())))
        for server in opened:
            rested(server)
        yield opened


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)


def load(opened: list[Server], requests: list[str], seconds: float, *, most: int = 0, connections: int = 16) -> Load:
    """The same load on each of them at once (`most` requests each; 0: no bound); as one, with the processor's time a request of all."""
    before = sum(server.cpu for server in opened)
    plans = [
        {
            "port": server.port, "requests": requests[number:] + requests[:number], "connections": connections // len(opened),
            "seconds": seconds, "most": most,
        }
        for number, server in enumerate(opened)
    ]  # fmt: skip
    running = [
        subprocess.Popen([sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in plans
    ]  # fmt: skip
    for process, plan in zip(running, plans, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps(plan).encode())
        process.stdin.close()
    found = [Load(**json.loads(process.stdout.read())) for process in running if process.stdout is not None]
    for process in running:
        process.wait()
    many = sum(one.requests for one in found)
    return Load(
        many, sum(one.failures for one in found), max(one.seconds for one in found), statistics.mean(one.p50 for one in found),
        max(one.p99 for one in found), (sum(server.cpu for server in opened) - before) / max(1, many) * 1e3,
    )  # fmt: skip


# Which cores, of those that there are, in turn; and whether they look before each answer.
WAYS: dict[str, tuple[Sequence[int], bool]] = {
    "one alone": ([0], False), "one with barrier": ([0], True), "two with barrier, two cores": ([0, 1], True),
    "three with barrier": ([0, 1, 2], True),
}  # fmt: skip


def measure(data: DataSet, folder: Path, valkey: str, seconds: float) -> Generator[tuple[str, Load]]:
    """The same evening at each of WAYS: the middle of its rounds, by the processor's time."""
    for name, (cores, looks) in WAYS.items():
        pinned = [CORES[core % len(CORES)] for core in cores]
        with servers(data, folder / "servers", pinned, valkey if looks else "") as opened:
            requests = [one.sent() for one in evening(data, newest_of(opened[0], data))]
            load(opened, requests, 60, most=len(requests))  # each has seen all of it once
            rounds = [load(opened, requests, seconds) for _ in range(ROUNDS)]
        yield name, sorted(rounds, key=lambda one: one.cpu)[ROUNDS // 2]


def show(found: Iterable[tuple[str, Load]]) -> None:
    """Print each as soon as it is there, beside those before it, and the ratios that are promised."""
    known: dict[str, Load] = {}
    for name, one in found:
        known[name] = one
        alone = known["one alone"]
        print(
            f"{name:28} {one.cpu:.3f} ms of CPU a request, {one.cpu / alone.cpu:.2f} of one alone; {one.per_second:,.0f} requests/s,"
            f" p50 {one.p50:.1f} ms, p99 {one.p99:.1f} ms, {one.failures} failures"
        )
        if name == "two with barrier, two cores":
            ratio = one.per_second / known["one with barrier"].per_second
            print(f"  throughput to one with barrier: {ratio:.2f} (>= {TARGETS['throughput']})")
        if name == "three with barrier":
            print(f"  CPU a request to one alone: {one.cpu / alone.cpu:.2f} (<= {TARGETS['cpu']})")
        sys.stdout.flush()


def main() -> None:
    parser = words("bench.processes", __doc__, "any database of a PostgreSQL in which databases may be made")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with made(args.database) as database:
            data = asyncio.run(seed(folder / "data", PEOPLE, POSTS, database=database))
            show(measure(data, folder, args.valkey, args.seconds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
