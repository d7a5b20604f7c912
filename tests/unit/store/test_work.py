"""Reading and writing: whole units or nothing, one commit for many, told once, on both databases."""

import asyncio
import contextlib
import shutil
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, cast

import asyncpg
import msgspec
import pytest
from sqlalchemy import select

from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from chaupal.kernel.event import Event
from chaupal.social.events import Followed
from chaupal.social.people import graph
from chaupal.store.court import ledger
from chaupal.store.machine import connecting_sqlite, marks, outbox, work_sqlite
from chaupal.store.machine.dialect import param, statement
from chaupal.store.machine.shelves import EVERY, FILTERS, POSTS, RULINGS
from chaupal.store.machine.work import PORTION, Row, Work, within
from chaupal.store.square import conversations, graph as ties
from chaupal.store.tables.machine import marks as kept
from neighbours import Street, by
from waiting import PATIENCE, until


class Happened(Event, frozen=True):
    """Something for these tests."""

    what: int


async def read(work: Work, key: str) -> str:
    async with work.reading() as reading:
        return await marks.read(reading, key)


async def test_a_unit_that_fails_leaves_nothing_and_tells_nobody(work: Work):
    told: list[Event] = []
    work.after_commit = told.extend
    with pytest.raises(Invalid):
        async with work.writing() as w:
            await marks.write(w, "a", "1")
            w.tell(Happened(what=1))
            raise Invalid()
    assert await read(work, "a") == "" and told == []
    async with work.reading() as reading:
        assert await outbox.is_empty(reading)


async def test_a_look_beside_a_unit_sees_what_was_true_before_it_until_it_is_committed_and_nothing_of_one_that_is_given_up(
    work: Work,
):
    async with work.writing() as w:
        await marks.write(w, "a", "1")
    async with work.reading() as look:
        async with work.writing() as w:
            await marks.write(w, "a", "2")
            assert await marks.read(w, "a") == "2"
            assert [await read(work, "a"), await marks.read(look, "a"), await marks.read(look.keyed, "a")] == ["1"] * 3
        assert [await read(work, "a"), await marks.read(look, "a"), await marks.read(look.keyed, "a")] == ["2"] * 3
        with pytest.raises(Invalid):
            async with work.writing() as w:
                await marks.write(w, "a", "3")
                assert await marks.read(look, "a") == "2"
                raise Invalid()
        assert await marks.read(look, "a") == "2"


async def test_what_is_on_its_way_to_the_disk_is_not_true_yet(tmp_path: Path, migrated_file: Path, clock: StillClock):
    shutil.copy(migrated_file, tmp_path)
    work = work_sqlite.SqliteWork(tmp_path / "chaupal.db", clock)
    await work.open()
    begun, slow = threading.Event(), threading.Event()

    def disk() -> None:
        begun.set()
        slow.wait(PATIENCE)

    async def write() -> None:
        async with work.writing() as w:
            await marks.write(w, "a", "1")

    try:
        work._disk.submit(disk)
        written = asyncio.create_task(write())
        await asyncio.to_thread(begun.wait, PATIENCE)
        for _ in range(10):  # the unit is closed, and its commit waits behind
            await asyncio.sleep(0)
            assert await read(work, "a") == ""
        assert not written.done()
        slow.set()
        await written
        assert await read(work, "a") == "1"
    finally:
        slow.set()
        await work.close()


async def test_a_store_is_closed_at_once_after_a_unit_that_was_given_up(
    tmp_path: Path, migrated_file: Path, clock: StillClock
):
    """Its transaction is still open: whoever is told that a unit is kept goes on before the next one would be sent."""
    shutil.copy(migrated_file, tmp_path)
    work = work_sqlite.SqliteWork(tmp_path / "chaupal.db", clock)
    await work.open()
    async with work.writing() as w:
        await marks.write(w, "a", "1")
    with pytest.raises(Invalid):
        async with work.writing() as w:
            await marks.write(w, "a", "2")
            raise Invalid()
    await work.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "chaupal.db")) as db:
        assert db.execute("SELECT value FROM marks WHERE key = 'a'").fetchall() == [("1",)]


