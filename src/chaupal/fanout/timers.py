"""What time does: rulings that have run out are written down as over, in the docket and in the log."""

import asyncio
import contextlib

import structlog

from chaupal.governance import decisions
from chaupal.governance.context import Court

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds; the gate itself obeys no ruling a millisecond past its end


class Timers:
    """One task beside the runner."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await decisions.lapse_ended(self._court)
            except Exception:
                log.exception("rulings that have run out could not be written down; trying again")
            await asyncio.sleep(LOOK_EVERY)
