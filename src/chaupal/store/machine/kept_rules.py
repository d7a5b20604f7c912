"""Whether the database still has the triggers and checks of this version: whoever can write to it can also drop them.

What triggers and checks of tables say is compared. A database writes a check down in its own way, so of those the brackets,
types and spaces are left out on both sides.
"""

from collections.abc import Iterator

import regex
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
    UNION ALL SELECT conrelid::regclass::text, 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND pg_table_is_visible(conrelid)
    """)
)
_CHECK = regex.compile(r'CONSTRAINT "?(\w+)"? CHECK (\((?:[^()]++|(?2))*+\)(?: NOT VALID)?)')
_ANY = regex.compile(r"= ANY \(ARRAY\[(.*?)\]\)")
_BETWEEN = regex.compile(r"::[a-z]+(?: varying)?|[()\s\"]")


async def faults(reading: Reading) -> list[str]:
    """A line for each trigger or check that is missing or different. A newer store has rules of its own, so nothing is said of one."""
    if await reading.value(migrate.AT) != migrate.versions()[-1]:
        return []
    asked, told = (IN_SQLITE, triggers.told_sqlite) if reading.embedded else (IN_POSTGRES, triggers.told_postgres)
    there = [(row[0], row[1] or "") for row in await reading.fetch(asked)]
    triggers_there = {name: said.strip() for name, said in there}
    lost = [one.name for one in triggers.TRIGGERS if triggers_there.get(one.name) != told(one)]
    checks_there = {(table, name): _words(said) for table, sql in there for name, said in _CHECK.findall(sql)}
    lost += [name for table, name, said in _checks() if checks_there.get((table, name)) != _words(said)]
    return [f"a rule that the database is to keep is missing or another: {name}" for name in lost]


def _checks() -> Iterator[tuple[str, str, str]]:
    """Table, name and words of each check that has a name."""
    for table in meta.tables.values():
        for one in table.constraints:
            if isinstance(one, CheckConstraint) and one.name:
                yield table.name, str(one.name), str(one.sqltext)


def _words(said: str) -> str:
    """What a check says, however it is written down."""
    return _BETWEEN.sub("", _ANY.sub(r"IN (\1)", said))