async def test_what_is_held_against_each_other_is_of_one_moment_while_others_write(work: Work):
    """However many statements there are between; and the next moment is the next."""
    async with work.writing() as w:
        await marks.write(w, "a", "1")
    async with work.of_one_moment() as reading:
        assert await marks.read(reading, "a") == "1"
        async with work.writing() as w:
            await marks.write(w, "a", "2")
            await marks.write(w, "b", "2")
        assert [await marks.read(reading, "a"), await marks.read(reading, "b")] == ["1", ""]
        assert [await marks.read(reading.keyed, "a"), await read(work, "a")] == ["1", "2"]
    async with work.of_one_moment() as reading:
        assert await marks.read(reading, "b") == "2"


async def test_one_failing_unit_does_not_take_its_neighbours_along(work: Work):
    async def unit(i: int) -> None:
        async with work.writing() as w:
            await marks.write(w, f"k{i}", str(i))
            if i % 3 == 0:
                raise Invalid()

    results = await asyncio.gather(*(unit(i) for i in range(30)), return_exceptions=True)
    assert [isinstance(r, Invalid) for r in results] == [i % 3 == 0 for i in range(30)]
    kept = [await read(work, f"k{i}") for i in range(30)]
    assert kept == ["" if i % 3 == 0 else str(i) for i in range(30)]


async def test_a_part_that_fails_is_undone_by_itself_with_what_it_told_and_touched(work: Work):
    told: list[Event] = []
    work.after_commit = told.extend
    async with work.writing() as w:
        for i in range(4):
            try:
                async with w.part():
                    await marks.write(w, f"p{i}", str(i))
                    w.tell(Happened(what=i))
                    w.touch(POSTS, i)
                    if i % 2:
                        raise Invalid()
            except Invalid:
                pass
        assert w.touched == {(POSTS, 0), (POSTS, 2)}
    assert [await read(work, f"p{i}") for i in range(4)] == ["0", "", "2", ""]
    assert [event.what for event in told if isinstance(event, Happened)] == [0, 2]


async def test_what_a_part_that_failed_had_spared_is_not_spared(work: Work):
    async with work.writing() as w:
        await w.run_many(conversations.PUT, [])
        assert not w.wrote and not w.owed, "of no rows none is changed"
        w.owed.add(POSTS)
        with pytest.raises(Invalid):
            async with w.part():
                w.spare(POSTS)
                raise Invalid()
        assert (POSTS, EVERY) in w.changed()


async def test_the_log_is_held_once_in_a_unit_and_anew_after_a_part_that_was_undone(work: Work):
    asked: list[str] = []
    async with work.writing() as w:
        value = w.value

        async def counted(stmt: Any, **params: Any) -> Any:
            asked.append("held")
            return await value(stmt, **params)

        w.value = counted
        assert (await ledger.hold(w), await ledger.hold(w)) == (0, 0) and asked == ["held"]
        with pytest.raises(Invalid):
            async with w.part():
                await ledger.add(w, 0, [("cover", b"{}")], [])
                w.edge = 1, {}
                assert await ledger.hold(w) == 1 and asked == ["held"]
                raise Invalid()
        assert await ledger.hold(w) == 0 and asked == ["held", "held"]
        assert w.edge == (-1, {}), "the edge of the tree is that of before, too"


async def test_what_was_read_inside_a_unit_that_was_given_up_is_not_remembered(work: Work):
    before = work.memory.generation
    with pytest.raises(Invalid):
        async with work.writing() as w:
            w.touch(FILTERS, 7)
            work.memory.filters.put(7, "as it never was")
            raise Invalid()
    assert work.memory.filters.get(7) is None and work.memory.generation > before


async def test_events_reach_the_outbox_with_the_change_and_the_listener_after_it(work: Work):
    seen: list[str] = []

    def listen(events: list[Event]) -> None:
        seen.extend(type(e).__name__ for e in events)

    work.after_commit = listen
    async with work.writing() as w:
        await marks.write(w, "a", "1")
        w.tell(Happened(what=7))
        assert seen == []
    assert seen == ["Happened"]
    async with work.writing() as w:
        waiting = await outbox.waiting(w, 10)
    assert [event for _, event in waiting] == [Happened(what=7)]


