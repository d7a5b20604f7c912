"""What is told as done is on the disk, and nothing is seen before it is there: the embedded store."""

import asyncio
import errno
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.event import Event
from chaupal.store.machine import connecting_sqlite, marks
from chaupal.store.machine.work_sqlite import SqliteWork
from waiting import PATIENCE, until


class Wrote(Event, frozen=True):
    """What these tests tell of."""

    what: str


class Disk:
    """Takes its time, and refuses what `fails` says. What was written before one has waited for it is what a power cut leaves."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.holds = (file.read_bytes(), b"")  # the database, and its write-ahead file
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.begun = self.fails = self._newest = 0
        self._lock = threading.Lock()

    def wait(self, opening: int) -> None:
        with self._lock:
            self.begun += 1
            number, written = self.begun, (self._file.read_bytes(), Path(f"{self._file}-wal").read_bytes())
        self.goes_on.wait(PATIENCE)
        time.sleep(0.001)
        with self._lock:
            if number == self.fails:
                raise OSError(errno.EIO, "the disk failed")
            if number > self._newest:
                self._newest, self.holds = number, written

    def after_a_power_cut(self, folder: Path, held: tuple[bytes, bytes]) -> set[str]:
        """The keys that are there."""
        folder.mkdir(exist_ok=True)
        database, ahead = held
        (folder / "chaupal.db").write_bytes(database)
        (folder / "chaupal.db-wal").write_bytes(ahead)
        (folder / "chaupal.db-shm").unlink(missing_ok=True)
        db = sqlite3.connect(folder / "chaupal.db")
        try:
            return {key for (key,) in db.execute("SELECT key FROM marks WHERE key LIKE 'k%'")}
        finally:
            db.close()


@pytest.fixture
def disk(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    shutil.copy(migrated_file, tmp_path)
    disk = Disk(tmp_path / "chaupal.db")
    monkeypatch.setattr(connecting_sqlite, "to_disk", disk.wait)
    return disk


@pytest.fixture
async def work(tmp_path: Path, disk: Disk, clock: StillClock) -> AsyncIterator[SqliteWork]:
    work = SqliteWork(tmp_path / "chaupal.db", clock)
    await work.open()
    yield work
    disk.goes_on.set()
    await work.close()


async def write(work: SqliteWork, key: str) -> None:
    async with work.writing() as w:
        await marks.write(w, key, "1")
        w.tell(Wrote(what=key))


async def seen(look: Any) -> set[str]:
    async with look as reading:
        return {f"k{key}" for key in await marks.all_named(reading, "k")}


async def test_what_is_told_or_seen_is_there_after_a_power_cut(work: SqliteWork, disk: Disk, tmp_path: Path):
    """Whoever wrote is answered, listeners hear, and readers of each kind see, only what is on the disk."""
    found: dict[tuple[bytes, bytes], set[str]] = {}

    def note(*keys: str) -> None:
        found.setdefault(disk.holds, set()).update(keys)

    work.after_commit = lambda events: note(*(event.what for event in events if isinstance(event, Wrote)))

    async def writer(name: int) -> None:
        for number in range(12):
            await write(work, f"k{name} {number}")
            note(f"k{name} {number}")

    async def reader(look: Callable[[], Any]) -> None:
        while disk.begun < 12:
            note(*await seen(look()))
            await asyncio.sleep(0)

    await asyncio.gather(
        *(writer(name) for name in range(6)), *map(reader, (work.reading, work.scanning, work.of_one_moment))
    )
    for held, keys in found.items():
        assert keys <= disk.after_a_power_cut(tmp_path / "after", held)


async def test_who_comes_while_the_disk_is_at_work_writes_meanwhile_and_two_at_most_are_under_way(
    work: SqliteWork, disk: Disk
):
    wrote: list[str] = []
    disk.goes_on.clear()

    async def writes(key: str) -> None:
        async with work.writing() as w:
            await marks.write(w, key, "1")
            wrote.append(key)

    all_of_them = list[asyncio.Task[None]]()
    for number in range(4):
        all_of_them.append(asyncio.create_task(writes(f"k{number}")))
        await until(lambda number=number: len(wrote) == number + 1)
        await until(lambda number=number: disk.begun == min(2, number + 1))
    await asyncio.sleep(0.02)
    assert not any(task.done() for task in all_of_them) and disk.begun == 2
    assert await seen(work.reading()) == set()
    disk.goes_on.set()
    await asyncio.gather(*all_of_them)
    assert disk.begun == 3 and await seen(work.reading()) == {"k0", "k1", "k2", "k3"}


async def test_what_the_disk_refused_is_not_called_kept_and_what_comes_after_does_not_stand_on_it(
    work: SqliteWork, disk: Disk, tmp_path: Path
):
    """A hole in the write-ahead file takes along all that stands behind it, so that file is begun anew."""
    told: list[Event] = []
    await write(work, "k0")
    work.after_commit = told.extend
    disk.fails = disk.begun + 1
    lost = await asyncio.gather(*(write(work, f"k lost {n}") for n in range(3)), return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in lost) and told == []
    await write(work, "k1")
    assert disk.after_a_power_cut(tmp_path / "after", ((tmp_path / "chaupal.db").read_bytes(), b"")) >= {"k0"}
    assert {"k0", "k1"} <= disk.after_a_power_cut(tmp_path / "after", disk.holds)
    assert {"k0", "k1"} <= await seen(work.reading())
