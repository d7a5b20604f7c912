"""What can stand in a table: columns and what they count, and values that are told roughly or not at all."""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from chaupal_audit.marked import N_ as N_


class Note(msgspec.Struct, frozen=True):
    """A sentence about what is counted; `{}` in it stands for `value`."""

    text: str
    value: str = ""

    def __str__(self) -> str:
        return self.text.replace("{}", self.value)


class Kind(StrEnum):
    """What a column says."""

    text = "text"  # a name, to be shown as it is
    code = "code"  # a word of the log's vocabulary
    country = "country"
    language = "language"
    number = "count"  # of things that are no people
    people = "people"  # of accounts: small numbers are not shown
    share = "share"  # between 0 and 1
    hours = "hours"
    days = "days"
    time = "time"  # a minute, 2026-11-24T10:00Z


class Hidden(msgspec.Struct, frozen=True):
    """A number that is not shown. `least`: the least that it can be, by what is shown beside it."""

    text: str
    least: int = 0


type Value = str | int | float | Hidden | None


class Column(msgspec.Struct, frozen=True):
    """`sums`: the columns of which this one is the sum. `of`: those it is computed from otherwise (a share, a median)."""

    name: str
    title: str
    kind: Kind = Kind.number
    sums: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A table, ready to be shown. `total` is None where there is nothing to add up. `notes` say what is counted."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None
    notes: tuple[Note, ...]


class Measured(msgspec.Struct, frozen=True):
    """A column with its function over the things of a row."""

    column: Column
    of: Callable[[Sequence[Any]], Value]


def count(name: str, title: str, of: Callable[[Any], bool] | None = None, **more: Any) -> Measured:
    """How many of a row's things are so (all, where nothing is asked)."""
    column = Column(name, title, more.pop("kind", Kind.number), **more)
    return Measured(column, len if of is None else lambda things: sum(1 for thing in things if of(thing)))


def people(name: str, title: str, of: Callable[[Any], bool], **more: Any) -> Measured:
    """The same for accounts."""
    return count(name, title, of, kind=Kind.people, **more)


def added(
    name: str, title: str, of: Callable[[Any], int], kind: Kind = Kind.number, sums: tuple[str, ...] = ()
) -> Measured:
    """What a row's things add up to."""
    return Measured(Column(name, title, kind, sums), lambda things: sum(map(of, things)))


def share(name: str, title: str, of: Callable[[Any], bool | None], columns: tuple[str, ...] = ()) -> Measured:
    """Which share of a row's things are so, of those that are asked (None: not asked); None where none is."""

    def made(things: Sequence[Any]) -> Value:
        asked = [found for found in map(of, things) if found is not None]
        return ratio(sum(asked), len(asked))

    return Measured(Column(name, title, Kind.share, of=columns), made)


def median(
    name: str, title: str, of: Callable[[Any], float | None], kind: Kind = Kind.hours, at: float = 0.5
) -> Measured:
    """The median (or another quantile) of what a row's things give; None where none gives anything."""

    def made(things: Sequence[Any]) -> Value:
        return quantile([found for found in map(of, things) if found is not None], at)

    return Measured(Column(name, title, kind), made)


def ratio(part: float, whole: float) -> float | None:
    """A share to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def quantile(values: Sequence[float], at: float) -> float | None:
    """To two digits: the median between the two in the middle, any other by the nearest rank."""
    if not values:
        return None
    ordered = sorted(values)
    if at == 0.5:
        half = len(ordered) // 2
        middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
        return round(middle, 2)
    return round(ordered[max(0, math.ceil(len(ordered) * at) - 1)], 2)
