"""One statement for both databases: written in SQLAlchemy Core, compiled once for SQLite and once for PostgreSQL.

A statement names its parameters with `bindparam`; lists go as one JSON parameter through `among`, so that a compiled
text never depends on how long a list is.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Executable, LargeBinary, Text, bindparam, func, literal_column, or_
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean, TypeEngine

from chaupal.store.machine.shelves import Kind, changed_by, writes

_SQLITE = sqlite.dialect(paramstyle="qmark")
# Conditions of our own are written out as they are; SQLAlchemy would append "= 1" and lose the index.
_SQLITE.supports_native_boolean = True

type Params = Mapping[str, Any]


@functools.cache
def _postgres() -> tuple[Any, Any]:
    """PostgreSQL's `insert` and dialect, imported only where they are used."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.dialects.postgresql.asyncpg import dialect

    return postgresql.insert, dialect()


class Compiled:
    """A statement's text for one database, and the order in which it takes its parameters."""

    __slots__ = ("_defaults", "_names", "_own", "text")

    def __init__(self, stmt: Executable, dialect: Any) -> None:
        compiled: Any = stmt.compile(dialect=dialect)  # pyrefly: ignore[missing-attribute] - each that there is can be compiled
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
    """A condition that holds where its parameter is an empty text: an optional filter."""
    return or_(text_param(name) == "", condition)


def is_one_of(column: ColumnElement[str], words: Iterable[str]) -> ColumnElement[bool]:
    """A column is one of these words of ours. They stand in the text: by a parameter no index of some rows is found."""
    return or_(*(column == literal_column(f"'{word}'") for word in words))


