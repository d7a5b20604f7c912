"""W9: from a decision to all who listen and every place where one reads; what an idle stream weighs; how fast posts arrive.

Decisions are taken beside the server, as from the command line: the slower of the two ways.

`--database postgresql://…/postgres --valkey valkey://…`: the first of it alone, across three processes with 200 streams each.
"""

import argparse
import asyncio
import http.client
import json
import resource
import shutil
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import regex

from bench.court import DESPITE, REASON, Desk, desk, order
from bench.data import DataSet, seed
from bench.process import CORES, Server, free_port, serving
from bench.processes import made_database, servers
from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.http.call import House
from chaupal.policy.viewer import Viewer
from chaupal.social.people import graph

STREAMS, IDLE = 200, 2_000
PROCESSES = 3  # with so many streams each
EARS, WRITERS, EVERY = 500, 64, 6.4  # streams that listen while so many write, each once in so many seconds
LOUD = 20.0  # seconds of that
PATIENCE = 20.0  # seconds
BELIEVING = {"CHAUPAL_TRUSTED_PROXIES": "127.0.0.0/8", "CHAUPAL_COUNTRY_HEADER": "X-Country"}  # about countries
PATH = "/api/v1/streaming/public"
NUMBERED = regex.compile("गिनती-([0-9]+)-पूरी".encode())
SOCKET = (
    "GET /api/v1/streaming?stream=public HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@dataclass
class StreamClient(asyncio.Protocol):
    """One stream; `told` waits for bytes and says when they came (perf_counter)."""

    request: bytes
    opened: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    awaited: bytes = b""
    came: asyncio.Future[float] | None = None
    rest: bytes = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self.opened.set_result(None)
        self.rest = (self.rest + data)[-8_000:]
        if self.came is not None and not self.came.done() and self.awaited in self.rest:
            self.came.set_result(time.perf_counter())

    def expect(self, awaited: bytes) -> asyncio.Future[float]:
        self.awaited, self.rest = awaited, b""
        self.came = asyncio.get_running_loop().create_future()
        return self.came


def served(data: DataSet) -> Any:
    """A server that believes its neighbours about countries, with room for many streams."""
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    environ = {"CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error"} | BELIEVING
    return serving(command, port, "/api/v2/instance", environ)


def measure(data: DataSet, *, times: int, quick: bool = False) -> dict[str, Any]:
    """Every figure of this section; p50 and p99 in ms, sizes in kB and MB."""
    _many_files()
    with served(data) as server:
        found = asyncio.run(_listen(server, data, times))
    with served(data) as server:
        found |= asyncio.run(_crowded(server, data, 50 if quick else EARS, LOUD))
    with served(data) as server:
        found |= asyncio.run(_idle(server, 200 if quick else IDLE))
    return found


def _many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _open[E: StreamClient](stack: AsyncExitStack, port: int, request: str, kind: type[E] = StreamClient) -> E:
    transport, ear = await asyncio.get_running_loop().create_connection(
        lambda: kind(request.encode()), "127.0.0.1", port
    )
    stack.callback(transport.close)
    await asyncio.wait_for(ear.opened, PATIENCE)
    return ear


def _asks(country: str) -> str:
    return f"GET {PATH} HTTP/1.1\r\nHost: bench\r\nX-Country: {country}\r\n\r\n"


# --- decisions and posts ---------------------------------------------------------------------------------------------


async def _listen(server: Server, data: DataSet, times: int) -> dict[str, Any]:
    told, obeyed, arrived = [], [], []
    async with AsyncExitStack() as stack, visiting(data.settings) as house:
        here = [await _open(stack, server.port, _asks("IN")) for _ in range(STREAMS // 2)]
        abroad = [await _open(stack, server.port, _asks("DE")) for _ in range(STREAMS // 2)]
        at = await desk(house, "Ministry of Streams")
        await graph.follow(house.square, Viewer(account=data.people[1], country="IN"), data.people[0])
        for number in range(times + 1):
            word = f"धारा{number}शब्द"
            coming = [ear.expect(word.encode()) for ear in (*here, *abroad)]
            began = time.perf_counter()
            post = await asyncio.to_thread(_says, server, data, word)
            moments = await asyncio.wait_for(asyncio.gather(*coming), PATIENCE)
            # Of the first post only that it comes: it finds a server that has just begun.
            arrived += [moment - began for moment in moments] if number else []
            places = _places(data, post, word)
            await asyncio.to_thread(_until, server, places, shows=word)
            ref = await _ordered(house, at, data, post, number)
            coming = [ear.expect(f"event: delete\ndata: {post}".encode()) for ear in here]
            await decisions.approve(house.court, at.approver, ref, 1)
            began = time.perf_counter()
            obeyed.append(await asyncio.to_thread(_until, server, places, hides=word))
            told += [moment - began for moment in await asyncio.wait_for(asyncio.gather(*coming), PATIENCE)]
    return {
        "streams": STREAMS,
        "decisions": times,
        "told": _spread(told),
        "obeyed": _spread(obeyed),
        "arrived": _spread(arrived),
    }


def _says(server: Server, data: DataSet, word: str, writer: int = 0) -> int:
    body = json.dumps({"status": f"{word} सुनो #{word}", "language": "hi"}).encode()
    headers = {"authorization": f"Bearer {data.tokens[writer % len(data.tokens)]}", "content-type": "application/json"}
    return int(json.loads(_ask(server, "POST", "/api/v1/statuses", headers, body))["id"])


async def _ordered(house: House, at: Desk, data: DataSet, post: int, number: int) -> str:
    """Received and proposed; what is left is the second person's word."""
    ref = await order(house, at, number, f"{house.settings.origin}/@{data.handle}/{post}")
    await decisions.propose(house.court, at.reviewer, ref, 1, outcome="withhold_post", reason=REASON, despite=DESPITE)
    return ref


def _places(data: DataSet, post: int, word: str) -> list[tuple[str, dict[str, str]]]:
    """Where a reader in India could meet the post: (path, headers)."""
    here = {"x-country": "IN"}
    author = data.people[0]
    paths = [
        f"/@{data.handle}/{post}",
        f"/@{data.handle}",
        f"/search?q={quote(word)}",
        f"/tags/{quote(word)}",
        "/public",
        f"/api/v1/statuses/{post}",
        f"/api/v1/accounts/{author}/statuses",
        f"/api/v1/timelines/tag/{quote(word)}",
        "/api/v1/timelines/public",
    ]
    mine = {**here, "authorization": f"Bearer {data.tokens[1]}"}
    return [(path, here) for path in paths] + [
        (f"/api/v2/search?q={quote(word)}&type=statuses", mine),
        ("/api/v1/timelines/home", mine),
    ]


def _until(server: Server, places: list[tuple[str, dict[str, str]]], *, shows: str = "", hides: str = "") -> float:
    """Seconds until none of the places shows the word (or each that ever did shows it)."""
    began = time.perf_counter()
    waiting = list(places)
    while waiting and time.perf_counter() - began < PATIENCE:
        path, headers = waiting[0]
        # The word and what follows it: an echo of what was searched for is not the post.
        there = f"{shows or hides} सुनो".encode() in _ask(server, "GET", path, headers)
        if there == bool(shows):
            waiting.pop(0)
    if waiting:
        raise SystemExit(f"{waiting[0][0]} does not {'show' if shows else 'obey'}")
    return time.perf_counter() - began


def _ask(server: Server, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status not in (200, 451):
        raise SystemExit(f"{path}: {answer.status}")
    return content


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(second * 1000 for second in seconds)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]}


# --- across processes ---------------------------------------------------------------------------------------------


async def _across(opened: list[Server], data: DataSet, times: int) -> dict[str, float]:
    """From a decision until each stream of every process was told; the post was written through one of them, in turn."""
    told = list[float]()
    async with AsyncExitStack() as stack, visiting(data.settings) as house:
        ears = [await _open(stack, server.port, _asks("IN")) for server in opened for _ in range(STREAMS)]
        at = await desk(house, "Ministry of Streams")
        for number in range(times + 1):
            word = f"धारा{number}शब्द"
            coming = [ear.expect(word.encode()) for ear in ears]
            post = await asyncio.to_thread(_says, opened[number % len(opened)], data, word)
            await asyncio.wait_for(asyncio.gather(*coming), PATIENCE)
            ref = await _ordered(house, at, data, post, number)
            coming = [ear.expect(f"event: delete\ndata: {post}".encode()) for ear in ears]
            await decisions.approve(house.court, at.approver, ref, 1)
            began = time.perf_counter()
            moments = await asyncio.wait_for(asyncio.gather(*coming), PATIENCE)
            told += [moment - began for moment in moments] if number else []
    return _spread(told)


def across(database: str, valkey: str, folder: Path, times: int) -> bool:
    """Print it; whether it is soon enough."""
    _many_files()
    with made_database(database) as mine:
        data = asyncio.run(seed(folder / "data", 10, 100, database=mine))
        cores = [CORES[number % len(CORES)] for number in range(PROCESSES)]
        with servers(data, folder / "servers", cores, valkey, BELIEVING) as opened:
            told = asyncio.run(_across(opened, data, times))
    met = told["p99"] <= 1_000
    name = f"decision to each of {PROCESSES * STREAMS} streams of {PROCESSES} processes told"
    print(f"{name:55} {_ms(told):28} {'p99 <= 1 s':14} {'ok' if met else 'MISSED'}")
    return met


# --- many who write and many who listen ------------------------------------------------------------------------------


@dataclass
class CrowdClient(StreamClient):
    """One stream among many: notes when each of the numbered posts came."""

    heard: dict[int, float] = field(default_factory=dict[int, float])

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self.opened.set_result(None)
        now, self.rest = time.perf_counter(), self.rest + data
        for found in NUMBERED.finditer(self.rest):
            self.heard.setdefault(int(found[1]), now)
        self.rest = self.rest[-40:]


async def _crowded(server: Server, data: DataSet, ears: int, seconds: float) -> dict[str, Any]:
    """Whoever writes does so at a steady pace, all of them spread over it; every post goes to every stream."""
    began: dict[int, float] = {}
    async with AsyncExitStack() as stack:
        crowd: list[CrowdClient] = []
        for number in range(ears):
            request = SOCKET if number % 2 else _asks("IN")
            crowd.append(await _open(stack, server.port, request, CrowdClient))
        cpu, start = server.cpu, time.perf_counter()

        async def write(writer: int) -> None:
            await asyncio.sleep(EVERY * writer / WRITERS)
            number = writer
            while time.perf_counter() - start < seconds:
                due = time.perf_counter()
                began[number] = due
                await asyncio.to_thread(_says, server, data, f"गिनती-{number}-पूरी", writer)
                number += WRITERS
                await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - due)))

        await asyncio.gather(*map(write, range(WRITERS)))
        await asyncio.sleep(2.0)
        busy = (server.cpu - cpu) / (time.perf_counter() - start)
    took = [ear.heard[number] - at for ear in crowd for number, at in began.items() if number in ear.heard]
    return {
        "loud": _spread(took),
        "ears": ears,
        "posts": len(began),
        "missed": ears * len(began) - len(took),
        "busy": busy,
    }


# --- idle ------------------------------------------------------------------------------------------------------------


async def _idle(server: Server, count: int) -> dict[str, Any]:
    """What so many streams weigh that nothing happens on, half of them WebSockets."""
    before = server.memory
    async with AsyncExitStack() as stack:
        for number in range(count):
            await _open(stack, server.port, SOCKET if number % 2 else _asks("IN"))
        await asyncio.sleep(1.0)
        after = server.memory
    return {"idle": count, "idle_kb": (after - before) * 1024 / count, "idle_mb": after - before}


def rows(found: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """For the report: (name, value, target, whether it is met)."""
    told, obeyed, arrived = found["told"], found["obeyed"], found["arrived"]
    with_streams = f"{found['streams']} streams"
    return [
        (f"W9 decision to each of {with_streams} told", _ms(told), "p99 <= 1 s", told["p99"] <= 1000),
        (f"W9 decision to all places obeying, {with_streams}", _ms(obeyed), "p99 <= 1 s", obeyed["p99"] <= 1000),
        (f"post to each of {with_streams}", _ms(arrived), "p99 <= 250 ms", arrived["p99"] <= 250),
        (
            f"{WRITERS} who write {WRITERS / EVERY:.0f} posts a second to each of {found['ears']}",
            f"{_ms(found['loud'])}, {found['missed']} missed",
            "p99 <= 250 ms",
            found["loud"]["p99"] <= 250 and not found["missed"],
        ),
        (
            f"memory for {found['idle']} idle streams",
            f"{found['idle_mb']:.0f} MB more, {found['idle_kb']:.0f} kB each",
            "<= 200 MB",
            found["idle_mb"] <= 200,
        ),
    ]


def _ms(spread: dict[str, float]) -> str:
    return f"p50 {spread['p50']:.0f} ms, p99 {spread['p99']:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.streams", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few decisions, few idle streams")
    parser.add_argument("--database", help="any database of a PostgreSQL in which databases may be made")
    parser.add_argument("--valkey")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if args.database:
            sys.exit(not across(args.database, args.valkey, folder, 3 if args.quick else 30))
        data = asyncio.run(seed(folder / "data", 10 if args.quick else 50, 100 if args.quick else 3_000))
        found = measure(data, times=3 if args.quick else 30, quick=args.quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = rows(found)
    for name, value, target, good in figures:
        print(f"{name:55} {value:28} {target:14} {'ok' if good else 'MISSED'}")
    sys.exit(not all(good for *_, good in figures))


if __name__ == "__main__":
    main()
