"""The PostgreSQL that tests are given is the one the house needs."""

import asyncpg
import pytest

from services import Postgres, postgres_database, postgres_server

__all__ = ["postgres_database", "postgres_server"]  # pytest finds fixtures by name


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_is_new_enough(postgres_database: str):
    assert int(str(await ask(postgres_database, "SHOW server_version_num"))) >= 170000


async def test_it_knows_the_letters_of_hindi(postgres_database: str):
    ctype = "SELECT datctype FROM pg_database WHERE datname = current_database()"
    assert await ask(postgres_database, ctype) == "C.UTF-8"
    assert await ask(postgres_database, "SELECT 'हिन्दी' ~ '^[[:alpha:]]'") is True
    assert await ask(postgres_database, "SELECT lower('ÀÉ')") == "àé"


async def test_a_copy_has_what_its_template_had_and_keeps_its_own(postgres_server: Postgres):
    template = postgres_server.fresh()
    await ask(template, "CREATE TABLE tree (name text)")
    one, other = postgres_server.fresh(template), postgres_server.fresh(template)
    await ask(one, "INSERT INTO tree VALUES ('नीम')")
    assert (await ask(one, "SELECT count(*) FROM tree"), await ask(other, "SELECT count(*) FROM tree")) == (1, 0)
    for dsn in (one, other, template):
        postgres_server.drop(dsn)


async def test_a_dropped_database_is_gone_although_someone_is_connected(postgres_server: Postgres):
    dsn = postgres_server.fresh()
    reader = await asyncpg.connect(dsn)
    postgres_server.drop(dsn)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
    reader.terminate()
