"""What costs a look at much of the store is worked out off the loop, and told again for some minutes."""

from collections.abc import Awaitable, Callable, Hashable

from chaupal.kernel.clock import MINUTE
from chaupal.reads.context import Reads
from chaupal.store.machine.work import Reading

COUNTED_FOR = 5 * MINUTE  # how long a count of everybody is good enough


async def kept_for[T](reads: Reads, key: Hashable, ms: int, make: Callable[[], Awaitable[T]]) -> T:
    """What `make` gives; made once, it is told again for so long. Whoever asks while it is made makes it, too."""
    pages, now = reads.work.memory.pages, reads.clock()
    kept = pages.get(key)
    if kept is None or now >= kept[0]:
        kept = (now + ms, await make())
        pages.put(key, kept)
    return kept[1]


async def counted[T](reads: Reads, key: Hashable, count: Callable[[Reading], Awaitable[T]]) -> T:
    """What one look off the loop counts."""

    async def scan() -> T:
        async with reads.work.scanning() as reading:
            return await count(reading)

    return await kept_for(reads, key, COUNTED_FOR, scan)