async def test_a_mistake_in_what_follows_a_commit_leaves_nobody_waiting(work: Work):
    """Not its author, nor those whose units went to the disk with it."""
    heard: list[Event] = []

    def listen(events: list[Event]) -> None:
        if Happened(what=1) in events:
            raise ZeroDivisionError
        heard.extend(events)

    work.after_commit = listen

    async def unit(what: int) -> None:
        async with work.writing() as w:
            w.tell(Happened(what=what))

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*map(unit, range(4)))
    assert sorted(event.what for event in heard if isinstance(event, Happened)) == [0, 2, 3]


async def test_an_author_who_goes_away_does_not_undo_what_was_committed_with_others(work: Work):
    async def unit() -> None:
        async with work.writing() as w:
            await marks.write(w, "gone", "1")

    task = asyncio.create_task(unit())
    await asyncio.sleep(0)
    task.cancel()
    async with work.writing() as w:
        await marks.write(w, "other", "1")
    assert await read(work, "other") == "1"
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_batch_gives_up_on_an_event_only_after_five_tries(work: Work):
    async with work.writing() as w:
        w.tell(Happened(what=1))
    async with work.writing() as w:
        ((seq, _),) = await outbox.waiting(w, 10)
    tries = []
    for _ in range(outbox.GIVE_UP_AFTER):
        async with work.writing() as w:
            tries.append(await outbox.failed(w, seq))
    assert tries == [False] * (outbox.GIVE_UP_AFTER - 1) + [True]
    async with work.reading() as reading:
        assert await outbox.is_empty(reading)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_of_two_units_that_want_each_others_rows_one_is_told_to_try_again(work: Work):
    for key in ("a", "b"):
        async with work.writing() as w:
            await marks.write(w, key, "0")
    both = asyncio.Barrier(2)

    async def unit(first: str, second: str) -> None:
        async with work.writing() as w:
            await marks.write(w, first, "1")
            await both.wait()
            await marks.write(w, second, "1")

    results = await asyncio.gather(unit("a", "b"), unit("b", "a"), return_exceptions=True)
    assert [type(r) for r in results if r is not None] == [Conflict]
    assert (await read(work, "a"), await read(work, "b")) == ("1", "1")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("error", [ConnectionResetError, asyncio.CancelledError])
async def test_of_what_broke_while_it_was_committed_nothing_is_remembered_for_perhaps_it_is_kept(
    work: Work, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
):
    """The law above all: else it would be obeyed only when something else of it changes. And homes, which nobody was told of."""
    afresh: list[str] = []
    work.memory.afresh = lambda: afresh.append("homes")
    before, execute = work.memory.rulings.version, asyncpg.Connection.execute

    async def breaks(self: Any, query: str, *args: Any, **more: Any) -> str:
        answer = await execute(self, query, *args, **more)
        if query == "COMMIT;":
            raise error
        return answer

    with monkeypatch.context() as patch, pytest.raises(error):
        patch.setattr(asyncpg.Connection, "execute", breaks)
        async with work.writing() as w:
            await marks.write(w, "a", "1")
            w.touch(RULINGS, 7)
    assert await read(work, "a") == "1"
    assert work.memory.rulings.version > before and afresh == ["homes"]


