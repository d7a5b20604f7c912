"""Files of SQLite that are lent: who is lent one finds what the template has, whatever the one before did to it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lent_files import Files, opened

MADE = """
PRAGMA journal_mode=WAL;
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
CREATE TABLE posts (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people);
CREATE TRIGGER kept BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'stays'); END;
INSERT INTO people (name) VALUES ('asha'), ('ravi');
"""
SEEN = ("SELECT * FROM sqlite_schema", "SELECT * FROM people", "SELECT * FROM posts", "PRAGMA max_page_count")
MANY = "WITH n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) INSERT INTO people (name) SELECT 'somebody' FROM n"
LARGE = "PRAGMA wal_autocheckpoint = 0; INSERT INTO people (name) VALUES (zeroblob(17000000))"  # readers' index grows at 4062 pages
type Lends = Callable[[], Path]


@pytest.fixture
def lends(tmp_path: Path) -> Iterator[Lends]:
    template = tmp_path / "store.db"
    with closing(sqlite3.connect(template)) as db:
        db.executescript(MADE)
    files, laid = Files(tmp_path), list[Path]()

    def lend() -> Path:
        if laid:
            files.take_back(template, laid[-1])
        laid.append(tmp_path / f"{len(laid)}.db")
        files.lay(template, laid[-1])
        return laid[-1]

    yield lend
    files.take_back(template, laid[-1])
    files.close()


def seen(db: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [db.execute(one).fetchall() for one in SEEN]


def ends(*connections: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are closed as houses are when a test is over."""
    with monkeypatch.context() as patch:
        patch.setattr(Files, "over", True)
        for db in connections:
            db.close()


@pytest.mark.parametrize(
    ("done", "lent_again"),
    [
        ("SELECT 1", True),
        ("INSERT INTO people (name) VALUES ('meera')", True),
        ("UPDATE people SET name = 'someone'", True),
        (MANY, True),
        (f"{MANY}; PRAGMA wal_checkpoint; DELETE FROM posts; PRAGMA user_version = 7", True),
        (LARGE, True),
        ("PRAGMA max_page_count = 4", True),
        ("CREATE TABLE more (id INTEGER)", False),
        ("DROP TRIGGER kept; DELETE FROM people", False),
        ("CREATE TEMP TABLE people (id INTEGER)", False),
        ("ATTACH ':memory:' AS other", False),
        ("BEGIN; INSERT INTO people (name) VALUES ('meera')", False),
    ],
)
def test_of_what_was_done_in_one_whoever_is_lent_it_next_finds_nothing(
    lends: Lends, done: str, lent_again: bool, monkeypatch: pytest.MonkeyPatch
):
    first = lends()
    writer, reader = opened(first), opened(first)
    before = seen(reader)
    writer.executescript(done)
    seen(reader)
    if not writer.in_transaction:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ends(reader, writer, monkeypatch=monkeypatch)
    second = lends()
    again, other = opened(second), opened(second)
    assert (again is writer and other is reader) == lent_again
    assert seen(again) == seen(other) == before
    again.execute("INSERT INTO people (name) VALUES ('karl')")
    assert other.execute("SELECT max(id) FROM people").fetchone() == (3,)
    with closing(sqlite3.connect(second)) as beside:  # by the name that it has where it lies
        beside.execute("INSERT INTO posts (person) VALUES (3)")
        beside.commit()
    assert again.execute("SELECT count(*) FROM posts").fetchone() == (1,)
    assert again.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if lent_again:
        again.executescript(done)
    for db in (other, again):
        db.close()


def test_what_a_test_closes_is_closed_and_its_file_is_its_own_from_then_on(lends: Lends):
    first = lends()
    db = opened(first)
    db.execute("INSERT INTO people (name) VALUES ('meera')")
    db.close()
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT 1")
    assert [path.name for path in first.parent.glob("0.db*")] == ["0.db"]
    with closing(opened(first)) as again:
        assert again.execute("SELECT count(*) FROM people").fetchone() == (3,)
    with closing(opened(lends())) as other:
        assert other.execute("SELECT count(*) FROM people").fetchone() == (2,)


@pytest.mark.parametrize("laid", [shutil.copy, shutil.move])
def test_what_a_test_lays_in_its_place_is_what_is_opened(
    lends: Lends, tmp_path: Path, laid: Callable[[Path, Path], object], monkeypatch: pytest.MonkeyPatch
):
    ends(db := opened(lends()), monkeypatch=monkeypatch)
    with closing(sqlite3.connect(tmp_path / "other.db")) as made:
        made.executescript(f"{MADE} INSERT INTO people (name) VALUES ('meera');")
    laid(tmp_path / "other.db", second := lends())
    with closing(opened(second)) as other:
        assert other is not db and other.execute("SELECT count(*) FROM people").fetchone() == (3,)


def test_nobody_is_lent_what_another_is_still_connected_to(lends: Lends, monkeypatch: pytest.MonkeyPatch):
    kept, db = opened(first := lends()), opened(first)
    ends(db, monkeypatch=monkeypatch)
    assert not lends().samefile(first)
    kept.close()
