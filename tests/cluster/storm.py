"""`make storm SEED=… MINUTES=…`: people, the court and faults let loose on a cluster; then what they saw is judged.

What each does is drawn from the seed; when it is answered is the machine's, so the same seed is the same weather, not the
same history. The history is kept, and can be judged again: `python -m cluster.storm --judge FILE`.
"""

import argparse
import asyncio
import random
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec

from cluster import ending, history
from cluster.__main__ import WORKERS, end_by_signals
from cluster.asking import Notebook
from cluster.cast import WRITERS, Cast, gather
from cluster.checker import DRIFTED, FORKED, LOST, STALE, TWICE, Fault, Findings, judge
from cluster.cluster import Cluster
from cluster.faults import Weather
from cluster.history import OK, History, Op
from cluster.judging import Judges
from cluster.members import Writer
from cluster.reading import Readers

FIRST = {"law": "shown"}
NOTHING: Mapping[str, int] = {}
DISK = 1000  # MB of each PostgreSQL


class Storm(msgspec.Struct):
    """What came of one. `out`: seconds without any answer, of each fault; `settled`: seconds until nothing waited any more."""

    history: History
    findings: Findings
    out: list[tuple[str, float]] = []
    told: list[float] = []  # seconds from an answered withholding to each listener that was told of it
    settled: float = 0.0
    answered: dict[int, int] = {}
    broke: int = 0
    strange: list[str] = []
    seconds: float = 0.0
    decisions: int = 0
    again: int = 0  # letters that were sent once more, since whoever had one in the hand was killed


def play(
    cluster: Cluster,
    cast: Cast,
    seed: int,
    seconds: float,
    *,
    faults: Sequence[str] | None = None,
    readers: int = 6,
    listeners: int = 3,
    pause: float = 0.01,
    least: Mapping[str, int] = NOTHING,
) -> Storm:
    """Let a storm loose for so many seconds; `faults` by name, else every one that there is, in the seed's order.

    `least`: what must have come of it, as `so_far` counts: on a machine that is busy it lasts longer.
    """
    cast.go_out()
    return asyncio.run(_play(cluster, cast, seed, seconds, faults, readers, listeners, pause, least))


def so_far(ops: Sequence[Op], faults: int) -> dict[str, int]:
    """How much a storm was until now: `seen` of law, `decided` of law, all that was `done`, and `faults`."""
    law = [op.kind for op in ops if op.outcome == OK and op.what.startswith("law ")]
    done = sum(op.outcome == OK and op.kind == "set" for op in ops)
    return {"seen": law.count("see"), "decided": law.count("set"), "done": done, "faults": faults}


async def _play(
    cluster: Cluster,
    cast: Cast,
    seed: int,
    seconds: float,
    faults: Sequence[str] | None,
    readers: int,
    listeners: int,
    pause: float,
    least: Mapping[str, int],
) -> Storm:
    chance, over = random.Random(seed), asyncio.Event()
    book = Notebook(cluster.port)
    judges = Judges(cast, book, random.Random(chance.random()), over)
    reading = Readers(cast, book, judges, random.Random(chance.random()), over, pause)
    writers = [Writer(cast, book, handle, random.Random(chance.random()), over) for handle in WRITERS]
    weather = Weather(cluster, random.Random(chance.random()), faults)
    lives = [*(writer.live() for writer in writers), *judges.lives(), *reading.lives(readers)]
    await judges.begin()
    began = time.monotonic()
    people = [asyncio.ensure_future(life) for life in lives]
    ears = [asyncio.ensure_future(life) for life in reading.listeners(listeners)]
    broken: list[str] = []

    def enough() -> bool:
        found = so_far(book.ops, len(weather.blown))
        return all(found[what] >= many for what, many in least.items())

    try:
        await weather.blow(until=began + seconds, people=people, enough=enough)
    except RuntimeError as error:
        # An engine that did not come up again: what was seen until then is judged all the same.
        broken.append(f"the weather ended early: {error}")
    finally:
        over.set()
        _, late = await asyncio.wait(people, timeout=40)
        for life in (*late, *ears):
            life.cancel()
        for life in (*people, *ears):
            with suppress(asyncio.CancelledError):
                await life
    settled, waiting = await ending.settle(cluster)
    last = await ending.look(cluster, cast.mark)
    killed = any(name.startswith(("kill", "lose", "fence", "restart")) for name, _, _ in weather.blown)
    told = History(book.ops, reading.checkpoints, last[0], FIRST)
    found = judge(told)
    again = [fault for fault in found.of(TWICE) if killed and fault.what.startswith("mail ")]
    found.faults = [fault for fault in found.faults if fault not in again]
    found.faults += [Fault(FORKED, "log", words) for words in last[1]]
    found.faults += [Fault(LOST, "event", f"was never carried out: {words}") for words in waiting]
    answers = sorted(op.end for op in told.ops if op.outcome == OK)
    return Storm(
        told,
        found,
        [(name, out(answers, start, end)) for name, start, end in weather.blown],
        _told(judges, reading),
        settled,
        book.answered,
        book.broke,
        [*book.strange, *broken],
        time.monotonic() - began,
        sum(op.kind == "set" and op.what.startswith("law ") and op.outcome == OK for op in book.ops),
        len(again),
    )


