"""Several servers on one PostgreSQL against one: what the barrier costs a request, what a second server brings.

`python -m bench.processes --database postgresql://…/postgres --valkey valkey://…` makes databases of its own beside the one that is
named and drops them. The same busy evening goes to one server that serves alone, and to one and to three that look before each
answer; each way has a copy of the same data, all are up at once, and they are asked in turn, round by round. A ratio is of two
loads of one round, and what is printed is the middle of all rounds: whatever else the machine does meanwhile is done to both.
Each server has as many callers as the one that is alone has, since that is when one has several; beside it stands what a request
costs three that share the callers of one: fewer come during a look, so fewer share it. Both are asked in two ways: anybody asks
any of them, and each reader asks one of them alone, as balancers send them that go by who asks: what a server keeps for a reader is
of use then. What it costs that so many processes share the machine's cores and caches is told apart: as many servers of which each
is alone, on a copy of its own, know nothing of each other and are asked in the same way.

All of this three times: first as servers come, pinned to the cores in turn. Then the one that is alone has a core for itself, and
three share with their loads and the database what there is, and lose more to the turns that they take than to each other. So it is
measured again where each server, also the one, has the same share of a core and there is room for all the rest; and where all servers
are on the first core, also the one, and their loads, the database and the Valkey on the last: these take no turns with servers then.

What a second server brings is measured where servers are what is full, and not the load or the database: each server has the same
share of a core, small enough that there is room for all the rest (`bench.shares`), or a core of its own where there are four.
Where neither goes, or a server was not at its share's end, the figure is not printed, and why.
"""

import asyncio
import contextlib
import dataclasses
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import msgspec

from bench.busy_evening import EveningRequest, evening, newest_of
from bench.data import DataSet, seed
from bench.pinned import engines, pinned
from bench.process import CORES, Load, Server, answering, arguments, free_port, rested
from bench.shares import NoShares, shared

PEOPLE, POSTS = 50, 1_000
ROUNDS = 9
SHARE = 0.25  # of a core for each server, where there are no cores for each
FULL = 0.9  # of its share: a server that used less was not what was full
ENOUGH = 4  # cores: two servers, their database, their load
NOTHING: Mapping[str, str] = {}
CONNECTIONS = 16  # of callers, to each server
TWICE = 1.7  # at least: throughput of two to that of one


async def _query(database: str, *statements: str) -> None:
    connection: Any = await asyncpg.connect(database)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@contextlib.contextmanager
def made_database(database: str, name: str = "", like: str = "") -> Generator[str]:
    """A database beside the one that is named, for as long as this lasts; a copy of `like`, to which nobody is connected."""
    name = f"bench_{os.getpid()}{name}"
    template = f" TEMPLATE {urlsplit(like).path[1:]}" if like else ""
    asyncio.run(_query(database, f"CREATE DATABASE {name}{template}"))
    try:
        yield urlsplit(database)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_query(database, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def servers(
    data: DataSet, folder: Path, cores: Sequence[int], valkey: str, more: Mapping[str, str] = NOTHING
) -> Generator[list[Server]]:
    """One on each of these cores; several know of each other by `valkey`, one that is alone by nothing. `more`: of environment."""
    with ExitStack() as stack:
        opened: list[Server] = []
        for number, core in enumerate(cores):
            port, here = free_port(), folder / str(number)
            shutil.copytree(data.settings.data, here)
            stack.callback(shutil.rmtree, here, ignore_errors=True)
            environ = {
                "CHAUPAL_DATA": str(here),
                "CHAUPAL_PORT": str(port),
                "CHAUPAL_DATABASE": data.settings.database,
                "CHAUPAL_VALKEY": valkey,
                "CHAUPAL_RATE_LIMIT_SCALE": "1000000",
                "CHAUPAL_LOG_LEVEL": "error",
                "CHAUPAL_PUBLIC_URL": "http://127.0.0.1:8000",
                **more,
            }
            process = subprocess.Popen(
                [sys.executable, "-m", "chaupal.app.cli", "serve"],
                env=os.environ | environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                preexec_fn=lambda core=core: os.sched_setaffinity(0, {core}),
            )
            stack.callback(_end, process)
            opened.append(Server(process.pid, port, answering(process, port, "/api/v2/instance", time.perf_counter())))
        for server in opened:
            rested(server)
        yield opened


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)


def of_anybody(asked: Sequence[EveningRequest], many: int) -> list[list[str]]:
    """What each of so many servers is asked where anybody asks any: all of it, and each begins elsewhere."""
    sent = [one.sent() for one in asked]
    return [sent[number:] + sent[:number] for number in range(many)]


