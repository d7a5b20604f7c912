"""SQLite's planner knows how much is where, soon after the start and anew in time; and no statement becomes dearer by it."""

import gc
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

import chaupal.store
from chaupal.store.court import tellings
from chaupal.store.machine import connecting_sqlite
from chaupal.store.machine.connecting_sqlite import connect
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.work_sqlite import LEARNT_EVERY, SqliteWork
from chaupal.store.square import reactions
from others import met
from village import Village

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def work_of(village: Village) -> SqliteWork:
    work = village.running.house.square.work
    assert isinstance(work, SqliteWork)
    return work


@contextmanager
def fresh(village: Village) -> Iterator[sqlite3.Connection]:
    with closing(connect(work_of(village)._path)) as db:
        yield db


def known(village: Village) -> dict[tuple[str, str], str]:
    """(table, index) -> how much is said to be there."""
    with fresh(village) as db:
        if db.execute(connecting_sqlite.KNOWN).fetchone() is None:
            return {}
        return {(table, index): stat for table, index, stat in db.execute("SELECT tbl, idx, stat FROM sqlite_stat1")}


async def test_how_much_is_where_is_learnt_soon_after_the_start_and_every_few_hours(village: Village):
    work = work_of(village)
    assert known(village) == {}
    await work.keep_small()
    first = known(village)
    assert first["posts", "posts_of"].startswith(f"{connecting_sqlite.LEAST} ")
    assert ("accounts", "accounts_here") not in first
    # Whoever reads knows of it, as of all that was written.
    assert village.asha.handle in await village.page_as("DE", f"/@{village.asha.handle}")
    with fresh(village) as db:
        db.execute("DELETE FROM sqlite_stat1")
    await work.keep_small()
    assert known(village) == {}
    village.clock.move(LEARNT_EVERY)
    await work.keep_small()
    assert known(village).keys() == first.keys()
    await village.says(village.asha, "and it is written on")


async def test_what_has_grown_large_is_known_as_it_is(village: Village):
    with fresh(village) as db:
        db.execute("BEGIN")
        rows = ((2**40 + number, number % 7, number) for number in range(3 * connecting_sqlite.LEAST))
        db.executemany('INSERT INTO follows ("by", "to", id) VALUES (?, ?, ?)', rows)
        db.execute("COMMIT")
    await work_of(village).keep_small()
    assert int(known(village)["follows", "follows_to"].split()[0]) >= 2 * connecting_sqlite.LEAST


async def test_no_statement_walks_through_a_table_that_it_did_not_walk_through_before(village: Village):
    """Of a store that is small today, and where nobody of another server is known but one."""
    await met(village.running.house.square)
    texts = every_statement()
    with fresh(village) as db:
        before = {text: walks(db, text) for text in texts}
    await work_of(village).keep_small()
    with fresh(village) as db:
        after = {text: walks(db, text) for text in texts}
    assert len([text for text in texts if before[text] is not None]) > 900
    worse = {
        text: (before[text], found) for text, found in after.items() if found and len(found) > len(before[text] or [])
    }
    assert worse == {}


async def test_what_a_reader_did_with_posts_is_found_in_indexes_and_no_row_of_a_post_is_read_for_it(village: Village):
    """On a page of twenty these rows took longer than all else that is asked of it."""
    with fresh(village) as db:
        text = reactions.MARKS.sqlite.text
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))]
    assert not [line for line in plan if "INTEGER PRIMARY KEY" in line], plan


async def test_notices_that_come_due_are_looked_for_among_those_that_wait(village: Village):
    """They were looked for each second among all that were ever given."""
    with fresh(village) as db:
        text = tellings.DUE.sqlite.text
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))]
    assert len(plan) == 1 and "tellings_that_wait (due_at<?)" in plan[0], plan


def every_statement() -> list[str]:
    for module in pkgutil.walk_packages(chaupal.store.__path__, "chaupal.store."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    gc.unfreeze()  # what a house keeps out of the collector's sight is among these
    # By `type`: isinstance asks a weak proxy for what it stands for, which may be gone.
    return sorted({one.sqlite.text for one in gc.get_objects() if issubclass(type(one), Statement)})


def walks(db: sqlite3.Connection, text: str) -> list[str] | None:
    """The tables that it walks through from end to end; None for a text of the other database."""
    try:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))]
    except sqlite3.OperationalError:
        return None
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return [line for line in plan if line.startswith("SCAN ") and line.split()[1] in tables]
