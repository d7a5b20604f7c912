"""Brings a store to this version's tables: numbered, self-contained migrations, each its own transaction.

Alembic and SQLAlchemy's engines are loaded only where there is something to migrate: that is half of a start.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, select, table

from chaupal.kernel.errors import Problem
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Reading

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent.parent / "migrations"
VERSION = "SELECT version_num FROM alembic_version"
AT = statement(select(column("version_num")).select_from(table("alembic_version")))


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def postgres_url(dsn: str) -> str:
    """The driver that we ship, whatever scheme the operator wrote."""
    return "postgresql+asyncpg://" + dsn.partition("://")[2]


def versions() -> list[str]:
    """Every version this Chaupal knows, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (SCRIPTS / "versions").glob("[0-9]*.py"))


async def migrate(url: str, to: str = "head") -> None:
    """Upgrade the store at `url`. Raises Problem for one that a newer version of Chaupal has touched."""
    known = versions()
    at = await _version_at(url)
    if at is not None and at not in known:
        raise Problem(f"This store is at version {at}, which this Chaupal does not know; use the newer one")
    if at == (known[-1] if to == "head" else to):
        return
    if url.startswith("sqlite"):
        await asyncio.to_thread(_upgrade_sqlite, url, to)
    else:
        await _upgrade_postgres(url, to)


async def _version_at(url: str) -> str | None:
    if url.startswith("sqlite"):
        return await asyncio.to_thread(_sqlite_version, Path(url.removeprefix("sqlite:///")))
    import asyncpg

    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(VERSION)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def is_right(reading: Reading) -> bool:
    """Whether the store has all that this version needs. One that is newer has it: what goes, goes a version later."""
    return (await reading.value(AT) or "") >= versions()[-1]


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as db, contextlib.suppress(sqlite3.OperationalError):
        return db.execute(VERSION).fetchone()[0]
    return None


def _upgrade_sqlite(url: str, to: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        _upgrade(connection, to)
    engine.dispose()


async def _upgrade_postgres(url: str, to: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, to)
    await engine.dispose()


def _upgrade(connection: "Connection", to: str) -> None:
    from alembic import command

    from chaupal.store.machine import triggers

    triggers.remove(connection)
    command.upgrade(_config(connection), to)
    if to == "head":
        triggers.install(connection)


def _config(connection: "Connection") -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
