"""Lists of targets as CSV files: read as they come from offices, and shown with what each row names before anything is filed.

Taken are UTF-8 and UTF-16, with or without a byte order mark; `,` `;` or a tab between columns; with or without a header.
Columns: the target (an address or a handle), the measure demanded, a note; a column of serial numbers is passed over.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from chaupal.governance.orders import csv_files
from chaupal.governance.orders.resolving import CODES, MOST_TARGETS, SAYS, LineFault, Resolved, resolve
from chaupal.kernel.faults import FAULTS
from chaupal.policy.measures import Measure
from chaupal.store.machine.work import Work

AT_ONCE = 1_000  # rows resolved in one look; between looks others have their turn

HEADERS = {
    "target": (
        "target", "targets", "url", "urls", "link", "links", "handle", "handles", "account", "accounts", "address", "username", "id",
        "लक्ष्य", "लिंक", "पता", "यूआरएल", "खाता", "हैंडल",
    ),
    "demanded": ("demanded", "demand", "measure", "action", "माँग", "मांग", "कार्रवाई"),
    "note": ("note", "notes", "remark", "remarks", "reason", "comment", "टिप्पणी", "कारण"),
    "serial": (
        "no", "no.", "s.no", "s.no.", "sno", "sr", "sr.", "sr. no.", "sl", "sl.", "sl. no.", "#", "serial", "क्रमांक", "क्र", "क्र.",
        "क्रम",
    ),
}  # fmt: skip
_COLUMN = {word: column for column, words in HEADERS.items() for word in words}

# What is wrong with a row by its form, besides what `resolving` finds.
NO_TARGET = "row_no_target"
NO_MEASURE = "row_no_measure"
NOT_FOR_THIS = "row_not_for_this"
OF_ROWS = (NO_TARGET, NO_MEASURE, NOT_FOR_THIS)  # what can be wrong with a row beside what can be with a line


class TargetRow(msgspec.Struct, frozen=True):
    """A row as it was written. `line`: its number in the file, from 1, as a spreadsheet shows it."""

    line: int
    target: str
    demanded: str = ""
    note: str = ""


class Previewed(msgspec.Struct, frozen=True):
    """A row with what it names. `wrong`: the code of why it cannot be filed; nothing where it can."""

    row: TargetRow
    found: Resolved
    wrong: str = ""
    twice: int | None = None  # the row in the file that named the same before

    @property
    def usable(self) -> bool:
        """Whether it can be filed: it names something, or something that is not found here."""
        return self.wrong in ("", SAYS[LineFault.NOT_FOUND])

    @property
    def as_line(self) -> str:
        if self.wrong == NO_MEASURE:
            # Without the word it would name a thing for which nothing is demanded, and so the usual measure for such a thing.
            return f"{self.row.target} {self.row.demanded}"
        return self.row.target or f"({FAULTS[self.wrong].brief}, {self.row.line})"


class Preview(msgspec.Struct, frozen=True):
    """A whole file. Nothing was changed by looking at it."""

    rows: tuple[Previewed, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows name an account, post, media, tag; and how many are wrong in which way (`bad`: by their form)."""
        return dict(Counter(one.found.wrong.value or (one.wrong and "bad") or one.found.kind for one in self.rows))

    @property
    def usable(self) -> list[Previewed]:
        return [one for one in self.rows if one.usable]

    @property
    def bad(self) -> list[Previewed]:
        """Rows that cannot be filed as they stand; they are recorded, or the list is mended, but none is dropped."""
        return [one for one in self.rows if not one.usable]

    def targets(self) -> str:
        """All rows' targets, as a form of an order takes them: one to a line."""
        return "\n".join(one.as_line for one in self.rows)

    def demanded(self) -> tuple[str, ...]:
        """What each of them demands, in the same order; nothing where that is no measure."""
        return tuple("" if one.wrong == NO_MEASURE else one.row.demanded for one in self.rows)


type Progress = Callable[[int, int], None]


