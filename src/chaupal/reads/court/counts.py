"""What is counted: measures by day, what there is most of, who stayed, and each week's activity. Numbers only; kept for minutes."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.reads.cached import cached_count
from chaupal.reads.context import Reads
from chaupal.store.machine.work import Reading
from chaupal.store.square import counts
from chaupal.store.square.counts import Span as Span
from chaupal.text.fold import count_key

WEEK, MONDAY = 7 * DAY, 3 * DAY  # 1 January 1970 was a Thursday
WEEKS = 12


class Measure(msgspec.Struct, frozen=True):
    """`days`: (when it begins in UTC, how many), each day of the span; `previous`: as many days before them together."""

    total: int
    previous: int
    days: Sequence[tuple[int, int]]


class Cohort(msgspec.Struct, frozen=True):
    """Who joined in a period, and how many of them were still seen to do something in it and in each period after it."""

    period: int
    joined: int
    stayed: Sequence[tuple[int, int]]


class ActiveWeek(msgspec.Struct, frozen=True):
    """`active`: people who said or liked something."""

    begins: int
    statuses: int
    active: int
    joined: int


def days(first: date, last: date) -> Span:
    """Both days and all between, in UTC."""
    return Span(midnight(first), midnight(last) + DAY, DAY)


def midnight(day: date) -> int:
    """In UTC, in ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)


async def measure(reads: Reads, what: str, span: Span, tag: str = "") -> Measure:
    """One of `counts.COUNTS`; `tag` in any spelling, for those of tags."""
    key, before = count_key(tag) if tag else "", span._replace(start=2 * span.start - span.end, end=span.start)

    async def count(reading: Reading) -> Measure:
        found = await counts.by_step(reading, what, span, key)
        total = await counts.altogether(reading, what, span, key)
        previous = await counts.altogether(reading, what, before, key)
        return Measure(total, previous, [(begins, found.get(begins, 0)) for begins in span.firsts])

    return await cached_count(reads, ("measure", what, span, key), count)


async def most_frequent(reads: Reads, what: str, span: Span, n: int, tag: str = "") -> Sequence[tuple[str, int]]:
    """Words and how often, the most frequent first."""
    key = count_key(tag) if tag else ""
    return await cached_count(
        reads, ("most", what, span, n, key), lambda reading: counts.most(reading, what, span, n, key)
    )


async def space(reads: Reads) -> tuple[int, int]:
    """Bytes of the database, and of what was uploaded."""
    return await cached_count(reads, "space", counts.space)


async def database_version(reads: Reads) -> str:
    return await cached_count(reads, "database version", counts.version)


async def retention(reads: Reads, first: date, last: date, *, monthly: bool) -> list[Cohort]:
    """The oldest period first. Whoever was seen to do something later counts for every period until then."""
    periods = _periods(first, last, monthly=monthly)
    span = Span(periods[0], _after(periods[-1], monthly=monthly), DAY)
    people = await cached_count(reads, ("retention", span), lambda reading: counts.joined(reading, span))
    seen: list[list[int]] = [[] for _ in periods]
    for joined, last_seen in people:
        seen[bisect_right(periods, joined) - 1].append(last_seen)
    for times in seen:
        times.sort()
    return [
        Cohort(period, len(seen[at]), [(later, len(seen[at]) - bisect_left(seen[at], later)) for later in periods[at:]])
        for at, period in enumerate(periods)
    ]


async def weeks(reads: Reads) -> list[ActiveWeek]:
    """The last weeks from Monday on, in UTC, this one first."""
    this = (reads.clock() + MONDAY) // WEEK * WEEK - MONDAY
    span = Span(this - (WEEKS - 1) * WEEK, this + WEEK, WEEK, MONDAY)

    async def count(reading: Reading) -> list[ActiveWeek]:
        said, active, joined = [
            await counts.by_step(reading, what, span) for what in ("statuses", "seen_users", "new_users")
        ]
        return [
            ActiveWeek(begins, said.get(begins, 0), active.get(begins, 0), joined.get(begins, 0))
            for begins in reversed(span.firsts)
        ]

    return await cached_count(reads, ("weeks", span), count)


def _periods(first: date, last: date, *, monthly: bool) -> list[int]:
    day, end, found = first.replace(day=1) if monthly else first, midnight(last), list[int]()
    while (at := midnight(day)) <= end:
        found.append(at)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) if monthly else day + timedelta(days=1)
    return found


def _after(period: int, *, monthly: bool) -> int:
    if not monthly:
        return period + DAY
    day = datetime.fromtimestamp(period / 1_000, UTC).date()
    return midnight((day.replace(day=28) + timedelta(days=4)).replace(day=1))
