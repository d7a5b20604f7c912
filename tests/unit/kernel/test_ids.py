"""Ids: time-ordered, unique, and read from the wire without trust."""

import pytest
from hypothesis import given, strategies as st

from chaupal.kernel.clock import StillClock, iso, parse_time
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.ids import LEASED, SEATS, Ids, Seat, brought_id, first_id_at, made_at, parse_id


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


def seated(number: int, *, after: int = 0, until: float = 10.0) -> Seat:
    """Good until ten, at nine."""
    seat = Seat(lambda: 9.0)
    seat.taken(number, after=after, until=until)
    return seat


def test_no_two_seats_make_one_id_nor_does_whoever_has_none_nor_what_is_brought():
    clock = StillClock()
    makers = [Ids(clock, beside=beside, seat=seated(n)) for n in range(LEASED) for beside in (False, True)]
    ids = [make() for make in makers for _ in range(128)]
    assert all(id_ >> 16 == clock() for id_ in ids)
    ids += [make() for make in makers for _ in range(10)]  # more than a millisecond has
    # A process without a lease comes so far only with more ids in one millisecond than it can make.
    ids += [Ids(clock, beside=beside, seat=n)() for n in range(SEATS) for beside in (False, True)]
    ids += [brought_id(clock(), n) for n in range(1 << 15)]
    assert len(ids) == len(set(ids))


def test_a_seat_that_ran_out_makes_no_id_and_one_that_was_anothers_only_later_ones():
    clock = StillClock()
    seat = seated(3)
    make = Ids(clock, seat=seat)
    first = make()
    seat.until = 9.0
    with pytest.raises(Unavailable):
        make()
    seat.taken(4, after=clock() + 5_000, until=10.0)
    assert made_at(make()) == clock() + 5_001
    assert make() > first


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