def no_progress(done: int, of: int) -> None:
    """Nobody watches."""


async def preview(
    work: Work,
    origin: str,
    data: bytes,
    progress: Progress = no_progress,
    spoken: Mapping[str, str] = CODES,
    *,
    outside: bool = False,
) -> Preview:
    """What the rows of a file name. `progress` is called with (rows done, of how many); `spoken` is as in `resolving.unlisted`, and
    `outside` as in `resolving.resolve`.

    Raises Invalid (field `csv`) for what is no such file at all; what is wrong with a row stands with the row.
    """
    rows = [
        msgspec.structs.replace(row, demanded=spoken.get(row.demanded.lower(), row.demanded))
        for row in await asyncio.to_thread(read_rows, data)
    ]
    lines = [row.target for row in rows]
    async with work.scanning() as reading:
        found: list[Resolved] = []
        for start in range(0, len(rows), AT_ONCE):
            found += await resolve(reading, origin, lines[start : start + AT_ONCE], outside=outside)
            progress(len(found), len(rows))
    return Preview(tuple(_previewed(rows, found)))


def _previewed(rows: Sequence[TargetRow], found: Sequence[Resolved]) -> Iterator[Previewed]:
    seen: dict[tuple[object, ...], int] = {}
    for row, one in zip(rows, found, strict=True):
        wrong = _wrong(row, one)
        # Looked at in slices, so what is named twice across them is found here.
        key = one.name if one.kind else (row.target.lower(),)
        first = seen.setdefault(key, row.line)
        if one.kind and first != row.line and one.wrong in (LineFault.NOTHING, LineFault.NOT_FOUND, LineFault.TWICE):
            one = msgspec.structs.replace(one, wrong=LineFault.TWICE)
            yield Previewed(row, one, one.says, first)
        else:
            yield Previewed(row, one, wrong)


def _wrong(row: TargetRow, found: Resolved) -> str:
    if not row.target:
        return NO_TARGET
    if found.wrong not in (LineFault.NOTHING, LineFault.NOT_FOUND):
        return found.says
    if row.demanded and row.demanded not in set(Measure):
        return NO_MEASURE
    if row.demanded and found.kind not in Measure(row.demanded).row.on:
        return NOT_FOR_THIS
    return found.says


def read_rows(data: bytes) -> list[TargetRow]:
    """The rows of a file, header and empty rows left out. Raises Invalid (field `csv`)."""
    found = csv_files.rows_of(data, MOST_TARGETS + 1)
    return _columns([(line, [" ".join(csv_files.plain(cell).split()) for cell in cells]) for line, cells in found])


def _columns(rows: list[tuple[int, list[str]]]) -> list[TargetRow]:
    if not rows:
        raise csv_files.bad("csv_empty")
    columns = _header(rows[0][1])
    if columns:
        rows = rows[1:]
    else:
        columns = _guessed(rows)
    if not rows:
        raise csv_files.bad("csv_header_alone")
    if len(rows) > MOST_TARGETS:
        raise csv_files.bad("csv_too_many_rows", most=MOST_TARGETS)
    return [
        TargetRow(line, *(_cell(cells, columns.get(name)) for name in ("target", "demanded", "note")))
        for line, cells in rows
    ]


def _header(cells: Sequence[str]) -> dict[str, int]:
    """Column -> where it stands, or nothing where the first row is no header. Raises Invalid for one without a target."""
    named = {column: at for at, cell in reversed([*enumerate(cells)]) if (column := _COLUMN.get(cell.lower().strip()))}
    if named and "target" not in named:
        if len(cells) == 1:  # the first of a bare list
            return {}
        raise csv_files.bad("csv_no_target")
    return named


def _guessed(rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    numbered = all(len(cells) > 1 and cells[0].rstrip(".)").isdecimal() for _, cells in rows)
    return {"target": int(numbered), "demanded": numbered + 1, "note": numbered + 2}


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at][:1_000] if at is not None and at < len(cells) else ""
