"""The whole report as one document: its tables, in order, and figures of a view, and its canonical bytes, whose hash can be frozen."""

import csv
import io
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import cast

import msgspec
import rfc8785

from chaupal_audit.fold.facts import Facts
from chaupal_audit.minutes import minute_text
from chaupal_audit.report import figures
from chaupal_audit.report.figures import Figure
from chaupal_audit.report.filters import EVERYTHING, Filters, View
from chaupal_audit.report.tables import challenges, complaints, orders, quietened, rules, standing, targets, telling
from chaupal_audit.report.tables.cells import Hidden, Table, Value
from chaupal_audit.report.tables.declared import Declared

ROOMS = (orders, targets, challenges, standing, rules, quietened, complaints, telling)


def _place(table: Declared) -> tuple[int, str]:
    """T9a stands after T9 and before T10."""
    number = "".join(c for c in table.id if c.isdigit())
    return int(number), table.id


TABLES: dict[str, Declared] = {
    table.id: table for table in sorted((table for room in ROOMS for table in room.TABLES), key=_place)
}
LICENCE = "CC-BY-4.0"
FORM = 1  # of the document; another number when tables change their columns


class Report(msgspec.Struct, frozen=True):
    """Tables and figures of one view. `size`: entries it is made of; `until`: the minute of the newest of them."""

    size: int
    until: int
    filters: Filters
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]


def report(found: Facts, filters: Filters = EVERYTHING, ids: tuple[str, ...] = ()) -> Report:
    """The report of these facts; `ids`: only these tables, and no figures."""
    view = View(found, filters)
    drawn = () if ids else tuple(figures.make(view))
    return Report(found.size, found.last, filters, tuple(TABLES[id_].make(view) for id_ in ids or TABLES), drawn)


def plain(value: Value) -> object:
    """A value as it stands in JSON and CSV."""
    return value.text if isinstance(value, Hidden) else value


def table_document(table: Table) -> dict[str, object]:
    return {
        "id": table.id,
        "title": table.title,
        "columns": [{"name": c.name, "title": c.title, "kind": str(c.kind)} for c in table.columns],
        "rows": [list(map(plain, row)) for row in table.rows],
        "total": None if table.total is None else list(map(plain, table.total)),
        "notes": list(map(str, table.notes)),
    }


def figure_document(figure: Figure) -> dict[str, object]:
    return {
        "id": figure.id,
        "title": figure.title,
        "shape": figure.shape,
        "x": str(figure.x),
        "xs": list(figure.xs),
        "series": [
            {"name": s.name, "of": s.of, "kind": str(s.kind), "values": list(map(plain, s.values))}
            for s in figure.series
        ],
    }


def document(made: Report) -> dict[str, object]:
    """The report as JSON's own types."""
    return {
        "report": "chaupal",
        "form": FORM,
        "licence": LICENCE,
        "log": {"size": made.size, "until": minute_text(made.until)},
        "filters": made.filters.asked(),
        "tables": list(map(table_document, made.tables)),
        "figures": list(map(figure_document, made.figures)),
    }


def canonical(value: object) -> bytes:
    """The one spelling of a document (RFC 8785), so that its hash can be compared."""
    return rfc8785.dumps(cast("dict[str, str]", value))


def digest(value: object) -> str:
    """SHA-256 of the document's one spelling, in hex: what a snapshot freezes."""
    return sha256(canonical(value)).hexdigest()


# --- as the files that are published; a snapshot holds the hash of each ---

WHOLE = "report.json"
ENDINGS = ("csv", "json")
# What begins so is run by spreadsheets as a formula (CWE-1236): a cell, and what follows a `;` in it, by which those of many countries
# separate columns, whatever the file does (OWASP, "CSV Injection": separators count, too). Quotes are no help where another one counts.
RUNS = ("=", "+", "-", "@", "\t", "\r")
WHERE, BEFORE_RUNS = "(^|;)", f"(?='*[{re.escape(''.join(RUNS))}])"
# In an address it is written in its other form, which is the same one (RFC 3986 §2.3), or opens the same page: with an apostrophe it
# opened none.
_ADDRESS, _IN_ADDRESS = re.compile(r"https?://\S+"), re.compile(f";{BEFORE_RUNS}(.)")
_BEFORE = re.compile(WHERE + BEFORE_RUNS)


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
    if isinstance(shown, str):
        return safe(shown)
    return "" if shown is None else shown


def safe(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run. An address stays one that opens."""
    if _ADDRESS.fullmatch(cell):
        return _IN_ADDRESS.sub(lambda found: f";%{ord(found[1]):02X}", cell)
    return _BEFORE.sub(r"\1'", cell)
