"""What every meter must do; a new one is added to METERS and passes all of this."""

from collections.abc import Callable

import pytest

from chaupal.kernel.clock import Clock, StillClock
from chaupal.ports import meter_local
from chaupal.ports.meter import Meter
from chaupal.ports.meter_local import LocalMeter

METERS: dict[str, Callable[[Clock], Meter]] = {"local": LocalMeter}
NOON = 1_612_958_400_000


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOON)


@pytest.fixture(params=METERS)
def meter(request: pytest.FixtureRequest, clock: StillClock) -> Meter:
    return METERS[request.param](clock)


def test_every_use_counts(meter: Meter):
    assert [meter.hit("a1", 300).used for _ in range(3)] == [1, 2, 3]


def test_several_uses_count_at_once_and_a_look_counts_none(meter: Meter):
    assert [meter.hit("a1", 300, times).used for times in (3, 0, 2)] == [3, 3, 5]


def test_keys_are_apart(meter: Meter):
    meter.hit("a1", 300)
    assert meter.hit("a12", 300).used == 1
    assert meter.hit("i10.0.0.1", 300).used == 1


def test_a_window_says_when_it_ends_and_then_begins_anew(meter: Meter, clock: StillClock):
    clock.move(10_000)
    count = meter.hit("a1", 300)
    assert count.ends_at == NOON + 300_000
    clock.at = count.ends_at - 1
    assert meter.hit("a1", 300).used == 2
    clock.at = count.ends_at
    again = meter.hit("a1", 300)
    assert (again.used, again.ends_at) == (1, NOON + 600_000)


def test_everybody_counts_in_the_same_windows(meter: Meter, clock: StillClock):
    first = meter.hit("a1", 60).ends_at
    clock.move(59_000)
    assert meter.hit("a2", 60).ends_at == first


def test_a_window_always_lies_ahead(meter: Meter, clock: StillClock):
    for _ in range(50):
        clock.move(7_001)
        assert clock.at < meter.hit("a1", 30).ends_at <= clock.at + 30_000


def test_keys_that_nobody_uses_any_more_are_forgotten(clock: StillClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(meter_local, "MOST_KEYS", 100)
    local = LocalMeter(clock)
    for number in range(1_000):
        clock.move(1_000)
        local.hit(f"i{number}", 10)
    assert len(local._used) <= 100  # pyright: ignore[reportPrivateUsage]


def test_ever_new_places_neither_fill_the_memory_nor_slow_everybody_down(
    clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(meter_local, "MOST_KEYS", 100)
    local, looked = LocalMeter(clock), 0
    tidy = local._tidy  # pyright: ignore[reportPrivateUsage]

    def counted(now: int) -> None:
        nonlocal looked
        looked += 1
        tidy(now)

    monkeypatch.setattr(local, "_tidy", counted)
    for number in range(1_000):
        local.hit(f"i{number}", 300)
        assert len(local._used) <= 100  # pyright: ignore[reportPrivateUsage]
    assert looked <= 20  # not at every request
    assert local.hit("i999", 300).used == 2
