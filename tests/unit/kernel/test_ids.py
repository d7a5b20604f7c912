"""Ids: time-ordered, unique, and read from the wire without trust."""

from hypothesis import given
from hypothesis import strategies as st

from chaupal.kernel.clock import StillClock, iso, parse_time
from chaupal.kernel.ids import Ids, first_id_at, made_at, parse_id


def test_ids_grow_and_never_repeat_even_when_the_clock_stands_or_goes_back():
    clock = StillClock()
    make = Ids(clock)
    ids = [make() for _ in range(5_000)]
    clock.move(-10_000)
    ids += [make() for _ in range(100)]
    assert ids == sorted(set(ids))


def test_a_process_beside_a_serving_one_never_makes_its_ids():
    clock = StillClock()
    for _ in range(100):
        serving, beside = Ids(clock), Ids(clock, beside=True)
        assert {serving() for _ in range(50)}.isdisjoint({beside() for _ in range(50)})


def test_an_id_tells_when_it_was_made_as_mastodon_clients_expect():
    clock = StillClock()
    id_ = Ids(clock)()
    assert made_at(id_) == clock() and id_ >> 16 == clock()
    assert first_id_at(clock()) <= id_ < first_id_at(clock() + 1)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.integers())))
def test_what_is_no_id_is_none(thing):
    found = parse_id(thing)
    assert found is None or (
        (0 <= found < 2**63 and str(found) == str(thing).lstrip("0")) or found == 0 or isinstance(thing, str | int)
    )


def test_times_go_round():
    assert parse_time(iso(1_612_969_200_123)) == 1_612_969_200_123
    assert parse_time("2021-02-10") == 1_612_915_200_000
    assert parse_time("tomorrow") is None
