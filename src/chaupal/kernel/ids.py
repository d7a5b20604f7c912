"""Time-ordered ids: milliseconds << 16, as Mastodon's clients expect, unique across every kind of thing."""

import secrets
from collections.abc import Callable

from chaupal.kernel.clock import Clock

WORKER_BITS = 5
SEQUENCE_BITS = 11
LOW_BITS = WORKER_BITS + SEQUENCE_BITS
SEATS = 1 << WORKER_BITS - 1  # processes that serve one store, and as many beside them
# The upper half of the sequence is kept for what was said elsewhere and brought here later, under ids of its own time:
# it never meets what was made here, and can be told from it.
BROUGHT = 1 << SEQUENCE_BITS - 1

type MakeId = Callable[[], int]


class Ids:
    """Makes ids that only grow within a process; a worker number keeps processes beside each other apart.

    `beside`: this process stands beside a serving one on the same store. The two halves of the worker numbers never meet.
    `seat`: this process's own number below SEATS within its half, where the store keeps processes apart; else one by chance.
    """

    __slots__ = ("_clock", "_last", "_sequence", "_worker")

    def __init__(self, clock: Clock, *, beside: bool = False, seat: int | None = None) -> None:
        self._clock = clock
        half = WORKER_BITS - 1
        self._worker = ((secrets.randbits(half) if seat is None else seat) | beside << half) << SEQUENCE_BITS
        self._last = 0
        self._sequence = 0

    def __call__(self) -> int:
        now = max(self._clock(), self._last)
        if now == self._last:
            self._sequence += 1
            if self._sequence == BROUGHT:  # 1,024 in one millisecond: borrow from the next one
                now, self._sequence = now + 1, 0
        else:
            self._sequence = 0
        self._last = now
        return now << LOW_BITS | self._worker | self._sequence


def first_id_at(ms: int) -> int:
    """The smallest id that could have been made at `ms` (milliseconds since 1970 UTC)."""
    return ms << LOW_BITS


def brought_id(ms: int, number: int) -> int:
    """An id of that time for something brought from elsewhere; `number` tells those of one millisecond apart (15 bits)."""
    worker, sequence = divmod(number % (BROUGHT << WORKER_BITS), BROUGHT)
    return ms << LOW_BITS | worker << SEQUENCE_BITS | BROUGHT | sequence


def made_at(id_: int) -> int:
    """When an id was made, in milliseconds since 1970 UTC."""
    return id_ >> LOW_BITS


def parse_id(text: object) -> int | None:
    """An id from the wire (a decimal string), or None for anything that cannot be one of ours."""
    if isinstance(text, int):
        return text if 0 <= text < 2**63 else None
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 19:
        number = int(text)
        return number if number < 2**63 else None
    return None
