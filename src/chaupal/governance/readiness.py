"""Whether this process may be sent requests: it knows the law of now, its store has this version's tables, it holds the log's key."""

import asyncio
from collections.abc import Awaitable, Callable

from chaupal.governance.context import Court
from chaupal.governance.log import batches
from chaupal.kernel.logger import log
from chaupal.store.machine import migrate

PATIENCE = 2.0  # seconds that the store may take

type Question = Callable[[Court], Awaitable[bool]]


async def lacking(court: Court) -> str:
    """What this process lacks: `draining`, `store`, `schema` or `keys`; nothing where it lacks nothing."""
    if court.work.vitals.draining:
        return "draining"
    try:
        async with asyncio.timeout(PATIENCE):
            for word, holds in ASKED:
                if not await holds(court):
                    return word
    except Exception as error:
        log.warning("not ready", error=error)
        return "store"
    return ""


async def _looks(court: Court) -> bool:
    await court.work.catch_up()
    return True


async def _has_schema(court: Court) -> bool:
    async with court.work.reading() as reading:
        return await migrate.is_right(reading)


ASKED: tuple[tuple[str, Question], ...] = (("store", _looks), ("schema", _has_schema), ("keys", batches.holds_key))
