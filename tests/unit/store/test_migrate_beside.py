"""Migrations beside servers of the version before: what they may change, one at a time, and nobody waits for long."""

import asyncio
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chaupal.app.wiring import open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Problem
from chaupal.store.machine import migrate as migrating
from chaupal.store.machine.migrate import BASE, SCRIPTS, STANDS_FROM, migrate, postgres_url, versions
from conftest import plain_settings
from schemas import breaks, schema
from services import Postgres
from waiting import PATIENCE, until

PACKAGE = "chaupal.store.migrations.versions"
FILLS = re.compile(r"""(execute|text)\(\s*f?["']+\s*(UPDATE|DELETE)\b""")


@pytest.fixture(scope="module")
def based(postgres_server: Postgres) -> str:
    """A PostgreSQL store as it was before the rule held."""
    dsn = postgres_server.fresh()
    asyncio.run(migrate(postgres_url(dsn), BASE))
    return dsn


@pytest.fixture
def fresh(postgres_server: Postgres, based: str) -> Callable[[], str]:
    return lambda: postgres_server.fresh(template=based)


async def run(dsn: str, *statements: str) -> Any:
    """What the last of them answers with first."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        for one in statements[:-1]:
            await connection.execute(one)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def module_of(version: str) -> Any:
    (file,) = (SCRIPTS / "versions").glob(f"{version}_*.py")
    return import_module(f"{PACKAGE}.{file.stem}")


def source_of(version: str) -> str:
    return next((SCRIPTS / "versions").glob(f"{version}_*.py")).read_text()


async def test_no_migration_takes_from_the_server_before_it_what_that_one_needs(fresh: Callable[[], str]):
    """Expand, then contract: what breaks it says by `CONTRACTS` since which version nobody needs that any more."""
    dsn = fresh()
    before = await schema(dsn)
    for version in [one for one in versions() if one > BASE]:
        await migrate(postgres_url(dsn), version)
        after = await schema(dsn)
        made = {f"{table}: {name}" for name, table, *_ in getattr(module_of(version), "CONCURRENTLY", ())}
        found = [fault for fault in breaks(before, after) if not any(f" {name} " in f" {fault} " for name in made)]
        contracts = getattr(module_of(version), "CONTRACTS", None)
        assert contracts is None or BASE <= contracts < version, f"{version} contracts no earlier version"
        assert not found or contracts, f"{version}: {found}"
        before = after


def test_a_migration_that_fills_rows_says_what_becomes_of_those_written_meanwhile():
    """The older server goes on to write rows as it knows them: `FILLS` says why that is all right."""
    for version in [one for one in versions() if one > BASE]:
        assert not FILLS.search(source_of(version)) or getattr(module_of(version), "FILLS", ""), version
    assert FILLS.search(source_of("0023"))
    assert FILLS.search(source_of("0014"))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE posts DROP COLUMN spoiler", "posts.spoiler is gone"),
        ("ALTER TABLE posts RENAME COLUMN spoiler TO warning", "posts.spoiler is gone"),
        ("DROP TABLE pins", "pins.account_id is gone"),
        ("ALTER TABLE posts ALTER COLUMN sensitive TYPE text", "posts.sensitive was bigint and is text"),
        ("ALTER TABLE posts ADD COLUMN mood text NOT NULL", "posts.mood has to be given by every insert"),
        ("ALTER TABLE posts ALTER COLUMN spoiler DROP DEFAULT", "posts.spoiler has to be given by every insert now"),
        (
            "ALTER TABLE posts ADD CONSTRAINT short CHECK (length(text) < 9)",
            "the constraint posts: short is new or another",
        ),
        (
            "ALTER TABLE posts ADD CONSTRAINT roots FOREIGN KEY (root) REFERENCES posts (id)",
            "the constraint posts: roots is new or another",
        ),
        (
            "ALTER TABLE pins ADD COLUMN instead bigint REFERENCES posts (id)",
            "the constraint pins: pins_instead_fkey is new or another",
        ),
        (
            "CREATE TABLE moods (post_id bigint REFERENCES posts (id))",
            "the constraint moods: moods_post_id_fkey is new or another",
        ),
        ("ALTER TABLE pins DROP CONSTRAINT pins_pkey", "the constraint pins: pins_pkey is gone"),
        ("CREATE UNIQUE INDEX one_each ON posts (author)", "the index posts: one_each is unique"),
        ("CREATE INDEX by_mood ON posts (language)", "the index posts: by_mood is made while writers wait"),
    ],
)
async def test_the_rule_sees_what_an_older_server_could_not_stand(change: str, found: str, fresh: Callable[[], str]):
    dsn = fresh()
    before = await schema(dsn)
    await run(dsn, change, "SELECT 1")
    assert found in breaks(before, await schema(dsn))


async def test_the_rule_lets_through_what_an_older_server_does_not_notice(fresh: Callable[[], str]):
    dsn = fresh()
    before = await schema(dsn)
    await run(
        dsn,
        "ALTER TABLE posts ADD COLUMN mood text NOT NULL DEFAULT ''",
        "ALTER TABLE posts ADD COLUMN seen bigint",
        "ALTER TABLE orders ADD COLUMN instead bigint REFERENCES orders (id)",
        "CREATE TABLE moods (name text PRIMARY KEY, since bigint NOT NULL, post bigint REFERENCES posts (id) ON DELETE CASCADE)",
        "CREATE INDEX moods_by ON moods (since)",
        "SELECT 1",
    )
    assert breaks(before, await schema(dsn)) == []


async def test_processes_that_start_at_once_migrate_one_after_another(postgres_server: Postgres):
    dsn = postgres_server.fresh()
    await migrate(postgres_url(dsn), "0029")
    await asyncio.gather(*(migrate(postgres_url(dsn)) for _ in range(3)))
    assert await run(dsn, migrating.VERSION) == versions()[-1]
    empty = postgres_server.fresh()
    await asyncio.gather(*(migrate(postgres_url(empty)) for _ in range(3)))
    assert await run(empty, migrating.VERSION) == versions()[-1]


async def test_whoever_waits_for_another_to_migrate_has_no_transaction_open_for_which_an_index_would_wait(
    fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    """An index made concurrently waits for the end of each transaction of which a statement was at work as it began."""
    dsn = fresh()
    monkeypatch.setattr(migrating, "LOOK_AGAIN", 3600)
    migrates: Any = await asyncpg.connect(dsn)
    idle = "SELECT count(*) FROM pg_stat_activity WHERE query = 'ROLLBACK' AND state = 'idle'"
    try:
        await migrates.execute(f"BEGIN; SELECT pg_advisory_xact_lock({migrating.MIGRATING})")
        waiting = asyncio.create_task(migrate(postgres_url(dsn)))
        await until(lambda: run(dsn, idle), what="a process that waits, and has nothing open")
        waiting.cancel()
    finally:
        await migrates.close()


async def test_nobody_waits_behind_a_migration_that_waits(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch):
    """A reader's open transaction keeps 0035 from its table: others read on, and it goes through once that one has ended."""
    monkeypatch.setattr(migrating, "LOCK_WAIT", 50)
    monkeypatch.setattr(migrating, "PAUSE", 0.02)
    monkeypatch.setattr(migrating, "TRIES", 10_000)
    dsn = postgres_server.fresh()
    await migrate(postgres_url(dsn), "0034")
    reader: Any = await asyncpg.connect(dsn)
    other: Any = await asyncpg.connect(dsn)
    await reader.execute("BEGIN")
    await reader.fetch("SELECT * FROM logins")
    upgrade = asyncio.create_task(migrate(postgres_url(dsn)))
    for _ in range(20):
        await other.fetch("SELECT * FROM logins")  # each waits for 50 ms at most, or for ever
        await asyncio.sleep(0.01)
    assert not upgrade.done()
    await reader.execute("COMMIT")
    await upgrade
    assert await other.fetchval(migrating.VERSION) == versions()[-1]
    await reader.close()
    await other.close()


