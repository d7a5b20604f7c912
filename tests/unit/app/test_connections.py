"""Who has a seat: so many of one net of addresses, proxies of ours as many as there are, and the longest waiting make room."""

import asyncio
from typing import Any, cast

import pytest

from chaupal.app import server
from chaupal.app.connections import Keeper
from chaupal.kernel.nets import WIDER
from chaupal.kernel.settings import BadSettings, load_settings
from chaupal.ports.country import Locator


class Seat:
    """A connection, as far as the keeper looks at it."""

    gone = False

    def abort(self) -> None:
        self.gone = True


def keeper(**settings: Any) -> Keeper:
    told = load_settings(environ={}, **settings)
    return Keeper(told, Locator(told, lambda _: None))


def enter(one: Keeper, address: str) -> tuple[bool, asyncio.Transport]:
    seat = cast(asyncio.Transport, Seat())
    return one.enter(seat, address), seat


def test_a_64_holds_so_many_connections_and_a_48_eight_times_that():
    one = keeper(connections_per_address=2)
    nets = [f"2001:db8:1:{net:x}" for net in range(WIDER + 1)]
    found = [[enter(one, f"{net}::{host}")[0] for host in range(3)] for net in nets]
    assert found == [[True, True, False]] * WIDER + [[False] * 3]
    assert enter(one, "2001:db8:2::1")[0]


def test_a_trusted_proxy_holds_as_many_as_there_are():
    one = keeper(connections_per_address=2, trusted_proxies=["10.0.0.0/8"])
    assert all(enter(one, "10.1.2.3")[0] for _ in range(50))
    assert [enter(one, "192.0.2.1")[0] for _ in range(3)] == [True, True, False]


def test_whoever_waits_longest_for_a_head_makes_room_and_whoever_was_heard_stays():
    one = keeper(connections=3)
    (_, heard), (_, slow), (_, other) = (enter(one, f"192.0.2.{number}") for number in range(3))
    one.waiting.pop(heard)
    assert enter(one, "192.0.2.9")[0]
    assert [cast(Any, seat).gone for seat in (heard, slow, other)] == [False, True, False]
    one.waiting.clear()
    assert not enter(one, "192.0.2.10")[0]  # all of them are being answered


def test_nothing_is_kept_of_those_who_left():
    one = keeper()
    seats = [enter(one, f"192.0.2.{number}")[1] for number in range(5)]
    for seat in [*seats, *seats]:
        one.leave(seat)
    assert not any((one._seats, one._used, one.waiting))


def test_whoever_may_open_too_few_files_is_told_how_many_and_by_what(monkeypatch: pytest.MonkeyPatch):
    """With 24 it started, held one connection at a time, and failed wherever a module came in late."""
    monkeypatch.setattr(server.resource, "getrlimit", lambda _: (24, 24))
    monkeypatch.setattr(server.resource, "setrlimit", lambda *_: None)
    with pytest.raises(BadSettings, match=r"may open 24 files and needs 200: raise it with `ulimit -n`"):
        server.run(asyncio.sleep(0))
