"""Rows as Structs: a field has its column's name, and its type says how the column keeps it.

`REPORTS = rows_of(ReportRow, reports)`, then `OPEN = REPORTS.where(state="standing")`, and `await OPEN.all(reading, standing="open")`.
"""

from collections.abc import Callable
from types import UnionType
from typing import Any, Self, get_args, get_origin

import msgspec
from sqlalchemy import Table, select

from chaupal.store.machine.dialect import Statement, in_json
from chaupal.store.machine.statements import Chained, inserts, inserts_once
from chaupal.store.machine.work import Reading, Row, Writing

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

    __slots__ = ("_by_id", "_form", "_insert", "_insert_once", "_rows")

    def __init__(self, said: Any, rows: Table, form: Form[T]) -> None:
        super().__init__(said, rows)
        self._rows, self._form = rows, form
        # Of most rows one of these at most is asked for, so each is made when it is.
        self._by_id: Rows[T] | None = None
        self._insert: Statement | None = None
        self._insert_once: Statement | None = None

    def _now(self, said: Any) -> Self:
        return type(self)(said, self._rows, self._form)

    async def add(self, w: Writing, one: T, /, **more: Any) -> None:
        """`more`: columns of which the Struct says nothing."""
        self._insert = self._insert or inserts(self._rows)
        await w.run(self._insert, **more, **self.written(one))

    async def add_once(self, w: Writing, one: T, /, **more: Any) -> bool:
        """The same; False where a row with one of its keys is there."""
        self._insert_once = self._insert_once or inserts_once(self._rows)
        return await w.run(self._insert_once, **more, **self.written(one)) == 1

    async def by_id(self, reading: Reading, id_: int, /) -> T | None:
        self._by_id = self._by_id or self.where(id="id")
        return await self._by_id.first(reading, id=id_)

    async def all(self, reading: Reading, /, **params: Any) -> list[T]:
        return [*map(self._form.read, await reading.fetch(self, **params))]

    async def first(self, reading: Reading, /, **params: Any) -> T | None:
        """The first; None where there is none."""
        row = await reading.first(self, **params)
        return None if row is None else self._form.read(row)

    async def all_of(self, reading: Reading, of: object, /) -> list[T]:
        """`all` where the one parameter is called `of`."""
        return await self.all(reading, of=of)

    async def first_of(self, reading: Reading, of: object, /) -> T | None:
        """`first` where the one parameter is called `of`."""
        return await self.first(reading, of=of)

    def read(self, row: Row) -> T:
        """The Struct of a row that was had otherwise."""
        return self._form.read(row)

    def written(self, one: T) -> dict[str, Any]:
        """The columns of a new row, by name."""
        return self._form.written(one)


def rows_of[T: msgspec.Struct](kind: type[T], table: Table, **ways: Ways) -> Rows[T]:
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
        return msgspec.json.Decoder(type_).decode, in_json
    return None
