"""Whoever signs, there is one line of checkpoints: two houses at once, one that stood still in the middle, and the tables themselves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.context import Court
from chaupal.governance.log import batches, log, seen, tree as log_tree
from chaupal.kernel.clock import HOUR, StillClock
from chaupal.kernel.errors import Conflict, Problem
from chaupal.kernel.settings import Settings
from chaupal.store.court import ledger
from chaupal.store.machine import work_postgres
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Work, Writing
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal_audit import tlog
from conftest import plain_settings
from neighbours import LAWS, RULES
from services import Postgres
from waiting import PATIENCE

PAST = statement(text("INSERT INTO log_checkpoints (size, note, at) VALUES (:size, 'forged', 1)"))

type Open = Callable[[], Awaitable[Court]]


def court_of(settings: Settings, work: Work, clock: StillClock, keys: log.Keys) -> Court:
    return Court(settings, work, clock, iter(range(1, 10_000)).__next__, keys, LAWS, RULES)


@pytest.fixture
async def courts(postgres_server: Postgres, migrated: str, tmp_path: Path, clock: StillClock) -> AsyncIterator[Open]:
    """Opens courts of one house on one PostgreSQL, as many processes have them: with the same keys."""
    dsn = postgres_server.fresh(template=migrated)
    settings = msgspec.structs.replace(plain_settings(tmp_path, dsn), log_batch_minutes=60)
    opened = list[PostgresWork]()

    async def one() -> Court:
        work = PostgresWork(dsn, clock, many=True, connections=3)
        await work.open()
        opened.append(work)
        return court_of(settings, work, clock, await log.open_keys(work, settings))

    yield one
    async with asyncio.timeout(PATIENCE):
        for work in opened:
            await work.close()
    postgres_server.drop(dsn)


async def say(court: Court, what: str) -> None:
    async with court.work.writing() as w:
        entry = tlog.leaf("account", what, "2021-02-10T15:00Z", {}).entry
        await batches.append(court, w, [("account", entry)])


async def checkpoints(court: Court) -> list[tuple[int, str]]:
    async with court.work.reading() as reading:
        rows = await reading.fetch(statement(text("SELECT size, note FROM log_checkpoints ORDER BY size")))
    return [(row[0], row[1]) for row in rows]


async def is_one_line(court: Court) -> bool:
    """Whether each checkpoint is of the tree that is there, at its size."""
    async with court.work.writing() as w:
        return all(
            [
                tlog.parse_checkpoint(note)[0].root == await log_tree.root(w, size)
                for size, note in await checkpoints(court)
            ]
        )


async def test_of_several_that_sign_at_once_each_hour_one_does(courts: Open, clock: StillClock):
    several = [await courts() for _ in range(4)]
    for hour in range(3):
        clock.move(HOUR)
        writing = [say(court, f"{hour} {n}") for n, court in enumerate(several)]
        done = await asyncio.gather(*(batches.publish_due(court) for court in several), *writing)
        assert done[:4].count(True) == 1
    assert len(await checkpoints(several[0])) == 3
    assert await is_one_line(several[0])


async def test_a_signer_that_stood_still_in_the_middle_signs_nothing_when_it_goes_on(
    courts: Open, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """The database has given up its unit meanwhile, and what it had signed has never left it."""
    sleeper, other = await courts(), await courts()
    stopped, go_on = asyncio.Event(), asyncio.Event()
    keep = ledger.keep_checkpoint

    async def keep_and_stop(w: Writing, size: int, note: str) -> None:
        await keep(w, size, note)
        if not stopped.is_set():
            stopped.set()
            await go_on.wait()

    monkeypatch.setattr(ledger, "keep_checkpoint", keep_and_stop)
    clock.move(HOUR)
    with monkeypatch.context() as patch:  # its unit alone: on a busy machine others stand still for so long, too
        patch.setattr(work_postgres, "BEGIN", "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '1s'")
        signing = asyncio.create_task(batches.publish_due(sleeper))
        await asyncio.wait_for(stopped.wait(), PATIENCE)
    assert await asyncio.wait_for(batches.publish_due(other), PATIENCE)  # as soon as the sleeper's unit is given up
    await say(other, "later")
    go_on.set()
    with pytest.raises(Exception) as told:  # noqa: PT011 - whatever the driver calls it
        await signing
    assert sleeper.work.fault(told.value) is not None or isinstance(told.value, Problem)
    clock.move(HOUR)
    assert await batches.publish_due(other)
    assert len(await checkpoints(other)) == 2 and await is_one_line(other)


async def test_the_tables_take_no_checkpoint_of_less_than_was_signed_nor_of_what_is_not_there(
    work: Work, settings: Settings, clock: StillClock
):
    """Whoever writes the row, on either database."""
    batched = msgspec.structs.replace(settings, log_batch_minutes=60)
    court = court_of(batched, work, clock, await log.open_keys(work, batched))
    for _ in range(2):
        clock.move(HOUR)
        assert await batches.publish_due(court)
    (_, (size, note)) = await checkpoints(court)
    for wrong in (size - 1, size + 1):
        with pytest.raises(Exception) as told:  # noqa: PT011 - each driver has its own
            async with work.writing() as w:
                await w.run(PAST, size=wrong)
        assert "checkpoints_follow_the_log" in str(told.value)
        assert isinstance(told.value, Conflict) or isinstance(work.fault(told.value), Conflict)
    async with work.writing() as w:
        await ledger.keep_checkpoint(w, size, "another")  # the first note of a size stays
    assert (await checkpoints(court))[-1] == (size, note)


async def set_back(court: Court, size: int) -> None:
    """The store as it was with so many entries: what a standby has that took over before it had everything."""
    async with court.work.writing() as w:
        for words in (
            f"DELETE FROM log_checkpoints WHERE size > {size}",
            f"DELETE FROM log_nodes WHERE (index + 1) * power(2, level) > {size}",
            f"DELETE FROM log_entries WHERE index >= {size}",
            f"UPDATE marks SET value = '{size}' WHERE key = 'log_size'",
        ):
            await w.run(statement(text(words)))


async def test_nobody_who_goes_on_serving_signs_a_second_history_of_a_store_that_was_set_back(
    courts: Open, clock: StillClock
):
    """Neither with fewer entries than were signed, nor with as many others; whoever of this machine signed, served or did neither."""
    signer, server, idle = [await courts() for _ in range(3)]
    clock.move(HOUR)
    assert await batches.publish_due(signer)
    first = (await batches.newest(server)).size
    await say(server, "what is lost")
    clock.move(HOUR)
    assert await batches.publish_due(signer)
    await set_back(signer, first)
    assert (await batches.newest(server)).size == first
    clock.move(HOUR)
    for hours in (0, 3):
        clock.move(hours * HOUR)
        for court in (signer, server, idle):
            await say(court, "what came after")
            with pytest.raises((seen.SetBack, log_tree.LogDiffers)):
                await batches.publish_due(court)
    assert [size for size, _ in await checkpoints(idle)] == [first]
