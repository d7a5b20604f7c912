"""CSV files as offices' spreadsheets write and read them: any encoding and separator of theirs, and no cell that runs there."""

import csv
import io
from collections.abc import Iterable, Sequence

import regex

from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import Value
from chaupal.text.clean import decoded
from chaupal_audit.report.report import BEFORE_RUNS, WHERE, safe

BIGGEST = 4_000_000  # bytes
SEPARATORS = "\t;,"
MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_SAFE = regex.compile(f"{WHERE}'{BEFORE_RUNS}")


def rows_of(data: bytes, most: int) -> list[tuple[int, list[str]]]:
    """(line as a spreadsheet shows it, cells) of each row that is not empty, and no more than one beyond `most`.

    Taken are UTF-8 and UTF-16, with or without a byte order mark; `,` `;` or a tab. Raises Invalid (field `csv`).
    """
    text = _decoded(data)
    # Old spreadsheets say in the first line which letter separates columns.
    hint = text[4:5] if text[:4].lower() == "sep=" else ""
    body = text.partition("\n")[2] if hint else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=hint or _separator(body), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((reader.line_num + bool(hint), cells))
            if len(rows) > most:
                break
    except csv.Error as error:
        raise bad("csv_unreadable", line=reader.line_num + bool(hint), why=str(error)) from error
    return rows


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """A file that every spreadsheet opens as it is meant, and runs nothing of."""
    out = io.StringIO(newline="")
    out.write(MARK)
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def plain(cell: str) -> str:
    """The cell as it was before `safe`. Where a cell begins spreadsheets show no apostrophe, elsewhere they do."""
    return _SAFE.sub(r"\1", cell)


def bad(code: str, **values: Value) -> Invalid:
    """What is wrong with the file as a whole."""
    return Invalid(code, field="csv", **values)


def _separator(text: str) -> str:
    """The separator that the first lines agree on, else that of the first; a comma where they hold none (bare addresses)."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    counts = {letter: [line.count(letter) for line in lines] for letter in SEPARATORS}
    even = [letter for letter, found in counts.items() if found and min(found) > 0]
    first = [letter for letter, found in counts.items() if found[:1] != [0]]  # reasons of many lines hold any letter
    some = [letter for letter, found in counts.items() if any(found)]
    return (even or first or some or [","])[0]


def _decoded(data: bytes) -> str:
    if len(data) > BIGGEST:
        raise bad("csv_too_large", most=BIGGEST // 1_000_000)
    if data[:2] == b"PK":
        raise bad("csv_workbook")
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        raise bad("csv_encoding") from error
    if "\0" in text:
        raise bad("csv_unmarked")
    return text
