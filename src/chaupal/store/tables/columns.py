"""How columns are spelled, once for both databases: ids and times are integers (ms), the rest is text."""

from typing import Any

from sqlalchemy import BigInteger, Column, Constraint, Index, Integer, MetaData, Table, Text

meta = MetaData()

# SQLite gives rowid tables their speed only under the exact word INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def id_column(name: str = "id") -> Column[int]:
    return Column(name, Id, primary_key=True, autoincrement=False)


def big(name: str, *, null: bool = False, default: int | None = None, primary_key: bool = False) -> Column[int]:
    said = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, primary_key=primary_key, server_default=said)


def text(name: str, *, null: bool = False, default: str | None = "", primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=primary_key, server_default=None if primary_key else default)


def bigs(names: str, *, null: bool = False) -> list[Column[int]]:
    """Several such, with blanks between their names."""
    return [big(name, null=null) for name in names.split()]


def texts(names: str) -> list[Column[str]]:
    return [text(name) for name in names.split()]


def table(name: str, *parts: Column[Any] | Constraint | Index, **options: Any) -> Table:
    return Table(name, meta, *parts, **options)


def tie(name: str, *columns: Column[Any]) -> Table:
    """`by` stands in some relation to `to`; `id` orders the pages."""
    return table(
        name,
        big("by", primary_key=True),
        big("to", primary_key=True),
        big("id"),
        *columns,
        Index(f"{name}_by", "by", "id"),
        Index(f"{name}_to", "to", "id"),
    )
