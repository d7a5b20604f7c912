"""Meters: how often somebody did something in a window of time."""

from typing import Protocol

import msgspec

MOST_KEYS = 100_000  # that are counted in a process at once


class Count(msgspec.Struct, frozen=True):
    """`used` so far in this window, which ends at `ends_at` (ms)."""

    used: int
    ends_at: int


class Meter(Protocol):
    def hit(self, key: str, seconds: int, times: int = 1) -> Count:
        """Count so many uses of `key` in the current fixed window of `seconds`; 0: only look.

        Of what other processes count it knows what was so a moment ago.
        """
        ...

    async def hit_together(self, key: str, seconds: int, times: int = 1) -> Count:
        """The same by what all processes have counted until now, where they can be asked: for what there may be few of."""
        ...
