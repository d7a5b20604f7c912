"""The embedded store: SQLite in WAL, one writer with group commit, FULL durability."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chaupal.kernel.clock import HOUR, Clock
from chaupal.kernel.errors import Problem, Unavailable
from chaupal.kernel.logger import log
from chaupal.store.machine import connecting_sqlite, marks, outbox
from chaupal.store.machine.connecting_sqlite import (
    SCANNER_KIB,
    SCANNERS,
    Moment,
    Spare,
    connect,
    connect_to_read,
    fault,
)
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.shelves import note_everything
from chaupal.store.machine.turn import Turn, Waker
from chaupal.store.machine.work import PORTION, OpenReading, Reading, Row, Take, Writing
from chaupal.store.machine.work_shared import SharedWork

BUSY_TRIES = 400  # of 5 to 25 ms: another process (the CLI) may hold the write lock for a moment

# Bytes of the write-ahead file: from here on it is moved into the database though the house is busy
WAL_LARGE = 16_000_000

LEARNT_EVERY = 6 * HOUR  # how much is where changes slowly, and nobody can write while it is looked at


class SqliteReading(Reading):
    """Runs on whichever thread calls it; on the loop thread for small reads."""

    embedded = True

    def __init__(self, db: sqlite3.Connection, memory: Memory, now: Clock, *, keyed: bool = False) -> None:
        self._db = db
        self.memory = memory
        self.now = now
        self._keyed = keyed
        self.keyed = self if keyed else SqliteReading(db, memory, now, keyed=True)

    def over(self, db: sqlite3.Connection) -> None:
        """From the next statement on over another connection."""
        self._db = db
        if isinstance(self.keyed, SqliteReading):
            self.keyed._db = db

    def is_over(self, db: sqlite3.Connection) -> bool:
        """Whether the next statement runs over this connection."""
        return self._db is db

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        if not self._keyed:
            note_everything()
        compiled = stmt.sqlite
        return self._db.execute(compiled.text, compiled.arguments(params)).fetchall()

    async def first(self, stmt: Statement, /, **params: Any) -> Row | None:
        if not self._keyed:
            note_everything()
        compiled = stmt.sqlite
        return self._db.execute(compiled.text, compiled.arguments(params)).fetchone()


class SqliteScanning(Reading):
    """Runs each statement in the reader pool: on any of its connections, or on that of one `moment`."""

    embedded = True

    def __init__(self, work: "SqliteWork", moment: "Moment | None" = None, *, keyed: bool = False) -> None:
        self._work = work
        self._moment = moment
        self.memory = work.memory
        self.now = work.clock
        self._keyed = keyed
        self.keyed = self if keyed else SqliteScanning(work, moment, keyed=True)

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        if not self._keyed:
            note_everything()
        compiled = stmt.sqlite
        return await self._work.scan(compiled.text, compiled.arguments(params), self._moment)

    async def sift(self, stmt: Statement, take: Take, /, **params: Any) -> None:
        if not self._keyed:
            note_everything()
        compiled = stmt.sqlite
        await self._work.sift(compiled.text, compiled.arguments(params), take, self._moment)


class SqliteWriting(Writing):
    embedded = True

    def __init__(self, db: sqlite3.Connection, memory: Memory, now: Clock) -> None:
        super().__init__()
        self._db = db
        self.memory = memory
        self.now = now

    def check(self) -> None:
        """Raises Unavailable where the database has given the unit up: what ran now would be true by itself, at once."""
        if not self._db.in_transaction:
            raise Unavailable("nothing_kept")

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        self.check()
        note_everything()
        self.owe(stmt)
        compiled = stmt.sqlite
        return self._db.execute(compiled.text, compiled.arguments(params)).fetchall()

    async def run(self, stmt: Statement, /, **params: Any) -> int:
        self.check()
        compiled = stmt.sqlite
        count = self._db.execute(compiled.text, compiled.arguments(params)).rowcount
        if count:
            self.owe(stmt)
        return count

    async def run_many(self, stmt: Statement, rows: Sequence[dict[str, Any]], /) -> None:
        if not rows:
            return
        self.check()
        self.owe(stmt)
        compiled = stmt.sqlite
        self._db.executemany(compiled.text, [compiled.arguments(row) for row in rows])

    async def mark(self) -> None:
        self.check()
        self._db.execute("SAVEPOINT part")

    async def undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK TO part")
            self._db.execute("RELEASE part")

    async def keep(self) -> None:
        self._db.execute("RELEASE part")


class _Group:
    """The units that go to the disk together, and who waits for each of them: who goes away takes nobody else's along."""

    def __init__(self) -> None:
        self.units: list[SqliteWriting] = []
        self._waiting: list[Waker] = []

    def join(self, unit: SqliteWriting) -> Waker:
        """Done when the unit is on the disk."""
        self.units.append(unit)
        self._waiting.append(Waker())
        return self._waiting[-1]

    def settle(self, why: Problem | None) -> None:
        """It is there, or was lost: tell those who still wait."""
        for waiting in self._waiting:
            waiting.tell(why)


