"""Chaupal at 1, 10 and 100 million accounts, on paper: what people do in a day, what that costs, and what breaks first.

`python -m bench.model` prints the tables of docs/scale.md, and writes them into it where it is named. Rates are reckoned from
accounts by a few habits and a power law of followers; how long requests wait is simulated (SimPy): processes, the look that all
of one process share, and the database behind them, in a busy hour and in a storm. Costs are in bench/costs.toml, each with where
it was measured; the simulation is held against the measured barrier.
"""

import math
import random
import sys
import tomllib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simpy

COSTS: dict[str, dict[str, float]] = tomllib.loads((Path(__file__).parent / "costs.toml").read_text("utf-8"))
DAY = 86_400.0
SIZES = (1_000_000, 10_000_000, 100_000_000)

# Habits, of an account that comes on a day. Fewer come to a larger square: most of its accounts are older.
COMES = 0.2
READS, POSTS, ACTS = 140, 1.5, 6.5
PEAK = 2.2  # the busiest hour in the mean
AT_ONCE = 0.02  # of those who come, with a stream open at the peak
FOLLOWERS, POWER, MOST = 60.0, 2.1, 0.02  # mean, exponent of the law, and of all accounts whom the greatest has
SESSIONS, ASKED, LASTS = 7, 20, 600.0  # a day of each; requests and seconds of one
PERSONAL = 0.6  # of reads, those that are one reader's own: home, notifications
ANEW = 0.5  # of answers on a busy evening, those made anew though the process knows the reader (docs/speed.md)
STATEMENTS = 0.3  # of an answer made anew
UTILIZED, STORMY = 0.6, 0.8  # of a core at the peak, and in a storm: above, waits grow faster than load
TWICE, NEW = 2.0, 0.9  # in a storm: as many reads, and so many of them of what nobody has kept
UNFOUND = 0.3  # of cold homes, those that Valkey has not: who comes for the first time in an hour
SHARED = 2  # requests a look, of a process that is busy for most of its time
UNITS = 1.5  # of work that a change comes to: its own, and a part of one that carries out what it caused
BULK, TARGETS = 100, 10_000  # of an order: targets decided in one unit; and all of them


@dataclass(frozen=True)
class Rates:
    """A second at the peak; and what stands open or lies in memory then."""

    accounts: int
    reads: float
    posts: float
    acts: float
    streams: float
    homes: float

    @property
    def requests(self) -> float:
        return self.reads + self.writes

    @property
    def writes(self) -> float:
        return self.posts + self.acts


def rates(accounts: int) -> Rates:
    """What a square of so many does in a second of its busiest hour."""
    come = accounts * COMES
    a_second = come * PEAK / DAY
    return Rates(accounts, READS * a_second, POSTS * a_second, ACTS * a_second, come * AT_ONCE, come)


def followers(accounts: int, count: int, dice: random.Random) -> list[int]:
    """Of so many who post: how many follow each. A power law with the mean FOLLOWERS, cut where nobody has more."""
    most = accounts * MOST
    low = FOLLOWERS * (POWER - 2) / (POWER - 1)
    return [int(min(most, low * (1 - dice.random()) ** (-1 / (POWER - 1)))) for _ in range(count)]


def resident(r: Rates, processes: int, *, same: bool) -> float:
    """Of homes that are read: those resident where they are. `same`: a balancer sends each reader to one process.

    Else each of their requests goes anywhere, and every process has to keep the homes of all.
    """
    reading = r.accounts * COMES * SESSIONS * LASTS / DAY * PEAK
    seen, times = (reading / processes, ASKED) if same else (reading, ASKED / processes)
    again = max(0.0, 1 - 1 / max(1.0, times * PERSONAL))
    return min(1.0, COSTS["home"]["resident"] / seen) * again


@dataclass(frozen=True)
class ReadCost:
    """What a read costs: ms of a core, and of those made anew the share."""

    ms: float
    anew: float
    cold: float


def read_of(r: Rates, processes: int, *, same: bool, storm: bool) -> ReadCost:
    """An answer is kept by the process that gave it; who comes to another one has it made anew, with their home."""
    known, request = resident(r, processes, same=same), COSTS["request"]
    anew = 1 - (1 - (NEW if storm else ANEW)) * (1 - PERSONAL + PERSONAL * known)
    cold = anew * PERSONAL * (1 - known)
    return ReadCost(
        (1 - anew) * request["kept"] + anew * request["composed"] + cold * COSTS["home"]["cold"], anew, cold
    )


