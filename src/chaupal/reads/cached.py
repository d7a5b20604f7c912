"""Values in memory that are too slow to work out for each request, and may be some minutes old.

Answers and pages that must never be old are kept otherwise (`reads/kept.py`).
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.policy.facts import Facts
from chaupal.reads.context import Reads
from chaupal.store.machine.work import Reading

COUNTED_FOR = 5 * MINUTE  # how old a count of everybody may be
FRESH_FOR = MINUTE  # how long a value that rests on the law is used before it is worked out anew
STALE_FOR = 5 * SECOND  # how long others are given the old one meanwhile


async def cached[T](reads: Reads, key: Hashable, ms: int, make: Callable[[], Awaitable[T]]) -> T:
    """What `make` gives, cached for `ms`. Several who ask while it is made each make it."""
    pages, now = reads.work.memory.pages, reads.clock()
    known = pages.get(key)
    if known is None or now >= known[0]:
        known = (now + ms, await make())
        pages.put(key, known)
    return known[1]


async def cached_count[T](reads: Reads, key: Hashable, count: Callable[[Reading], Awaitable[T]]) -> T:
    """What `count` finds in the store, off the loop, cached for some minutes."""

    async def scan() -> T:
        async with reads.work.scanning() as reading:
            return await count(reading)

    return await cached(reads, key, COUNTED_FOR, scan)


# --- what rests on the law: never older than the rulings in force ---


async def cached_by_law[T](reads: Reads, make: Callable[[], Awaitable[T]], *place: str) -> T:
    """What is cached under `place` for the law in force, while it is fresh; else what `make` gives."""
    version = law_version(reads)
    known: T | None = cached_value(reads, place)
    if known is None:
        known = await make()
        cache_value(reads, place, known, version)
    return known


def cached_value(reads: Reads, place: tuple[str, ...]) -> Any:
    """The value, while it is fresh, or None. Who first finds it stale gets None and makes it anew; others get the old one meanwhile."""
    memory, now = reads.work.memory, reads.clock()
    key = ("by law", *place, memory.rulings_version)
    known = memory.pages.get(key)
    if known is None or now < known[0]:
        return None if known is None else known[1]
    memory.pages.put(key, (now + STALE_FOR, known[1]))
    return None


def cache_value(reads: Reads, place: tuple[str, ...], value: object, version: int) -> None:
    """`version`: of the law before the value was made. It is dropped where another law is in force by now."""
    memory = reads.work.memory
    if version == memory.rulings_version:
        memory.pages.put(("by law", *place, version), (reads.clock() + FRESH_FOR, value))


def law_version(reads: Reads, facts: Facts | None = None) -> int:
    """The version of the law in force, or of the law in `facts`; -1 where these do not know the newest rulings."""
    known = reads.work.memory.rulings
    return known.version if facts is None or (known.fresh and facts.rulings is known.index) else -1
