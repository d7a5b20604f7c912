"""Meters: how often somebody did something in a window of time."""

from typing import Protocol

import msgspec


class Count(msgspec.Struct, frozen=True):
    """`used` so far in this window, which ends at `ends_at` (ms)."""

    used: int
    ends_at: int


class Meter(Protocol):
    def hit(self, key: str, seconds: int, times: int = 1) -> Count:
        """Count so many uses of `key` in the current fixed window of `seconds`; 0: only look."""
        ...
