"""Brings a store to this version's tables: numbered, self-contained migrations, each its own transaction.

On PostgreSQL servers of the version before may be at work meanwhile. So one process migrates at a time; no statement waits for a
lock longer than `LOCK_WAIT`, for whoever reads or writes that table waits behind it; and the store remembers beside which versions
it may stand (`STANDS_FROM`), so that a server of an earlier version starts on it or says why not. CONTRIBUTING has the rule that
migrations keep.

Alembic and SQLAlchemy's engines are loaded only where there is something to migrate: that is half of a start.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import column, table

from chaupal.kernel.errors import Problem
from chaupal.kernel.logger import log
from chaupal.store.machine import marks
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

SCRIPTS = Path(__file__).parent.parent / "migrations"
VERSION = "SELECT version_num FROM alembic_version"
AT = selects(column("version_num")).select_from(table("alembic_version"))
BASE = "0035"  # migrations up to this one were made for a server that is stopped meanwhile
STANDS_FROM = "store_stands_from"  # the mark: the earliest version whose servers may work on the store as it is now
STANDS = f"SELECT value FROM marks WHERE key = '{STANDS_FROM}'"  # noqa: S608 - a word of ours
_STAND = "INSERT INTO marks (key, value) VALUES (:key, :version) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
MIGRATING = 0x4348_4D49  # the advisory lock of whoever migrates
# ms that a statement may wait for a table; then it lets those through who wait behind it. Far less than a second, after which
# PostgreSQL looks for deadlocks: a reader of two tables, of which a migration has one and wants the other, must not be its victim.
LOCK_WAIT = 100
TRIES = 200
PAUSE = 0.3  # seconds between them
LOOK_AGAIN = 0.1  # seconds: whether whoever migrates is done
GIVES_WAY = ("55P03", "40P01")  # lock_not_available, deadlock_detected


class StoreVersion(NamedTuple):
    """Where a store is: its version (None: it is empty), and the earliest version that may work on it, where it says one."""

    version: str | None
    stands_from: str = ""


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def postgres_url(dsn: str) -> str:
    """The driver that we ship, whatever scheme the operator wrote."""
    return "postgresql+asyncpg://" + dsn.partition("://")[2]


def versions() -> list[str]:
    """Every version this Chaupal knows, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (SCRIPTS / "versions").glob("[0-9]*.py"))


async def migrate(url: str, to: str = "head") -> None:
    """Upgrade the store at `url`. Raises Problem for one that a newer Chaupal has touched so that this one cannot stand beside it,
    and where somebody holds a table all the time that has to be changed.
    """
    known = versions()
    at = await _where(url)
    if at.version is not None and at.version not in known:
        _stand_beside(at, known[-1])
        return
    if at.version == (known[-1] if to == "head" else to):
        return
    if url.startswith("sqlite"):
        await asyncio.to_thread(_upgrade_sqlite, url, to)
    else:
        await _upgrade_postgres(url, to)


def _stand_beside(at: StoreVersion, newest: str) -> None:
    """A newer version was here. Raises Problem unless the store says that this version may work on it."""
    if not at.stands_from or at.stands_from > newest:
        beside = f" and which stands only beside servers from version {at.stands_from} on" if at.stands_from else ""
        raise Problem(
            f"This store is at version {at.version}, which this Chaupal (version {newest}) does not know{beside}; use the newer one"
        )
    log.warning("the store is newer than this server, which may work beside newer ones", store=at.version, own=newest)


async def _where(url: str) -> StoreVersion:
    if url.startswith("sqlite"):
        return await asyncio.to_thread(_sqlite_at, Path(url.removeprefix("sqlite:///")))
    import asyncpg

    from chaupal.store.machine.connecting_postgres import connect

    connection = await connect(url.replace("+asyncpg", ""))
    try:
        version: str = await connection.fetchval(VERSION)
        return StoreVersion(version, await connection.fetchval(STANDS) or "")
    except asyncpg.UndefinedTableError:
        return StoreVersion(None)
    finally:
        await connection.close()


async def is_right(reading: Reading) -> bool:
    """Whether the store has all that this version needs: it is no older, and no newer one took away what this one needs."""
    newest = versions()[-1]
    return (await reading.value(AT) or "") >= newest >= await marks.read(reading, STANDS_FROM)


def _sqlite_at(path: Path) -> StoreVersion:
    if not path.exists():
        return StoreVersion(None)
    with contextlib.closing(sqlite3.connect(path)) as db, contextlib.suppress(sqlite3.OperationalError):
        # No version stands beside another here: one server has the file.
        return StoreVersion(db.execute(VERSION).fetchone()[0])
    return StoreVersion(None)


