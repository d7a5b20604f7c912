"""Whether the database keeps the rules of this version: its triggers and checks, which whoever may write to it can take away."""

from sqlalchemy import CheckConstraint, select, text
from sqlalchemy.dialects import sqlite

from chaupal.store.machine import migrate, triggers
from chaupal.store.machine.dialect import upsert
from chaupal.store.machine.work import Reading
from chaupal.store.tables.columns import meta

OF_POSTGRES = """(
    SELECT t.tgname AS name, p.prosrc AS sql FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(t.tgrelid)
    UNION ALL SELECT conname, conname FROM pg_constraint WHERE contype = 'c' AND pg_table_is_visible(conrelid)
) AS kept"""
IN_STORE = upsert(
    lambda insert: select(text("name"), text("sql")).select_from(
        text("sqlite_master" if insert is sqlite.insert else OF_POSTGRES)
    )
)


async def faults(reading: Reading) -> list[str]:
    """A line for each that is missing or says something else. Beside a newer store nobody can say: its rules are its own."""
    if await reading.value(migrate.AT) != migrate.versions()[-1]:
        return []
    there = {row[0]: row[1] or "" for row in await reading.fetch(IN_STORE)}
    told = triggers.told_sqlite if reading.embedded else triggers.told_postgres
    lost = [one.name for one in triggers.TRIGGERS if there.get(one.name, "").strip() != told(one)]
    return [f"a rule that the database is to keep is missing or another: {name}" for name in (*lost, *_checks(there))]


def _checks(there: dict[str, str]) -> list[str]:
    """Checks of tables that are nowhere; SQLite knows them as words of their table."""
    named = [
        str(one.name)
        for table in meta.tables.values()
        for one in table.constraints
        if isinstance(one, CheckConstraint) and one.name
    ]
    words = {word for sql in there.values() for word in sql.split()}
    return [name for name in named if name not in words]
