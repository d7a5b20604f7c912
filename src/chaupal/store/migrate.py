"""Brings a store to this version's tables: numbered, self-contained migrations, each its own transaction."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chaupal.kernel.errors import Unavailable

SCRIPTS = Path(__file__).parent / "migrations"


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def postgres_url(dsn: str) -> str:
    """The driver that we ship, whatever scheme the operator wrote."""
    return "postgresql+asyncpg://" + dsn.partition("://")[2]


async def migrate(url: str, to: str = "head") -> None:
    """Upgrade the store at `url`. Raises Unavailable for one that a newer version of Chaupal has touched."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            _upgrade(connection, to)
        engine.dispose()
        return
    asynchronous = create_async_engine(url, poolclass=NullPool)
    async with asynchronous.begin() as connection:
        await connection.run_sync(_upgrade, to)
    await asynchronous.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, to: str) -> None:
    config = _config(connection)
    at: Any = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
        raise Unavailable(f"This store is at version {at}, which this Chaupal does not know; use the newer one")
    if at != scripts.get_current_head():
        command.upgrade(config, to)
