"""The runner: what happens while a batch is carried out shares the next one, and its commit."""

import asyncio
import errno
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from chaupal.fanout import runner, table
from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import letters
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.fanout.runner import Runner
from chaupal.federation.chains import NotThere
from chaupal.federation.events import ThreadWanted
from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.kernel.errors import Full, Problem, Unavailable
from chaupal.policy.gate import reveal
from chaupal.policy.measures import HIDING, Measure
from chaupal.policy.viewer import Surface
from chaupal.ports.mail import Letter, NotAsked, NotReached
from chaupal.ports.mail_local import MailToFiles
from chaupal.social.events import Liked
from chaupal.social.posts import reactions
from chaupal.store.court import rulings
from chaupal.store.identity.facts_cache import facts_for, rulings_in_force
from chaupal.store.machine import outbox
from chaupal.store.machine.work import Reading, Work, Writing
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal.store.square import editing
from chaupal.store.square.posts import as_written, sealed_posts
from neighbours import Street, by
from waiting import PATIENCE


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
    await asyncio.wait_for(paused.get(), PATIENCE)
    await reactions.like(street.square, by(asha), two)
    await reactions.like(street.square, by(asha), three)
    go_on.put_nowait(None)
    await asyncio.wait_for(paused.get(), PATIENCE)
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
    await street.work.catch_up()
    await reactions.like(street.square, by(asha), post)
    await street.runner.step()
    other = Street(beside, street.clock, tmp_path)
    await other.rule(post, Measure.WITHHOLD_POST)
    async with beside.writing() as w:
        w.tell(Liked(by=bela, post=post, author=bela))
    await street.runner.step()
    assert bound == [False, True]


@pytest.mark.parametrize("together", [True, False], ids=["in a batch", "alone"])
async def test_an_event_is_carried_out_by_the_law_and_the_words_of_its_own_commit(
    street: Street, monkeypatch: pytest.MonkeyPatch, together: bool
):
    """In the very moment of it, too: on SQLite units that go to the disk together read each other's rows, on PostgreSQL a unit is
    there for all to see before its author hears of it. What is remembered is until then what was before.
    """
    asha, bela = await street.people("asha", "bela")
    first, post = await street.say(bela, "पहला"), await street.say(bela, "पहले के शब्द")
    await street.runner.settle()
    found, judged = list[tuple[bool, str]](), asyncio.Event()

    async def looked_at(reading: Reading) -> tuple[bool, str]:
        bound = (await rulings_in_force(reading)).find(post, "IN", HIDING) is not None
        (seen,) = reveal(
            by(bela), Surface.STATUS, await sealed_posts(reading, (post,)), await facts_for(reading, by(bela))
        )
        return bound, seen.item.text

    async def judge(_: Carrier, w: Writing, event: Liked) -> None:
        if event.post == post:
            judged.set()
            found.append(await looked_at(w))

    async def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(table.HANDLERS, Liked, (judge,))
    if not together:
        monkeypatch.setattr(Runner, "_batch", broken)
    async with street.work.reading() as reading:
        assert await looked_at(reading) == (False, "पहले के शब्द")
    await reactions.like(street.square, by(asha), first)
    async with beside_its_commit(street, judged, monkeypatch) as w:
        await rulings.begin(w, street.ruling(post, Measure.WITHHOLD_POST))
        before = await as_written(w, post)
        assert before is not None
        await editing.change(w, before, replace(before, text="बाद के शब्द"), street.make_id())
        w.tell(Liked(by=asha, post=post, author=bela))
    await street.runner.settle()
    assert found == [(True, "बाद के शब्द")]


