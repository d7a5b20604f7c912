"""Blanks erased words in the rows from which pages show them; the rows are found by their log entry."""

import msgspec
from sqlalchemy import Table, update

from chaupal.store.machine.dialect import param, statement, text_param
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Writing
from chaupal.store.tables.court import (
    appeals,
    authorities,
    authority_changes,
    case_events,
    order_events,
    orders,
    rulings,
)

# (table, its column with the entry's index, field of the entry) -> the column that says the same.
_COLUMNS: tuple[tuple[Table, str, str, str], ...] = (
    (rulings, "log_index", "reason", "reason"),
    (rulings, "log_index", "text", "text"),
    (orders, "log_index", "grounds", "grounds"),
    (orders, "log_index", "reasons", "reasons"),
    (orders, "log_index", "officer", "officer"),
    (appeals, "decided_log_index", "reason", "reason"),
    (authorities, "log_index", "contact", "contact"),
)
# The same for fields within a JSON body, where they need not stand; of an authority's they stay, and are blank.
_BODIES: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (case_events, "reason", ("reason",)),
    (case_events, "finding", ("finding",)),
    (case_events, "despite", ("despite",)),
    (case_events, "text", ("text",)),
    (order_events, "reason", ("reason", "text")),
    (order_events, "body_name", ("body",)),
    (authority_changes, "contact", ("contact",)),
)
_BLANK = [
    (name, statement(update(table).where(table.c[key] == param("of")).values({column: text_param("none")})))
    for table, key, name, column in _COLUMNS
]
_READ = [
    (
        name,
        within,
        table is authority_changes,
        selects(table.c.id, table.c.body).where(log_index="of"),
        updates(table, body="left").where(id="of"),
    )
    for table, name, within in _BODIES
]


async def blank(w: Writing, index: int, name: str) -> None:
    """Nothing of the field `name` of the entry at `index` is left in any row."""
    for of, blanked in _BLANK:
        if of == name:
            await w.run(blanked, of=index, none="")
    for of, within, stays, read, written in _READ:
        for id_, body in await w.fetch(read, of=index) if of == name else ():
            said = {
                key: "" if key in within else value
                for key, value in msgspec.json.decode(body, type=dict[str, object]).items()
                if stays or key not in within
            }
            await w.run(written, of=id_, left=msgspec.json.encode(said).decode())
