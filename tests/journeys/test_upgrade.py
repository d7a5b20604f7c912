"""A house of an earlier version, upgraded to this one: nothing is lost, the log goes on, and nobody notices meanwhile."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import msgspec
import pytest
from sqlalchemy import text

from chaupal.app.check import check_house
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.log import batches, log, tree
from chaupal.governance.report import reported
from chaupal.governance.report.keeper import Building
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Problem
from chaupal.social.signin import sessions
from chaupal.store.machine import migrate as migrating
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.migrate import SCRIPTS, migrate, postgres_url, versions
from chaupal_audit import tlog
from conftest import plain_settings
from older_villages import Older, Restored, read, restore
from services import Postgres

KEPT = {
    "posts": ("id", "author", "text", "visibility"),
    "accounts": ("id", "handle", "role", "state"),
    "orders": ("id", "ref", "grounds"),
}


@pytest.fixture(params=("sqlite", "postgres"))
def empty(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.fresh()


@asynccontextmanager
async def opened(restored: Restored) -> AsyncGenerator[RunningHouse]:
    """This version's house on it, at the hour at which it was left."""
    settings = plain_settings(restored.data, restored.dsn)
    settings = msgspec.structs.replace(settings, village=True)
    running = await open_house(settings, clock=StillClock(restored.older.at), run=False)
    try:
        yield running
    finally:
        await running.close()


async def rows(running: RunningHouse, what: str) -> list[tuple[Any, ...]]:
    async with running.house.square.work.scanning() as reading:
        return sorted(tuple(row) for row in await reading.fetch(statement(text(what))))


async def test_a_village_of_the_first_version_whose_log_goes_on_is_upgraded_whole(empty: str, tmp_path: Path):
    older = read("0029")
    async with opened(await restore(older, tmp_path / "data", empty)) as running:
        had, court = older.tables, running.house.court
        for name, columns in KEPT.items():
            assert await rows(running, f"SELECT {', '.join(columns)} FROM {name}") == had[name].told(*columns), name
        for name in ("likes", "follows", "notices", "targets", "case_events", "rulings", "disclosures", "tellings"):
            assert (await rows(running, f"SELECT count(*) FROM {name}")) == [(len(had[name].rows),)], name
        entries = [body for _, body in had["log_entries"].told("index", "body")]
        assert [body for _, body in await rows(running, 'SELECT "index", body FROM log_entries')][
            : len(entries)
        ] == entries

        assert await log.recount(court) >= len(entries)
        await running.runner.settle()
        await _goes_on(running, older)
        assert await check_house(running.house) == []
        found = await reported.made(court)
        assert not isinstance(found, Building)
        assert found.size >= len(entries)


async def _goes_on(running: RunningHouse, older: Older) -> None:
    """The newest checkpoint is signed by the same key, and its log begins with all that was signed before."""
    (_, note) = older.tables["log_checkpoints"].told("size", "note")[-1]
    key = running.house.court.keys.current.public
    before = tlog.verify_checkpoint(note, key)
    newest = tlog.verify_checkpoint((await batches.newest(running.house.court)).note, key)
    assert newest.origin == before.origin
    assert newest.size >= before.size
    assert await _root(running, before.size) == before.root


async def _root(running: RunningHouse, size: int) -> bytes:
    async with running.house.square.work.reading() as reading:
        return await tree.root(reading, size)


async def test_what_was_withheld_before_the_upgrade_is_withheld_after_it(empty: str, tmp_path: Path):
    older = read("0029")
    bound = [
        (subject, owner)
        for subject, owner, measure, lifted in older.tables["rulings"].told(
            "subject_id", "owner_id", "measure", "lifted_at"
        )
        if measure == "withhold_post" and lifted is None
    ]
    handles = dict(older.tables["accounts"].told("id", "handle"))
    texts = dict(older.tables["posts"].told("id", "text"))
    assert bound
    async with opened(await restore(older, tmp_path / "data", empty)) as running, visitor(running) as client:
        for post, author in bound:
            first = texts[post].split()[0]
            here = await client.get(f"/@{handles[author]}/{post}", headers={"cookie": "look_as=IN"})
            there = await client.get(f"/@{handles[author]}/{post}", headers={"cookie": "look_as=DE"})
            assert (here.status_code, first in here.text) == (451, False)
            assert (there.status_code, first in there.text) == (200, True)


async def test_of_the_very_first_version_everything_is_kept_and_its_log_is_called_what_it_is(
    empty: str, tmp_path: Path
):
    """Its entries are of a version that nobody reads any more: no word of a changed database, and nothing was changed."""
    older = read("first")
    restored = await restore(older, tmp_path / "data", empty)
    with pytest.raises(
        Problem, match=r"entries of version 1, .* reads and writes version 2\. Nothing is lost .*log\.md"
    ):
        async with opened(restored):
            pass
    if empty:
        connection: Any = await asyncpg.connect(empty)
        told = [tuple(row) for row in await connection.fetch("SELECT id, text FROM posts ORDER BY id")]
        logged = [tuple(row) for row in await connection.fetch('SELECT "index", body FROM log_entries ORDER BY 1')]
        await connection.close()
    else:
        import sqlite3

        with sqlite3.connect(restored.data / "chaupal.db") as db:
            told = db.execute("SELECT id, text FROM posts ORDER BY id").fetchall()
            logged = db.execute('SELECT "index", body FROM log_entries ORDER BY 1').fetchall()
    assert told == older.tables["posts"].told("id", "text")
    assert logged == older.tables["log_entries"].told("index", "body")


