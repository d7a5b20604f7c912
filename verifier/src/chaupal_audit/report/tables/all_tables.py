"""The tables of the report, in order: declared in one module for each part of the record, made for one view."""

from chaupal_audit.report.filters import View
from chaupal_audit.report.tables import challenges, complaints, orders, quietened, rules, standing, targets, telling
from chaupal_audit.report.tables.cells import Table
from chaupal_audit.report.tables.declared import Declared

ROOMS = (orders, targets, challenges, standing, rules, quietened, complaints, telling)


def _place(table: Declared) -> tuple[int, str]:
    """T9a stands after T9 and before T10."""
    number = "".join(c for c in table.id if c.isdigit())
    return int(number), table.id


TABLES: dict[str, Declared] = {
    table.id: table for table in sorted((table for room in ROOMS for table in room.TABLES), key=_place)
}


def make(view: View, ids: tuple[str, ...] = ()) -> list[Table]:
    """Those tables (all, where none is named) of a view."""
    return [TABLES[id_].make(view) for id_ in ids or TABLES]
