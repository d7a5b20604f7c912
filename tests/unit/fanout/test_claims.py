"""Acts of the clock among many processes: one carries an act out, and who was overtaken commits nothing of it any more."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chaupal.app.wiring import RunningHouse
from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import notification_mails, served
from chaupal.fanout.timers import TimerAct, Timers
from chaupal.store.court.tellings import Telling
from chaupal.store.machine import claims, marks
from chaupal.store.machine.claims import CLAIM, Claim, Overtaken
from chaupal.store.machine.dialect import statement
from chaupal.store.notifications.notification_mails import DueMail
from two import Open
from waiting import PATIENCE, until


def one_of_many(house: RunningHouse, *acts: TimerAct) -> Timers:
    settings = msgspec.structs.replace(house.carrier.settings, valkey="valkey://127.0.0.1")
    timers = Timers(msgspec.structs.replace(house.carrier, settings=settings), pace=0.02)
    timers._acts = acts
    return timers


async def expire(house: RunningHouse) -> None:
    """As if nobody had renewed anything for long."""
    async with house.carrier.work.writing() as w:
        await w.run(statement(text("UPDATE acts SET until = 0, due_at = 0")))


async def test_of_three_processes_one_carries_an_act_out_and_another_goes_on_when_it_leaves(houses: Open):
    begun = list[int]()
    came = asyncio.Event()

    def noting(number: int) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            begun.append(number)
            came.set()

        return do

    own = list[int]()

    def noting_own(number: int) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            own.append(number)

        return do

    timers = [
        one_of_many(await houses(), TimerAct("once", 0.02, noting(n)), TimerAct("each", 0.02, noting_own(n), own=True))
        for n in range(3)
    ]
    for one in timers:
        one.start()
    await until(lambda: len(begun) >= 5 and set(own) == {0, 1, 2})
    (first,) = set(begun)
    await timers[first].close()
    begun.clear()
    await until(lambda: len(begun) >= 3)
    assert len(set(begun)) == 1 and first not in begun
    for number, one in enumerate(timers):
        if number != first:
            await one.close()


async def test_who_was_stopped_in_an_act_and_overtaken_changes_nothing_when_it_goes_on(houses: Open):
    """Neither by the unit in whose middle it stood, nor by one that it begins then, nor by what it began beside itself."""
    stopped, go_on, over = asyncio.Event(), asyncio.Event(), asyncio.Event()
    slow_house, quick_house = await houses(), await houses()
    refused = list[str]()

    async def put(house: RunningHouse, value: str) -> None:
        async with house.carrier.work.writing() as w:
            await marks.write(w, f"done {value}", value)

    async def beside() -> None:
        await go_on.wait()
        await put(slow_house, "beside")

    async def slow() -> None:
        aside = asyncio.create_task(beside())
        try:
            async with slow_house.carrier.work.writing() as w:
                await marks.write(w, "done within", "within")
                stopped.set()
                await go_on.wait()
        except Overtaken:
            refused.append("within")
        for doing, name in ((put(slow_house, "after"), "after"), (aside, "beside")):
            try:
                await doing
            except Overtaken:
                refused.append(name)
        over.set()
        raise Overtaken("changed_at_once")

    async def quick() -> None:
        await put(quick_house, "quick")

    sleeper, other = (
        one_of_many(slow_house, TimerAct("once", 0.02, slow)),
        one_of_many(quick_house, TimerAct("once", 0.02, quick)),
    )
    sleeper.start()
    await asyncio.wait_for(stopped.wait(), PATIENCE)
    loop = sleeper._loop
    assert loop is not None
    loop.cancel()  # the whole process stands still
    await expire(quick_house)
    other.start()

    async def quick_was_there() -> bool:
        return await said(quick_house, "done quick") == "quick"

    await until(quick_was_there)
    with capture_logs() as lines:
        go_on.set()
        await asyncio.wait_for(over.wait(), PATIENCE)
        await asyncio.sleep(0)
    assert refused == ["within", "after", "beside"]
    assert [await said(quick_house, f"done {name}") for name in refused] == ["", "", ""]
    assert [line["event"] for line in lines if "another process" in line["event"]] == ["another process does this now"]
    await sleeper.close()
    await other.close()


async def test_an_act_that_fails_on_one_machine_is_another_ones_next(houses: Open):
    """Which may have the key, or the room, that the first one lacks."""
    tried, begun, both, done = list[str](), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        tried.append("lacks the key")
        begun.set()
        await both.wait()
        raise ZeroDivisionError

    async def works() -> None:
        done.set()

    one, other = (
        one_of_many(await houses(), TimerAct("sign", 0.02, fails)),
        one_of_many(await houses(), TimerAct("sign", 0.02, works)),
    )
    one.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    other.start()
    both.set()
    await asyncio.wait_for(done.wait(), 10)  # sooner than a claim runs out
    await one.close()
    await other.close()
    assert tried


async def test_an_act_that_takes_longer_than_a_claim_lasts_stays_its_holders(houses: Open):
    begun, never = asyncio.Event(), asyncio.Event()

    async def do() -> None:
        begun.set()
        await never.wait()

    house = await houses()
    one = one_of_many(house, TimerAct("long", 0.02, do))
    one.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    async with house.carrier.work.writing() as w:
        await w.run(statement(text("UPDATE acts SET until = 1")))
    ends = statement(text("SELECT until FROM acts"))

    async def renewed() -> bool:
        async with house.carrier.work.reading() as reading:
            return await reading.value(ends) > 1

    await until(renewed)
    await one.close()
    assert not await renewed()  # and nobody waits for one that left


async def test_a_unit_that_was_checked_is_true_before_anybody_takes_its_act_over(houses: Open):
    """Between the look at the claim and the commit nobody else can begin."""
    first, second = await houses(), await houses()
    async with first.carrier.work.writing() as w:
        await claims.ensure(w, ["once"])
        (claim,) = await claims.take(w, "first", {"once": 0})
    await expire(first)
    CLAIM.set(claim)
    async with first.carrier.work.writing() as w:
        await claims.check(w)
        CLAIM.set(None)
        async with second.carrier.work.writing() as other:
            assert await claims.take(other, "second", {"once": 0}) == []
    async with second.carrier.work.writing() as other:
        assert await claims.take(other, "second", {"once": 0}) == [Claim("once", "second", claim.turn + 1)]


@pytest.mark.parametrize("write", [notification_mails.write_due, served.release])
async def test_who_was_overtaken_among_many_letters_leaves_the_rest_and_tells_of_no_fault(
    houses: Open, monkeypatch: pytest.MonkeyPatch, write: Callable[[Carrier], Awaitable[int]]
):
    house = await houses()
    letters = [
        DueMail(account=n, handle="asha", email="asha@example.org", language="hi", kinds="", mailed=0) for n in (1, 2)
    ]
    notifications = [
        Telling(
            id=n,
            ruling_id=n,
            account_id=n,
            about="begun",
            language="hi",
            ways="",
            due_at=0,
            sent_at=None,
            gag="",
            log_index=None,
        )
        for n in (1, 2)
    ]

    async def due(*_: object) -> list[DueMail]:
        return letters

    async def put_off(*_: object) -> list[Telling]:
        return notifications

    monkeypatch.setattr(notification_mails.notification_mails, "due", due)
    monkeypatch.setattr(served.tellings, "due", put_off)
    CLAIM.set(Claim("letters", "another", 1))
    with capture_logs() as lines, pytest.raises(Overtaken):
        await write(house.carrier)
    CLAIM.set(None)
    assert not lines


async def said(house: RunningHouse, key: str) -> str:
    async with house.carrier.work.reading() as reading:
        return await marks.read(reading, key)
