"""Migrations and tables say the same, on both databases; a newer store is left alone."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from chaupal.kernel.errors import Unavailable
from chaupal.store.migrate import migrate, postgres_url, sqlite_url, versions
from chaupal.store.tables import meta

# The search indexes are each database's own; SQLAlchemy's tables do not know them.
OWN = {"post_words", "post_words_by_word", "tags_by_bytes", "name_words_by_bytes"}


def differences(connection: Connection) -> list[Any]:
    def ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return name not in OWN and not (kind == "table" and str(name).startswith("post_words_"))

    context = MigrationContext.configure(connection, opts={"include_object": ours})
    return compare_metadata(context, meta)


async def test_the_migrations_make_the_tables_that_the_code_names(database: str, tmp_path: Path):
    url = postgres_url(database) if database else sqlite_url(tmp_path / "new.db")
    await migrate(url)
    if not database:
        with create_engine(url).connect() as connection:
            assert differences(connection) == []
        return
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrating_twice_changes_nothing_and_a_newer_store_is_left_alone(tmp_path: Path):
    url = sqlite_url(tmp_path / "new.db")
    await migrate(url)
    await migrate(url)
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="9999"):
        await migrate(url)


def test_versions_are_numbered_without_gaps():
    assert [int(v) for v in versions()] == list(range(1, len(versions()) + 1))
