"""W11: what a page costs beside the same read of the API: as served, packed as browsers ask for it, and drawn anew.

Both are asked of the same server in turn, with the same data, by the same reader; the ratio is of the same minutes.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.data import TAG, DataSet, seed
from bench.process import Server, fire, free_port, serving
from bench.works import API, ask
from chaupal.app.rooms import visiting
from chaupal.social.signin import sessions

MOST = 3.0  # times the API's read
ROUNDS = 5


@dataclass
class Pair:
    """A page and the read of the API that tells the same. `mine`: as somebody who is signed in."""

    name: str
    page: str
    read: str
    mine: bool


def pairs(data: DataSet) -> list[Pair]:
    person, thread = f"/@{data.handle}", f"{API}/statuses/{data.thread}/context"
    posts = f"{API}/accounts/{data.people[0]}/statuses"
    return [
        Pair("home", "/", f"{API}/timelines/home?limit=20", mine=True),
        Pair("the square", "/public", f"{API}/timelines/public?limit=20", mine=True),
        Pair("a conversation", f"{person}/{data.thread}", thread, mine=True),
        Pair("a profile", person, posts, mine=True),
        Pair("a tag", f"/tags/{quote(TAG)}", f"{API}/timelines/tag/{quote(TAG)}", mine=True),
        Pair("front, a stranger's", "/", f"{API}/timelines/public?limit=20", mine=False),
        Pair("a profile, a stranger's", person, posts, mine=False),
    ]


async def session(data: DataSet) -> str:
    """A cookie of the first person."""
    async with visiting(data.settings) as house:
        return (await sessions.begin_session(house.square, data.people[0])).secret


def request_for(path: str, cookie: str, *, gzip: bool) -> str:
    headers = "Accept-Encoding: gzip\r\n" if gzip else ""
    headers += f"Cookie: {sessions.COOKIE}={cookie}\r\n" if cookie else "Cookie: visitor=aaaaaaaaaaaaaaaaaaaaaaaa\r\n"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: hi\r\n{headers}\r\n"


@contextmanager
def served(data: DataSet, *, keep: bool) -> Generator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    environ = {"CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error", "CHAUPAL_KEEP_ANSWERS": str(keep)}
    with serving(command, port, "/api/v2/instance", environ) as server:
        yield server


def measure(data: DataSet, seconds: float) -> dict[str, dict[str, float]]:
    """Name -> CPU ms of the read and of the page: as served, packed, and with nothing kept; medians of the rounds."""
    cookie = asyncio.run(session(data))
    found: dict[str, dict[str, list[float]]] = {pair.name: {} for pair in pairs(data)}
    for keep in (True, False):
        with served(data, keep=keep) as server:
            for _ in range(ROUNDS):
                for pair in pairs(data):
                    for name, request in _requests(pair, data, cookie, keep=keep):
                        load = fire(server, [request], seconds=seconds)
                        if load.failures or not load.requests:
                            raise SystemExit(f"{pair.name}: {load.failures} of {load.requests} answers were not 200")
                        found[pair.name].setdefault(name, []).append(load.cpu)
    return {name: {key: statistics.median(row) for key, row in rows.items()} for name, rows in found.items()}


def _requests(pair: Pair, data: DataSet, cookie: str, *, keep: bool) -> list[tuple[str, str]]:
    token, session_ = (data.tokens[0], cookie) if pair.mine else ("", "")
    plain = request_for(pair.page, session_, gzip=False)
    if not keep:
        return [("read_anew", ask(pair.read, token)), ("page_anew", plain)]
    return [("read", ask(pair.read, token)), ("page", plain), ("packed", request_for(pair.page, session_, gzip=True))]


def rows(found: dict[str, dict[str, float]]) -> list[tuple[str, str, str, bool]]:
    """For the report: (name, value, target, whether it is met)."""
    return [
        (
            f"W11 page / read: {name}",
            f"{row['page'] / row['read']:.1f} ({row['page']:.3f} ms), packed {row['packed'] / row['read']:.1f}; "
            f"anew {row['page_anew'] / row['read_anew']:.1f} ({row['page_anew']:.2f} ms)",
            f"<= {MOST:g}",
            row["page"] / row["read"] <= MOST,
        )
        for name, row in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small data set, a moment of each")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        data = asyncio.run(seed(folder / "data", 10 if args.quick else 50, 200 if args.quick else 3_000))
        found: dict[str, Any] = measure(data, 0.2 if args.quick else 1.0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = rows(found)
    for name, value, target, good in figures:
        print(f"{name:45} {value:60} {target:6} {'ok' if good else 'MISSED'}")
    sys.exit(not all(good for *_, good in figures))


if __name__ == "__main__":
    main()
