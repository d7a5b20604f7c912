"""Statements of one table in few words, and rows as Structs.

`updates(reports, outcome="result").where(id="of")` is `UPDATE reports SET outcome = :result WHERE reports.id = :of`: a parameter is named
where its column is, and is of that column's type. A text where a value would stand names a parameter; anything else is the value
itself. What is said of a second table is said by `same`.

`REPORTS = rows_of(ReportRow, reports)`, then `OPEN = REPORTS.where(state="standing")`, and `await OPEN.all(reading, standing="open")`:
a field of the Struct has its column's name, or says it by `rename`, and its type says how the column keeps it.
"""

from collections.abc import Callable
from types import UnionType
from typing import Any, Self, get_args, get_origin

import msgspec
from sqlalchemy import ColumnElement, FromClause, Table, and_, bindparam, delete, func, insert, select, update

from chaupal.store.machine.dialect import Statement, in_json, param, upsert
from chaupal.store.machine.work import Reading, Row, Writing


class Chained(Statement):
    """A statement to which more is added as to SQLAlchemy's own; each call gives another one."""

    __slots__ = ("_said", "_table")

    def __init__(self, said: Any, table: FromClause | None) -> None:
        self._said = said
        self._table = table
        super().__init__(lambda _insert: said)

    def _now(self, said: Any) -> Self:
        return type(self)(said, self._table)

    def where(self, *conditions: Any, **equal: str | None) -> Self:
        """`equal`: columns of the statement's table, and the parameters that they equal, or None for what is not set."""
        named = (same(self._table, **equal),) if equal else ()
        return self._now(self._said.where(*conditions, *named))

    def limit(self, most: str | int) -> Self:
        """A number of rows, or the parameter that says it."""
        return self._now(self._said.limit(param(most) if isinstance(most, str) else most))

    def ordered(self, names: str) -> Self:
        """By these columns of the statement's table, `-id` by the last first."""
        columns = [(_of(self._table, name.removeprefix("-")), name[0] == "-") for name in names.split()]
        return self._now(self._said.order_by(*(column.desc() if last else column for column, last in columns)))

    # As a function of its one parameter, where that is called `of`: `drop = deletes(lists).where(id="of").run_of`.

    async def run_of(self, w: Writing, of: int | str, /) -> None:
        await w.run(self, of=of)

    async def done_of(self, w: Writing, of: int | str, /) -> bool:
        """Run it; False where there was no such row."""
        return await w.run(self, of=of) > 0

    async def number_of(self, reading: Reading, of: int | str, /) -> int:
        """0 where there is none."""
        return int(await reading.value(self, of=of) or 0)

    async def word_of(self, reading: Reading, of: int | str, /) -> str:
        """The empty one where there is none."""
        return await reading.value(self, of=of) or ""

    async def ids_of(self, reading: Reading, of: int | str, /) -> list[int]:
        """The first column of all rows, in their order."""
        return [row[0] for row in await reading.fetch(self, of=of)]

    async def set_of(self, reading: Reading, of: int | str, /) -> frozenset[int]:
        """The same, in no order."""
        return frozenset(await self.ids_of(reading, of))

    def __getattr__(self, name: str) -> Callable[..., Self]:
        say = getattr(self._said, name)
        return lambda *said, **named: self._now(say(*said, **named))  # pyrefly: ignore[implicit-any-lambda] - what SQLAlchemy's takes


def same(table: FromClause | None, /, **equal: str | None) -> ColumnElement[bool]:
    """These columns of a table equal these parameters, or are not set (None)."""
    named = ((_of(table, column), name) for column, name in equal.items())
    return and_(*(c.is_(None) if name is None else c == bindparam(name, type_=c.type) for c, name in named))


def _of(table: FromClause | None, column: str) -> Any:
    if table is None:
        raise TypeError(f"of no one table: {column}")
    return table.c[column]


def selects(*said: Any) -> Chained:
    """Rows of these columns, as of `columns_of`. What `where` is given by name is of the first one's table."""
    columns = columns_of(*said)
    return Chained(select(*columns), getattr(columns[0], "table", None))


def columns_of(*said: Any) -> list[Any]:
    """Columns as they stand here, or by a table and after it their names with blanks between: `columns_of(posts, "id author")`."""
    found: list[Any] = []
    for one in said:
        if isinstance(one, str):
            table = found.pop()
            found += [table.c[name] for name in one.split()]
        else:
            found.append(one)
    return found


def counts_of(table: FromClause) -> Chained:
    """How many rows of a table there are."""
    return Chained(select(func.count()).select_from(table), table)


def inserts(table: Table, named: str = "", /, **values: Any) -> Statement:
    """A row. `named`: columns (with blanks between), each from the parameter of its own name; of all, where none is named at all."""
    return Chained(_with(insert(table), table, named, values), table)


def inserts_once(table: Table, named: str = "", key: str = "", /, **values: Any) -> Statement:
    """The same, unless a row with one of its keys is there; with this `key`, where it says one."""
    at = key.split() or None
    return upsert(lambda insert: _with(insert(table), table, named, values).on_conflict_do_nothing(index_elements=at))


def upserts(
    table: Table, key: str, named: str = "", /, *, only: Any = None, kept: str = "", **values: Any
) -> Statement:
    """The same; the row with its `key` (columns, as `named` ones) has these values from now on, but for those that are `kept`.

    `only`: what must hold of that row.
    """
    settled = {*key.split(), *kept.split()}

    def make(insert: Any) -> Any:
        new = _with(insert(table), table, f"{key} {named}", values)
        changed = {name: new.excluded[name] for name in (*named.split(), *values) if name not in settled}
        return new.on_conflict_do_update(index_elements=key.split(), set_=changed, where=only)

    return upsert(make)


def updates(table: Table, named: str = "", /, **values: Any) -> Chained:
    """Set these columns. `named`: as of `inserts`."""
    return Chained(_with(update(table), table, named, values), table)


def deletes(table: Table) -> Chained:
    """Rows go."""
    return Chained(delete(table), table)


def _with(said: Any, table: Table, named: str, values: dict[str, Any]) -> Any:
    if not (values := {name: name for name in named.split()} | values):
        return said
    return said.values(
        {
            name: bindparam(value, type_=table.c[name].type) if isinstance(value, str) else value
            for name, value in values.items()
        }
    )


# Made from what the column gives, and made into what it takes.
type Ways = tuple[Callable[[Any], Any], Callable[[Any], Any]]


class Form[T: msgspec.Struct]:
    """How a row of a kind is made into a Struct, and the other way."""

    __slots__ = ("_columns", "_kind", "_names", "_ways")

    def __init__(self, kind: type[T], ways: dict[str, Ways]) -> None:
        self._kind = kind
        self._names, self._columns = kind.__struct_fields__, kind.__struct_encode_fields__
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
        return dict(zip(self._columns, named.values(), strict=True))


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
    return Rows(select(*(table.c[name] for name in kind.__struct_encode_fields__)), table, Form(kind, ways))


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