async def test_a_table_that_is_held_all_the_time_is_a_sentence_and_the_store_stays_as_it_was(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migrating, "LOCK_WAIT", 20)
    monkeypatch.setattr(migrating, "PAUSE", 0.01)
    monkeypatch.setattr(migrating, "TRIES", 3)
    dsn = postgres_server.fresh()
    await migrate(postgres_url(dsn), "0034")
    reader: Any = await asyncpg.connect(dsn)
    await reader.execute("BEGIN")
    await reader.fetch("SELECT * FROM logins")
    with pytest.raises(Problem, match=r"0035: a table that it changes is held .*pg_stat_activity"):
        await migrate(postgres_url(dsn))
    await reader.execute("COMMIT")
    assert await reader.fetchval(migrating.VERSION) == "0034"
    await reader.close()


@pytest.fixture
def with_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version more, which makes an index on posts."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "9000_moods.py").write_text(
        "from alembic import op\n"
        f'revision = "9000"\ndown_revision = "{versions()[-1]}"\n'
        'CONCURRENTLY = (("posts_by_mood", "posts", ("language", "id")),)\n'
        "def upgrade():\n    for name, table, columns in CONCURRENTLY:\n"
        "        op.create_index(name, table, list(columns), if_not_exists=True)\n"
    )
    monkeypatch.setattr(migrating, "SCRIPTS", scripts)
    return "SELECT indisvalid FROM pg_index WHERE indexrelid = 'posts_by_mood'::regclass"


