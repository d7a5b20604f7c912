"""Migrations and tables say the same, on both databases; a newer store is left alone."""

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Problem
from chaupal.store.machine import migrate as migrating, triggers
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.migrate import SCRIPTS, migrate, postgres_url, sqlite_url, versions
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal.store.machine.work_sqlite import SqliteWork
from chaupal.store.tables import whole

# The search indexes are each database's own, and so is the tail of changes; SQLAlchemy's tables do not know them.
PACKAGE = "chaupal.store.migrations.versions"
OWN = {
    "post_words",
    "post_words_by_word",
    "tags_by_bytes",
    "name_words_by_bytes",
    "name_words_here",
    "accounts_by_bytes",
    "changes",
    "changes_by_xid",
    "changes_epoch",
}


def differences(connection: Connection) -> list[Any]:
    def ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return name not in OWN and not (kind == "table" and str(name).startswith("post_words_"))

    context = MigrationContext.configure(connection, opts={"include_object": ours})
    return compare_metadata(context, whole())


# Alembic looks at the tail of changes, too, whose numbers of transactions SQLAlchemy has no type for.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
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


class Store(NamedTuple):
    """A database at whatever version, in PostgreSQL at `dsn`, or else in a file."""

    dsn: str
    file: Path

    @property
    def url(self) -> str:
        return postgres_url(self.dsn) if self.dsn else sqlite_url(self.file)

    def trigger(self, *of: str) -> tuple[str, ...]:
        return triggers.made(triggers.Trigger(*of), "postgresql" if self.dsn else "sqlite")

    async def asked(self, *questions: str) -> list[tuple[Any, ...]]:
        """What the last of them is answered with. It is open only meanwhile."""
        work = PostgresWork(self.dsn, StillClock(), connections=2) if self.dsn else SqliteWork(self.file, StillClock())
        await work.open()
        try:
            async with work.writing() as w:
                for question in questions[:-1]:
                    await w.run(statement(text(question)))
                return [tuple(row) for row in await w.fetch(statement(text(questions[-1])))]
        finally:
            await work.close()


async def test_migrating_twice_changes_nothing_and_a_newer_store_is_left_alone(tmp_path: Path):
    url = sqlite_url(tmp_path / "new.db")
    await migrate(url)
    await migrate(url)
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Problem, match="9999"):
        await migrate(url)


@pytest.mark.parametrize(("at", "statement_of"), [("", 40), ("0038", 12), ("0076", 12), ("0076", 30)])
async def test_a_migration_of_sqlite_that_ends_half_way_changes_nothing_and_goes_on_the_next_time(
    at: str, statement_of: int, tmp_path: Path
):
    """By a full disk, or since the process was killed. (On PostgreSQL each version is a transaction of its own.)"""
    store = Store("", tmp_path / "half.db")
    if at:
        await migrate(store.url, at)
    done = 0

    def full(*_: object) -> None:
        nonlocal done
        done += 1
        if done == statement_of:
            raise OSError(28, "No space left on device")

    event.listen(Engine, "after_cursor_execute", full)
    try:
        with pytest.raises(OSError, match="No space left"):
            await migrate(store.url)
    finally:
        event.remove(Engine, "after_cursor_execute", full)
    if at:
        with create_engine(store.url).connect() as connection:
            assert connection.execute(text(migrating.VERSION)).scalar_one() == at
    await migrate(store.url)
    assert await store.asked(migrating.VERSION) == [(versions()[-1],)]


