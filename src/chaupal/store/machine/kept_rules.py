"""Whether the database keeps the rules of this version, which whoever may write to it can take away.

Of triggers what they say is compared; of checks of tables only that they are there.
"""

from sqlalchemy import CheckConstraint, text

from chaupal.store.machine import migrate, triggers
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Reading
from chaupal.store.tables.columns import meta

IN_SQLITE = statement(text("SELECT name, sql FROM sqlite_master"))
# Where a trigger stands and when it fires, then what its function does.
IN_POSTGRES = statement(
    text("""
    SELECT t.tgname, pg_get_triggerdef(t.oid, true) || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(t.tgrelid)
    UNION ALL SELECT conname, conname FROM pg_constraint WHERE contype = 'c' AND pg_table_is_visible(conrelid)
    """)
)


async def faults(reading: Reading) -> list[str]:
    """A line for each that is missing or says something else. Beside a newer store nobody can say: its rules are its own."""
    if await reading.value(migrate.AT) != migrate.versions()[-1]:
        return []
    asked, told = (IN_SQLITE, triggers.told_sqlite) if reading.embedded else (IN_POSTGRES, triggers.told_postgres)
    there = {row[0]: row[1] or "" for row in await reading.fetch(asked)}
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
