"""What reading needs; every read is a function that takes this and the viewer first."""

from collections.abc import Awaitable, Callable, Hashable

import msgspec

from chaupal.kernel.clock import MINUTE, Clock
from chaupal.kernel.settings import Settings
from chaupal.ports.files import Files
from chaupal.ports.homes import Feeds
from chaupal.store.machine.work import Reading, Work

COUNTED_FOR = 5 * MINUTE  # how long a count of everybody is good enough


class Reads(msgspec.Struct, frozen=True):
    """The store, the feeds (ids only) and the clock."""

    settings: Settings
    work: Work
    clock: Clock
    feeds: Feeds
    files: Files


async def counted[T](reads: Reads, key: Hashable, count: Callable[[Reading], Awaitable[T]]) -> T:
    """Counted off the loop, and told again for some minutes."""
    pages, now = reads.work.memory.pages, reads.clock()
    kept = pages.get(key)
    if kept is not None and now < kept[0]:
        return kept[1]
    async with reads.work.scanning() as reading:
        found = await count(reading)
    pages.put(key, (now + COUNTED_FOR, found))
    return found
