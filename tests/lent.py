"""Databases that one test after the other is lent: what it wrote is taken out again. To make one and drop it took longer than most tests.

PostgreSQL counts by itself which tables were written to. Where that is one of its own catalogs, something other than rows was
changed, and the database is dropped.
"""

import asyncio
import io
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from services import Postgres
from sessions import RESET, RESTING, Resting

# Of one database: rows that were taken out still lie in its files. The 400th was cleaned as fast as the first (5 ms).
LOANS = 300
LOOKS, PAUSE = 1000, 0.002  # so often, and so many seconds apart, whether whoever was connected has gone

END_OTHERS = f"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND NOT (state = 'idle' AND query = '{RESET}')
"""
# What is shared by all databases belongs to none of them, and `pg_statistic` is what the planner thinks.
WRITTEN = """
SELECT relname AS name, relnamespace = 'public'::regnamespace AS ours,
    pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) AS times
FROM pg_class WHERE relkind = 'r' AND NOT relisshared AND relname <> 'pg_statistic'
"""
FLUSH = "SELECT pg_stat_force_next_flush()"
FILLED = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
# Foreign keys and triggers are no matter: all is put back to where it fitted together.
UNASKED = "SET LOCAL session_replication_role = replica"


class Contents:
    """What stands in a database: the rows of each table that has any, and where its sequences are."""

    def __init__(self, rows: dict[str, bytes], rewind: str) -> None:
        self.rows, self.rewind = rows, rewind

    @classmethod
    async def of(cls, owner: asyncpg.Connection) -> "Contents":
        rows: dict[str, bytes] = {}
        for (table,) in await owner.fetch(FILLED):
            await owner.copy_from_table(table, output=(copied := io.BytesIO()), format="binary")
            rows[table] = copied.getvalue()
        sequences = [
            f"setval('{name}', {last}, {called})"
            for (name,) in await owner.fetch(SEQUENCES)
            for last, called in await owner.fetch(f'SELECT last_value, is_called FROM "{name}"')
        ]
        return cls(rows, f"SELECT {', '.join(sequences)}")

    async def put_back(self, owner: asyncpg.Connection, tables: list[str]) -> None:
        """Sequences, and those tables, are as they were."""
        async with owner.transaction():
            await owner.execute(";".join([UNASKED, self.rewind, *(f'DELETE FROM "{table}"' for table in tables)]))
            for table in tables:
                if rows := self.rows.get(table):
                    await owner.copy_to_table(table, source=io.BytesIO(rows), format="binary")


class Lent:
    """A database, and its owner's connection to it, on which it is cleaned."""

    def __init__(self, dsn: str, owner: asyncpg.Connection) -> None:
        self.dsn, self.owner = dsn, owner
        self.loans = 0
        self._written: dict[str, int] = {}

    async def emptied(self, contents: Contents) -> bool:
        """Take out what was written; false where that does not make it what it was."""
        try:
            return await self._left_alone() and await self._put_back(contents)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _left_alone(self) -> bool:
        """Nobody else is connected any more, but who rests: whoever ends, or comes to rest, says last what it has written."""
        for _ in range(LOOKS):
            if not await self.owner.fetch(END_OTHERS):
                return True
            await asyncio.sleep(PAUSE)
        return False

    async def _put_back(self, contents: Contents) -> bool:
        counted = await self.owner.fetch(WRITTEN)
        changed = [row for row in counted if row["times"] != self._written.get(row["name"], 0)]
        if not all(row["ours"] for row in changed):
            return False
        tables = [row["name"] for row in changed]
        await contents.put_back(self.owner, tables)
        if tables:
            await self.owner.fetch(FLUSH)
            again = await self.owner.fetch(
                f"{WRITTEN} AND relnamespace = 'public'::regnamespace AND relname = ANY($1)", tables
            )
            self._written |= {row["name"]: row["times"] for row in again}
        return True


class Lender:
    """Lends copies of one database, that nobody is using."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[Lent] = []
        self._contents: Contents | None = None

    @contextmanager
    def lent(self) -> Generator[str]:
        """The DSN of one, with nothing in it but what the template has."""
        lent = self._free.pop() if self._free else self._made()
        yield lent.dsn
        lent.loans += 1
        assert self._contents
        if lent.loans < LOANS and self._server.run(lent.emptied(self._contents)):
            self._free.append(lent)
        else:
            self._drop(lent)

    def close(self) -> None:
        """Drop those that nobody has."""
        while self._free:
            self._drop(self._free.pop())

    def _drop(self, lent: Lent) -> None:
        lent.owner.terminate()
        if resting := RESTING.pop(self._server.address(lent.dsn), None):
            resting.close()
        self._server.drop(lent.dsn)

    def _made(self) -> Lent:
        dsn = self._server.fresh(template=self._template)
        owner = self._server.run(asyncpg.connect(self._server.past_the_pooler(dsn)))
        self._contents = self._contents or self._server.run(Contents.of(owner))
        if self._server.past_the_pooler(dsn) == dsn:
            folder = self._server.run(owner.fetchval("SHOW unix_socket_directories"))
            RESTING[self._server.address(dsn)] = Resting(f"{folder}/.s.PGSQL.{self._server.port}")
        return Lent(dsn, owner)