# --- under load ---


@asynccontextmanager
async def visitor(running: RunningHouse) -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=running.app)
    async with httpx2.AsyncClient(transport=transport, base_url=running.house.settings.origin) as client:
        yield client


@asynccontextmanager
async def meanwhile(*doing: Callable[[int], Awaitable[None]]) -> AsyncGenerator[list[int]]:
    """Each is done again and again, with a number, before, while and after; what fails fails the test. How often each was done."""
    done, again, over = [0] * len(doing), [asyncio.Event() for _ in doing], asyncio.Event()

    async def keep_on(which: int) -> None:
        while not over.is_set():
            await doing[which](done[which])
            done[which] += 1
            again[which].set()

    async with asyncio.TaskGroup() as tasks:
        for which in range(len(doing)):
            tasks.create_task(keep_on(which))
        for each in again:
            await each.wait()
        yield done
        for each in again:
            each.clear()
            await each.wait()
        over.set()


async def test_statements_of_the_version_before_go_on_while_it_is_upgraded(postgres_server: Postgres, tmp_path: Path):
    """They name the columns that their version knows, in tables that the upgrade changes; each is answered, and what they wrote stays."""
    older, dsn = read("0029"), postgres_server.fresh()
    await restore(older, tmp_path / "data", dsn)
    pool: Any = await asyncpg.create_pool(dsn, min_size=4, max_size=4)
    known = {name: ", ".join(f'"{column}"' for column in table.columns) for name, table in older.tables.items()}
    had = older.tables["logins"]
    row = dict(zip(had.columns, had.rows[0], strict=True))

    async def reads(number: int) -> None:
        for name in ("logins", "media", "orders", "targets", "rulings", "posts"):
            await pool.fetch(f'SELECT {known[name]} FROM "{name}" LIMIT 20')

    async def joins(number: int) -> None:
        mine = row | {"account_id": -1 - number, "email": f"{number}@gaanv.example"}
        values = ", ".join(f"${n}" for n in range(1, len(mine) + 1))
        await pool.execute(f"INSERT INTO logins ({known['logins']}) VALUES ({values})", *mine.values())

    async with meanwhile(reads, joins) as done:
        await migrate(postgres_url(dsn))
    assert await pool.fetchval(migrating.VERSION) == versions()[-1]
    assert await pool.fetchval("SELECT count(*) FROM logins WHERE account_id < 0") == done[1]
    assert await pool.fetchval("SELECT count(*) FROM logins") == done[1] + len(had.rows)
    await pool.close()


async def test_a_server_answers_on_while_the_version_after_it_upgrades_the_store(
    postgres_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Members write and strangers read through this version's server, while the next one's tables are made beside it."""
    older, dsn = read("0029"), postgres_server.fresh()
    restored = await restore(older, tmp_path / "data", dsn)
    handles = [handle for handle, role in older.tables["accounts"].told("handle", "role") if role == "member"]
    async with opened(restored) as running, visitor(running) as client:
        (account,) = [id_ for id_, handle in older.tables["accounts"].told("id", "handle") if handle == handles[0]]
        token = await sessions.issue_token(running.house.square, account, "read write")
        said: list[str] = []

        async def writes(number: int) -> None:
            headers = {"authorization": f"Bearer {token}"}
            answer = await client.post("/api/v1/statuses", headers=headers, json={"status": f"सरसों {number}"})
            assert answer.status_code == 200, answer.text
            said.append(answer.json()["id"])

        async def reads(number: int) -> None:
            person = await client.get(f"/@{handles[number % len(handles)]}")
            assert person.status_code in (200, 410), person.text[:300]  # some are suspended
            for path in ("/api/v1/timelines/public", "/orders"):
                assert (await client.get(path)).status_code == 200

        scripts = tmp_path / "migrations"
        shutil.copytree(SCRIPTS, scripts)
        (scripts / "versions" / "9000_moods.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f'revision = "9000"\ndown_revision = "{versions()[-1]}"\n'
            'CONCURRENTLY = (("posts_by_tongue", "posts", ("language", "id")),)\n'
            "def upgrade():\n    for name, table, columns in CONCURRENTLY:\n"
            "        op.create_index(name, table, list(columns), if_not_exists=True)\n"
            '    for table in ("posts", "accounts", "rulings", "logins"):\n'
            '        op.add_column(table, sa.Column("mood", sa.Text(), server_default="", nullable=False))\n'
        )
        async with meanwhile(writes, reads):
            with monkeypatch.context() as patch:
                patch.setattr(migrating, "SCRIPTS", scripts)
                await migrate(postgres_url(dsn))
        assert await rows(running, "SELECT count(*) FROM posts WHERE mood = ''") == [
            (len(said) + len(older.tables["posts"].rows),)
        ]
        await running.runner.settle()
        assert await check_house(running.house) == []
