"""Files of SQLite that one test after the other is lent, as databases of PostgreSQL are, and with each those who are connected to it.

A new connection reads the schema first, which takes as long as a short test asks, and has each statement read anew. So what a
house closes when its test is over is not closed: once nobody asks any more, the file and what stands beside it for readers
(https://sqlite.org/walformat.html) are written over with what they held before, byte for byte, and whoever is connected finds what he knew.
In a test itself whatever is closed is closed.
"""

import fcntl
import os
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest

from chaupal.store.machine import connecting_sqlite

_open_anew = connecting_sqlite._opened
# A lock as the system is asked for it: kind, from where, start, length, whose (`fcntl(2)`).
LOCK = "hhqqi4x"
# All that SQLite locks: bytes of the file from one gigabyte on, those of its index from 120 on (https://sqlite.org/walformat.html).
LOCKED = {"": (1 << 30, 512), "-shm": (120, 9)}
MOST_PAGES = 2**32 - 2  # where nobody has set how large the file may become
LONG_AGO = 1  # when a file was written to that nobody has written to since it was laid
SCHEMA = slice(40, 44)  # where the file counts changes of its schema (https://sqlite.org/fileformat.html)


class LentConnection(sqlite3.Connection):
    """A connection to a file that is lent."""

    lent: "LentFile"

    def close(self) -> None:
        if Files.over:
            self.lent.give(self)
        else:
            super().close()
            self.lent.ended(self)

    def end(self) -> None:
        super().close()


class LentFile:
    """One, who is connected to it, and what it held when nobody had written to it."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self.path = self._folder / template.name
        shutil.copy(template, self.path)
        self._holder = _open_anew(self.path)  # so that what is beside the file is there before anybody asks
        self._holder.execute("PRAGMA journal_mode=WAL")
        self._holder.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        # To close any copy of a file that is open gives up its locks, so these stay as long as it is lent.
        self._open = {beside: os.open(f"{self.path}{beside}", os.O_RDWR) for beside in LOCKED}
        self._held = {file: os.pread(file, os.fstat(file).st_size, 0) for file in self._open.values()}
        self._free: list[LentConnection] = []
        self._had = set[LentConnection]()
        self._laid = Path()
        self.is_good = True

    def lay(self, path: Path) -> None:
        self._laid = path
        os.utime(self.path, (LONG_AGO, LONG_AGO))
        for beside in ("", "-wal", "-shm"):
            os.link(f"{self.path}{beside}", f"{path}{beside}")

    def connect(self) -> sqlite3.Connection:
        # Who lays something else there, or writes into the file by other hands than SQLite's, does so before a house is open.
        there = self._laid.stat()
        if not self._had and (there.st_ino, there.st_mtime) != (self.path.stat().st_ino, LONG_AGO):
            self.is_good = False
        if not self.is_good:
            return _open_anew(self._laid)
        db = self._free.pop() if self._free else self._another()
        self._had.add(db)
        return db

    def give(self, db: LentConnection) -> None:
        self._had.discard(db)
        db.set_trace_callback(None)
        alone = len(db.execute("PRAGMA database_list").fetchall()) == 1  # no other file, and no table of its own
        if self.is_good and alone and not db.in_transaction:
            db.execute(f"PRAGMA max_page_count={MOST_PAGES}")
            self._free.append(db)
        else:
            self.is_good = False
            db.end()

    def ended(self, db: LentConnection) -> None:
        """Who closes a house in a test finds its file as SQLite leaves it when nobody is connected any more."""
        self._had.discard(db)
        if not self._had and self._open:
            self.end()
            for beside in ("-wal", "-shm"):
                if not Path(f"{self.path}{beside}").exists():
                    Path(f"{self._laid}{beside}").unlink(missing_ok=True)

    def restored(self) -> bool:
        """Whether it is as it was, and nobody else has to do with it."""
        if not self.is_good or self._had or Path(f"{self.path}-wal").stat().st_size or not self._is_ours():
            return False
        file = self._open[""]
        if os.pread(file, SCHEMA.stop, 0)[SCHEMA] != self._held[file][SCHEMA]:
            return False
        for file, held in self._held.items():
            os.pwrite(file, held, 0)
        # The index stays as long as it has become, for whoever is connected looks into all of it: more than he may read is made anew
        # before it is used.
        os.ftruncate(self._open[""], len(self._held[self._open[""]]))
        return True

    def end(self) -> None:
        self.is_good = False
        for db in self._free:
            db.end()
        self._holder.close()
        for file in self._open.values():
            os.close(file)
        self._free, self._open = [], {}

    def gone(self) -> None:
        self.end()
        shutil.rmtree(self._folder)

    def _another(self) -> LentConnection:
        db: Any = _open_anew(self.path, LentConnection)
        db.lent = self
        return db

    def _is_ours(self) -> bool:
        """Whether this process holds locks of the file and no other one does."""
        for beside, file in self._open.items():
            start, length = LOCKED[beside]
            asked = struct.pack(LOCK, fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
            others, ours = (
                struct.unpack(LOCK, fcntl.fcntl(file, which, asked))[0] for which in (fcntl.F_GETLK, fcntl.F_OFD_GETLK)
            )
            if others != fcntl.F_UNLCK or ours == fcntl.F_UNLCK:
                return False
        return True


class Files:
    """Lends copies of files, each laid where a test wants it."""

    over = True  # whether no test is running now: what is closed then is kept
    laid: ClassVar[dict[str, LentFile]] = {}

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free: dict[Path, list[LentFile]] = {}

    def lay(self, template: Path, path: Path) -> None:
        free = self._free.setdefault(template, [])
        lent = free.pop() if free else LentFile(template, self._folder)
        lent.lay(path)
        self.laid[str(path)] = lent

    def take_back(self, template: Path, path: Path) -> None:
        lent = self.laid.pop(str(path))
        if lent.restored():
            self._free[template].append(lent)
        else:
            lent.gone()

    def close(self) -> None:
        for free in self._free.values():
            while free:
                free.pop().gone()


class OwnFiles(Files):
    """Each is a test's own, as it is a server's: for tests of who has which file open."""

    def lay(self, template: Path, path: Path) -> None:
        shutil.copy(template, path)

    def take_back(self, template: Path, path: Path) -> None:
        pass


@pytest.fixture(name="lent_files")
def own_files(tmp_path: Path) -> Files:
    return OwnFiles(tmp_path)


def opened(path: Path) -> sqlite3.Connection:
    """In place of the house's own."""
    lent = Files.laid.get(str(path))
    return lent.connect() if lent else _open_anew(path)
