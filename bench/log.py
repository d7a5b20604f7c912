"""How the public log bears a million entries: appends one act at a time, an audit from outside over HTTP, a reconciliation.

    python -m bench.log [--quick] [--entries N]

Prints seconds; exits with 1 where a log of as many entries as `--quick` has, or more, is slower than it may be. No rows stand behind
its entries, so what the reconciliation says of them is not shown.
"""

import argparse
import asyncio
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.process import free_port, serving
from bench.transparency import LogStory
from chaupal.app.logs import set_up_logs
from chaupal.app.rooms import visiting
from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, log, reconcile, tree as log_tree
from chaupal.kernel.settings import Settings, load_settings
from chaupal.store.court import ledger
from chaupal_audit.log import entries
from chaupal_audit.log.mirror import mirror

ENTRIES, QUICK = 1_000_000, 50_000
ONE_BY_ONE = 2_000  # acts that are appended each in a unit of its own
AT_ONCE = 50  # of them on the way at a time
LEAST_PER_SECOND = 500
MOST_SECONDS = 120.0  # for a full audit of a million entries


async def append_acts(court: Court, many: int) -> float:
    """Acts per second, each in its own unit, so many of them on the way at once."""
    turns = iter(range(many))

    async def clerk() -> None:
        for turn in turns:
            async with court.work.writing() as w:
                public = entries.Decision(target=turn, kind="post", step="proposed", demanded="withhold_post")
                said = log.EntryContent(public, {"outcome": "refuse", "reason": "What the order shows. " * 5})
                await log.append(court, w, f"IN-2021-{turn}", said)

    began = time.perf_counter()
    await asyncio.gather(*(clerk() for _ in range(AT_ONCE)))
    return many / (time.perf_counter() - began)


async def fill(court: Court, many: int) -> None:
    """As a log of years would be, by the story that the report's measure tells; many entries to a unit."""
    story: Iterator[tuple[int, bytes]] = LogStory().tell()
    async with court.work.reading() as reading:
        missing = many - await ledger.size(reading)
    while missing > 0:
        part = [("step", body) for _, body in islice(story, min(missing, 5_000))]
        async with court.work.writing() as w:
            await log_tree.add(w, part)
        missing -= len(part)


async def prepare(settings: Settings, many: int, one_by_one: int) -> dict[str, float]:
    """A log of so many entries, and what it took."""
    found: dict[str, float] = {}
    async with visiting(settings) as house:
        court = house.court
        found["acts per second, log empty"] = await append_acts(court, one_by_one)
        began = time.perf_counter()
        await fill(court, many - one_by_one)
        found["seconds to fill"] = time.perf_counter() - began
        found["acts per second, log full"] = await append_acts(court, one_by_one)
        began = time.perf_counter()
        await log_batches.newest(court)
        found["seconds to sign"] = time.perf_counter() - began
        began = time.perf_counter()
        await log.check_log(court)
        found["seconds to check at start"] = time.perf_counter() - began
        began = time.perf_counter()
        await reconcile.reconcile(court)
        found["seconds to reconcile"] = time.perf_counter() - began
    return found


def audit(settings: Settings, folder: Path, many: int) -> dict[str, float]:
    """An outsider mirrors and verifies everything from a running server, then comes again."""
    found: dict[str, float] = {}
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", settings.data, "--port", str(port)]
    environ = {"CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error", "CHAUPAL_LOG_BATCH_MINUTES": "0"}
    with serving(command, port, "/api/v2/instance", environ, quiet=True):
        for what in ("seconds to audit", "seconds to audit again"):
            began = time.perf_counter()
            report = asyncio.run(mirror(f"http://127.0.0.1:{port}/log", None, folder))
            found[what] = time.perf_counter() - began
            if not report.ok or report.verified < many:
                raise SystemExit(f"the log does not verify: {report.fault} {report.where}")
    found["auditor's memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.log", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} entries")
    parser.add_argument("--entries", type=int, default=0, help="at least 2")
    args = parser.parse_args()
    many = args.entries or (QUICK if args.quick else ENTRIES)
    if many < 2:
        parser.error("--entries: at least 2")
    folder = Path(tempfile.mkdtemp(prefix="bench-log-"))
    settings = load_settings(environ={}, data=str(folder / "data"), port=8000, log_batch_minutes=0)
    set_up_logs("critical")
    try:
        found = asyncio.run(prepare(settings, many, min(ONE_BY_ONE, many // 2)))
        for what, figure in found.items():
            print(f"{what:32} {figure:12.2f}", flush=True)
        more = audit(settings, folder / "mirror", many)
        for what, figure in more.items():
            print(f"{what:32} {figure:12.2f}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    slowest = min(found["acts per second, log empty"], found["acts per second, log full"])
    too_slow = slowest < LEAST_PER_SECOND or more["seconds to audit"] > MOST_SECONDS * max(many / ENTRIES, 0.1)
    sys.exit(many >= QUICK and too_slow)


if __name__ == "__main__":
    main()
