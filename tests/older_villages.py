"""Villages of earlier versions (`tests/older`), restored as those versions left them."""

import gzip
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import msgspec

from chaupal.store.machine.migrate import STANDS_FROM, migrate, postgres_url, sqlite_url
from chaupal.store.square import media

FOLDER = Path(__file__).parent / "older"
NO_MARK = f"DELETE FROM marks WHERE key = '{STANDS_FROM}'"  # those versions wrote none


class Rows(msgspec.Struct):
    columns: list[str]
    rows: list[list[Any]]

    def told(self, *names: str) -> list[tuple[Any, ...]]:
        """These columns of every row, in their order."""
        at = [self.columns.index(name) for name in names]
        return sorted(tuple(row[n] for n in at) for row in self.rows)


class Older(msgspec.Struct):
    """What `tools/older_village.py` wrote: `at`: ms, when it was founded."""

    version: str
    commit: str
    at: int
    keys: dict[str, bytes]
    tables: dict[str, Rows]


class Restored(NamedTuple):
    """Where it was restored to: the data directory, and the PostgreSQL database ('' for SQLite)."""

    older: Older
    data: Path
    dsn: str


def read(name: str) -> Older:
    return msgspec.msgpack.decode(gzip.decompress((FOLDER / f"village-{name}.mpack.gz").read_bytes()), type=Older)


async def restore(older: Older, data: Path, dsn: str) -> Restored:
    """As it was: tables of its version, its rows, its keys, and a file for each of its uploads."""
    _lay(older, data)
    if dsn:
        await migrate(postgres_url(dsn), older.version)
        await _fill_postgres(older, dsn)
    else:
        await migrate(sqlite_url(data / "chaupal.db"), older.version)
        _fill_sqlite(older, data / "chaupal.db")
    return Restored(older, data, dsn)


def _lay(older: Older, data: Path) -> None:
    (data / "keys").mkdir(mode=0o700, parents=True)
    for name, key in older.keys.items():
        (data / "keys" / name).write_bytes(key)
        (data / "keys" / name).chmod(0o600)
    for id_, mime in older.tables["media"].told("id", "mime"):
        for key in media.file_keys(id_, mime):
            (data / "files" / key).parent.mkdir(parents=True, exist_ok=True)
            (data / "files" / key).write_bytes(b"as it was")


async def _fill_postgres(older: Older, dsn: str) -> None:
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET session_replication_role = replica")  # rows come in any order
        for name, table in older.tables.items():
            await connection.copy_records_to_table(name, columns=table.columns, records=map(tuple, table.rows))
        await connection.execute(NO_MARK)
    finally:
        await connection.close()


def _fill_sqlite(older: Older, file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        for name, table in older.tables.items():
            if name == "post_words":  # each database has its own index, of the same words
                words = [(post, " ".join(found)) for post, found in table.told("post_id", "words")]
                db.executemany("INSERT INTO post_words (rowid, words) VALUES (?, ?)", words)
                continue
            columns = ", ".join(f'"{column}"' for column in table.columns)
            marks = ", ".join("?" for _ in table.columns)
            db.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', map(_plain, table.rows))
        db.execute(NO_MARK)
        db.commit()


def _plain(row: Sequence[Any]) -> list[Any]:
    return [json.dumps(value) if isinstance(value, list) else value for value in row]
