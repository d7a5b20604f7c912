"""A post by one whom very many follow: until its author is answered, until it stands in all resident homes, and who waits meanwhile.

`python -m bench.followers --database postgresql://… --valkey valkey://…` on an empty database: three processes (or as many as
are asked for) share the homes of all followers. Beside it what a home costs that is built from the store, and one that
another process has built.
"""

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import uvloop

from bench.data import account
from bench.process import arguments
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Viewer
from chaupal.ports.homes import Resident
from chaupal.ports.homes_valkey import ValkeyHomes
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import home
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.social.signin.sessions import issue_token

TICK = 0.001  # seconds
FOLLOWED, TIMES = 200, 200  # whom the reader of the second part follows, and how often their home is built in each way
CROWD = """
    INSERT INTO accounts SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', one.id + number, 'handle', one.handle || number))).*
    FROM accounts one, generate_series(1, $2::bigint) number WHERE one.id = $1
"""
TIES = """
    INSERT INTO follows SELECT (jsonb_populate_record(tie, jsonb_build_object('by', tie.by + number))).*
    FROM follows tie, generate_series(1, $2::bigint) number WHERE tie.by = $1
"""

# Ids hold the time: one post more of each for every hour that is past.
PAST = """
    INSERT INTO posts SELECT (jsonb_populate_record(one, jsonb_build_object('id', one.id - number * (3600000::bigint << 16)))).*
    FROM posts one, generate_series(1, $1::bigint) number
"""
HOURS = 500


@dataclass
class SpreadTimes:
    """Seconds: until the author was answered; until the last home of a process had it; the longest turn of a loop meanwhile."""

    answered: float
    spread: float
    held: float


class Homes:
    """The homes that one process keeps: each of a follower of `star`."""

    def __init__(self, running: RunningHouse, star: int, owners: range) -> None:
        self._work = running.house.square.work
        self._homes = running.house.reads.homes
        self._star = star
        self._owners = owners

    async def fill(self) -> None:
        await self._work.fresh()  # at its first look a process gives up whatever it knew before
        local: Any = self._homes._local if isinstance(self._homes, ValkeyHomes) else self._homes  # pyrefly: ignore[protected-access] - those of this process
        local._residents = len(self._owners) + 10
        for owner in self._owners:
            expected = await local.expect(owner, {owner, self._star})
            await local.admit(owner, expected, range(1_000, 900, -1), whole=False)

    async def have(self, id_: int) -> None:
        """Until the post stands in each of them."""
        left = [*self._owners]
        while left:
            looked = 0
            while left and looked < 100 and not await self._lacks(left[-1], id_):
                left.pop()
                looked += 1
            await asyncio.sleep(0 if looked else 5 * TICK)

    async def _lacks(self, owner: int, id_: int) -> bool:
        found = await self._homes.page(owner)
        return found is None or not found.ids or found.ids[0] < id_


@asynccontextmanager
async def watched() -> AsyncGenerator[list[float]]:
    """The longest time that the loop did not come round, in seconds."""
    longest = [0.0]

    async def turn() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            longest[0], last = max(longest[0], now - last - TICK), now

    turning = asyncio.create_task(turn())
    try:
        yield longest
    finally:
        turning.cancel()
        with suppress(asyncio.CancelledError):
            await turning


def keep_homes(settings: Settings, star: int, owners: range, pipe: Connection) -> None:
    """One more process: keeps its homes, and says when the post that it is told of stands in all of them."""

    async def keep() -> None:
        running = await open_house(settings)
        homes = Homes(running, star, owners)
        await homes.fill()
        pipe.send("ready")
        while (id_ := await asyncio.to_thread(pipe.recv)) is not None:
            async with watched() as longest:
                await homes.have(id_)
            pipe.send((time.perf_counter(), longest[0]))
        await running.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(keep())


async def crowd(running: RunningHouse, many: int) -> tuple[int, str, int]:
    """(who is followed, their token, the first of so many followers)."""
    square = running.house.square
    star, first = await account(square, "star"), await account(square, "crowd")
    await graph.follow(square, Viewer(account=first, country="IN"), star)
    database: Any = await asyncpg.connect(running.house.settings.database)
    await database.execute(CROWD, first, many - 1)
    await database.execute(TIES, first, many - 1)
    await database.execute("UPDATE accounts SET followers_count = $2 WHERE id = $1", star, many)
    await database.execute("ANALYZE")
    await database.close()
    return star, await issue_token(square, star, "read write"), first


