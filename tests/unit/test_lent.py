"""Databases that are lent: who is lent one finds what the template has, whatever the one before did to it."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from lent import Lender
from services import Postgres

CONTENTS = "SELECT array(SELECT name || ' ' || id FROM people ORDER BY id)"
MADE = """
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE posts (id serial PRIMARY KEY, person int NOT NULL REFERENCES people);
CREATE TABLE "order" (id int);
INSERT INTO people (name) VALUES ('asha'), ('ravi');
INSERT INTO posts (person) VALUES (1), (2);
INSERT INTO "order" VALUES (1);
"""


@pytest.fixture
def lender(postgres_server: Postgres, postgres_database: str) -> Iterator[Lender]:
    async def make() -> None:
        async with at(postgres_database) as template:
            await template.execute(MADE)

    postgres_server.run(make())
    lender = Lender(postgres_server, postgres_database)
    yield lender
    lender.close()


@asynccontextmanager
async def at(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "done",
    [
        "INSERT INTO people (name) VALUES ('meera')",
        "UPDATE people SET name = 'someone'",
        'INSERT INTO "order" VALUES (2)',
        "DELETE FROM posts; DELETE FROM people WHERE name = 'asha'",
        "TRUNCATE people CASCADE",
        "BEGIN; INSERT INTO people (name) VALUES ('meera'); ROLLBACK",
        "SELECT nextval('posts_id_seq'), setval('people_id_seq', 70)",
        "ALTER TABLE people ADD COLUMN age int",
        "ALTER TABLE people ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE people DISABLE TRIGGER ALL",
        "CREATE TABLE more (); INSERT INTO posts (person) VALUES (1)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE posts",
    ],
)
async def test_of_what_was_done_in_one_whoever_is_lent_it_next_finds_nothing(lender: Lender, done: str):
    with lender.lent() as dsn:
        async with at(dsn) as connection:
            before = await schema(connection)
            await connection.execute(done)
    with lender.lent() as dsn:
        async with at(dsn) as connection:
            assert await schema(connection) == before
            assert await connection.fetchval(CONTENTS) == ["asha 1", "ravi 2"]
            assert await connection.fetchval('SELECT array_agg(id) FROM "order"') == [1]
            assert await connection.fetchval("INSERT INTO people (name) VALUES ('karl') RETURNING id") == 3
            assert await connection.fetchval("INSERT INTO posts (person) VALUES (3) RETURNING id") == 3


async def schema(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch(
        "SELECT c.relname, c.relkind, a.attname, a.attnotnull, t.tgname, t.tgenabled, (SELECT count(*) FROM pg_proc) "
        "FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_trigger t ON t.tgrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum, t.tgname"
    )


async def test_whoever_is_still_connected_is_told_to_go_and_what_they_had_begun_is_gone(lender: Lender):
    with lender.lent() as dsn:
        left = await asyncpg.connect(dsn)
        await left.execute("BEGIN; INSERT INTO people (name) VALUES ('meera')")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await left.execute("COMMIT")
    with lender.lent() as dsn:
        async with at(dsn) as connection:
            assert await connection.fetchval(CONTENTS) == ["asha 1", "ravi 2"]


async def test_whoever_connects_next_is_lent_the_session_and_finds_nothing_in_it(lender: Lender):
    own, found = "SELECT pg_backend_pid()", "FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    read = "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1"
    with lender.lent() as dsn:
        async with at(dsn) as one, at(dsn) as other:
            assert (kept := await one.fetchval(own)) != await other.fetchval(own)
            await one.execute("SET lock_timeout = 9; LISTEN told; SELECT pg_advisory_lock(1)")
            await other.execute("BEGIN")  # one that is left in the midst of something is ended
        async with at(dsn) as one, at(dsn) as other:
            assert await one.fetchval(own) == kept != await other.fetchval(own)
            assert await one.fetchval(f"SELECT count(*) {found}") == 0
            assert await one.fetchval("SHOW lock_timeout") == "0"
            assert await one.fetch("SELECT pg_listening_channels()") == []
            # The very statements that it has read are known to the driver, and are not read again.
            assert await one.fetchval(read, own) == 1 == await one.fetchval(read, read)
    with lender.lent() as dsn:
        async with at(dsn) as one:
            assert await one.fetchval(own) == kept


async def test_a_session_that_was_ended_as_it_rested_is_lent_to_nobody(lender: Lender):
    with lender.lent() as dsn:
        async with at(dsn) as other:
            async with at(dsn) as one:
                ended = await one.fetchval("SELECT pg_backend_pid()")
            assert await other.fetchval("SELECT pg_terminate_backend($1, 9000)", ended)
            async with at(dsn) as one:
                assert await one.fetchval("SELECT pg_backend_pid()") != ended


async def test_two_at_once_are_two_and_one_is_lent_again_and_again_but_not_for_ever(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lent.LOANS", loans := 5)
    with lender.lent() as one, lender.lent() as other:
        assert one != other
    seen = [lent(lender) for _ in range(loans)]
    assert len(set(seen)) == 2 and seen[-1] not in seen[: loans - 1]


def lent(lender: Lender) -> str:
    with lender.lent() as dsn:
        return dsn