def _upgrade_sqlite(url: str, to: str) -> None:
    """Whole or not at all: by itself the driver begins a transaction before rows are changed, and none before tables are."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT")
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            _upgrade(connection, to)
    finally:
        engine.dispose()


def _begin(connection: "Connection") -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# --- PostgreSQL, where others may be at work ---


async def _upgrade_postgres(url: str, to: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        async with _alone(url):
            at = (await _where(url)).version  # whoever was here before us may have done it all
            if at is None:
                async with engine.begin() as connection:
                    await connection.run_sync(_upgrade, to)
            else:
                for version in _after(at, to):
                    await _step(engine, version, last=version == versions()[-1])
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def _alone(url: str) -> AsyncGenerator[None]:
    """Hold the lock of migrations, by a transaction, which also works behind a pooler.

    By the simple protocol: else the last statement keeps its snapshot, for which an index made concurrently waits. Nor does anybody
    wait for it in a statement, which keeps one too, or in a transaction, of which a statement may have one just then: of several that
    start at once the first would wait for the others, and they for it.
    """
    from chaupal.store.machine.connecting_postgres import connect

    connection = await connect(url.replace("+asyncpg", ""))
    try:
        begun = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0"
        held = f"{begun}; SELECT 1 WHERE pg_try_advisory_xact_lock({MIGRATING})"
        while await connection.execute(held) != "SELECT 1":
            await connection.execute("ROLLBACK")
            await asyncio.sleep(LOOK_AGAIN)
        yield
    finally:
        await connection.close()


def _after(at: str, to: str) -> list[str]:
    """Versions to go through, oldest first; none where another process has gone further meanwhile."""
    last = versions()[-1] if to == "head" else to
    return [version for version in versions() if at < version <= last]


async def _step(engine: "AsyncEngine", version: str, *, last: bool) -> None:
    """One version, as often as it takes until nobody holds what it changes."""
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    for tried in range(TRIES):
        try:
            await _indexes(engine, version)
            async with engine.begin() as connection:
                await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_WAIT}"))
                await connection.run_sync(_upgrade, "head" if last else version)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in GIVES_WAY:
                raise
            log.warning("a table that has to be changed is held", version=version, tried=tried + 1)
            await asyncio.sleep(PAUSE)
        else:
            return
    raise Problem(
        f"The store cannot be brought to version {version}: a table that it changes is held by somebody all the time. "
        "Look for transactions that stay open (pg_stat_activity), end them, and start again"
    )


async def _indexes(engine: "AsyncEngine", version: str) -> None:
    """Indexes on tables that are there already, made while others write: what takes long is no part of any transaction."""
    from sqlalchemy import text

    wanted: tuple[tuple[Any, ...], ...] = getattr(_scripts(SCRIPTS).get_revision(version).module, "CONCURRENTLY", ())
    if not wanted:
        return
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        for name, table, columns, *where in wanted:
            valid = await connection.scalar(
                text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": name}
            )
            if valid is False:  # whoever made it died over it
                await connection.execute(text(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'))
            if not valid:
                on = ", ".join(f'"{column}"' if column.isidentifier() else column for column in columns)
                some = f" WHERE {where[0]}" if where and where[0] else ""
                await connection.execute(text(f'CREATE INDEX CONCURRENTLY "{name}" ON "{table}" ({on}){some}'))


@cache
def _scripts(folder: Path) -> "ScriptDirectory":
    """All versions: the first question to it reads every file, which takes longer than a step from one to the next."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(folder)


# --- both ---


def _upgrade(connection: "Connection", to: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    from chaupal.store.machine import triggers

    scripts = _scripts(SCRIPTS)

    def steps(at: Any, _: object) -> Any:
        return scripts._upgrade_revs(to, at)  # pyrefly: ignore[protected-access] - as alembic's own command asks, which reads every file anew

    triggers.remove(connection)
    given = Config(attributes={"connection": connection})
    with EnvironmentContext(given, scripts, fn=steps, destination_rev=to):
        scripts.run_env()
    _mark(connection)
    if to == "head":
        triggers.install(connection)


def _mark(connection: "Connection") -> None:
    """Write down beside which versions the store may stand now."""
    from sqlalchemy import text

    at: str = connection.execute(text(VERSION)).scalar_one()
    since = (script for script in _scripts(SCRIPTS).walk_revisions() if BASE < script.revision <= at)
    floors = [getattr(script.module, "CONTRACTS", BASE) for script in since]
    connection.execute(text(_STAND), {"key": STANDS_FROM, "version": max([min(at, BASE), *floors])})
