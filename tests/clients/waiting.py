"""Waiting for what follows from a change (notifications, search), which a server carries out after it has answered."""

import time
from collections.abc import Callable

PATIENCE = 10.0  # seconds


def eventually[T](look: Callable[[], T]) -> T:
    """The first thing that `look` finds that is not empty. Raises AssertionError with the last when patience ends."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, f"still {found!r} after {PATIENCE} s"
        time.sleep(0.05)
    return found