async def test_the_write_ahead_file_does_not_stay_large_and_nobody_who_writes_waits(
    tmp_path: Path, migrated_file: Path, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(work_sqlite, "WAL_LARGE", 1_000_000)
    monkeypatch.setattr(connecting_sqlite, "WAL_KEPT", 200_000)
    shutil.copy(migrated_file, tmp_path)
    work = work_sqlite.SqliteWork(tmp_path / "chaupal.db", clock)
    wal = tmp_path / "chaupal.db-wal"
    await work.open()

    async def write(many: int) -> None:
        for number in range(many):
            async with work.writing() as w:
                await marks.write(w, f"key {number % 7}", f"{number:05}" * 5_000)

    try:
        await write(100)
        assert wal.stat().st_size > 1_000_000
        for _ in range(5):  # busy all the time, and the errand beside it
            await asyncio.gather(write(20), work.keep_small())
        await write(100)  # more than is large, however much the errand has left
        await work.keep_small()
        await write(2)
        await write(2)
        assert wal.stat().st_size < 1_000_000
        async with work.reading() as reading:
            assert await marks.read(reading, "key 1") == "00001" * 5_000
    finally:
        await work.close()


async def test_units_that_were_to_go_to_a_full_disk_together_are_all_told_that_they_were_not_kept(
    tmp_path: Path, migrated_file: Path, clock: StillClock
):
    """SQLite undoes the whole transaction when the disk is full: nothing of it may be called kept, nor run by itself after."""
    shutil.copy(migrated_file, tmp_path)
    work = work_sqlite.SqliteWork(tmp_path / "chaupal.db", clock)
    await work.open()
    told: list[Event] = []
    work.after_commit = told.extend
    full, store = asyncio.Event(), cast(Any, work)._writer

    async def before() -> None:
        async with work.writing() as w:
            await marks.write(w, "before", "1")
            w.tell(Happened(what=1))

    async def too_large() -> None:
        async with work.writing() as w:
            store.execute(f"PRAGMA max_page_count = {store.execute('PRAGMA page_count').fetchone()[0] + 3}")
            try:
                for n in range(200):
                    await marks.write(w, f"large{n}", "x" * 3_000)
            except sqlite3.OperationalError:
                full.set()
            with contextlib.suppress(Unavailable):
                async with w.part():  # what goes on after it could be true by itself
                    await marks.write(w, "after", "1")

    results = await asyncio.gather(before(), too_large(), return_exceptions=True)
    assert full.is_set() and all(isinstance(r, Problem) for r in results), results
    assert [await read(work, key) for key in ("before", "large0", "after")] == ["", "", ""] and told == []
    store.execute(f"PRAGMA max_page_count = {2**31}")
    async with work.writing() as w:
        await marks.write(w, "again", "1")
    assert await read(work, "again") == "1"
    await work.close()


MANY = statement(select(kept.c.key).where(kept.c.key.like("many %"), param("least") >= 0).order_by(kept.c.key))


async def test_many_rows_are_sifted_a_portion_at_a_time_each_once_and_in_order(work: Work):
    names = [f"many {number:04}" for number in range(2 * PORTION + 3)]
    async with work.writing() as w:
        for name in names:
            await marks.write(w, name, "")
    portions: list[list[str]] = []

    def take(rows: Sequence[Row]) -> None:
        portions.append([row[0] for row in rows])

    for look in (work.scanning(), work.reading()):
        portions.clear()
        async with look as reading:
            await reading.sift(MANY, take, least=0)
        assert [*map(len, portions)] == [PORTION, PORTION, 3] and [
            name for portion in portions for name in portion
        ] == names


async def test_whoever_sifts_and_fails_leaves_the_store_to_others(work: Work):
    def take(rows: Sequence[Row]) -> None:
        raise Invalid()

    async with work.writing() as w:
        await marks.write(w, "many", "")
        await marks.write(w, "many 1", "")
    async with work.scanning() as reading:
        with pytest.raises(Invalid):
            await reading.sift(MANY, take, least=0)
        assert [row[0] for row in await reading.fetch(MANY, least=0)] == ["many 1"]


async def test_an_argument_that_no_store_takes_is_our_mistake_and_not_the_machines(work: Work):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - each driver has an error of its own
        async with work.reading() as reading:
            await reading.fetch(statement(select(kept.c.key).limit(param("n"))), n=2**70)
    assert work.fault(raised.value) is None


class Slowly(ThreadPoolExecutor):
    """Does what it is given when it is told to."""

    def __init__(self) -> None:
        super().__init__(1)
        self.given: list[Callable[[], object]] = []
        self.done = 0

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        self.given.append(partial(fn, *args, **kwargs))
        return Future()

    def do(self) -> None:
        self.given.pop(0)()
        self.done += 1

    def __exit__(self, *_: object) -> None:  # pyrefly: ignore[bad-override] - by `with` alone
        """Nothing is left undone."""
        self.submit = AtOnce.submit.__get__(self)  # pyrefly: ignore[bad-assignment] - bound
        while self.given:
            self.do()


class AtOnce(ThreadPoolExecutor):
    """Does what it is given before it says that it took it."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done = Future[T]()
        done.set_result(fn(*args, **kwargs))
        return done


@contextlib.asynccontextmanager
async def rounds_of_the_loop() -> AsyncGenerator[Callable[[], int]]:
    """How many there have been: in each of them a busy server answers everybody who has asked meanwhile."""
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    try:
        yield lambda: rounds
    finally:
        counting.cancel()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on PostgreSQL no thread stands between
async def test_what_is_on_the_disk_is_told_at_once_to_its_author(work: work_sqlite.SqliteWork):
    work._disk = AtOnce(1)
    async with rounds_of_the_loop() as rounds:
        async with work.writing() as w:
            await marks.write(w, "a", "1")
            ended = rounds()
        assert rounds() - ended <= 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_all_who_waited_for_the_disk_write_one_after_the_other_as_soon_as_it_is_free_and_share_the_next_commit(
    work: work_sqlite.SqliteWork,
):
    """Five who gave the turn to each other in a round each waited for what a hundred others asked."""
    wrote: list[int] = []

    async def write(number: int) -> int:
        async with work.writing() as w:
            wrote.append(number)
            await marks.write(w, f"k{number}", "1")
            went.append(rounds())
        return rounds()

    went = list[int]()
    async with rounds_of_the_loop() as rounds:
        with Slowly() as disk:
            work._disk = disk
            first = asyncio.create_task(write(0))
            await until(lambda: disk.given)
            others = [asyncio.create_task(write(number)) for number in range(1, 6)]
            for _ in range(3):
                await asyncio.sleep(0)
            assert wrote == [0]
            disk.do()
            await first
            assert wrote == [0, 1, 2, 3, 4, 5] and len(set(went[1:])) == 1
            await until(lambda: disk.given)
            disk.do()
            answered = await asyncio.gather(*others)
    assert len(set(answered)) == 1 and disk.done == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_whoever_goes_away_while_waiting_for_the_turn_leaves_it_to_the_next(work: Work):
    async def write(key: str) -> None:
        async with work.writing() as w:
            await marks.write(w, key, "1")

    async with work.writing() as w:
        goes, going, stays = (asyncio.create_task(write(key)) for key in ("goes", "going", "stays"))
        await asyncio.sleep(0)
        goes.cancel()
        await marks.write(w, "held", "1")
    going.cancel()
    await stays
    await asyncio.gather(goes, going, return_exceptions=True)
    assert [await read(work, key) for key in ("held", "goes", "stays")] == ["1", "", "1"] and goes.cancelled()
    await write("after")
    assert await read(work, "after") == "1"


# --- several changes as one unit ---


async def test_functions_that_open_units_of_their_own_are_one_commit(street: Street):
    asha, bela, chandu = await street.people("asha", "bela", "chandu")
    async with street.work.writing() as w:
        inner = msgspec.structs.replace(street.square, work=within(street.work, w))
        await graph.follow(inner, by(asha), bela)
        await graph.follow(inner, by(asha), chandu)
        assert await ties.wanted(w, asha, bela) is not None
        assert [type(event) for event in w.events] == [Followed, Followed]
    async with street.work.reading() as reading:
        assert await ties.wanted(reading, asha, chandu) is not None


async def test_what_the_second_raises_undoes_the_first(street: Street):
    asha, bela = await street.people("asha", "bela")
    with pytest.raises(NotFound):
        async with street.work.writing() as w:
            inner = msgspec.structs.replace(street.square, work=within(street.work, w))
            await graph.follow(inner, by(asha), bela)
            await graph.follow(inner, by(asha), 12345)
    async with street.work.reading() as reading:
        assert await ties.wanted(reading, asha, bela) is None
    await street.settle()
