"""Statements of one table in few words: a parameter is named where its column is, and is of that column's type.

`updates(reports, outcome="result").where(id="of")` is `UPDATE reports SET outcome = :result WHERE reports.id = :of`. A text where a
value would stand names a parameter; anything else is the value itself. What is said of a second table is said by `same`.
"""

from collections.abc import Callable
from typing import Any, Self

from sqlalchemy import ColumnElement, FromClause, Table, and_, bindparam, delete, func, insert, select, update

from chaupal.store.machine.dialect import Statement, param, upsert


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

    def __getattr__(self, name: str) -> Callable[..., Self]:
        say = getattr(self._said, name)
        return lambda *said, **named: self._now(say(*said, **named))


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
