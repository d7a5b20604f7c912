"""What a PostgreSQL store is made of, and what of a change of it a server of the version before could not stand."""

import re
from typing import Any, NamedTuple

import asyncpg

COLUMNS = """
    SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
           a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT c.relname || ': ' || o.conname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND o.contype IN ('c', 'f', 'p', 'u', 'x')
"""
INDEXES = """
    SELECT c.relname || ': ' || i.relname, x.indisunique
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    WHERE c.relnamespace = 'public'::regnamespace
"""
REFERS = re.compile(r"FOREIGN KEY \((\w+)\) REFERENCES (\w+)\(\w+\)( ON DELETE (?:CASCADE|SET NULL))?")
STAY = {"orders"}  # tables from which no server deletes


class Schema(NamedTuple):
    """`columns`: "table.column" -> (type, whether every insert has to give it). `constraints`, `indexes`: "table: name" -> what."""

    columns: dict[str, tuple[str, bool]]
    constraints: dict[str, str]
    indexes: dict[str, bool]

    @property
    def tables(self) -> set[str]:
        return {name.partition(".")[0] for name in self.columns}


async def schema(dsn: str) -> Schema:
    connection: Any = await asyncpg.connect(dsn)
    try:
        return Schema(
            {row[0]: (row[1], row[2]) for row in await connection.fetch(COLUMNS)},
            {row[0]: row[1] for row in await connection.fetch(CONSTRAINTS)},
            {row[0]: row[1] for row in await connection.fetch(INDEXES)},
        )
    finally:
        await connection.close()


def breaks(before: Schema, after: Schema) -> list[str]:
    """What a server that was made for `before` would stumble over, a line each."""
    found = [f"{name} is gone" for name in before.columns if name not in after.columns]
    for name, (kind, given) in after.columns.items():
        if name.partition(".")[0] not in before.tables:
            continue
        if name not in before.columns:
            found += [f"{name} has to be given by every insert"] if given else []
            continue
        was, was_given = before.columns[name]
        found += [f"{name} was {was} and is {kind}"] if kind != was else []
        found += [f"{name} has to be given by every insert now"] if given and not was_given else []
    for name, says in after.constraints.items():
        if before.constraints.get(name) != says and _meets(before, name.partition(":")[0], says):
            found.append(f"the constraint {name} is new or another")
    # `ON CONFLICT` and foreign keys of the older server name what is unique.
    found += [
        f"the constraint {name} is gone"
        for name, says in before.constraints.items()
        if name not in after.constraints and says.startswith(("PRIMARY", "UNIQUE"))
    ]
    for name, unique in after.indexes.items():
        if name.partition(":")[0] in before.tables and name not in before.indexes and name not in after.constraints:
            found.append(f"the index {name} is unique" if unique else f"the index {name} is made while writers wait")
    found += [
        f"the unique index {name} is gone"
        for name, unique in before.indexes.items()
        if unique and name not in after.indexes and name not in before.constraints
    ]
    return found


def _meets(before: Schema, table: str, says: str) -> bool:
    """Whether that server can be refused something by a constraint. It writes nothing into what is new, and deletes what that refers to."""
    refers = REFERS.match(says)
    if refers is None or f"{table}.{refers[1]}" in before.columns:
        return table in before.tables
    return refers[2] in before.tables - STAY and not refers[3]