class SqliteWork(SharedWork):
    """See `store.work.Work`. `beside`: another process serves this store (the CLI beside a server): tell it by a mark."""

    hears_others = False

    def __init__(self, path: Path, clock: Clock, *, beside: bool = False) -> None:
        super().__init__(clock, tells=beside)
        self._mark = ""
        self._path = path
        self._turn = Turn(self._send)
        self._group: _Group | None = None
        self._disk = ThreadPoolExecutor(1, "store-commit")
        self._scanners = ThreadPoolExecutor(SCANNERS, "store-scan")
        self._spare = Spare(path)
        self._learnt_at = 0

    async def open(self) -> None:
        self._writer = connect(self._path)
        self._reader = connect_to_read(self._path)
        # Outside of units over the connection that writes: what it has brought to the disk it still holds, where any other one
        # has to read all of it anew after each commit.
        self._reading = self._near = SqliteReading(self._writer, self.memory, self.clock)
        self._look, self._long_look = OpenReading(self._reading), OpenReading(SqliteScanning(self))
        self._mark = await marks.read(self._reading, marks.CHANGED_BESIDE)  # what was changed before is not news

    async def close(self) -> None:
        async with self._turn:  # what was on its way to the disk is there
            self._disk.shutdown()
            group, self._group = self._group, None
            if group is not None:  # and what ended less than a round ago, which nobody else sends now
                self._told(group, self._commit())
            self._scanners.shutdown()
            self._spare.close()
            self._reader.close()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    def reading(self) -> OpenReading:
        return self._look

    def scanning(self) -> OpenReading:
        return self._long_look

    @asynccontextmanager
    async def of_one_moment(self) -> AsyncGenerator[Reading]:
        """See `store.work.Work`."""
        moment = Moment(self._spare)
        try:
            yield SqliteScanning(self, moment)
        finally:
            moment.end()

    async def tell_others(self, unit: Writing, lasting: list[dict[str, Any]]) -> None:
        """See `SharedWork`: that something was changed, not what."""
        if lasting:
            await unit.run_many(outbox.ADD, lasting)
        await marks.write(unit, marks.CHANGED_BESIDE, f"{self.clock()} {id(unit)}")

    async def catch_up(self) -> None:
        """See `store.work.Work`."""
        began, self._looked_at = time.perf_counter(), self.clock()
        mark = await marks.read(self._reading, marks.CHANGED_BESIDE)
        if mark != self._mark:
            self._mark = mark
            self.memory.forget_all()
        self.vitals.caught_up(self._looked_at, time.perf_counter() - began)

    async def abreast(self) -> int:
        """See `store.work.Work`. Nothing is on its way to the disk while a unit is open, so whatever readers see is known."""
        await self.catch_up()
        return await outbox.last(self._reading)

    async def scan(self, text: str, arguments: list[Any], moment: Moment | None = None) -> list[Row]:
        """One statement in the reader pool."""
        return await self._aside(lambda db: db.execute(text, arguments).fetchall(), moment)

    async def sift(self, text: str, arguments: list[Any], take: Take, moment: Moment | None = None) -> None:
        """The same; the rows go to `take` where they are read, a portion at a time."""

        def run(db: sqlite3.Connection) -> None:
            found = db.execute(text, arguments)
            try:
                while rows := found.fetchmany(PORTION):
                    take(rows)
            finally:
                found.close()

        await self._aside(run, moment)

    async def _aside[T](self, what: Callable[[sqlite3.Connection], T], moment: Moment | None) -> T:
        if moment is not None:
            return await asyncio.wrap_future(moment.run(self._scanners, what))

        def run() -> T:
            db = self._spare.take()
            try:
                return what(db)
            finally:
                self._spare.give(db)

        return await asyncio.get_running_loop().run_in_executor(self._scanners, run)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        async with self._turn:
            group = self._group or await self._begin()
            unit = SqliteWriting(self._writer, self.memory, self.clock)
            self._writer.execute("SAVEPOINT unit")
            try:
                yield unit
                await self.enter_events(unit)
                unit.check()
            except BaseException as error:
                self.memory.undone(unit.changed())
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK TO unit")
                    self._writer.execute("RELEASE unit")
                else:  # a full disk or a failing one: SQLite has undone all that was to go to the disk with it
                    self._group = None
                    self._lose(group, fault(error) or Unavailable("nothing_kept"))
                raise
            else:
                self._writer.execute("RELEASE unit")
                done = group.join(unit)
        await done

    async def _begin(self) -> _Group:
        for attempt in range(BUSY_TRIES):
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if attempt == BUSY_TRIES - 1 or "locked" not in str(error):
                    raise Unavailable("store_busy") from error
                await asyncio.sleep(0.005)
            else:
                break
        self._near.over(self._reader)  # until what the units change is true
        self._group = _Group()
        return self._group

    def _send(self) -> None:
        """Send the open group to the disk: whoever waited for a turn has had it. The turn is given back by `_settle`.

        Each commit takes a quarter of a millisecond of the processor, however many share it.
        """
        group, self._group = self._group, None
        if group is not None:
            self._turn.held = True
            self._disk.submit(self._to_disk, group, asyncio.get_running_loop())

    def _to_disk(self, group: _Group, loop: asyncio.AbstractEventLoop) -> None:
        """In its thread. It calls what follows by itself: a task that waits for it is woken two rounds of the loop later."""
        loop.call_soon_threadsafe(self._settle, group, self._commit())

    def _commit(self) -> Exception | None:
        try:
            self._writer.execute("COMMIT")
        except Exception as failed:
            return failed
        return None

    def _settle(self, group: _Group, error: Exception | None) -> None:
        try:
            self._told(group, error)
        finally:
            self._turn.release()

    def _told(self, group: _Group, error: Exception | None) -> None:
        """Whoever waits for a group is told what became of it."""
        if error is None:
            self._near.over(self._writer)
            for unit in group.units:
                self.committed(unit)
            group.settle(None)
            return
        log.error("commit failed", error=error, units=len(group.units))
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        self._lose(group, fault(error) or Unavailable("nothing_kept"))

    def _lose(self, group: _Group, why: Problem) -> None:
        """Nothing of a group was kept: each of its units says so."""
        for unit in group.units:
            self.memory.undone(unit.changed())
        group.settle(why)

    def fault(self, error: BaseException) -> Problem | None:
        return fault(error)

    async def seat(self, many: int) -> int | None:
        """See `store.work.Work`."""
        return await asyncio.sleep(0)

    async def tidy(self) -> None:
        """Move the WAL into the database, on a connection and a thread of its own; called when the house is idle.

        PASSIVE waits for nobody and makes nobody wait: what a reader still looks at stays for the next time.
        """

        def checkpoint() -> None:
            db = connect(self._path, SCANNER_KIB)
            try:
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                db.close()

        await asyncio.get_running_loop().run_in_executor(self._scanners, checkpoint)

    async def keep_small(self) -> None:
        """The same where the house is never idle, once the WAL is large. Whoever writes next begins it anew, and shortens it.

        And the planner learns how much is where: soon after the start, and every few hours.
        """
        if self.clock() - self._learnt_at >= LEARNT_EVERY:
            self._learnt_at = self.clock()
            await self._learn()
        wal = self._path.with_name(f"{self._path.name}-wal")
        if await asyncio.to_thread(lambda: wal.stat().st_size if wal.exists() else 0) > WAL_LARGE:
            await self.tidy()

    async def _learn(self) -> None:
        async with self.writing():
            await asyncio.to_thread(connecting_sqlite.learn, self._writer)
        before, self._reader = self._reader, connect_to_read(self._path)
        if self._near.is_over(before):
            self._near.over(self._reader)
        before.close()
        self._spare.close()
