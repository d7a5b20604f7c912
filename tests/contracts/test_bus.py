"""What every bus must do; a new one is added to BUSES and passes all of this. It may lose messages, but not mix them up."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import valkey

from chaupal.ports import bus_valkey, valkey as client
from chaupal.ports.bus import Bus
from chaupal.ports.bus_local import LocalBus
from chaupal.ports.bus_valkey import ValkeyBus
from chaupal.ports.valkey import Server
from valkeys import Valkey, Watched, of_a_busy_machine
from waiting import PATIENCE, until

BUSES = ("local", "valkey")
MOMENT = 0.05  # seconds until it is said again


type Another = Callable[..., Awaitable[ValkeyBus]]


@pytest.fixture(params=BUSES)
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    if request.param == "local":
        yield LocalBus()
        return
    server = Server(request.getfixturevalue("valkey_url"), "test")
    await server.open()
    yield ValkeyBus(server, LocalBus())
    await server.close()


@pytest.fixture
async def another(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Another]:
    """Makes the bus of one more process at the Valkey of that URL; a loss is seen soon."""
    monkeypatch.setattr(client, "LOOK_EVERY", 0.2)
    monkeypatch.setattr(bus_valkey, "LOOK_EVERY", 0.2)
    monkeypatch.setattr(bus_valkey, "SILENCE", 0.2)
    async with AsyncExitStack() as stack:

        async def make(url: str, name: str = "test") -> ValkeyBus:
            server = Server(url, name)
            await server.open()
            stack.push_async_callback(server.close)
            return ValkeyBus(server, LocalBus())

        yield make


async def rung(bus: Bus, there: list[str], message: str) -> None:
    """Say it until it is heard there: a bus may lose what was said while somebody sat down to listen."""
    async with asyncio.timeout(PATIENCE):
        while message not in there:
            bus.publish("outbox", message)
            await asyncio.sleep(MOMENT)


async def two_that_hear(another: Another, url: str) -> tuple[ValkeyBus, list[str]]:
    """The bus of one process, and what is heard on that of another one, which listens."""
    one, other = await another(url), await another(url)
    there: list[str] = []
    other.subscribe("outbox", there.append)
    await rung(one, there, "before")
    return one, there


async def heard(*lists: list[str]) -> None:
    """Wait until something came to each."""
    await until(lambda: all(lists))


async def test_every_listener_of_a_channel_hears_each_message_once(bus: Bus):
    one: list[str] = []
    other: list[str] = []
    bus.subscribe("outbox", one.append)
    bus.subscribe("outbox", other.append)
    bus.publish("outbox", "1")
    bus.publish("outbox", "2")
    await until(lambda: len(one) >= 2 <= len(other))
    assert one == other == ["1", "2"]


async def test_channels_are_apart(bus: Bus):
    heard_here: list[str] = []
    bus.subscribe("user:1", heard_here.append)
    bus.publish("user:12", "not for 1")
    bus.publish("user", "nor this")
    bus.publish("user:1", "this")
    await heard(heard_here)
    assert heard_here == ["this"]


async def test_nobody_need_listen(bus: Bus):
    bus.publish("empty", "hello")


async def test_who_stopped_hears_nothing_more(bus: Bus):
    stopped: list[str] = []
    stays: list[str] = []
    stop = bus.subscribe("outbox", stopped.append)
    bus.subscribe("outbox", stays.append)
    stop()
    bus.publish("outbox", "1")
    await heard(stays)
    assert (stopped, stays) == ([], ["1"])


async def test_what_was_said_before_one_listened_is_not_heard(bus: Bus):
    late: list[str] = []
    bus.publish("outbox", "early")
    bus.subscribe("outbox", late.append)
    await rung(bus, late, "late")
    assert "early" not in late


async def test_a_listener_may_stop_itself_while_it_hears(bus: Bus):
    once: list[str] = []
    after: list[str] = []
    stops: list[Callable[[], None]] = []

    def hear(message: str) -> None:
        once.append(message)
        stops[0]()

    stops.append(bus.subscribe("outbox", hear))
    bus.subscribe("outbox", after.append)
    bus.publish("outbox", "1")
    bus.publish("outbox", "2")
    await heard(after)
    assert (once, after) == (["1"], ["1", "2"])


async def test_stopping_twice_is_no_error(bus: Bus):
    kept: list[str] = []
    stop = bus.subscribe("outbox", kept.append)
    bus.subscribe("outbox", kept.append)
    stop()
    stop()
    bus.publish("outbox", "1")
    await heard(kept)
    assert kept == ["1"]


async def test_a_listener_that_fails_keeps_nobody_else_from_hearing(bus: Bus):
    kept: list[str] = []

    def fail(message: str) -> None:
        raise RuntimeError(message)

    bus.subscribe("outbox", fail)
    bus.subscribe("outbox", kept.append)
    bus.publish("outbox", "1")
    await heard(kept)
    assert kept == ["1"]


async def test_processes_hear_each_other_and_each_of_itself_once(another: Another, own_valkey: Valkey):
    one, other = await another(own_valkey.url), await another(own_valkey.url)
    here: list[str] = []
    there: list[str] = []
    one.subscribe("outbox", here.append)
    other.subscribe("outbox", there.append)
    await rung(one, there, "sat")
    await rung(other, here, "down")
    here.clear()
    there.clear()
    one.publish("outbox", "1")
    one.publish("elsewhere", "2")
    one.publish("outbox", "3")
    await until(lambda: there[-1:] == ["3"])
    assert [word for word in there if word != "sat"] == ["1", "3"] == [word for word in here if word != "down"]


async def test_two_houses_at_one_valkey_do_not_hear_each_other(another: Another, own_valkey: Valkey):
    ours, theirs = await another(own_valkey.url), await another(own_valkey.url, "neighbour")
    here: list[str] = []
    there: list[str] = []
    ours.subscribe("outbox", here.append)
    theirs.subscribe("outbox", there.append)
    same: list[str] = []
    (await another(own_valkey.url, "neighbour")).subscribe("outbox", same.append)
    await rung(theirs, same, "to our own")
    assert here == []


async def test_a_bus_whose_valkey_was_killed_goes_on_here_and_is_heard_again_when_it_is_back(
    another: Another, own_valkey: Valkey
):
    one, there = await two_that_hear(another, own_valkey.url)
    here: list[str] = []
    one.subscribe("outbox", here.append)
    own_valkey.kill()
    one.publish("outbox", "meanwhile")
    assert here[-1] == "meanwhile"
    own_valkey.start()
    await rung(one, there, "after")
    assert "meanwhile" not in there


async def test_a_bus_whose_valkey_hung_is_heard_again(another: Another, own_valkey: Valkey):
    one, there = await two_that_hear(another, own_valkey.url)
    own_valkey.freeze()
    await asyncio.sleep(1)  # it was asked, and said nothing
    own_valkey.thaw()
    await rung(one, there, "after")


async def test_a_bus_on_which_somebody_else_says_what_is_no_text_hears_on(another: Another, own_valkey: Valkey):
    one, there = await two_that_hear(another, own_valkey.url)
    with valkey.Valkey(port=own_valkey.port) as stranger:
        assert stranger.execute_command("PUBLISH", "test:bus:outbox", b"\xff\xfe") == 1
    await rung(one, there, "after")


async def test_a_bus_follows_its_valkey_to_the_replica(another: Another, watched_valkeys: Watched):
    one, there = await two_that_hear(another, watched_valkeys.url)
    watched_valkeys.main.kill()
    await rung(one, there, "after")


async def test_on_a_busy_evening_others_are_not_woken_for_every_commit(
    another: Another, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    of_a_busy_machine(monkeypatch)
    one, there = await two_that_hear(another, own_valkey.url)
    there.clear()
    began = time.monotonic()
    for _ in range(200):
        one.publish("outbox", "")
        await asyncio.sleep(0)
    await rung(one, there, "after")
    # Once at first, and once after each time that is gathered for: a handful, where nothing holds this process up.
    assert 1 <= there.count("") <= 2 + (time.monotonic() - began) / bus_valkey.GATHER
