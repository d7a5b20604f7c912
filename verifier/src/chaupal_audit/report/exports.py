"""Tables as CSV, for whoever counts further."""

import csv
import io

from chaupal_audit.report.report import plain
from chaupal_audit.report.tables.cells import Table, Value

# A spreadsheet takes what begins so for a formula; what foreign orders call themselves must not compute anything.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_csv(table: Table) -> str:
    """RFC 4180 with a line of column names; the total last, marked in its first column."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    if table.total is not None:
        writer.writerow(["total", *(_cell(value) for value in table.total[1:])])
    return out.getvalue()


def _cell(value: Value) -> object:
    shown = plain(value)
    if isinstance(shown, str) and shown.startswith(FORMULA):
        return f"'{shown}"
    return "" if shown is None else shown
