"""Waiting for what is done later than it is answered: notices, letters, search, what other processes and other servers are told.

One patience for all of it: where a machine is busy it all comes late, and what never comes is an error however long one waits.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import cast

PATIENCE = 120.0  # seconds until what has not come is an error: rows of `peers` took half of it on two cores that twenty shared
SOON, SELDOM = 0.02, 0.5  # seconds from one look to the next: most things come at once, and many are waited for


def eventually[T](look: Callable[[], T], what: str = "", wanted: Callable[[T], object] = bool) -> T:
    """The first thing that `look` finds that is `wanted`: that is not empty, where nothing else is said.

    Raises AssertionError with `what` and the last that was found when patience ends.
    """
    ends, pause = time.monotonic() + PATIENCE, SOON
    while not wanted(found := look()):
        _check(ends, what, found)
        time.sleep(pause)
        pause = min(pause * 1.3, SELDOM)
    return found


async def until[T](look: Callable[[], Awaitable[T] | T], what: str = "", wanted: Callable[[T], object] = bool) -> T:
    """The same within a loop; `look` may be awaited."""
    ends, pause = time.monotonic() + PATIENCE, SOON
    while not wanted(found := await _found(look)):
        _check(ends, what, found)
        await asyncio.sleep(pause)
        pause = min(pause * 1.3, SELDOM)
    return found


async def _found[T](look: Callable[[], Awaitable[T] | T]) -> T:
    found = look()
    return cast(T, await found if isawaitable(found) else found)


def _check(ends: float, what: str, found: object) -> None:
    assert time.monotonic() < ends, f"{what or 'what is waited for'} has not come in {PATIENCE:.0f} s: {found!r}"