async def publish(running: RunningHouse, token: str, number: int) -> tuple[int, float, float]:
    """(its id, when it was sent, when it was answered)."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=running.app), base_url=running.house.settings.origin
    ) as client:
        head = {"authorization": f"Bearer {token}"}
        began = time.perf_counter()
        said = await client.post("/api/v1/statuses", json={"status": f"सब के लिए {number}"}, headers=head)
        ended = time.perf_counter()
    said.raise_for_status()
    return int(said.json()["id"]), began, ended


async def spread(settings: Settings, many: int, processes: int, times: int) -> list[SpreadTimes]:
    """Of each post."""
    running = await open_house(settings)
    star, token, first = await crowd(running, many)
    share = many // processes
    parts = [range(first + at * share, first + (at + 1) * share) for at in range(processes)]
    homes = Homes(running, star, parts[0])
    await homes.fill()
    context, pipes = multiprocessing.get_context("spawn"), list[Any]()
    for part in parts[1:]:
        ours, theirs = context.Pipe()
        context.Process(target=keep_homes, args=(settings, star, part, theirs), daemon=True).start()
        pipes.append(ours)
    for pipe in pipes:
        await asyncio.to_thread(pipe.recv)
    found: list[SpreadTimes] = []
    for number in range(times + 1):
        await asyncio.sleep(0.3)
        async with watched() as longest:
            id_, began, answered = await publish(running, token, number)
            for pipe in pipes:
                pipe.send(id_)
            await homes.have(id_)
            ends = [(time.perf_counter(), longest[0])]
        ends += [await asyncio.to_thread(pipe.recv) for pipe in pipes]
        if number:  # the first one brings in what only posting needs
            found.append(
                SpreadTimes(answered - began, max(at for at, _ in ends) - began, max(held for _, held in ends))
            )
    for pipe in pipes:
        pipe.send(None)
    await running.close()
    return found


async def homes_by(settings: Settings) -> dict[str, tuple[float, float]]:
    """How a home is come by -> (ms, ms of this processor), both medians."""
    running = await open_house(settings)
    square, reads = running.house.square, running.house.reads
    reader = Viewer(account=await account(square, "reader"), country="IN", language="hi")
    authors = [Viewer(account=await account(square, f"author{number}"), country="IN") for number in range(FOLLOWED)]
    for author in authors:
        await graph.follow(square, reader, author.me)
        await posts.publish(square, author, posts.Draft(text="एक बात"))
    database: Any = await asyncpg.connect(settings.database)
    await database.execute(PAST, HOURS)
    await database.execute("ANALYZE")
    await database.close()
    homes = reads.homes
    assert isinstance(homes, ValkeyHomes)
    for _ in range(4):
        await square.work.fresh()
        homes.push(0, 0)
    recall: Callable[..., Awaitable[Resident | None]] = homes.recall

    async def nothing(*_: object) -> None:
        return None

    found: dict[str, tuple[float, float]] = {}
    for name, way in {"built from the store": nothing, "built by another process": recall}.items():
        homes.recall = way  # pyrefly: ignore[bad-assignment, method-assign] - one way after the other
        took: list[tuple[float, float]] = []
        for _ in range(TIMES):
            homes.dismiss(reader.me)
            reads.work.memory.answers.clear()
            began, cpu = time.perf_counter(), time.process_time()
            await home.page(reads, reader, Cursor(limit=20))
            took.append(((time.perf_counter() - began) * 1e3, (time.process_time() - cpu) * 1e3))
            await asyncio.sleep(0.002)
        found[name] = statistics.median(ms for ms, _ in took), statistics.median(ms for _, ms in took)
    await running.close()
    return found


def main() -> None:
    parser = arguments("bench.followers", __doc__, "of an empty PostgreSQL database")
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--times", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            environ={},
            data=str(Path(folder)),
            database=args.database,
            valkey=args.valkey,
            rate_limits=False,
            log_level="error",
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            took = runner.run(spread(settings, args.followers, args.processes, args.times))
            homes = runner.run(homes_by(settings))
    print(
        f"a post by one with {args.followers:,} followers, whose homes are resident in {args.processes} processes (ms)"
    )
    for name, most in (("answered", 20), ("spread", 1_000), ("held", 0)):
        figures = sorted(getattr(one, name) * 1e3 for one in took)
        limit = f", at most {most:,}" if most else ""
        print(f"  {name:9} median {statistics.median(figures):7.1f}   worst {figures[-1]:7.1f}{limit}")
    for name, (ms, cpu) in homes.items():
        print(f"a home {name}: {ms:.2f} ms, {cpu:.2f} ms of this process's processor")


if __name__ == "__main__":
    main()
