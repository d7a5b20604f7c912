"""Concurrent loads of the same rows become one: after a look many requests go on together and miss the same things."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from chaupal.store.machine.memory import KindShelf
from chaupal.store.machine.work import Reading, Writing

type Load[K, V] = Callable[[Reading, list[K]], Awaitable[dict[K, V]]]


async def loaded[K, V](reading: Reading, shelf: KindShelf[K, V], ids: Sequence[K], load: Load[K, V]) -> dict[K, V]:
    """These, of which the shelf holds none; `load` asks the database for some of them, and shelves what it finds.

    Those that another is loading are taken from the shelf when they are there, so nobody is told anything older than by the shelf:
    what was forgotten meanwhile is not put there, and is asked for by whoever waited.
    """
    # Nobody comes between in an embedded store, and a unit reads what is only its own yet.
    if reading.embedded or isinstance(reading, Writing):
        return await load(reading, [*ids])
    memory, coming = reading.memory, shelf.coming
    theirs = {
        id_: one[1] for id_ in ids if (one := coming.get(id_)) is not None and memory.stands(shelf.kind, (id_,), one[0])
    }
    if not theirs:
        return await _begun(reading, shelf, [*ids], load)
    mine = [id_ for id_ in ids if id_ not in theirs]
    found = await _begun(reading, shelf, mine, load) if mine else {}
    await asyncio.wait({*theirs.values()})
    for id_ in theirs:
        if (kept := shelf.peek(id_)) is not None:
            found[id_] = kept
    vain = [id_ for id_ in theirs if id_ not in found]
    return found | await load(reading, vain) if vain else found


async def _begun[K, V](reading: Reading, shelf: KindShelf[K, V], ids: list[K], load: Load[K, V]) -> dict[K, V]:
    """Load these, while others may wait for them."""
    end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    mine = reading.memory.generation, end
    shelf.coming.update(dict.fromkeys(ids, mine))
    try:
        return await load(reading, ids)
    finally:  # also for whoever went away in its midst
        for id_ in ids:
            if shelf.coming.get(id_) is mine:
                del shelf.coming[id_]
        end.set_result(None)