def in_span(column: ColumnElement[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A column is from the parameter `start` on, and before `end`."""
    return column >= param("start"), column < param("end")


def stands_below(lower: ColumnElement[str], upper: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether one name of a host stands below another. Every letter counts, also those that patterns take for any."""
    rest = func.length(lower) - func.length(upper)
    return (rest > literal_column("1")) & (func.substr(lower, rest) == literal_column("'.'").concat(upper))


# The time by the database's own clock (ms), for statements in SQL: where processes of several machines agree by time.
DATABASE_TIME = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


def in_json(value: Any) -> str:
    """A value as JSON text, for a column of text."""
    return msgspec.json.encode(value).decode()


def listed(values: Iterable[int] | Iterable[str]) -> str:
    """Some values as the one parameter that `among` takes."""
    return in_json([*values])


class _PerDatabase[T](ColumnElement[T]):
    """An expression with a text for each database; `{0}`, `{1}` are its compiled parts."""

    inherit_cache = False

    def __init__(self, type_: TypeEngine[T], sqlite: str, postgres: str, *parts: Any) -> None:
        self.type = type_
        self.sqlite, self.postgres = sqlite, postgres
        self.parts = [coercions.expect(roles.ExpressionElementRole, part) for part in parts]


@compiles(_PerDatabase, "sqlite")
def _in_sqlite(element: _PerDatabase[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return element.sqlite.format(*(compiler.process(part, **kw) for part in element.parts))


@compiles(_PerDatabase, "postgresql")
def _in_postgres(element: _PerDatabase[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return element.postgres.format(*(compiler.process(part, **kw) for part in element.parts))


def among(column: Any, name: str, *, negate: bool = False) -> ColumnElement[bool]:
    """`column IN (the list given as one JSON parameter)`; `among(posts.c.id, "ids")`, then `ids=listed([...])`."""
    cast = "value" if isinstance(column.type, Text) else "value::bigint"
    values = f"SELECT {cast} FROM json_array_elements_text({{1}}::json)"  # noqa: S608 - of our own words alone
    # An array can be looked for in an index; what is in none is a table of hashes, for else each row is held against each value.
    wanted = f"{{0}} NOT IN ({values})" if negate else f"{{0}} = ANY(ARRAY({values}))"
    within = f"{{0}} {'NOT ' if negate else ''}IN (SELECT value FROM json_each({{1}}))"  # noqa: S608 - the same
    return _PerDatabase(Boolean(), within, wanted, column, text_param(name))


def holds(column: Any, name: str) -> ColumnElement[bool]:
    """A text column holds these letters, as they are. With LIKE, SQLite makes a plan anew for each pattern that is bound."""
    return _PerDatabase(Boolean(), "instr({0}, {1}) > 0", "strpos({0}, {1}) > 0", column, text_param(name))


def all_words(name: str) -> ColumnElement[bool]:
    """The search index holds every one of the words (a JSON list of folded terms) for this row."""
    return _PerDatabase(
        Boolean(),
        # Terms are letters, marks and digits only, so quoting them is all that either engine needs.
        "post_words MATCH (SELECT group_concat('\"' || value || '\"', ' ') FROM json_each({0}))",
        "post_words.words @> ARRAY(SELECT value FROM json_array_elements_text({0}::json))",
        text_param(name),
    )


_MATCHES = (
    "post_words MATCH (SELECT '(' || group_concat('\"' || value || '\"', ' ') || ')' FROM json_each({0})) || "
    "COALESCE((SELECT ' NOT (' || group_concat('\"' || value || '\"', ' OR ') || ')' FROM json_each({1})), '')"
)
_CONTAINS = (
    "post_words.words @> ARRAY(SELECT value FROM json_array_elements_text({0}::json)) "
    "AND NOT post_words.words && ARRAY(SELECT value FROM json_array_elements_text({1}::json))"
)


def words_but_none(name: str, without: str) -> ColumnElement[bool]:
    """As `all_words`, and none of the others (a JSON list as well). SQLite's index goes through both at once; of posts that hold any of
    the others it would make a list of all first."""
    return _PerDatabase(Boolean(), _MATCHES, _CONTAINS, text_param(name), text_param(without))


def has_words_but_none(name: str, without: str, post: Any) -> ColumnElement[bool]:
    """The same of a post that is found otherwise."""
    sqlite, postgres = (
        f"EXISTS (SELECT 1 FROM post_words WHERE {id_} = {{2}} AND {holds})"  # noqa: S608 - of our own words alone
        for id_, holds in (("post_words.rowid", _MATCHES), ("post_words.post_id", _CONTAINS))
    )
    return _PerDatabase(Boolean(), sqlite, postgres, text_param(name), text_param(without), post)


def none_of_words(name: str, post: Any) -> ColumnElement[bool]:
    """The search index holds none of the words (a JSON list, not an empty one) for this post."""
    return _PerDatabase(
        Boolean(),
        "{1} NOT IN (SELECT rowid FROM post_words WHERE post_words MATCH "
        "(SELECT group_concat('\"' || value || '\"', ' OR ') FROM json_each({0})))",
        "NOT EXISTS (SELECT 1 FROM post_words AS shut WHERE shut.post_id = {1} "
        "AND shut.words && ARRAY(SELECT value FROM json_array_elements_text({0}::json)))",
        text_param(name),
        post,
    )


def indexed_post() -> ColumnElement[int]:
    """The post that a row of the search index stands for."""
    return _PerDatabase(BigInteger(), "post_words.rowid", "post_words.post_id")


def byte_order(column: Any) -> ColumnElement[str]:
    """A text column compared byte by byte on both databases, so that prefix ranges mean the same."""
    return _PerDatabase(Text(), "{0}", '{0} COLLATE "C"', column)


def as_octets(column: Any) -> ColumnElement[bytes]:
    """A text column as the bytes of its UTF-8, for whoever hashes or compares many: no string is made of any."""
    return _PerDatabase(LargeBinary(), "CAST({0} AS BLOB)", "convert_to({0}, 'UTF8')", column)


def as_list(column: Any) -> ColumnElement[str]:
    """All numbers of a column as one JSON list (of none: an empty one, or nothing): less than half of what as many rows take."""
    return _PerDatabase(Text(), "json_group_array({0})", "json_agg({0})::text", column)


def larger(a: Any, b: Any) -> ColumnElement[int]:
    """The larger of two numbers."""
    return _PerDatabase(BigInteger(), "max({0}, {1})", "greatest({0}, {1})", a, b)
