"""One text for two databases: statements in SQLAlchemy Core, each compiled once for SQLite and for PostgreSQL.

A statement names its parameters with `bindparam`; lists go as one JSON parameter through `among`, so that a compiled
text never depends on how long a list is.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Executable, LargeBinary, Text, bindparam, func, literal_column, or_
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

from chaupal.store.machine.shelves import Kind, changed_by, writes

_SQLITE = sqlite.dialect(paramstyle="qmark")
# Conditions of our own are written out as they are; SQLAlchemy would append "= 1" and lose the index.
_SQLITE.supports_native_boolean = True

type Params = Mapping[str, Any]


@functools.cache
def _postgres() -> tuple[Any, Any]:
    """PostgreSQL's `insert` and dialect; a house on the embedded store does not wait for them."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.dialects.postgresql.asyncpg import dialect

    return postgresql.insert, dialect()


class Compiled:
    """A statement's text for one database, and the order in which it takes its parameters."""

    __slots__ = ("_defaults", "_names", "_own", "text")

    def __init__(self, stmt: Executable, dialect: Any) -> None:
        compiled: Any = stmt.compile(dialect=dialect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        self.text: str = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._defaults: dict[str, Any] = dict(compiled.params)
        # Whether any has a value of its own.
        self._own = any(self._defaults.get(name) is not None for name in self._names)

    def arguments(self, params: Params) -> list[Any]:
        """Positional arguments. Raises KeyError for a parameter that was not given and has no value of its own."""
        if not self._own:
            try:
                return [*map(params.__getitem__, self._names)]
            except KeyError:
                pass
        defaults = self._defaults
        return [params[n] if n in params else defaults[n] for n in self._names]


class Statement:
    """A statement in both tongues, compiled on first use and kept. `changes`: the kinds that rest on the rows it changes;
    `writes`: whether it changes any that an answer may be made from.
    """

    __slots__ = ("_changes", "_make", "_postgres", "_sqlite", "_writes")

    def __init__(self, make: Callable[[Any], Executable]) -> None:
        self._make = make
        self._sqlite: Compiled | None = None
        self._postgres: Compiled | None = None
        self._changes: frozenset[Kind[Any]] | None = None
        self._writes: bool | None = None

    @property
    def writes(self) -> bool:
        if self._writes is None:
            self._writes = writes(self._make(sqlite.insert))
        return self._writes

    @property
    def changes(self) -> frozenset[Kind[Any]]:
        if self._changes is None:
            self._changes = changed_by(self._make(sqlite.insert))
        return self._changes

    @property
    def sqlite(self) -> Compiled:
        if self._sqlite is None:
            self._sqlite = Compiled(self._make(sqlite.insert), _SQLITE)
        return self._sqlite

    @property
    def postgres(self) -> Compiled:
        if self._postgres is None:
            insert, dialect = _postgres()
            self._postgres = Compiled(self._make(insert), dialect)
        return self._postgres


def statement(stmt: Executable) -> Statement:
    """A statement that both databases take as it is."""
    return Statement(lambda _insert: stmt)


def upsert(make: Callable[[Any], Executable]) -> Statement:
    """A statement that needs the database's own `insert` (for ON CONFLICT): `upsert(lambda insert: insert(t)...)`."""
    return Statement(make)


def param(name: str) -> Any:
    """An integer parameter (ids, times, counts, flags)."""
    return bindparam(name, type_=BigInteger())


def text_param(name: str) -> Any:
    """A text parameter."""
    return bindparam(name, type_=Text())


def if_said(name: str, condition: Any) -> ColumnElement[bool]:
    """A condition that counts only where something was given for it: an empty text asks for nothing."""
    return or_(text_param(name) == "", condition)


def stands_below(lower: ColumnElement[str], upper: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether one name of a host stands below another. Every letter counts, also those that patterns take for any."""
    rest = func.length(lower) - func.length(upper)
    return (rest > literal_column("1")) & (func.substr(lower, rest) == literal_column("'.'").concat(upper))


def octets(name: str) -> Any:
    """A parameter of bytes."""
    return bindparam(name, type_=LargeBinary())


# The time by the database's own clock (ms), for statements in SQL: where processes of several machines agree by time.
DATABASE_TIME = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


def listed(values: Sequence[int] | Sequence[str]) -> str:
    """A list as the one parameter that `among` takes."""
    return msgspec.json.encode(values).decode()


class among(ColumnElement[bool]):  # noqa: N801 - reads as SQL in a statement
    """`column IN (the list given as one JSON parameter)`; `among(posts.c.id, "ids")`, then `ids=listed([...])`."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, name: str, *, negate: bool = False) -> None:
        self.column = column
        self.values = text_param(name)
        self.negate = negate


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} {'NOT ' if element.negate else ''}IN (SELECT value FROM json_each({values}))"  # noqa: S608 - built from compiled parts, never from values


@compiles(among, "postgresql")
def _among_postgres(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    is_text = isinstance(getattr(element.column, "type", None), Text)
    cast = "value" if is_text else "value::bigint"
    wanted = f"ANY(ARRAY(SELECT {cast} FROM json_array_elements_text({values}::json)))"  # noqa: S608 - built from compiled parts, never from values
    return f"NOT ({column} = {wanted})" if element.negate else f"{column} = {wanted}"


class holds(ColumnElement[bool]):  # noqa: N801
    """A text column holds these letters, as they are. With LIKE, SQLite makes a plan anew for each pattern that is bound."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.part = text_param(name)


@compiles(holds, "sqlite")
def _holds_sqlite(element: holds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.column, **kw)}, {compiler.process(element.part, **kw)}) > 0"


@compiles(holds, "postgresql")
def _holds_postgres(element: holds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.column, **kw)}, {compiler.process(element.part, **kw)}) > 0"


class all_words(ColumnElement[bool]):  # noqa: N801
    """The search index holds every one of the words (a JSON list of folded terms) for this row."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, name: str) -> None:
        self.values = text_param(name)


# Terms are letters, marks and digits only, so quoting them is all that either engine needs.
@compiles(all_words, "sqlite")
def _all_words_sqlite(element: all_words, compiler: SQLCompiler, **kw: Any) -> str:
    values = compiler.process(element.values, **kw)
    return f"post_words MATCH (SELECT group_concat('\"' || value || '\"', ' ') FROM json_each({values}))"  # noqa: S608 - built from compiled parts, never from values


@compiles(all_words, "postgresql")
def _all_words_postgres(element: all_words, compiler: SQLCompiler, **kw: Any) -> str:
    values = compiler.process(element.values, **kw)
    return f"post_words.words @> ARRAY(SELECT value FROM json_array_elements_text({values}::json))"  # noqa: S608 - built from compiled parts, never from values


class byte_order(ColumnElement[str]):  # noqa: N801
    """A text column compared byte by byte on both databases, so that prefix ranges mean the same."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: Any) -> None:
        self.column = column


@compiles(byte_order, "sqlite")
def _byte_order_sqlite(element: byte_order, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.column, **kw)


@compiles(byte_order, "postgresql")
def _byte_order_postgres(element: byte_order, compiler: SQLCompiler, **kw: Any) -> str:
    return f'{compiler.process(element.column, **kw)} COLLATE "C"'


class as_octets(ColumnElement[bytes]):  # noqa: N801
    """A text column as the bytes of its UTF-8, for whoever hashes or compares many: no string is made of any."""

    inherit_cache = False
    type = LargeBinary()

    def __init__(self, column: Any) -> None:
        self.column = column


@compiles(as_octets, "sqlite")
def _as_octets_sqlite(element: as_octets, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.column, **kw)} AS BLOB)"


@compiles(as_octets, "postgresql")
def _as_octets_postgres(element: as_octets, compiler: SQLCompiler, **kw: Any) -> str:
    return f"convert_to({compiler.process(element.column, **kw)}, 'UTF8')"


class larger(ColumnElement[int]):  # noqa: N801
    """The larger of two numbers: `max(a, b)` on SQLite, `greatest(a, b)` on PostgreSQL."""

    inherit_cache = False
    type = BigInteger()

    def __init__(self, a: Any, b: Any) -> None:
        self.a = coercions.expect(roles.ExpressionElementRole, a)
        self.b = coercions.expect(roles.ExpressionElementRole, b)


@compiles(larger, "sqlite")
def _larger_sqlite(element: larger, compiler: SQLCompiler, **kw: Any) -> str:
    return f"max({compiler.process(element.a, **kw)}, {compiler.process(element.b, **kw)})"


@compiles(larger, "postgresql")
def _larger_postgres(element: larger, compiler: SQLCompiler, **kw: Any) -> str:
    return f"greatest({compiler.process(element.a, **kw)}, {compiler.process(element.b, **kw)})"
