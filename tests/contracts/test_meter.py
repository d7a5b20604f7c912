"""What every meter must do; a new one is added to METERS and passes all of this."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from chaupal.kernel.clock import StillClock
from chaupal.ports import meter_local, meter_valkey, valkey as client
from chaupal.ports.meter import Count, Meter
from chaupal.ports.meter_local import LocalMeter
from chaupal.ports.meter_valkey import ValkeyMeter
from chaupal.ports.valkey import Server
from valkeys import Valkey, of_a_busy_machine
from waiting import until

METERS = ("local", "valkey")
NOON = 1_612_958_400_000

type Another = Callable[[], Awaitable[ValkeyMeter]]


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOON)


@pytest.fixture(params=METERS)
async def meter(
    request: pytest.FixtureRequest, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Meter]:
    if request.param == "local":
        yield LocalMeter(clock)
        return
    of_a_busy_machine(monkeypatch)
    server = Server(request.getfixturevalue("valkey_url"), "test")
    await server.open()
    yield ValkeyMeter(clock, server)
    await server.close()


@pytest.fixture
async def another(own_valkey: Valkey, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Another]:
    """Makes the meter of one more process at the same Valkey."""
    of_a_busy_machine(monkeypatch)
    async with AsyncExitStack() as stack:

        async def make() -> ValkeyMeter:
            server = Server(own_valkey.url, "test")
            await server.open()
            stack.push_async_callback(server.close)
            return ValkeyMeter(clock, server)

        yield make


async def test_every_use_counts(meter: Meter):
    assert [meter.hit("a1", 300).used for _ in range(3)] == [1, 2, 3]


async def test_several_uses_count_at_once_and_a_look_counts_none(meter: Meter):
    assert [meter.hit("a1", 300, times).used for times in (3, 0, 2)] == [3, 3, 5]


async def test_keys_are_apart(meter: Meter):
    meter.hit("a1", 300)
    assert meter.hit("a12", 300).used == 1
    assert meter.hit("i10.0.0.1", 300).used == 1


async def test_a_window_says_when_it_ends_and_then_begins_anew(meter: Meter, clock: StillClock):
    clock.move(10_000)
    count = meter.hit("a1", 300)
    assert count.ends_at == NOON + 300_000
    clock.at = count.ends_at - 1
    assert meter.hit("a1", 300).used == 2
    clock.at = count.ends_at
    again = meter.hit("a1", 300)
    assert (again.used, again.ends_at) == (1, NOON + 600_000)


async def test_everybody_counts_in_the_same_windows(meter: Meter, clock: StillClock):
    first = meter.hit("a1", 60).ends_at
    clock.move(59_000)
    assert meter.hit("a2", 60).ends_at == first


async def test_a_window_always_lies_ahead(meter: Meter, clock: StillClock):
    for _ in range(50):
        clock.move(7_001)
        assert clock.at < meter.hit("a1", 30).ends_at <= clock.at + 30_000


def test_keys_that_nobody_uses_any_more_are_forgotten(clock: StillClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(meter_local, "MOST_KEYS", 100)
    local = LocalMeter(clock)
    for number in range(1_000):
        clock.move(1_000)
        local.hit(f"i{number}", 10)
    assert len(local._used) <= 100


def test_ever_new_places_neither_fill_the_memory_nor_slow_everybody_down(
    clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(meter_local, "MOST_KEYS", 100)
    local, looked = LocalMeter(clock), 0
    tidy = local._tidy

    def counted(now: int) -> None:
        nonlocal looked
        looked += 1
        tidy(now)

    monkeypatch.setattr(local, "_tidy", counted)
    for number in range(1_000):
        local.hit(f"i{number}", 300)
        assert len(local._used) <= 100
    assert looked <= 20  # not at every request
    assert local.hit("i999", 300).used == 2


async def test_what_is_counted_together_is_counted_at_once_with_all_that_was(meter: Meter):
    meter.hit("a1", 300, 2)
    assert [(await meter.hit_together("a1", 300)).used for _ in range(3)] == [3, 4, 5]
    assert meter.hit("a1", 300).used == 6
    assert (await meter.hit_together("a1", 300, 0)).used == 6
    assert (await meter.hit_together("a1", 300)).ends_at == meter.hit("a1", 300, 0).ends_at


async def test_two_processes_that_count_together_never_let_one_more_through(another: Another):
    one, other = await another(), await another()
    counts = await asyncio.gather(*[m.hit_together("n1", 900) for m in (one, other) for _ in range(50)])
    assert sorted(count.used for count in counts) == list(range(1, 101))


async def test_what_one_process_counts_the_others_know_a_moment_later(another: Another):
    one, other = await another(), await another()
    one.hit("a1", 300, 7)
    await until(lambda: not one._unsaid)
    assert other.hit("a1", 300).used == 1  # nobody waits for what others counted
    await until(lambda: other.hit("a1", 300, 0).used == 8)


async def test_windows_in_valkey_end_by_themselves(another: Another, own_valkey: Valkey):
    await (await another()).hit_together("n1", 60)
    names = [name for name in own_valkey.ask("KEYS", "test:meter:*") if name.endswith(":n1")]
    assert len(names) == 1
    assert 0 < own_valkey.ask("PTTL", names[0]) <= 60_000 + meter_valkey.SLACK


async def test_a_valkey_that_forgot_everything_is_told_what_is_known(another: Another, own_valkey: Valkey):
    one, other = await another(), await another()
    for meter in (one, other):
        await meter.hit_together("n1", 900, 5)
    own_valkey.ask("FLUSHALL")
    assert (await other.hit_together("n1", 900)).used == 11
    assert (await one.hit_together("n1", 900)).used == 12


async def test_without_valkey_each_process_counts_alone_at_its_share(
    another: Another, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(meter_valkey, "BEAT", 0.01)
    meters = [await another() for _ in range(3)]
    for meter in meters:
        meter.hit("other", 300)
    await until(lambda: all(meter._processes == 3 for meter in meters))
    own_valkey.kill()
    counts: list[Count] = [await meters[0].hit_together("n1", 900) for _ in range(7)]
    assert counts[-1].used == 7 * 3  # a limit of 20 is 7 for each of three
    meters[1].hit("n1", 900)
    await until(lambda: meters[1].hit("n1", 900, 0).used == 3)


async def test_what_was_counted_alone_is_told_when_valkey_is_back(
    another: Another, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(meter_valkey, "LOOK_EVERY", 0.05)
    one, other = await another(), await another()
    assert (await one.hit_together("n1", 900)).used == 1
    own_valkey.kill()
    await one.hit_together("n1", 900, 4)
    own_valkey.start()
    await until(lambda: one._server.there)
    await until(lambda: not one._unsaid)
    await until(lambda: other._server.there)
    assert (await other.hit_together("n1", 900)).used == 6


async def test_what_cannot_be_told_to_valkey_is_no_more_than_what_is_counted(
    another: Another, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(meter_valkey, "MOST_KEYS", 100)
    one = await another()
    own_valkey.kill()
    await one.hit_together("first", 60)
    for i in range(1_000):
        one.hit(f"from {i}", 86_400)
    assert len(one._unsaid) <= 100
    own_valkey.start()