@dataclass(frozen=True)
class Need:
    """What a square needs at its peak. `primary`, `commits`: shares of what one database has."""

    rates: Rates
    serving: int
    working: int
    read: ReadCost
    resident: float
    valkey_gb: float
    primary: float
    commits: float
    looks: float
    grows_gb: float


def need(accounts: int, *, storm: bool = False, same: bool = False) -> Need:
    """On paper: processes, memory, and how much of one primary."""
    r, look, primary = rates(accounts), COSTS["look"], COSTS["primary"]
    serving = 1
    while _serving(r, serving, storm=storm, same=same) > serving:
        serving += 1 + serving // 50
    read = read_of(r, serving, same=same, storm=storm)
    working = max(1, math.ceil((r.writes * COSTS["request"]["act"] * 0.5) / 1000 / UTILIZED))
    looks = min(r.requests, serving * _looks(read)) + working * 10
    reads = r.reads * (TWICE if storm else 1)
    asked = reads * (read.anew * STATEMENTS * primary["statement"] + read.cold * COSTS["home"]["built"] * UNFOUND)
    database = r.writes * UNITS * primary["commit"] + looks * look["primary"] + asked
    hourly = min(1.0, SESSIONS * PEAK / 24) * accounts * COMES
    return Need(
        r,
        serving,
        working,
        read,
        resident(r, serving, same=same),
        hourly * COSTS["memory"]["home"] / 1e9,
        database / 1000 / primary["cores"],
        r.writes * UNITS / primary["commits"],
        looks,
        r.accounts * COMES * POSTS * COSTS["memory"]["post"] / 1e9,
    )


def _looks(read: ReadCost) -> float:
    """A second, of a process that is busy for most of its time: it looks once for those who came while it was."""
    return 1000 / (COSTS["look"]["cpu"] + COSTS["look"]["wire"] + SHARED * read.ms)


def _serving(r: Rates, processes: int, *, storm: bool, same: bool) -> float:
    """Processes that are enough for what comes to so many."""
    request, read = COSTS["request"], read_of(r, processes, same=same, storm=storm)
    reach = FOLLOWERS * COMES
    told = r.posts * reach * AT_ONCE * COSTS["home"]["stream"]
    # Each process pushes into the homes that it has; there are never more of them than of readers.
    homes = min(1.0, processes * COSTS["home"]["resident"] / (r.accounts * COMES))
    pushed = r.posts * reach * homes * (1 if same else processes) * COSTS["home"]["pushed"]
    asked = r.reads * (TWICE if storm else 1) * read.ms + r.posts * request["post"] + r.acts * request["act"]
    free = (STORMY if storm else UTILIZED) - _looks(read) * COSTS["look"]["cpu"] / 1000
    return (asked + told + pushed) / 1000 / free


# --- simulated: one process among its twins, and the database behind all of them ---


class Process:
    """One process: a core, and the look that everybody who came before it began shares."""

    def __init__(self, env: simpy.Environment, database: simpy.Resource, dice: random.Random) -> None:
        self.env, self.core, self.database, self.dice = env, simpy.Resource(env), database, dice
        self.waiting: list[simpy.Event] = []
        self.called = env.event()
        self.looks = self.asked = 0
        self.passed: list[float] = []  # ms that each waited to pass
        self.answered: list[float] = []  # ms from its coming to its answer
        env.process(self._look())

    def work(self, ms: float) -> Generator[Any, Any, None]:
        """So long on the core, once it is free."""
        with self.core.request() as turn:
            yield turn
            yield self.env.timeout(ms)

    def ask(self, ms: float, statements: float = 0.0, commit: bool = False) -> Generator[Any, Any, None]:
        """A request: it passes, works, and asks the database."""
        came = self.env.now
        self.asked += 1
        passes = self.env.event()
        self.waiting.append(passes)
        if not self.called.triggered:
            self.called.succeed()
        yield passes
        self.passed.append(self.env.now - came)
        yield from self.work(ms)
        for _ in range(int(statements) + (self.dice.random() < statements % 1)):
            yield from self._database(COSTS["primary"]["statement"])
        if commit:
            yield from self._database(COSTS["primary"]["commit"])
        self.answered.append(self.env.now - came)

    def _database(self, ms: float) -> Generator[Any, Any, None]:
        with self.database.request() as turn:
            yield turn
            yield self.env.timeout(self.dice.expovariate(1 / ms))

    def _look(self) -> Generator[Any, Any, None]:
        look = COSTS["look"]
        while True:
            yield self.called
            yield from self.work(look["cpu"] / 2)
            # Who came while this was put together is in time for it.
            shared, self.waiting, self.called = self.waiting, [], self.env.event()
            self.looks += 1
            yield from self._database(look["primary"])
            yield self.env.timeout(look["wire"] - look["primary"])
            yield from self.work(look["cpu"] / 2)
            for passes in shared:
                passes.succeed()