async def test_an_index_is_made_while_others_write(postgres_server: Postgres, migrated: str, with_an_index: str):
    dsn = postgres_server.fresh(template=migrated)
    writer: Any = await asyncpg.connect(dsn)
    other: Any = await asyncpg.connect(dsn)
    await writer.execute("BEGIN")
    await writer.execute("UPDATE posts SET language = 'hi'")
    upgrade = asyncio.create_task(migrate(postgres_url(dsn)))
    begun = "SELECT count(*) FROM pg_class WHERE relname = 'posts_by_mood'"
    while not await other.fetchval(begun):
        assert not upgrade.done()
        await asyncio.sleep(0.01)
    await other.execute("UPDATE posts SET language = 'ta'")  # would wait for ever behind an index made the usual way
    await writer.execute("COMMIT")
    await asyncio.wait_for(upgrade, PATIENCE)
    assert await other.fetchval(with_an_index) is True
    await writer.close()
    await other.close()


async def test_an_index_over_which_a_process_died_is_made_anew(
    postgres_server: Postgres, migrated: str, with_an_index: str
):
    dsn = postgres_server.fresh(template=migrated)
    await run(
        dsn,
        "CREATE INDEX posts_by_mood ON posts (language, id)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'posts_by_mood'::regclass",
        "SELECT 1",
    )
    await migrate(postgres_url(dsn))
    assert await run(dsn, with_an_index) is True


async def test_a_server_goes_on_beside_a_newer_store_that_it_can_stand_beside(
    postgres_server: Postgres, migrated: str, tmp_path: Path, clock: StillClock
):
    dsn = postgres_server.fresh(template=migrated)
    contracted = [getattr(module_of(version), "CONTRACTS", BASE) for version in versions() if version > BASE]
    assert await run(dsn, migrating.STANDS) == max([BASE, *contracted])
    await run(
        dsn,
        "ALTER TABLE posts ADD COLUMN mood text NOT NULL DEFAULT ''",
        "UPDATE alembic_version SET version_num = '9999'",
        "SELECT 1",
    )
    running = await open_house(plain_settings(tmp_path / "data", dsn), clock=clock, run=False)
    await running.close()
    assert await run(dsn, migrating.VERSION) == "9999"


async def test_a_server_that_cannot_stand_beside_a_newer_store_says_so(postgres_server: Postgres, migrated: str):
    dsn = postgres_server.fresh(template=migrated)
    await run(
        dsn,
        "UPDATE alembic_version SET version_num = '9999'",
        f"UPDATE marks SET value = '9998' WHERE key = '{STANDS_FROM}'",
        "SELECT 1",
    )
    with pytest.raises(
        Problem, match=rf"at version 9999, .*\(version {versions()[-1]}\) .* from version 9998 on; use the newer"
    ):
        await migrate(postgres_url(dsn))
    await run(dsn, f"DELETE FROM marks WHERE key = '{STANDS_FROM}'", "SELECT 1")
    with pytest.raises(Problem, match=r"at version 9999, .*; use the newer one"):
        await migrate(postgres_url(dsn))
