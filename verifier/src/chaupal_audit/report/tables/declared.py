"""How a table is declared: what its things are, by what they are put into rows, and what is said of each row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from chaupal_audit.report.filters import View
from chaupal_audit.report.suppress import RULE, Rule, suppress
from chaupal_audit.report.tables.cells import Column, Measured, Note, Table, Value

type Key = tuple[str, ...]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One table: `things` of a view, the `key` (or keys) of each, and the columns over the things of one key.

    `several`: a thing can stand in more than one row, so the rows are not added up. `listed`: every thing is a row, nothing
    to add up. `more`: notes that depend on the view. `filters`: those that it follows.
    """

    id: str
    title: str
    keys: tuple[Column, ...]
    things: Callable[[View], Iterable[Any]]
    key: Callable[[Any], Key] | None = None
    several: Callable[[Any], Iterable[Key]] | None = None
    columns: tuple[Measured, ...]
    listed: bool = False
    notes: tuple[Note, ...] = ()
    more: Callable[[View], tuple[Note, ...]] | None = None
    filters: tuple[str, ...] = ("from", "to", "country", "language", "regime")

    def make(self, view: View, rule: Rule = RULE) -> Table:
        """The table of this view, with what must not be shown left out."""
        things = list(self.things(view))
        grouped = self._grouped(things)
        rows = [(*key, *self._values(grouped[key])) for key in sorted(grouped)]
        total = None if self.several or self.listed or not self.keys else (*self._blank(), *self._values(things))
        columns = (*self.keys, *(measured.column for measured in self.columns))
        shown, shown_total = suppress(columns, rows, total, rule)
        notes = self.notes + (self.more(view) if self.more else ())
        return Table(self.id, self.title, columns, shown, shown_total, notes)

    def _grouped(self, things: Sequence[Any]) -> dict[Key, list[Any]]:
        grouped: dict[Key, list[Any]] = {}
        for thing in things:
            for key in self.several(thing) if self.several else (self.key(thing),) if self.key else ((),):
                grouped.setdefault(key, []).append(thing)
        return grouped if self.keys else grouped or {(): []}

    def _values(self, things: Sequence[Any]) -> tuple[Value, ...]:
        return tuple(measured.of(things) for measured in self.columns)

    def _blank(self) -> tuple[Value, ...]:
        return (None,) * len(self.keys)
