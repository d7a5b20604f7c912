"""The runner: what happens while a batch is carried out shares the next one, and its commit."""

import asyncio
import errno
from collections.abc import Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chaupal.fanout import runner, table
from chaupal.fanout.context import Carrier
from chaupal.fanout.runner import Runner
from chaupal.federation.events import ThreadWanted
from chaupal.kernel.errors import Full, Problem, Unavailable
from chaupal.policy.measures import HIDING, Measure
from chaupal.social.events_ties import Liked
from chaupal.social.posts import reactions
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine import outbox
from chaupal.store.machine.work import Work, Writing
from neighbours import Street, by


async def test_the_first_event_is_carried_out_at_once_and_those_that_come_meanwhile_share_a_batch(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one, two, three = [await street.say(bela, f"बात {n}") for n in range(3)]
    await street.runner.settle()
    batches, strike = list[int](), outbox.done
    paused, go_on = asyncio.Queue[None](), asyncio.Queue[None]()

    async def done(w: Writing, seqs: Sequence[int]) -> None:
        batches.append(len(seqs))
        await strike(w, seqs)

    async def pause() -> None:
        paused.put_nowait(None)
        await go_on.get()

    monkeypatch.setattr(outbox, "done", done)
    running = Runner(street.carrier, pause)
    running.start()
    await reactions.like(street.square, by(asha), one)
    await asyncio.wait_for(paused.get(), 20)
    await reactions.like(street.square, by(asha), two)
    await reactions.like(street.square, by(asha), three)
    go_on.put_nowait(None)
    await asyncio.wait_for(paused.get(), 20)
    await running.close()
    assert batches == [1, 2]


@pytest.mark.parametrize("together", [True, False], ids=["in a batch", "alone"])
async def test_what_another_process_decides_holds_for_what_it_told_of_with_it(
    street: Street, beside: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: bool
):
    """Also within the moment in which nobody looks again what others have changed."""
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "बात")
    await street.runner.settle()
    bound = list[bool]()

    async def judge(_: Carrier, w: Writing, event: Liked) -> None:
        bound.append((await rulings_in_force(w)).find(event.post, "IN", HIDING) is not None)

    async def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(table.HANDLERS, Liked, (judge,))
    if not together:
        monkeypatch.setattr(Runner, "_batch", broken)
    await street.work.look()
    await reactions.like(street.square, by(asha), post)
    await street.runner.step()
    other = Street(beside, street.clock, tmp_path)
    await other.rule(post, Measure.WITHHOLD_POST)
    async with beside.writing() as w:
        w.tell(Liked(by=bela, post=post, author=bela))
    await street.runner.step()
    assert bound == [False, True]


async def test_a_full_batch_is_followed_by_the_next_without_a_pause(street: Street, monkeypatch: pytest.MonkeyPatch):
    asha, bela = await street.people("asha", "bela")
    said = [await street.say(bela, f"बात {n}") for n in range(3)]
    await street.runner.settle()
    for post in said:
        await reactions.like(street.square, by(asha), post)
    monkeypatch.setattr(runner, "BATCH", 2)
    waits = asyncio.Queue[bool]()

    async def pause() -> None:
        async with street.work.reading() as reading:
            waits.put_nowait(not await outbox.is_empty(reading))
        await asyncio.Event().wait()

    running = Runner(street.carrier, pause)
    running.start()
    assert not await asyncio.wait_for(waits.get(), 20)
    await running.close()


async def test_a_machine_at_fault_is_one_line_a_mistake_of_ours_is_told_whole_and_after_both_it_goes_on(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "बात")
    await street.runner.settle()
    await reactions.like(street.square, by(asha), one)
    monkeypatch.setattr(runner, "AFTER_FAILURE", 0)
    faults, paused = [OSError(errno.ENOSPC, "the disk is full"), ZeroDivisionError()], asyncio.Event()

    async def fresh() -> None:
        if faults:
            raise faults.pop(0)

    async def pause() -> None:
        paused.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(street.work, "fresh", fresh)
    running = Runner(street.carrier, pause)
    with capture_logs() as said:
        running.start()
        await asyncio.wait_for(paused.wait(), 20)
    await running.close()
    assert [(line["event"].partition(";")[0], "exc_info" in line) for line in said] == [
        ("the machine failed", False), ("the outbox could not be carried out", True),
    ]  # fmt: skip


async def test_an_event_that_cannot_be_read_holds_up_nobody_and_is_given_up(street: Street):
    """Whoever put it there: those behind it are carried out at once, and the operator is told how many were given up."""
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "बात")
    await street.runner.settle()
    async with street.work.writing() as w:
        await w.run_many(outbox.ADD, [{"name": "Liked", "body": '{"post": "none"}', "at": w.now(), "lane": 3}])
    await reactions.like(street.square, by(asha), post)
    for wait in (0, *outbox.BACK_OFF):
        street.clock.move(wait)
        await street.runner.settle()
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (0, 1)


@pytest.mark.parametrize("short_of", [Unavailable("nothing_kept"), Full()], ids=["seat", "room"])
async def test_what_the_machine_is_short_of_costs_no_event_its_tries(
    street: Street, monkeypatch: pytest.MonkeyPatch, short_of: Problem
):
    """A process that stood still makes no ids for some seconds, and a full disk may last: nothing is given up meanwhile."""
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "बात")
    await street.runner.settle()
    short = True

    async def liked(carrier: Carrier, w: Writing, event: Liked) -> None:
        await asyncio.sleep(0)
        if short:
            raise short_of

    monkeypatch.setitem(runner.HANDLERS, Liked, (liked,))
    await reactions.like(street.square, by(asha), post)
    for _ in range(2 * outbox.GIVE_UP_AFTER):
        await street.runner.settle()
        street.clock.move(runner.LATER)
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (1, 0)
    short = False
    await street.runner.settle()
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (0, 0)


async def test_a_server_that_is_slow_holds_up_none_that_wait_for_another(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asked, answered = list[str](), asyncio.Event()

    async def ask(_: Carrier, event: ThreadWanted) -> None:
        asked.append(event.uri)
        if "slow" in event.uri:
            await answered.wait()

    monkeypatch.setitem(runner.ERRANDS, ThreadWanted, (ask,))
    async with street.work.writing() as w:
        w.tell(*[ThreadWanted(post=1, uri=f"https://slow.example/{number}") for number in range(50)])
        w.tell(ThreadWanted(post=1, uri="https://quick.example/1"))
    await street.runner.step()
    for _ in range(3):
        await asyncio.sleep(0)
    assert "https://quick.example/1" in asked and len(asked) == 1 + runner.ASIDE_OF_ONE
    answered.set()
    await street.runner.settle()
