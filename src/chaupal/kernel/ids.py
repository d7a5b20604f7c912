"""Time-ordered ids: milliseconds << 16, as Mastodon's clients expect, unique across every kind of thing."""

import secrets
from collections.abc import Callable

from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Unavailable

WORKER_BITS = 5
SEQUENCE_BITS = 11
LOW_BITS = WORKER_BITS + SEQUENCE_BITS
SEATS = 1 << WORKER_BITS - 1  # processes that serve one store, and as many beside them
# The upper half of the sequence is kept for what was said elsewhere and brought here later, under ids of its own time:
# it never meets what was made here, and can be told from it.
BROUGHT = 1 << SEQUENCE_BITS - 1

# Where seats are leased a number takes three bits more, of those of the sequence that only more than a hundred ids in one
# millisecond reach. None of these numbers is one of a process without a lease, which may still be at the same store.
_LEASED_BITS = 3
_LEASED_AT = SEQUENCE_BITS - 1 - _LEASED_BITS
LEASED = SEATS * ((1 << _LEASED_BITS) - 1)  # processes that serve one store, and as many beside them

type MakeId = Callable[[], int]


class Seat:
    """A number below LEASED that is this process's until `until`, by a clock that goes on while it does not (seconds).

    `after`: of ids under this number those up to there (ms) may be another's.
    """

    __slots__ = ("_now", "after", "low", "number", "until")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.number = self.low = self.after = 0
        self.until = 0.0

    def taken(self, number: int, *, after: int, until: float) -> None:
        """From now on it is this number."""
        self.number, self.after, self.until = number, after, until
        extra, worker = divmod(number, SEATS)
        self.low = worker << SEQUENCE_BITS | extra + 1 << _LEASED_AT

    def check(self) -> None:
        """Raises Unavailable where the number may be another's by now."""
        if self._now() >= self.until:
            raise Unavailable("nothing_kept")


class Ids:
    """Makes ids that only grow within a process; a worker number keeps processes beside each other apart.

    `beside`: this process stands beside a serving one on the same store. The two halves of the worker numbers never meet.
    `seat`: this process's own number below SEATS within its half, where the store keeps processes apart; one that is leased; else
    one by chance.
    """

    __slots__ = ("_clock", "_half", "_last", "_most", "_seat", "_sequence", "_worker")

    def __init__(self, clock: Clock, *, beside: bool = False, seat: int | Seat | None = None) -> None:
        self._clock = clock
        half = WORKER_BITS - 1
        self._seat = seat if isinstance(seat, Seat) else None
        number = secrets.randbits(half) if seat is None or isinstance(seat, Seat) else seat
        self._half = beside << half + SEQUENCE_BITS
        self._worker = number << SEQUENCE_BITS | self._half
        self._most = BROUGHT if self._seat is None else 1 << _LEASED_AT
        self._last = 0
        self._sequence = 0

    def __call__(self) -> int:
        """Raises Unavailable where a lease has run out."""
        now = max(self._clock(), self._last)
        if (seat := self._seat) is not None:
            seat.check()
            self._worker = seat.low | self._half
            now = max(now, seat.after + 1)
        if now == self._last:
            self._sequence += 1
            if self._sequence == self._most:  # no more in one millisecond: borrow from the next one
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
