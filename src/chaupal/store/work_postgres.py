"""The store where one machine is outgrown: PostgreSQL through asyncpg, the same statements."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Unavailable
from chaupal.store import marks
from chaupal.store.dialect import Statement
from chaupal.store.memory import Memory
from chaupal.store.outbox import ADD
from chaupal.store.work import AfterCommit, Look, Reading, Row, Writing, nothing_after, outbox_rows

TRIES = 5


async def _keep_settings(connection: Any) -> None:
    """Nothing to reset: every unit is a transaction, and no session state is used. Saves a round trip."""


class PostgresReading(Reading):
    def __init__(self, work: "PostgresWork") -> None:
        self._pool = work.pool
        self.memory = work.memory
        self.now = work.clock

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        compiled = stmt.postgres
        return await self._pool.fetch(compiled.text, *compiled.arguments(params))


class PostgresWriting(Writing):
    def __init__(self, connection: Any, memory: Memory, now: Clock) -> None:
        super().__init__()
        self._connection = connection
        self.memory = memory
        self.now = now

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        compiled = stmt.postgres
        return await self._connection.fetch(compiled.text, *compiled.arguments(params))

    async def run(self, stmt: Statement, /, **params: Any) -> int:
        compiled = stmt.postgres
        status: str = await self._connection.execute(compiled.text, *compiled.arguments(params))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, stmt: Statement, rows: Sequence[dict[str, Any]], /) -> None:
        compiled = stmt.postgres
        await self._connection.executemany(compiled.text, [compiled.arguments(row) for row in rows])


class PostgresWork:
    """See `store.work.Work`."""

    def __init__(self, dsn: str, clock: Clock, *, beside: bool = False, connections: int = 8) -> None:
        self.memory = Memory()
        self.clock = clock
        self.after_commit: AfterCommit = nothing_after
        self._dsn = dsn
        self._beside = beside
        self._connections = connections
        self._mark = ""
        self._looked_at = 0

    async def open(self) -> None:
        self.pool: Any = await asyncpg.create_pool(
            self._dsn, min_size=1, max_size=self._connections, reset=_keep_settings
        )
        await self._check_character_type()
        self._reading = PostgresReading(self)
        self._look = Look(self._reading)
        self._mark = await marks.read(self._reading, marks.CHANGED_BESIDE)

    async def _check_character_type(self) -> None:
        row = await self.pool.fetchrow(
            "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        )
        if row[0] in ("C", "POSIX") or row[1] != "UTF8":
            raise Unavailable(
                f"The database has character type {row[0]}, encoding {row[1]}; make it with C.UTF-8 and UTF8"
            )

    async def close(self) -> None:
        await self.pool.close()

    def reading(self) -> Look:
        return self._look

    scanning = reading

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        async with self.pool.acquire() as connection:
            unit = PostgresWriting(connection, self.memory, self.clock)
            async with connection.transaction():
                yield unit
                await self._enter_events(unit)
        self.memory.forget(unit.touched)
        if unit.events:
            self.after_commit(unit.events)

    async def _enter_events(self, unit: PostgresWriting) -> None:
        if unit.events:
            await unit.run_many(ADD, outbox_rows(unit, self.clock()))
        if self._beside and (unit.events or unit.touched):
            await marks.write(unit, marks.CHANGED_BESIDE, str(self.clock()) + str(id(unit)))

    async def tidy(self) -> None:
        """PostgreSQL sees to itself."""
        await asyncio.sleep(0)

    async def fresh(self) -> None:
        now = self.clock()
        if now - self._looked_at < marks.LOOK_EVERY and now >= self._looked_at:
            return
        self._looked_at = now
        mark = await marks.read(self._reading, marks.CHANGED_BESIDE)
        if mark != self._mark:
            self._mark = mark
            self.memory.forget_all()
