"""Connections to PostgreSQL: closed by their own event loop even when nobody closed them, and reused without a round
through the pool.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg


class Connection(asyncpg.Connection):
    """A connection that is closed by its own loop even where nobody closed it.

    The driver lets the garbage collector do that, in whichever thread it runs. A loop that reads from it at that moment crashes
    the process (https://github.com/MagicStack/uvloop/issues/538).
    """

    __slots__ = ()

    def __del__(self) -> None:
        if self.is_closed() or self._loop.is_closed():
            return
        with suppress(RuntimeError):  # closed meanwhile, and all that was connected with it
            self._loop.call_soon_threadsafe(super().__del__)


async def connect(dsn: str) -> Any:
    """A connection for whoever closes it. Raises what the driver raises."""
    return await asyncpg.connect(dsn, connection_class=Connection)  # noqa: TID251 - here alone


async def _keep_settings(connection: Any) -> None:
    """Nothing to reset: every unit is a transaction, and no session state is used. Saves a round trip."""


def is_lost(connection: Any) -> bool:
    """Whether it is closed; also where the pool has taken it back for that, and it is nobody's any more."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


class Hands:
    """At most `most` connections, of which those that were just used stay in hand. Raises what the driver raises.

    To lend a connection of asyncpg's pool for one statement and to give it back takes a task and two turns of the loop, a third of
    what a short read costs in all. Nothing is left on a connection between two units, so whoever comes next takes it from here.
    """

    def __init__(self, dsn: str, most: int) -> None:
        self._dsn = dsn
        self._most = most
        self._free: list[Any] = []
        self._wanting = 0  # who waits for the pool: theirs is the next that comes back
        self._closing = False

    async def open(self) -> None:
        self._pool: Any = await asyncpg.create_pool(
            self._dsn, min_size=1, max_size=self._most, reset=_keep_settings, connection_class=Connection
        )

    async def fetch(self, text: str, *arguments: Any) -> Sequence[Any]:
        connection = await self._take()
        try:
            rows = await connection.fetch(text, *arguments)
        except BaseException:
            await self._pool.release(connection)
            raise
        await self._give(connection)
        return rows

    async def fetchrow(self, text: str, *arguments: Any) -> Any:
        """The first row, or None."""
        rows = await self.fetch(text, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, text: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        rows = await self.fetch(text, *arguments)
        return rows[0][0] if rows else None

    async def execute(self, text: str, *arguments: Any) -> None:
        """Run a statement of which nothing is to be known."""
        await self.fetch(text, *arguments)

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Any]:
        """A connection for a unit. After a unit that broke the pool sees to it: it may be at a statement still."""
        connection = await self._take()
        try:
            yield connection
        except BaseException:
            await self._pool.release(connection)
            raise
        await self._give(connection)

    async def _take(self) -> Any:
        while self._free:
            connection = self._free.pop()
            if not is_lost(connection):
                return connection
            await self._pool.release(connection)
        self._wanting += 1
        try:
            return await self._pool.acquire()
        finally:
            self._wanting -= 1

    async def _give(self, connection: Any) -> None:
        if self._wanting or self._closing or is_lost(connection):
            await self._pool.release(connection)
        else:
            self._free.append(connection)

    async def rest(self) -> None:
        """Give the unused ones back to the pool, which closes those that are old or worn."""
        for _ in range(len(self._free)):
            if self._free:
                await self._pool.release(self._free.pop(0))

    async def close(self) -> None:
        self._closing = True
        await self.rest()
        await self._pool.close()