@asynccontextmanager
async def beside_its_commit(
    street: Street, judged: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Writing]:
    """A unit; the runner takes a step once the unit's rows are there to be seen, and nobody here knows that they are.

    On PostgreSQL its author hears of it when an event of it was carried out (`judged`), or when the runner waits for that.
    """
    work, waits, steps = street.work, asyncio.Event(), list[asyncio.Task[int]]()

    def step() -> None:
        steps.append(asyncio.create_task(street.runner.step()))

    if isinstance(work, PostgresWork):
        transaction, abreast = work._transaction, work.abreast

        @asynccontextmanager
        async def told_late(connection: object) -> AsyncGenerator[None]:
            async with transaction(connection):
                yield
            if not steps:
                step()
                await asyncio.wait(
                    [asyncio.create_task(one.wait()) for one in (judged, waits)], return_when=asyncio.FIRST_COMPLETED
                )

        async def waited() -> int:
            waits.set()
            return await abreast()

        monkeypatch.setattr(work, "_transaction", told_late)
        monkeypatch.setattr(work, "abreast", waited)
    async with work.writing() as w:
        yield w
        if not isinstance(work, PostgresWork):
            step()
            await asyncio.sleep(0)  # it asks for its turn, which comes before that of the disk
    await asyncio.gather(*steps)


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
    assert not await asyncio.wait_for(waits.get(), PATIENCE)
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
        await asyncio.wait_for(paused.wait(), PATIENCE)
    await running.close()
    assert [(line["event"].partition(";")[0], "exc_info" in line) for line in said] == [
        ("the machine failed", False),
        ("the outbox could not be carried out", True),
    ]


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


async def test_while_a_mail_server_that_hung_is_left_alone_no_letter_loses_a_try(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    """Whoever makes it hang again and again, by an address of their own, would else have the letters of all others given up."""
    hangs = True

    async def send(_: MailToFiles, letter: Letter) -> None:
        if hangs:
            raise NotAsked(MINUTE)

    monkeypatch.setattr(MailToFiles, "send", send)
    async with street.work.writing() as w:
        w.tell(LetterDue(letter=Letter(to="asha@example.org", subject="s", body="b")))
    for wait in (0, *outbox.BACK_OFF):
        street.clock.move(wait)
        await street.runner.settle()
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (1, 0)
    hangs = False
    street.clock.move(MINUTE)
    await street.runner.settle()
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (0, 0)


async def test_where_it_cannot_be_noted_that_a_mailbox_is_gone_that_was_a_try_of_the_letter(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    async def refuses(_: MailToFiles, letter: Letter) -> None:
        raise NotReached(letter.to)

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(MailToFiles, "send", refuses)
    monkeypatch.setattr(letters, "gone", broken)
    async with street.work.writing() as w:
        w.tell(LetterDue(letter=Letter(to="nobody@example.org", subject="s", body="b")))
    with capture_logs() as lines:
        await street.runner.step()
    assert [one["event"] for one in lines] == ["event failed"]


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


async def test_what_was_in_hand_when_the_process_was_killed_goes_on_with_the_next_one_at_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asked, hands = list[str](), asyncio.Event()

    async def ask(_: Carrier, event: ThreadWanted) -> None:
        asked.append(event.uri)
        hands.set()
        await asyncio.Event().wait()

    monkeypatch.setitem(runner.ERRANDS, ThreadWanted, (ask,))
    async with street.work.writing() as w:
        w.tell(ThreadWanted(post=1, uri="https://far.example/1"))
    await street.runner.step()
    await asyncio.wait_for(hands.wait(), PATIENCE)
    assert await street.runner.step() == 0, "somebody is at it"
    hands.clear()
    after_the_kill = Runner(street.carrier)
    after_the_kill.start()
    await asyncio.wait_for(hands.wait(), PATIENCE)
    assert asked == ["https://far.example/1"] * 2
    await after_the_kill.close()
    await street.runner.close()


@pytest.mark.parametrize("hurried", [True, False], ids=["servers on this machine", "servers anywhere"])
async def test_another_server_that_does_not_answer_is_asked_again_after_half_a_minute_and_in_tests_after_half_a_second(
    street: Street, monkeypatch: pytest.MonkeyPatch, hurried: bool
):
    asked = list[int]()

    async def ask(_: Carrier, event: ThreadWanted) -> None:
        asked.append(street.clock())
        raise NotThere(why="silent", passing=True)

    monkeypatch.setitem(runner.ERRANDS, ThreadWanted, (ask,))
    few = replace(street.carrier.settings, federation="on", federation_test=hurried)
    running = Runner(replace(street.carrier, settings=few))
    async with street.work.writing() as w:
        w.tell(ThreadWanted(post=1, uri="https://far.example/1"))
    began = street.clock()
    for _ in range(120):
        await running.settle()
        street.clock.move(SECOND // 2)
    assert [at - began for at in asked] == ([0, SECOND // 2, 5_500, 35_500] if hurried else [0, 30_000])
