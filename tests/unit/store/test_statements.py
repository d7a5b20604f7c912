"""Statements in few words, and rows as Structs."""

import json

import asyncpg
import msgspec
import pytest

from chaupal.governance.cases import lifecycle
from chaupal.store.court import case_events, ledger
from chaupal.store.machine.dialect import Statement, listed
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, rows_of, same, selects, updates, upserts
from chaupal.store.machine.work import Work
from chaupal.store.tables.court import orders, staff_templates, targets, webhooks
from chaupal.store.tables.machine import marks
from services import Postgres


def text(stmt: Statement) -> str:
    return " ".join(stmt.sqlite.text.split())


def test_what_equals_what_is_said_by_names():
    stmt = updates(webhooks, secret="sealed", failures=0).where(webhooks.c.id > 7, url="address", disabled_at=None)
    assert text(stmt) == (
        "UPDATE webhooks SET secret=?, failures=? WHERE webhooks.id > ? AND webhooks.url = ? AND webhooks.disabled_at IS NULL"
    )
    assert stmt.sqlite.arguments({"sealed": "s", "address": "a"}) == ["s", 0, 7, "a"]


def test_parameters_are_of_their_columns_type():
    assert "id = $1::BIGINT AND webhooks.url = $2::VARCHAR" in deletes(webhooks).where(id="of", url="u").postgres.text


def test_each_step_is_a_statement_of_its_own():
    every = selects(webhooks.c.id)
    assert (
        text(every.where(url="u").limit("n"))
        == "SELECT webhooks.id FROM webhooks WHERE webhooks.url = ? LIMIT ? OFFSET ?"
    )
    assert text(every) == "SELECT webhooks.id FROM webhooks"


def test_a_second_table_is_named():
    stmt = counts_of(webhooks).where(same(orders, ref="number"), id="of")
    assert text(stmt).endswith("WHERE orders.ref = ? AND webhooks.id = ?")


def test_names_need_a_table():
    with pytest.raises(TypeError, match="of no one table: id"):
        same(None, id="of")


def test_a_column_that_is_not_there_is_found_when_the_module_loads():
    with pytest.raises(KeyError):
        updates(webhooks).where(nothing="of")


def test_what_is_replaced_keeps_what_it_should_keep():
    stmt = upserts(staff_templates, "name", kept="id", id="new", name="title", text="en")
    assert text(stmt).endswith("ON CONFLICT (name) DO UPDATE SET text = excluded.text")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Some columns of a table, in an order of their own."""

    unseen: bool
    id: int
    note: tuple[str, ...]
    owner_id: int | None


def test_a_struct_is_written_and_read_by_the_types_of_its_fields():
    every = rows_of(Named, targets, note=(lambda said: tuple(said.split()), " ".join))
    one = Named(unseen=True, id=2, note=("a", "b"), owner_id=None)
    assert every.written(one) == {"unseen": 1, "id": 2, "note": "a b", "owner_id": None}
    assert every.read((1, 2, "a b", None)) == one


class Mark(msgspec.Struct, frozen=True):
    key: str
    value: tuple[int, ...]


async def test_rows_come_back_as_they_were_written(work: Work):
    every = rows_of(Mark, marks)
    one = every.where(key="of")
    kept = Mark("some", (1, 2))
    async with work.writing() as w:
        assert await w.run(inserts_once(marks), **every.written(kept)) == 1
        assert await w.run(inserts_once(marks), **every.written(kept)) == 0
    async with work.reading() as reading:
        assert await one.first(reading, of="some") == kept
        assert await one.first(reading, of="none") is None
        assert await one.all(reading, of="some") == [kept]


LONG = 1_178  # targets of an order, of which the first half was decided


async def test_of_a_long_order_and_a_long_log_each_decision_asks_for_the_end(postgres_server: Postgres, migrated: str):
    """Each looked where every other target of its order stands: of n targets n times n. And where the database had last counted a young
    log, in which roles were common, each looked through all of it for the last one."""
    dsn = postgres_server.fresh(template=migrated)
    db = await asyncpg.connect(dsn)

    async def pages(stmt: Statement, **params: object) -> int:
        """How many pages of rows and indexes it looks at."""
        asked = stmt.postgres
        (found,) = await db.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked.text}", *asked.arguments(params))
        return found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]

    await db.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=json.loads)
    await db.execute("SET session_replication_role = replica")  # the court's rules are not asked
    await db.execute(
        "INSERT INTO targets (id, order_id, number, as_written, kind, term, demanded, speaker, note, owner_id)"
        f" SELECT n, 5, n, '', 'account', '', '', '', '', n FROM generate_series(1, {LONG}) n"
    )
    for number, state, many in ((1, "received", LONG), (2, "measure_proposed", LONG // 2), (3, "in_force", LONG // 2)):
        await db.execute(
            "INSERT INTO case_events (id, target_id, number, state, by, at, log_index)"
            f" SELECT n * 10 + {number}, n, {number}, '{state}', 1, 1, n FROM generate_series(1, {many}) n"
        )
    entries = "INSERT INTO log_entries (index, kind, body, at) SELECT n, '{}', '', 1 FROM generate_series({}, {}) n"
    await db.execute(entries.format("role", 0, 11))
    await db.execute("ANALYZE")
    await db.execute(entries.format("notice", 12, 9_000))
    assert await pages(case_events.ONE_STANDS, of=5, states=listed(lifecycle.OPEN)) < 20
    assert await pages(case_events.WAITING, of=5, whose=LONG, waiting=listed(lifecycle.OPEN)) < 20
    assert await pages(ledger.LAST_OF_KIND, kind="role") < 20
    await db.close()
    postgres_server.drop(dsn)
