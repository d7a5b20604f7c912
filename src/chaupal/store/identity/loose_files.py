"""Files that no row names yet, or any more. The row here is written before the file and dropped after it, so that a sweep
finds leftovers of a crash.

Of a process that dies in between, whoever sweeps later lets go of the file.
"""

from collections.abc import Iterable, Sequence

from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import deletes, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import loose_files

NOW = 0  # it is to be swept at once

ADD = upserts(loose_files, "key", key="key", at="at")
OVER = selects(loose_files.c.key).where(loose_files.c.at < param("before")).ordered("at key").limit("n")
NAMED = deletes(loose_files).where(among(loose_files.c.key, "keys"))


async def comes(w: Writing, key: str) -> None:
    """A file will be put under this key. Whatever names it takes it from here (`named`), in its own unit."""
    await w.run(ADD, key=key, at=w.now())


async def unwanted(w: Writing, keys: Iterable[str]) -> None:
    """What named these files goes in this unit; they are let go of once it is committed."""
    await w.run_many(ADD, [{"key": key, "at": NOW} for key in keys])


async def named(w: Writing, keys: Sequence[str]) -> None:
    """Something names these files now; or they are gone."""
    if keys:
        await w.run(NAMED, keys=listed(keys))


async def over(reading: Reading, before: int, at_most: int) -> list[str]:
    """Those that nothing has named since before that time (ms)."""
    return [row[0] for row in await reading.fetch(OVER, before=before, n=at_most)]