def percentile(found: list[float], share: float) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


def _arrivals(env: simpy.Environment, dice: random.Random, a_second: float, begin: Any) -> Generator[Any, Any, None]:
    while True:
        yield env.timeout(dice.expovariate(a_second / 1000))
        env.process(begin())


@dataclass(frozen=True)
class Barrier:
    """What bench.barrier measures, predicted. ms; CPU ms a request; requests a look."""

    p50: float
    p99: float
    overhead: float
    shared: float


def barrier(seconds: float = 10.0) -> Barrier:
    """The measured barrier, by the model: at half load, and under full load from 32 at a time."""
    work, dice = COSTS["measured"]["work"], random.Random(5)
    env = simpy.Environment()
    half = Process(env, simpy.Resource(env, 2), dice)
    env.process(_arrivals(env, dice, 0.5 / (work / 1000), lambda: half.ask(work)))
    env.run(seconds * 1000)
    env = simpy.Environment()
    full = Process(env, simpy.Resource(env, 2), dice)

    def again() -> Generator[Any, Any, None]:
        while True:
            yield from full.ask(work)

    for _ in range(32):
        env.process(again())
    env.run(seconds * 1000 / 5)
    return Barrier(
        percentile(half.passed, 0.5),
        percentile(half.passed, 0.99),
        half.looks * COSTS["look"]["cpu"] / half.asked,
        full.asked / full.looks,
    )


@dataclass(frozen=True)
class Hour:
    """How requests fare: processes, ms, and how much of a core each uses."""

    serving: int
    p50: float
    p99: float
    core: float


def peak(accounts: int, *, storm: bool, seconds: float = 10.0) -> Hour:
    """One of a square's processes at the peak. In a storm a hashtag doubles the reads, all of them of what is new, and an order of
    10,000 targets is decided by the hundred: what each unit touches is forgotten everywhere, and made anew."""
    r, request, dice = rates(accounts), COSTS["request"], random.Random(7)
    n = need(accounts, storm=storm)
    env = simpy.Environment()
    # Of the database this process has its share; its twins take theirs.
    share = max(1, round(COSTS["primary"]["cores"] * (1 - min(0.9, n.primary * (1 - 1 / n.serving)))))
    process = Process(env, simpy.Resource(env, share), dice)
    anew, cold, reads = n.read.anew, n.read.cold / n.read.anew, r.reads * (TWICE if storm else 1) / n.serving

    def read() -> Generator[Any, Any, None]:
        if dice.random() < anew:
            home = COSTS["home"]["cold"] if dice.random() < cold else 0.0
            yield from process.ask(request["composed"] + home, STATEMENTS + (UNFOUND if home else 0))
        else:
            yield from process.ask(request["kept"])

    env.process(_arrivals(env, dice, reads, read))
    env.process(_arrivals(env, dice, r.posts / n.serving, lambda: process.ask(request["post"], 2, commit=True)))
    env.process(_arrivals(env, dice, r.acts / n.serving, lambda: process.ask(request["act"], 1, commit=True)))
    if storm:
        units = TARGETS / BULK
        env.process(_arrivals(env, dice, units / seconds, lambda: process.work(BULK * 0.05)))
    env.run(seconds * 1000)
    busy = (reads * n.read.ms + r.posts / n.serving * request["post"] + r.acts / n.serving * request["act"]) / 1000
    core = busy + process.looks * COSTS["look"]["cpu"] / (seconds * 1000)
    return Hour(n.serving, percentile(process.answered, 0.5), percentile(process.answered, 0.99), core)