def out(answers: Sequence[float], start: float, end: float) -> float:
    """The longest time without one of all answers, from a fault's beginning to ten seconds after its end. `answers`: when, in order."""
    moments = [start, *answers[bisect_left(answers, start) : bisect_right(answers, end + 10)]]
    return max((after - before for before, after in pairwise(moments)), default=end - start)


def _told(judges: Judges, reading: Readers) -> list[float]:
    """Seconds from each answered withholding until each listener heard of it; 0 where that was before its answer came."""
    listeners = {number for number, _ in reading.heard}
    heard = ((when, reading.heard.get((number, id_))) for id_, when in judges.decided for number in listeners)
    return [max(0.0, moments[0] - when) for when, moments in heard if moments]


def tell(storm: Storm) -> str:
    """The table of figures, and the first faults in words."""
    found, kinds = storm.findings, {}
    for fault in found.faults:
        kinds.setdefault(fault.kind, []).append(fault)
    lines = [
        f"{storm.seconds:.0f} s, {sum(storm.answered.values())} requests answered, {storm.broke} broke; by status: "
        + ", ".join(f"{status}: {many}" for status, many in sorted(storm.answered.items())),
        f"{found.looks} things read ({found.law_looks} of law), {found.acknowledged} acts acknowledged, {found.unknown} broke unanswered,"
        f" {storm.decisions} of law; nothing waited any more after {storm.settled:.1f} s",
        "",
        f"stale reads               {len(found.of(STALE)):6}   in 1,000,000: {found.stale_per_million:.1f}",
        f"acknowledged and lost     {len(found.of(LOST)):6}",
        f"done twice                {len(found.of(TWICE)):6}",
        f"forks of the log          {len(found.of(FORKED)):6}",
        f"counters that drifted     {len(found.of(DRIFTED)):6}",
        f"strange answers           {len(storm.strange):6}",
        f"letters sent once more    {storm.again:6}   by those who took over from one that was killed",
    ]
    if storm.told:
        told = sorted(storm.told)
        lines.append(
            f"a withholding told to {len(told)} listeners: p50 {told[len(told) // 2]:.2f} s, p99 {told[int(len(told) * 0.99)]:.2f} s"
        )
    if storm.out:
        lines += ["", f"{len(storm.out)} faults, and the longest time without any answer to anybody:"]
        worst: dict[str, list[float]] = {}
        for name, seconds in storm.out:
            worst.setdefault(name, []).append(seconds)
        lines += [
            f"  {name:28} {len(each):3} times, at most {max(each):5.1f} s" for name, each in sorted(worst.items())
        ]
    for kind, faults in kinds.items():
        lines += ["", f"{kind}: {len(faults)}, the first:", *(f"  {fault.what}: {fault.words}" for fault in faults[:8])]
    if storm.strange:
        lines += ["", "strange:", *(f"  {words}" for words in storm.strange[:8])]
    return "\n".join(lines)


def main() -> None:
    words = argparse.ArgumentParser(prog="make storm")
    words.add_argument("--seed", type=int, default=2021)
    words.add_argument("--minutes", type=float, default=2.0)
    words.add_argument("--servers", type=int, default=3)
    words.add_argument("--workers", type=int, default=WORKERS)
    words.add_argument("--readers", type=int, default=8)
    words.add_argument("--listeners", type=int, default=6)
    words.add_argument("--faults", help="names, with commas between; none: a fair day")
    words.add_argument("--keep", type=Path, help="where the history is written")
    words.add_argument("--judge", type=Path, help="a history that was kept: judge it again")
    asked = words.parse_args()
    if asked.judge:
        for fault in judge(history.read(asked.judge)).faults:
            print(f"{fault.kind} {fault.what}: {fault.words}")
        return
    end_by_signals()
    faults = None if asked.faults is None else [name for name in asked.faults.split(",") if name and name != "none"]
    with Cluster(servers=asked.servers, workers=asked.workers, disk=DISK, clocks=True) as cluster:
        print(f"{cluster.url} (folder {cluster.folder}), seed {asked.seed}", flush=True)
        cast = gather(cluster.settings, cluster.url, tokens=int(asked.minutes * 60))
        storm = play(
            cluster,
            cast,
            asked.seed,
            asked.minutes * 60,
            faults=faults,
            readers=asked.readers,
            listeners=asked.listeners,
        )
    if asked.keep:
        history.write(storm.history, asked.keep)
    print(tell(storm))
    sys.exit(1 if storm.findings.faults or storm.strange else 0)


if __name__ == "__main__":
    main()
