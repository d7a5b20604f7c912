"""What every bus must do; a new one is added to BUSES and passes all of this. It may lose messages, but not mix them up."""

import asyncio
from collections.abc import Callable

import pytest

from chaupal.ports.bus import Bus
from chaupal.ports.bus_local import LocalBus

BUSES: dict[str, Callable[[], Bus]] = {"local": LocalBus}
MOMENT = 0.05  # seconds in which a message that was not lost has come


@pytest.fixture(params=BUSES)
def bus(request: pytest.FixtureRequest) -> Bus:
    return BUSES[request.param]()


async def heard(*lists: list[str]) -> None:
    """Wait until something came to each, or a moment is over."""
    async with asyncio.timeout(5):
        for _ in range(100):
            if all(lists):
                return
            await asyncio.sleep(MOMENT / 10)


async def test_every_listener_of_a_channel_hears_each_message_once(bus: Bus):
    one: list[str] = []
    other: list[str] = []
    bus.subscribe("outbox", one.append)
    bus.subscribe("outbox", other.append)
    bus.publish("outbox", "1")
    bus.publish("outbox", "2")
    await heard(one, other)
    assert one == other == ["1", "2"]


async def test_channels_are_apart(bus: Bus):
    heard_here: list[str] = []
    bus.subscribe("user:1", heard_here.append)
    bus.publish("user:12", "not for 1")
    bus.publish("user", "nor this")
    await asyncio.sleep(MOMENT)
    assert heard_here == []


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
    await asyncio.sleep(MOMENT)
    assert late == []


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
