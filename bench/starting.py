"""How long a server takes to its first 200 and what it weighs then and after load, and how long commands take beside it.

Seconds of the clock without those in which others had the core, which a machine that is shared has many of; and of a processor.
`--beside FOLDER` starts another version's source tree in turn with this one, on a house of its own each that has started before, and
says how much longer this one takes and how much more it weighs: talking to other servers, while it is off, may cost no more than
`DEARER` over the last version that knew nothing of it (`git archive 49d64cb`).
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import busy_evening, versions
from bench.__main__ import seeded, serve
from bench.data import CROWD, PEOPLE, POSTS, DataSet
from bench.process import Server, fire, waited
from bench.works import works

TIMES, TURNS = 5, 9  # each figure is the median of so many
STARTED, MEMORY, LOADED, COMMAND = 1.5, 90, 150, 0.5  # most seconds, MB, MB, seconds
DEARER = 1.03  # times what another version takes and weighs
COMMANDS = (("account", "token", "person0"), ("account", "role", "person0", "member"), ("order", "list"), ("--help",))


def measure(data: DataSet, seconds: float) -> dict[str, Any]:
    """Every figure; the load is a busy evening of so many seconds after everything that `make bench` asks for."""
    starts = [_start(data) for _ in range(TIMES)]
    found: dict[str, Any] = {key: statistics.median(one[key] for one in starts) for key in starts[0]}
    with serve(data) as server:
        _load(server, data, seconds)
        found["loaded"] = server.memory
        found["commands"] = {" ".join(words): _command(data, words) for words in COMMANDS}
    return found


def _start(data: DataSet) -> dict[str, float]:
    with serve(data) as server:
        others = server.waited
        return {"seconds": server.started - others, "others": others, "cpu": server.cpu, "memory": server.memory}


def _load(server: Server, data: DataSet, seconds: float) -> None:
    for work in works(data):
        asked = work.requests()
        busy_evening.good(fire(server, asked, most=10 * len(asked)), work.name)
    evening = busy_evening.evening(data, busy_evening.newest_of(server, data))
    busy_evening.good(fire(server, [one.sent() for one in evening], seconds=seconds), "a busy evening")


def _command(data: DataSet, words: tuple[str, ...]) -> dict[str, float]:
    runs = [_run([sys.executable, "-m", "chaupal.app.cli", "--data", data.settings.data, *words]) for _ in range(TIMES)]
    return {key: statistics.median(one[key] for one in runs) for key in runs[0]}


def _run(command: list[str]) -> dict[str, float]:
    """What one run took, in seconds; it must end well."""
    before, began = _spent(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    clock, others = time.perf_counter() - began, waited(process.pid)
    if process.wait():
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return {"seconds": clock - others, "others": others, "cpu": _spent() - before}


def _spent() -> float:
    """Seconds of a processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(folder: Path, other: Path) -> bool:
    """Whether this version starts no dearer than another one. By a processor's seconds and by memory: the clock's are told beside them."""
    trees = {"this": versions.HERE, "other": other}
    for name, tree in trees.items():
        _started(folder / name, tree)  # founds the house, and compiles what is read
    found = {name: list[dict[str, float]]() for name in trees}
    for _ in range(TURNS):
        for name, tree in trees.items():
            found[name].append(_started(folder / name, tree))
    met = True
    for key, most in (("cpu", DEARER), ("memory", DEARER), ("seconds", None)):
        this, that = (statistics.median(one[key] for one in found[name]) for name in trees)
        met = met and (most is None or this / that <= most)
        told = "" if most is None else f"  {'met' if this / that <= most else 'not met'} (<= {most:g})"
        print(f"{key:10} {this:8.3f} here, {that:8.3f} there: {this / that:.3f} times{told}")
    return met


def _started(data: Path, tree: Path) -> dict[str, float]:
    with versions.served(tree, data) as server:
        return {"seconds": server.started - server.waited, "cpu": server.cpu, "memory": server.memory}


def show(found: dict[str, Any]) -> bool:
    """Print the table; whether every target is met."""
    rows = [
        ("start to first 200", _times_text(found), found["seconds"], STARTED),
        ("memory then", f"{found['memory']:.1f} MB", found["memory"], MEMORY),
        ("memory after load", f"{found['loaded']:.1f} MB", found["loaded"], LOADED),
        *((f"chaupal {words}", _times_text(row), row["seconds"], COMMAND) for words, row in found["commands"].items()),
    ]
    for name, told, value, most in rows:
        print(f"{name:36} {told:68} {'met' if value <= most else 'not met'} (<= {most:g})")
    return all(value <= most for _, _, value, most in rows)


def _times_text(row: dict[str, float]) -> str:
    return f"{row['seconds']:.2f} s ({row['cpu']:.2f} of a processor), beside {row['others']:.2f} without a core"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.starting", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of the busy evening")
    parser.add_argument(
        "--beside", type=Path, help="the source tree of another version, whose starts alternate with this one's"
    )
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        met = (
            compare(folder, args.beside)
            if args.beside
            else show(measure(seeded(folder / "small", PEOPLE, POSTS, CROWD), args.seconds))
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
