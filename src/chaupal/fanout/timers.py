"""What time does: rulings that have run out are written down as over; what nobody needs any more is swept away."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from chaupal.governance import decisions
from chaupal.governance.context import Court
from chaupal.social import logins, media
from chaupal.social.context import Square

log = structlog.get_logger()


class Timers:
    """Tasks beside the runner. Each act is done again and again; one that fails is logged and tried the next time.

    `pace`: seconds between looks at the rulings.
    """

    def __init__(self, court: Court, square: Square, *, pace: float = 1.0) -> None:
        # Seconds between, and what is done. The gate itself obeys no ruling a millisecond past its end.
        self._acts: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = (
            (pace, lambda: decisions.lapse_ended(court)),
            (3_600, lambda: logins.tidy(square)),
            (3_600, lambda: media.sweep(square)),
        )
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._again(seconds, act)) for seconds, act in self._acts]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _again(self, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await act()
            except Exception:
                log.exception("what time should have done failed; trying again", every=seconds)
