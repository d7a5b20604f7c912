"""Rows as Structs: a field has its column's name, and its type says how the column keeps it.

`REPORTS = rows_of(ReportRow, reports)`, then `BY_ID = REPORTS.where(id="of")`, and `await BY_ID.one(reading, of=id_)`.
"""

from collections.abc import Callable
from types import UnionType
from typing import Any, Self, get_args, get_origin

import msgspec
from sqlalchemy import FromClause, select

from chaupal.store.machine.statements import Chained
from chaupal.store.machine.work import Reading, Row

# Made from what the column gives, and made into what it takes.
type Ways = tuple[Callable[[Any], Any], Callable[[Any], Any]]


class Form[T: msgspec.Struct]:
    """How a row of a kind is made into a Struct, and the other way."""

    __slots__ = ("_kind", "_names", "_ways")

    def __init__(self, kind: type[T], ways: dict[str, Ways]) -> None:
        self._kind = kind
        self._names = kind.__struct_fields__
        by_type = {field.name: _ways(field.type) for field in msgspec.structs.fields(kind)}
        self._ways = {name: way for name, way in (by_type | ways).items() if way is not None}

    def read(self, row: Row) -> T:
        named = dict(zip(self._names, row, strict=True))
        for name, (read, _) in self._ways.items():
            if named[name] is not None:
                named[name] = read(named[name])
        return self._kind(**named)

    def written(self, one: T) -> dict[str, Any]:
        named = msgspec.structs.asdict(one)
        for name, (_, write) in self._ways.items():
            if named[name] is not None:
                named[name] = write(named[name])
        return named


class Rows[T: msgspec.Struct](Chained):
    """All rows of a table, until `where` says which; asked for as Structs."""

    __slots__ = ("_form",)

    def __init__(self, said: Any, table: FromClause | None, form: Form[T]) -> None:
        super().__init__(said, table)
        self._form = form

    def _now(self, said: Any) -> Self:
        return type(self)(said, self._table, self._form)

    async def all(self, reading: Reading, /, **params: Any) -> list[T]:
        return [*map(self._form.read, await reading.fetch(self, **params))]

    async def first(self, reading: Reading, /, **params: Any) -> T | None:
        """The first; None where there is none."""
        row = await reading.first(self, **params)
        return None if row is None else self._form.read(row)

    def read(self, row: Row) -> T:
        """The Struct of a row that was had otherwise."""
        return self._form.read(row)

    def written(self, one: T) -> dict[str, Any]:
        """The columns of a new row, by name."""
        return self._form.written(one)


def rows_of[T: msgspec.Struct](kind: type[T], table: FromClause, **ways: Ways) -> Rows[T]:
    """Rows of a table as Structs of this kind. `ways`: of fields that are kept otherwise than their type says."""
    return Rows(select(*(table.c[name] for name in kind.__struct_fields__)), table, Form(kind, ways))


def _ways(type_: Any) -> Ways | None:
    """Truth is 0 or 1, and what no column can hold is JSON. None: as it is."""
    if isinstance(type_, UnionType):
        (type_,) = (one for one in get_args(type_) if one is not type(None))
    if type_ is bool:
        return bool, int
    if type_ is bytes:
        return bytes, bytes
    if get_origin(type_) in (tuple, dict) or (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return msgspec.json.Decoder(type_).decode, _json
    return None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
