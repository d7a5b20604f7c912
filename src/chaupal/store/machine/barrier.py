"""The shared read barrier: a request waits until a look at other processes' commits that began after it came is done. All
that wait share one look.

Without leases and clocks: who cannot look does not answer, so nobody is ever judged by an older law (decision 27).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

from chaupal.kernel.clock import Patience
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.logger import log

PATIENCE = 2.0  # seconds that a look may take, as `kernel.clock.Patience` counts them
# Turns of the loop before a look: those who were let pass by the last one go on first, and who comes meanwhile shares this one.
# Where nobody else wants the loop they take microseconds.
TURNS = 2


class Barrier:
    """`look` brings what this process knows up to the moment at which it began, or raises. `failed`: how many did. `patience`: how
    long one may take (seconds).
    """

    def __init__(self, look: Callable[[], Awaitable[None]], *, patience: float = PATIENCE) -> None:
        self._look = look
        self.patience = patience
        self._patience = Patience(lambda: self.patience)
        # A future for each: whoever is cancelled takes nobody else along.
        self._waiting: list[asyncio.Future[None]] = []
        self._sharing: list[asyncio.Future[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self.failed = 0
        self._blind = False

    async def passed(self) -> None:
        """Wait until a look that begins from here on is done. Raises Unavailable where none can be made."""
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self._waiting.append(mine)
        if self._looking is None:
            # In no request's context: what is noted for an answer is no look's business.
            self._looking = loop.create_task(self._run(), context=Context())
        await mine

    async def _run(self) -> None:
        try:
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                self._sharing, self._waiting = self._waiting, []
                try:
                    await self._patience.wait(self._look())
                except Exception as error:
                    self.failed += 1
                    self._say(error)
                    self._refuse(error)
                else:
                    self._say(None)
                    for one in self._sharing:
                        if not one.done():
                            one.set_result(None)
        finally:
            self._looking = None

    def _say(self, error: Exception | None) -> None:
        """Tell the operator that requests are refused, and later that they pass again: once each, not for every request."""
        if self._blind and error is None:
            log.warning("what others have committed is known again")
        elif error is not None and not self._blind:
            log.error("what others have committed is not known, and nobody is answered", error=error)
        self._blind = error is not None

    def _refuse(self, error: Exception | None = None) -> None:
        """Refuse all that wait, also those who came while the look failed: they would wait as long again, for the same."""
        for one in (*self._sharing, *self._waiting):
            if not one.done():
                problem = Unavailable("not_up_to_date")
                problem.__cause__ = error
                one.set_exception(problem)
        self._sharing, self._waiting = [], []

    async def close(self) -> None:
        """No look is made any more, and nobody waits for one."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        self._refuse()
