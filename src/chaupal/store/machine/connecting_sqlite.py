"""Connections to the embedded store: as all of the house uses them, those of readers, what their errors mean, what its planner knows."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chaupal.kernel.errors import Conflict, Full, Problem, Unavailable, against_rule
from chaupal.kernel.settings import BadSettings

# Bytes of the write-ahead file that are kept when it begins anew; the rest is given back to the disk. What is there already is
# written over at four fifths of what it takes to make a file longer and to have that on the disk, too.
WAL_KEPT = 64_000_000

# KiB of pages that a connection keeps for itself (SQLite's own default), and one that walks through tables, which comes to no page
# twice. Below them is the system's own cache, and four times as much saved no time.
CACHE_KIB, SCANNER_KIB = 2_000, 200

SCANNERS = 2  # threads that walk through tables

# Errors of the machine (https://sqlite.org/rescode.html), beside those of statements: the low byte of the code.
FAILING = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    )
)


def fault(error: BaseException) -> Problem | None:
    """See `store.work.Work.fault`."""
    code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None
    if code is None:
        return None
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return Full()
    if code in (sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_TRIGGER):
        return against_rule(str(error).rpartition(": ")[2])
    if code & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        return Conflict("changed_at_once")
    return Unavailable("nothing_kept") if code & 0xFF in FAILING else None


# What is wrong with a file that should be the store.
UNFIT = {
    sqlite3.SQLITE_NOTADB: "is no database; another file lies in its place",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_READONLY: "takes no writing by this user",
    sqlite3.SQLITE_FULL: "has no room; make some on its disk",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
}


def not_opened(path: Path, error: BaseException) -> BadSettings | None:
    """A sentence for whoever named the data directory, where its database is what `error` is about."""
    error = getattr(error, "orig", None) or error
    said = UNFIT.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if str(error).endswith("already exists"):
        said = "holds tables of something else"
    return BadSettings(f"data: {path} {said} ({error})") if said else None


def connect(path: Path, kib: int = CACHE_KIB) -> sqlite3.Connection:
    """A connection as every part of the house uses it: WAL, FULL, no waiting inside SQLite."""
    db = _opened(path)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{kib}",
        "wal_autocheckpoint=0",
        f"journal_size_limit={WAL_KEPT}",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


def connect_to_read(path: Path) -> sqlite3.Connection:
    """One that changes nothing, beside one that does: it reads the schema once it is asked something, which takes 2 ms.

    To be told how much to keep it would read the schema at once; what it keeps by itself is `CACHE_KIB`.
    """
    return _opened(path)


def _opened(path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    how: Any = {"isolation_level": None, "check_same_thread": False, "cached_statements": 512, "timeout": 0.02}
    db = sqlite3.connect(path, factory=kind, **how)
    db.execute("PRAGMA temp_store=MEMORY")
    db.execute("PRAGMA mmap_size=0")
    return db


class Spare:
    """Unused connections of readers. They are kept because a new one reads the schema first, which takes 1.7 ms."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[sqlite3.Connection] = []

    def take(self) -> sqlite3.Connection:
        return self._kept.pop() if self._kept else connect(self._path, SCANNER_KIB)

    def give(self, db: sqlite3.Connection) -> None:
        if len(self._kept) < SCANNERS:
            self._kept.append(db)
        else:
            db.close()

    def close(self) -> None:
        while self._kept:
            self._kept.pop().close()


class Moment:
    """A connection that keeps seeing the store as it was at its first statement (a snapshot), and what runs on it now."""

    def __init__(self, spare: Spare) -> None:
        self._spare = spare
        self._db: sqlite3.Connection | None = None
        self._running: Future[Any] | None = None

    def run[T](self, pool: ThreadPoolExecutor, what: Callable[[sqlite3.Connection], T]) -> Future[T]:
        def begun() -> T:
            if self._db is None:
                self._db = self._spare.take()
                self._db.execute("BEGIN")
            return what(self._db)

        self._running = running = pool.submit(begun)
        return running

    def end(self) -> None:
        """Close it as soon as nothing runs on it: whoever asked may have been cancelled in the middle."""
        if self._running is not None:
            self._running.add_done_callback(self._ended)

    def _ended(self, _: Future[Any]) -> None:
        if self._db is not None:
            self._db.rollback()  # also where what ran has ended it already
            self._spare.give(self._db)


# What SQLite's planner knows of how much is where: learnt in time, and never that it is little.
# https://www.sqlite.org/lang_analyze.html; statistics may be written by hand: https://www.sqlite.org/optoverview.html#manctrl

# Tables that have grown or shrunk tenfold since, all of them and not only those that this connection reads, each of its indexes
# no further than to a limit (https://www.sqlite.org/pragma.html#pragma_optimize: 0x02, 0x10000, 0x10).
OPTIMIZE = "PRAGMA optimize=0x10012"
KNOWN = "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"
# Of a table that has few rows today it would walk through all of them, and go on doing so until somebody looks again, when it may have
# a hundred times as many. So a table has at least so many (the first number of `stat`), however few it has.
LEAST = 10_000
AT_LEAST = f"UPDATE sqlite_stat1 SET stat = '{LEAST}' || substr(stat, instr(stat || ' ', ' ')) WHERE CAST(stat AS INTEGER) < {LEAST}"  # noqa: S608 - a number of ours
# An index of some rows is there because they are few beside all others, though there be no others yet: what is not known of it is
# taken for half of the table.
OF_SOME = """
    DELETE FROM sqlite_stat1 WHERE idx IN (
        SELECT i.name FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.partial
    )
"""


def learn(db: sqlite3.Connection) -> None:
    """Gather statistics for the planner; the caller has begun a transaction. Other connections use them once they are opened anew."""
    db.execute(OPTIMIZE).fetchall()
    if db.execute(KNOWN).fetchone() is not None:  # else nothing is there at all
        db.execute(OF_SOME)
        db.execute(AT_LEAST)
        db.execute("ANALYZE sqlite_schema")  # this connection knows what was made of it, too