# --- printed ---


def tables() -> dict[str, str]:
    """By name, the tables of docs/scale.md."""
    return {name: "\n".join(rows) for name, rows in (("needs", _needs()), ("waits", _waits()), ("check", _check()))}


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _needs() -> Iterator[str]:
    found = [need(size) for size in SIZES]
    yield _row("at the peak", *(f"{size // 1_000_000} million accounts" for size in SIZES))
    yield _row(*["---"] * 4)
    for name, said in LINES:
        yield _row(name, *(said(n) for n in found))
    crowds = [sorted(followers(size, 200_000, random.Random(1))) for size in SIZES]
    spread = [(c[len(c) // 2], c[-200], int(size * MOST)) for c, size in zip(crowds, SIZES, strict=True)]
    yield _row("followers: the middle, one in a thousand, the greatest", *(f"{a}, {b:,}, {c:,}" for a, b, c in spread))
    kept = [need(size, same=True) for size in SIZES]
    yield _row("serving, each reader by the same process", *(f"{n.serving}" for n in kept))
    yield _row("homes that are resident then", *(f"{n.resident:.0%}" for n in kept))


LINES: tuple[tuple[str, Callable[[Need], str]], ...] = (
    ("requests a second", lambda n: f"{n.rates.requests:,.0f}"),
    ("posts, and other changes, a second", lambda n: f"{n.rates.posts:,.0f}, {n.rates.acts:,.0f}"),
    ("open streams", lambda n: f"{n.rates.streams:,.0f}"),
    ("serving processes, a core each", lambda n: f"{n.serving}"),
    ("working processes", lambda n: f"{n.working}"),
    ("homes that are resident where they are read", lambda n: f"{n.resident:.0%}"),
    ("Valkey: memory of homes", lambda n: f"{n.valkey_gb:,.1f} GB"),
    ("looks at the primary a second", lambda n: f"{n.looks:,.0f}"),
    (f"of a primary with {COSTS['primary']['cores']} cores", lambda n: f"{n.primary:.0%}"),
    (f"of {COSTS['primary']['commits']:,} commits a second", lambda n: f"{n.commits:.0%}"),
    ("the database grows a day by", lambda n: f"{n.grows_gb:,.0f} GB"),
)


def _waits() -> Iterator[str]:
    yield _row(
        "at the peak", "processes", "a core is used", "p50", "p99", "in a storm: processes", "core", "p50", "p99"
    )
    yield _row(*["---"] * 9)
    for size in SIZES:
        hours = (peak(size, storm=False), peak(size, storm=True))
        cells = [(h.serving, f"{h.core:.0%}", f"{h.p50:.1f} ms", f"{h.p99:.1f} ms") for h in hours]
        yield _row(f"{size // 1_000_000} million", *cells[0], *cells[1])


def _check() -> Iterator[str]:
    found, measured = barrier(), COSTS["measured"]
    yield _row("the barrier, requests of 0.3 ms", "predicted", "measured")
    yield _row(*["---"] * 3)
    yield _row("waited at half load, p50", f"{found.p50:.2f} ms", f"{measured['half_p50']:.2f} ms")
    yield _row("waited at half load, p99", f"{found.p99:.2f} ms", f"{measured['half_p99']:.2f} ms")
    yield _row("CPU a request at half load", f"{found.overhead:.3f} ms", f"{measured['half_overhead']:.3f} ms")
    last = measured["followers"] * 3 / 2 * COSTS["home"]["pushed"]
    yield _row(
        "a post until the last of 100,000 homes, 3 processes, 2 cores",
        f"{last:.0f} ms",
        f"{measured['followers_ms']:.0f} ms",
    )
    yield _row("requests a look under full load", f"{found.shared:.0f}", f"{measured['full_shared']:.0f}")


def into(paper: Path) -> None:
    """Put the tables where a paper has marks for them."""
    text = paper.read_text("utf-8")
    for name, table in tables().items():
        before, _, rest = text.partition(f"<!-- {name} -->")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}<!-- {name} -->\n{table}\n{end}{after}"
    paper.write_text(text, "utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        into(Path(sys.argv[1]))
    else:
        print("\n\n".join(f"{name}\n\n{table}" for name, table in tables().items()))
