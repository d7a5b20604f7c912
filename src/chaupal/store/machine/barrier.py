"""The shared read barrier: a request waits for the next look that begins after it came, and all that wait share it.

Without leases and clocks: who cannot look does not answer, so nobody is ever judged by an older law (decision 27).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

from chaupal.kernel.errors import Unavailable

PATIENCE = 2.0  # seconds that a look may take


class Barrier:
    """`look` brings what this process knows up to the moment at which it began, or raises.

    `looks` and `failed` count since the start; `waited` are the seconds that all looks took together.
    """

    def __init__(self, look: Callable[[], Awaitable[None]], *, patience: float = PATIENCE) -> None:
        self._look = look
        self._patience = patience
        self._waiting: list[asyncio.Future[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self.looks = self.failed = 0
        self.waited = 0.0

    async def passed(self) -> None:
        """Wait until a look that begins from here on is done. Raises Unavailable where none can be made."""
        loop = asyncio.get_running_loop()
        # One future for each: whoever is cancelled takes nobody else along.
        mine = loop.create_future()
        self._waiting.append(mine)
        if self._looking is None:
            # In no request's context: what is noted for an answer is no look's business.
            self._looking = loop.create_task(self._run(), context=Context())
        await mine

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        try:
            while self._waiting:
                sharing, self._waiting = self._waiting, []
                began = now()
                try:
                    async with asyncio.timeout(self._patience):
                        await self._look()
                except Exception as error:
                    # Those who came while it failed would wait as long once more, and for the same.
                    sharing += self._waiting
                    self._waiting = []
                    self.failed += 1
                    _tell(sharing, Unavailable("not_up_to_date"), error)
                else:
                    _tell(sharing)
                self.looks += 1
                self.waited += now() - began
        finally:
            self._looking = None

    async def close(self) -> None:
        """No look is made any more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        _tell(self._waiting, Unavailable("not_up_to_date"))


def _tell(
    waiting: list[asyncio.Future[None]], problem: Unavailable | None = None, cause: Exception | None = None
) -> None:
    for one in waiting:
        if one.done():
            continue
        if problem is None:
            one.set_result(None)
        else:
            mine = Unavailable("not_up_to_date")
            mine.__cause__ = cause
            one.set_exception(mine)