async def test_counts_that_everybody_is_shown_are_counted_anew_without_what_was_said_to_a_few(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
):
    """0014: of a post with a public and a private answer, repost and quote each one is left; of their author the public one."""
    store = Store(request.getfixturevalue("postgres_server").fresh() if database else "", tmp_path / "old.db")
    posts = [
        (1, 1, 0, "NULL, NULL, NULL"),
        (2, 2, 0, "1, NULL, NULL"),
        (3, 2, 2, "1, NULL, NULL"),
        (4, 2, 1, "NULL, 1, NULL"),
        (5, 2, 2, "NULL, 1, NULL"),
        (6, 2, 0, "NULL, NULL, 1"),
        (7, 2, 3, "NULL, NULL, 1"),
    ]
    counts = "replies_count, boosts_count, quotes_count"
    columns = f"id, author, created_at, visibility, root, reply_to, boost_of, quote_of, quote_state, {counts}"
    await migrate(store.url, "0013")
    await store.asked(
        "INSERT INTO accounts (id, handle, created_at, posts_count) VALUES (1, 'a', 1, 1), (2, 'b', 1, 6)",
        *(
            f"INSERT INTO posts ({columns}) VALUES ({id_}, {by}, {id_ * 10}, {visibility}, 1, {of}, 'accepted', 2, 2, 2)"
            for id_, by, visibility, of in posts
        ),
        "SELECT 1",
    )
    await migrate(store.url)
    assert await store.asked(f"SELECT {counts} FROM posts WHERE id = 1") == [(1, 1, 1)]
    assert await store.asked("SELECT id, posts_count, last_post_at FROM accounts ORDER BY id") == [
        (1, 1, 10),
        (2, 3, 60),
    ]


def add_a_version(scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the newest, and it changes nothing. No fixture: stores that others begin with must not be brought to it."""
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "9000_nothing.py").write_text(
        f'revision = "9000"\ndown_revision = "{versions()[-1]}"\ndef upgrade():\n    pass\n'
    )
    monkeypatch.setattr(migrating, "SCRIPTS", scripts)


async def test_a_rule_that_the_next_version_does_not_have_goes_from_the_database(
    database: str, migrated_file: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    """Else the next version could not write what this one's rule forbids."""
    file = Path(shutil.copy(migrated_file, tmp_path))
    dsn = ""
    if database:  # one of its own: nobody else is lent what stood at another version
        dsn = request.getfixturevalue("postgres_server").fresh(template=request.getfixturevalue("migrated"))
    store = Store(dsn, file)
    rule = store.trigger("marks_stay", "marks", "DELETE", "OLD.key = 'x'")
    await store.asked("INSERT INTO marks (key, value) VALUES ('x', '')", *rule, "SELECT 1")
    forget = ("DELETE FROM marks WHERE key = 'x'", "SELECT 1")
    with pytest.raises(Exception, match="marks_stay"):
        await store.asked(*forget)
    add_a_version(tmp_path / "migrations", monkeypatch)
    await migrate(store.url)
    assert await store.asked(*forget) == [(1,)]


async def test_a_hint_of_before_says_that_nobody_wrote_down_whose_it_was(tmp_path: Path, clock: StillClock):
    """0030: a matter is not called a named state's, nor anybody else's, and what comes next must name one."""
    url = sqlite_url(tmp_path / "old.db")
    columns = ("ref", "dated", "received_at", "received_by", "log_index", "source")
    await migrate(url, "0029")
    with create_engine(url).begin() as connection:
        for id_, source in enumerate(("state_flag", "staff"), 1):
            connection.execute(
                text(
                    f"INSERT INTO orders (id, {', '.join(columns)}) VALUES ({id_}, 'RULES-{id_}', 1, 1, 1, 1, '{source}')"
                )
            )
    await migrate(url)
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT source, flagged_by FROM orders ORDER BY id")).fetchall() == [
            ("state_unnamed", None),
            ("staff", None),
        ]


def test_versions_follow_one_another_in_the_order_of_their_numbers():
    """A number may be left out; what comes later in the walk has a higher one, for the last is where a store ends up."""
    written = [import_module(f"{PACKAGE}.{file.stem}") for file in sorted((SCRIPTS / "versions").glob("[0-9]*.py"))]
    assert [one.revision for one in written] == versions()
    assert [one.down_revision for one in written] == [None, *versions()[:-1]]
