"""`make bench`: seeds the data sets, serves them on one core, loads them from the other, prints a table of ratios."""

import argparse
import asyncio
import dataclasses
import shutil
import sys
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import msgspec

from bench import busy_evening, intake, justice, neighbours, report, rulings, streams, writing
from bench.data import CROWD, PEOPLE, POSTS, RULINGS, DataSet, seed
from bench.process import CORES, Server, free_port, serving
from bench.works import Servers, capture, first_reads, measure, works

STARTS = 3  # the time to the first 200 is the median of so many


def serve(data: DataSet, *, keep: bool = True) -> AbstractContextManager[Server]:
    """Rate limits are on, but high. `keep=False`: every answer is composed anew."""
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    environ = {"CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error", "CHAUPAL_KEEP_ANSWERS": str(keep)}
    return serving(command, port, "/api/v2/instance", environ)


def seeded(folder: Path, people: int, posts: int, crowd: int) -> DataSet:
    began = time.perf_counter()
    data = asyncio.run(seed(folder, people, posts, crowd=crowd))
    print(
        f"seeded {people} people, {posts} posts, {RULINGS} rulings in {time.perf_counter() - began:.0f} s", flush=True
    )
    return data


def copied(data: DataSet, folder: Path) -> DataSet:
    """The same data set for a second server: a directory is served by one alone."""
    shutil.copytree(data.settings.data, folder)
    return dataclasses.replace(data, settings=msgspec.structs.replace(data.settings, data=str(folder)))


def starts(data: DataSet) -> float:
    """Seconds from nothing to the first 200, the median."""
    times: list[float] = []
    for _ in range(STARTS):
        with serve(data) as server:
            times.append(server.started)
    return sorted(times)[STARTS // 2]


def run(folder: Path, growth: int, seconds: float) -> dict[str, Any]:
    """Every figure of one run."""
    small = seeded(folder / "small", PEOPLE, POSTS, CROWD)
    large = seeded(folder / "large", PEOPLE * growth, POSTS * growth, 0)
    found: dict[str, Any] = {"growth": growth, "started": starts(small)}
    evening = copied(small, folder / "evening")
    with serve(evening) as server:
        found["evening"] = busy_evening.measure(server, evening, folder / "evening-raw", seconds)
    with ExitStack() as open_:
        server = open_.enter_context(serve(small))
        found["memory_before"] = server.memory
        raw_port = free_port()
        command = [sys.executable, "-m", "bench.raw", str(folder / "raw"), str(raw_port)]
        chosen = capture(server, works(small), folder / "raw")
        raw = open_.enter_context(serving(command, raw_port, "/0"))
    # Afresh: what was captured is in the server's memory, and the first reads are to find nothing there.
    again = copied(small, folder / "again")
    with (
        serve(small) as server,
        serve(again, keep=False) as composing,
        serve(large, keep=False) as larger,
        serving(command, raw_port, "/0") as raw,
    ):
        found["first_reads"] = first_reads(server, raw, small)
        found["works"] = measure(Servers(server, composing, larger, raw), chosen, works(large), seconds)
        found |= writing.measure(server, small, seconds)
        found["memory_after"] = server.memory
        found["obeyed_ms"] = justice.measure(server, small)
    found["streams"] = streams.measure(
        copied(small, folder / "streams"), times=max(3, int(30 * seconds)), quick=seconds < 1
    )
    found["rulings"] = rulings.run(folder / "rulings")
    found["intake"] = intake.measure()
    found["peers"] = neighbours.measure(folder / "snac", seconds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="shorter rounds, and a second set three times the first, not ten"
    )
    parser.add_argument("--compare", type=Path, metavar="FILE", help="an earlier run's JSON, to put beside this one")
    args = parser.parse_args()
    if len(CORES) < 2:
        print("only one core here: the load disturbs what it measures", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        found = run(folder, *((3, 0.4) if args.quick else (10, 1.0)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    file = report.keep(found)
    busy_evening.show(found["evening"])
    report.show(found)
    rulings.show(found["rulings"])
    intake.show(found["intake"])
    print(file)
    if args.compare:
        report.compare(found, args.compare)


if __name__ == "__main__":
    main()
