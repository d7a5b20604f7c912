"""Many runners on one outbox: what is about one thing is carried out in its order and once, whoever is stopped in the middle."""

import asyncio
from functools import partial

import msgspec
import pytest

from chaupal.app.wiring import RunningHouse
from chaupal.fanout import runner as running, table
from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications.telling import WordDue
from chaupal.fanout.runner import Runner
from chaupal.kernel.event import Event
from chaupal.store.identity import accounts
from chaupal.store.machine import outbox
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Writing
from chaupal.store.tables.square import posts
from two import Open
from waiting import PATIENCE, until


class Pinged(Event, frozen=True):
    """Something of these tests: `thing` was pinged for the `n`th time."""

    thing: int
    n: int


class PostcardDue(Event, frozen=True):
    """An errand of these tests."""

    thing: int


def one_of_many(house: RunningHouse) -> Runner:
    settings = msgspec.structs.replace(house.carrier.settings, valkey="valkey://127.0.0.1")
    return Runner(msgspec.structs.replace(house.carrier, settings=settings))


async def tell(house: RunningHouse, *events: Event) -> None:
    async with house.carrier.work.writing() as w:
        w.tell(*events)


async def left(house: RunningHouse) -> int:
    async with house.carrier.work.reading() as reading:
        return (await outbox.depth(reading))[0]


def in_one_lane(thing: int) -> int:
    """Another thing whose events are in the same lane."""
    lane = outbox.lane_of(Pinged(thing=thing, n=0))
    return next(n for n in range(thing + 1, 10_000) if outbox.lane_of(Pinged(thing=n, n=0)) == lane)


async def test_three_runners_carry_out_everything_once_and_what_is_about_one_thing_in_its_order(
    houses: Open, monkeypatch: pytest.MonkeyPatch
):
    heard = list[tuple[int, int]]()

    async def ping(carrier: Carrier, w: Writing, event: Pinged) -> None:
        await asyncio.sleep(0.001)  # others are at it meanwhile
        heard.append((event.thing, event.n))

    monkeypatch.setitem(table.HANDLERS, Pinged, (ping,))
    monkeypatch.setattr(running, "BATCH", 7)
    runners = [one_of_many(await houses()) for _ in range(3)]
    house = await houses()
    for n in range(50):
        await tell(house, *(Pinged(thing=thing, n=n) for thing in range(4)))
    for runner in runners:
        runner.start()
    await until(partial(left, house), "the end of the outbox", lambda many: not many)
    for runner in runners:
        await runner.close()
    assert len(heard) == 200
    for thing in range(4):
        assert [n for at, n in heard if at == thing] == [*range(50)]


async def test_a_runner_that_stands_still_in_the_middle_holds_its_lane_and_no_other(
    houses: Open, monkeypatch: pytest.MonkeyPatch
):
    """And what it did is kept whole, or not at all and done by another."""
    heard = list[tuple[str, int, int]]()
    stopped, go_on = asyncio.Event(), asyncio.Event()
    names = dict[int, str]()

    async def ping(carrier: Carrier, w: Writing, event: Pinged) -> None:
        if names[id(carrier.work)] == "slow" and event.thing == 1:
            stopped.set()
            await go_on.wait()
        heard.append((names[id(carrier.work)], event.thing, event.n))

    monkeypatch.setitem(table.HANDLERS, Pinged, (ping,))
    slow_house, quick_house = await houses(), await houses()
    names |= {id(slow_house.carrier.work): "slow", id(quick_house.carrier.work): "quick"}
    beside = in_one_lane(1)
    await tell(quick_house, Pinged(thing=1, n=1))
    slow = asyncio.create_task(one_of_many(slow_house).step())
    await asyncio.wait_for(stopped.wait(), PATIENCE)
    other = next(
        n for n in range(2, 100) if outbox.lane_of(Pinged(thing=n, n=0)) != outbox.lane_of(Pinged(thing=1, n=0))
    )
    await tell(quick_house, Pinged(thing=1, n=2), Pinged(thing=beside, n=1), Pinged(thing=other, n=1))
    quick = one_of_many(quick_house)
    await quick.step()
    go_on.set()
    assert heard == [("quick", other, 1)]
    await slow
    await quick.step()
    assert heard[1:] == [("slow", 1, 1), ("quick", 1, 2), ("quick", beside, 1)]
    assert await left(quick_house) == 0


