"""Two reports, cell by cell: where a published one differs from the one that was counted anew."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

MOST = 1_000  # differences: more tell nobody more


class Difference(msgspec.Struct, frozen=True):
    """One cell: `where` (T2 row "IN", column "posts_withheld"), what the one says, what the other."""

    table: str
    row: str
    column: str
    one: object
    other: object

    def __str__(self) -> str:
        return f"{self.table} {self.row!r} {self.column}: {self.one!r} and {self.other!r}"


def differences(one: Mapping[str, object], other: Mapping[str, object]) -> list[Difference]:
    """Cells of tables and figures that differ, of two documents of one period. Takes whatever a foreign server sent."""
    found: list[Difference] = []
    for difference in _differ(one, other):
        found.append(difference)
        if len(found) >= MOST:
            break
    return found


def _differ(one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[Difference]:
    for part in ("tables", "figures"):
        ours, theirs = _by_id(one.get(part)), _by_id(other.get(part))
        for id_ in sorted(ours.keys() | theirs.keys()):
            a, b = ours.get(id_), theirs.get(id_)
            if a is None or b is None:
                yield Difference(id_, "", "", a is not None, b is not None)
            elif a != b:
                yield from _cells(id_, *(_table(x) if part == "tables" else _figure(x) for x in (a, b)))


def _cells(id_: str, one: dict[tuple[str, str], object], other: dict[tuple[str, str], object]) -> Iterator[Difference]:
    for key in sorted(one.keys() | other.keys()):
        if one.get(key) != other.get(key):
            yield Difference(id_, *key, one.get(key), other.get(key))


def _by_id(part: object) -> dict[str, dict[str, Any]]:
    return {str(one.get("id")): one for one in _dicts(part)}


def _dicts(found: object) -> list[dict[str, Any]]:
    rows = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []


def _table(table: Mapping[str, object]) -> dict[tuple[str, str], object]:
    """(row, column) -> value; rows by what they are of, so that one more row does not make all below it differ."""
    columns = [(str(c.get("name")), str(c.get("kind"))) for c in _dicts(table.get("columns"))]
    keys = [i for i, (_, kind) in enumerate(columns) if kind in ("text", "code", "country", "language", "time")]
    cells: dict[tuple[str, str], object] = {("", "columns"): repr(columns), ("", "notes"): repr(table.get("notes"))}
    rows = _list(table.get("rows"))
    for values in map(_list, rows):
        name = " ".join(str(values[i]) for i in keys if i < len(values))
        cells |= _row(name, columns, values)
    return cells | _row("total", columns, _list(table.get("total")))


def _row(name: str, columns: Iterable[tuple[str, str]], values: list[object]) -> dict[tuple[str, str], object]:
    return {(name, column): value for (column, _), value in zip(columns, values, strict=False)}


def _figure(figure: Mapping[str, object]) -> dict[tuple[str, str], object]:
    xs = list(map(str, _list(figure.get("xs"))))
    cells: dict[tuple[str, str], object] = {("", "xs"): repr(xs)}
    for n, series in enumerate(_dicts(figure.get("series"))):
        name = f"{series.get('of')} {series.get('name')}".strip() or str(n)
        cells |= {(x, name): value for x, value in zip(xs, _list(series.get("values")), strict=False)}
    return cells
