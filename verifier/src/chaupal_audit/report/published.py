"""The report as the files that are published: whole, and each table as JSON and CSV. A snapshot holds the hash of each."""

import csv
import io
from collections.abc import Mapping
from hashlib import sha256

from chaupal_audit.report.report import Report, canonical, document, plain, table_document
from chaupal_audit.report.tables.cells import Table, Value

WHOLE = "report.json"
ENDINGS = ("csv", "json")
# A spreadsheet takes what begins so for a formula; what foreign orders call themselves must not compute anything.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def files(made: Report) -> dict[str, bytes]:
    """File name -> its bytes: `report.json`, `T1.csv`, `T1.json` and so on."""
    tables = {f"{table.id}.{ending}": table_file(made, table, ending) for table in made.tables for ending in ENDINGS}
    return {WHOLE: canonical(document(made))} | tables


def table_file(made: Report, table: Table, ending: str) -> bytes:
    """One table of a report in its one spelling."""
    if ending == "csv":
        return table_csv(table).encode()
    head = {name: value for name, value in document(made).items() if name not in ("tables", "figures")}
    return canonical(head | {"table": table_document(table)})


def hashes(published: Mapping[str, bytes]) -> dict[str, str]:
    """File name -> SHA-256 of its bytes, in hex."""
    return {name: sha256(body).hexdigest() for name, body in published.items()}


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