async def test_three_runners_say_each_thing_once(houses: Open, monkeypatch: pytest.MonkeyPatch):
    """Also what was told of twice, by units beside each other."""
    monkeypatch.setattr(running, "BATCH", 7)
    runners = [one_of_many(await houses()) for _ in range(3)]
    house = await houses()
    people = [house.carrier.make_id() for _ in range(4)]
    async with house.carrier.work.writing() as w:
        for n, id_ in enumerate(people):
            await accounts.add(w, id_, f"one_{n}", name="", role="member", state="active")
    for n in range(15):
        due = [WordDue(account=one, text=f"@one_{at} {n}", key=f"{n}", language="hi") for at, one in enumerate(people)]
        await asyncio.gather(*(tell(house, word, word) for word in due))
    for runner in runners:
        runner.start()
    await until(partial(left, house), "the end of the outbox", lambda many: not many)
    for runner in runners:
        await runner.close()
    async with house.carrier.work.reading() as reading:
        said = [row[0] for row in await reading.fetch(selects(posts.c.text).where(posts.c.text.like("@one_%")))]
    assert sorted(said) == sorted(f"@one_{at} {n}" for at in range(4) for n in range(15))


async def test_an_errand_is_nobody_elses_while_somebody_is_at_it_and_anybodys_when_they_do_not_come_back(
    houses: Open, monkeypatch: pytest.MonkeyPatch
):
    sent, at_it, go_on = list[int](), asyncio.Event(), asyncio.Event()

    async def post(carrier: Carrier, event: PostcardDue) -> None:
        sent.append(event.thing)
        at_it.set()
        await go_on.wait()

    monkeypatch.setitem(table.ERRANDS, PostcardDue, (post,))
    first, second = await houses(), await houses()
    await tell(first, PostcardDue(thing=1))
    going = asyncio.create_task(one_of_many(first).step())
    await asyncio.wait_for(at_it.wait(), PATIENCE)
    await asyncio.wait_for(one_of_many(second).step(), PATIENCE)
    assert sent == [1]
    going.cancel()  # it died with the card in its hand
    await asyncio.gather(going, return_exceptions=True)
    go_on.set()
    await one_of_many(second).step()
    assert sent == [1]
    async with second.carrier.work.writing() as w:
        await w.run(outbox.HOLD, of=await w.value(outbox.ANY, at=2**62), due=0)  # as if so long had passed
    await one_of_many(second).step()
    assert sent == [1, 1] and await left(second) == 0


async def test_a_runner_that_leaves_finishes_the_errand_in_its_hand_and_begins_no_other(
    houses: Open, monkeypatch: pytest.MonkeyPatch
):
    sent, at_it, go_on = list[int](), asyncio.Event(), asyncio.Event()

    async def post(carrier: Carrier, event: PostcardDue) -> None:
        at_it.set()
        await go_on.wait()
        sent.append(event.thing)

    monkeypatch.setitem(table.ERRANDS, PostcardDue, (post,))
    first, second = await houses(), await houses()
    await tell(first, PostcardDue(thing=1), PostcardDue(thing=2))
    leaving = one_of_many(first)
    leaving.start()
    await asyncio.wait_for(at_it.wait(), PATIENCE)
    closing = asyncio.create_task(leaving.close())
    await asyncio.sleep(0)
    go_on.set()
    await closing
    assert sent == [1] and await left(second) == 1
    await one_of_many(second).step()  # at once: nobody has claimed it
    assert sent == [1, 2] and await left(second) == 0


async def test_what_fails_in_a_batch_is_tried_alone_by_one_of_them(houses: Open, monkeypatch: pytest.MonkeyPatch):
    tried = list[int]()

    async def ping(carrier: Carrier, w: Writing, event: Pinged) -> None:
        tried.append(event.thing)
        if event.thing == 13:
            raise ZeroDivisionError

    monkeypatch.setitem(table.HANDLERS, Pinged, (ping,))
    runners = [one_of_many(await houses()) for _ in range(2)]
    house = await houses()
    await tell(house, *(Pinged(thing=thing, n=0) for thing in range(20)))
    async with asyncio.timeout(PATIENCE):
        while await left(house):
            await asyncio.gather(*(runner.step() for runner in runners))
    async with house.carrier.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (0, 1)  # given up, for the operator to see
    assert tried.count(13) >= outbox.GIVE_UP_AFTER


async def test_what_only_a_newer_version_knows_is_left_to_it(houses: Open, monkeypatch: pytest.MonkeyPatch):
    heard = list[int]()

    async def ping(carrier: Carrier, w: Writing, event: Pinged) -> None:
        heard.append(event.thing)

    monkeypatch.setitem(table.HANDLERS, Pinged, (ping,))
    house = await houses()
    await tell(house, Pinged(thing=1, n=0), Pinged(thing=2, n=0))
    runner = one_of_many(house)
    with monkeypatch.context() as older:
        older.delitem(Event.kinds, "Pinged")
        await runner.step()
    assert heard == [] and await left(house) == 2
    monkeypatch.setattr(running, "LATER", 0)
    async with house.carrier.work.writing() as w:
        for seq in range(1, 10):
            await w.run(outbox.HOLD, of=seq, due=0)
    await runner.step()
    assert sorted(heard) == [1, 2]
