"""Ports of servers that tests start: what nobody else can get meanwhile."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ports import HOST, Ports, free_port

MANY = 20


@pytest.fixture
def alone() -> Iterator[tuple[int, int, int]]:
    """Room for two small blocks in one that no other process has, and where nobody listens: first, end, how many in each."""
    with closing(Ports()) as ports:
        first = next(at for at in ports.block if _free(range(at, at + 2 * MANY)))
        yield first, first + 2 * MANY, MANY


def _free(wanted: range) -> bool:
    """A server that somebody left behind may listen in a block that nobody has any more."""
    with ExitStack() as doors:
        try:
            for port in wanted:
                doors.enter_context(closing(socket.socket())).bind((HOST, port))
        except OSError:
            return False
    return True


@pytest.fixture
def two(alone: tuple[int, int, int]) -> Iterator[tuple[Ports, Ports]]:
    with closing(Ports(*alone)) as one, closing(Ports(*alone)) as other:
        yield one, other


def test_two_processes_are_never_given_the_same_port(two: tuple[Ports, Ports]):
    given = [{next(ports) for _ in range(2 * MANY)} for ports in two]
    assert not given[0] & given[1] and all(given)


def test_when_all_blocks_are_taken_it_says_so_and_one_that_is_given_back_is_had_again(
    two: tuple[Ports, Ports], alone: tuple[int, int, int]
):
    with pytest.raises(RuntimeError, match=f"no {MANY} ports are left"):
        Ports(*alone)
    two[0].close()
    Ports(*alone).close()


def test_a_port_that_was_handed_out_is_not_the_next_one_again(two: tuple[Ports, Ports]):
    """A server that was stopped finds its own again."""
    given = [next(two[0]) for _ in range(MANY // 2)]
    assert len({*given}) == len(given)


def test_where_somebody_listens_already_nobody_is_sent(two: tuple[Ports, Ports]):
    taken = next(two[0])
    with closing(socket.socket()) as door:
        door.bind((HOST, taken))
        door.listen()
        assert taken not in {next(two[0]) for _ in range(2 * MANY)}


def test_no_connection_of_this_machine_is_given_one():
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(given.read_text().split()[0]) if given.exists() else 0
    if lowest < 32_000:
        pytest.skip("of other systems, and of a Linux that was told otherwise, this is not known")
    assert free_port() < lowest
