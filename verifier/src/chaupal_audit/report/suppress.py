"""Small numbers of accounts are hidden, and cannot be computed from the numbers that are shown.

Everything shown in the stead of a hidden number is made of what is shown beside it, so that another small number in its
place would look the same: a sum of which a part is hidden says only what its shown parts add up to.
"""

from collections.abc import Sequence

import msgspec

from chaupal_audit.report.tables.cells import Column, Hidden, Kind, Value

UNTOLD = Hidden("…")  # a share or a median of a number that is not shown


class Rule(msgspec.Struct, frozen=True):
    """Numbers of accounts from 1 to `below` - 1 are not shown. None at all is: nobody is behind it."""

    below: int = 10

    def hides(self, value: Value) -> bool:
        return isinstance(value, int) and 0 < value < self.below

    @property
    def small(self) -> Hidden:
        return Hidden(f"<{self.below}", 1)


RULE = Rule()

type Row = Sequence[Value]


def suppress(
    columns: Sequence[Column], rows: Sequence[Row], total: Row | None, rule: Rule = RULE
) -> tuple[tuple[tuple[Value, ...], ...], tuple[Value, ...] | None]:
    """Rows and total as they may be shown. The total of a column is taken to be the sum of its rows."""
    shown = tuple(_row(columns, row, rule) for row in rows)
    return shown, None if total is None else _total(columns, shown, total)


def _row(columns: Sequence[Column], row: Row, rule: Rule) -> tuple[Value, ...]:
    made = {
        c.name: rule.small if c.kind is Kind.people and not c.sums and rule.hides(value) else value
        for c, value in zip(columns, row, strict=True)
    }
    for column in columns:
        if column.sums:
            made[column.name] = _sum([made[name] for name in column.sums], made[column.name])
    return _derived(columns, made)


def _total(columns: Sequence[Column], rows: Sequence[Row], total: Row) -> tuple[Value, ...]:
    made = {
        c.name: _sum([row[at] for row in rows], total[at]) if c.kind in (Kind.people, Kind.number) else total[at]
        for at, c in enumerate(columns)
    }
    return _derived(columns, made)


def _sum(parts: Sequence[Value], value: Value) -> Value:
    """The sum, or where a part of it is hidden the least that it can be."""
    if not any(isinstance(part, Hidden) for part in parts):
        return value
    least = sum(part.least if isinstance(part, Hidden) else part for part in parts if isinstance(part, Hidden | int))
    return Hidden(f"≥{least}", least)


def _derived(columns: Sequence[Column], made: dict[str, Value]) -> tuple[Value, ...]:
    for column in columns:
        if any(isinstance(made[name], Hidden) for name in column.of):
            made[column.name] = UNTOLD
    return tuple(made.values())


def band(n: int) -> str:
    """`0-9`, `10-99`, `100-999` …: how many secret orders there are may be told no nearer."""
    low = 0 if n < 10 else 10 ** (len(str(n)) - 1)
    return f"{low}-{max(10, low * 10) - 1}"