def of_its_own(asked: Sequence[EveningRequest], many: int) -> list[list[str]]:
    """The same where each reader asks one of them alone."""
    found: list[list[str]] = [[] for _ in range(many)]
    for one in asked:
        found[zlib.crc32(one.token.encode()) % many].append(one.sent())
    return found


def load(
    opened: list[Server], asked: list[list[str]], seconds: float, *, most: int = 0, connections: int = CONNECTIONS
) -> Load:
    """A load on each of them at once (`most` requests each; 0: no bound); as one, with the processor's time a request of all."""
    before = sum(server.cpu for server in opened)
    plans = [
        {
            "port": server.port,
            "requests": requests,
            "connections": connections // len(opened),
            "seconds": seconds,
            "most": most,
        }
        for server, requests in zip(opened, asked, strict=True)
    ]
    running = [
        subprocess.Popen([sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in plans
    ]
    for process, plan in zip(running, plans, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps(plan).encode())
        process.stdin.close()
    found = [Load(**json.loads(process.stdout.read())) for process in running if process.stdout is not None]
    for process in running:
        process.wait()
    many = sum(one.requests for one in found)
    return Load(
        many,
        sum(one.failures for one in found),
        max(one.seconds for one in found),
        statistics.mean(one.p50 for one in found),
        max(one.p99 for one in found),
        (sum(server.cpu for server in opened) - before) / max(1, many) * 1e3,
    )


class Kind(NamedTuple):
    """Servers on these cores, of those that there are, in turn. `looks`: before each answer, at what the others have committed;
    else each is alone, on its own copy of the data.
    """

    cores: Sequence[int]
    looks: bool


WAYS = {
    "one alone": Kind([0], False),
    "one with barrier": Kind([0], True),
    "two with barrier": Kind([0, 1], True),
    "three with barrier": Kind([0, 1, 2], True),
    "two, each alone": Kind([0, 1], False),
    "three, each alone": Kind([0, 1, 2], False),
}
ALONE, ONE, TWO, THREE, TWO_APART, THREE_APART = WAYS
OWN, OWN_APART = "three, each reader at one of them", "three, each alone, each reader at one"
SPARSE, SPARSE_OWN = "three, the callers of one", "three, the callers of one, each at one"
TARGETS = {THREE: "; at most 1.25", OWN: "; at most 1.25"}


class Way(NamedTuple):
    """The servers of one way, and what is asked of them."""

    opened: list[Server]
    asked: list[EveningRequest]

    def load(self, seconds: float, *, most: int = 0, connections: int = CONNECTIONS, own: bool = False) -> Load:
        """`own`: each reader asks one of them alone."""
        asked = (of_its_own if own else of_anybody)(self.asked, len(self.opened))
        return load(self.opened, asked, seconds, most=most, connections=connections)


@contextlib.contextmanager
def opened_ways(data: DataSet, folder: Path, database: str, valkey: str) -> Generator[dict[str, Way]]:
    """All of them up, each on its own copy of the data, and each has seen all that will be asked once."""
    with ExitStack() as stack:
        found: dict[str, Way] = {}
        numbers = itertools.count()

        def begun(cores: Sequence[int], valkey: str) -> list[Server]:
            number = next(numbers)
            copy = stack.enter_context(made_database(database, f"_{number}", like=data.settings.database))
            mine = dataclasses.replace(data, settings=msgspec.structs.replace(data.settings, database=copy))
            pinned = [CORES[core % len(CORES)] for core in cores]
            return stack.enter_context(servers(mine, folder / str(number), pinned, valkey))

        for name, kind in WAYS.items():
            groups = [kind.cores] if kind.looks else [[core] for core in kind.cores]
            opened = [server for group in groups for server in begun(group, valkey if kind.looks else "")]
            found[name] = way = Way(opened, evening(data, newest_of(opened[0], data)))
            way.load(60, most=len(way.asked))
        yield found


type Rooms = Mapping[str, Callable[[Way], AbstractContextManager[None]]]


def rooms(found: dict[str, Way], database: str, valkey: str) -> Rooms:
    """How much of the machine the servers of a way have while they are asked."""
    every = [server.pid for way in found.values() for server in way.opened]

    @contextlib.contextmanager
    def apart(_: Way) -> Generator[None]:
        if len(CORES) == 1:
            raise NoShares("there is one core")
        with pinned(lambda: engines(database, valkey), CORES[-1]), pinned(lambda: every, CORES[0]):
            yield

    return {
        "servers as they come": lambda _: contextlib.nullcontext(),
        f"each server has {SHARE:g} of a core": lambda way: shared([server.pid for server in way.opened], SHARE),
        "servers on the first core, all else on the last": apart,
    }


def processor(
    found: dict[str, Way], seconds: float, where: str, room: Callable[[Way], AbstractContextManager[None]]
) -> None:
    """Print the processor's time a request of each way, beside one alone of the same round."""
    three, each = found[THREE], CONNECTIONS * len(found[THREE].opened)
    callers = {name: (way, CONNECTIONS * len(way.opened), False) for name, way in found.items()} | {
        OWN: (three, each, True),
        OWN_APART: (found[THREE_APART], each, True),
        SPARSE: (three, CONNECTIONS, False),
        SPARSE_OWN: (three, CONNECTIONS, True),
    }
    loads: dict[str, list[Load]] = {name: [] for name in callers}
    print(f"{where}:", flush=True)
    try:
        for number in range(ROUNDS):
            for name in (*callers, *callers)[number % len(callers) :][: len(callers)]:  # another one begins each round
                way, connections, own = callers[name]
                with room(way):
                    loads[name].append(way.load(seconds, connections=connections, own=own))
    except (NoShares, ProcessLookupError) as why:
        print(f"  not measurable: {why}")
        return
    for name, of in loads.items():
        low, middle, high = statistics.quantiles(
            (mine.cpu / alone.cpu for mine, alone in zip(of, loads[ALONE], strict=True)), n=4
        )
        failed, asked = sum(one.failures for one in of), sum(one.requests for one in of)
        print(
            f"  {name:{len(SPARSE_OWN)}} {statistics.median(one.cpu for one in of):.3f} ms of CPU a request, {middle:.2f} of one alone"
            f" (half of the rounds {low:.2f} to {high:.2f}{TARGETS.get(name, '')}); {failed} of {asked:,} failed",
            flush=True,
        )


def _room(opened: list[Server]) -> tuple[float, AbstractContextManager[None]]:
    """What each server has of a core, and for how long that holds. Raises NoShares."""
    if len(CORES) >= ENOUGH:
        return 1.0, contextlib.nullcontext()
    return SHARE, shared([server.pid for server in opened], SHARE)


def throughput(found: dict[str, Way], seconds: float, *, own: bool) -> None:
    """Print what two servers answer in a second to what one does, where all are full: of those that look before each answer, and of
    those that are alone. `own`: each reader asks one of them alone.
    """
    pairs = {"two to one that look": (ONE, TWO), "two that are alone to one": (ALONE, TWO_APART)}
    ratios: dict[str, list[float]] = {name: [] for name in pairs}
    used = list[float]()
    share = SHARE
    try:
        for _ in range(ROUNDS):
            for pair, names in pairs.items():
                answered: list[float] = []
                for name in names:
                    way = found[name]
                    share, room = _room(way.opened)
                    with room:
                        one = way.load(seconds, connections=CONNECTIONS * len(way.opened), own=own)
                    answered.append(one.per_second)
                    used.append(one.cpu / 1e3 * one.requests / one.seconds / len(way.opened) / share)
                ratios[pair].append(answered[1] / answered[0])
    except NoShares as why:
        print(f"  throughput, two to one: not measurable with {len(CORES)} cores: {why}")
        return
    full, each = statistics.median(used), f"each of them {share:.0%} of a core" if share < 1 else "each of them a core"
    if full < FULL:
        print(
            f"  throughput, two to one: not measurable: servers used {full:.0%} of what they had ({each}), so something else was full"
        )
        return
    whom = "each reader at one of them" if own else "anybody at any"
    for pair, of in ratios.items():
        target = f" (>= {TWICE})" if TWO in pairs[pair] else ""
        print(
            f"  throughput, {pair}, {whom}, {each}, of which they used {full:.0%}: {statistics.median(of):.2f}{target}"
        )


def main() -> None:
    parser = arguments(
        "bench.processes", __doc__, "any of a PostgreSQL in which databases may be made, with room for 150 connections"
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with made_database(args.database) as database:
            data = asyncio.run(seed(folder / "data", PEOPLE, POSTS, database=database))
            with opened_ways(data, folder / "servers", args.database, args.valkey) as found:
                for where, room in rooms(found, args.database, args.valkey).items():
                    processor(found, args.seconds, where, room)
                for own in (False, True):
                    throughput(found, args.seconds, own=own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
