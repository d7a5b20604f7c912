"""The log read beside what would open it, and all rulings: for whoever holds the one against the other."""

from sqlalchemy import select

from chaupal.store.dialect import param, statement, words
from chaupal.store.rulings import RulingRow, row_of
from chaupal.store.tables import disclosures, log_entries, orders, rulings
from chaupal.store.work import Reading

ENTRIES = statement(
    select(log_entries.c.index, log_entries.c.body)
    .where(log_entries.c.index >= param("start"), log_entries.c.index < param("end"))
    .order_by(log_entries.c.index)
)
OPENINGS = statement(
    select(disclosures.c.log_index, disclosures.c.name, disclosures.c.disclosure).where(
        disclosures.c.log_index >= param("start"), disclosures.c.log_index < param("end")
    )
)
RENAMED = statement(select(orders.c.secret_ref, orders.c.ref).where(orders.c.secret_ref != words("none")))
ALL = statement(select(*rulings.c).order_by(rulings.c.id))


async def entries_with_openings(reading: Reading, start: int, count: int) -> list[tuple[int, bytes, dict[str, str]]]:
    """(index, entry, disclosures by field name) from `start` on, in order."""
    opens: dict[int, dict[str, str]] = {}
    for index, name, text in await reading.fetch(OPENINGS, start=start, end=start + count):
        opens.setdefault(index, {})[name] = text
    rows = await reading.fetch(ENTRIES, start=start, end=start + count)
    return [(index, bytes(body), opens.get(index, {})) for index, body in rows]


async def renamed(reading: Reading) -> dict[str, str]:
    """What secret orders were called until they were published -> their references since."""
    return {row[0]: row[1] for row in await reading.fetch(RENAMED, none="")}


async def all_rulings(reading: Reading) -> list[RulingRow]:
    """Every ruling there ever was."""
    return [row_of(row) for row in await reading.fetch(ALL)]
