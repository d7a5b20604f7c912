"""A lock for writers that passes from one to the next at once, first come, first served, without a round of the event loop
in between.

A busy server answers everybody who has asked in each round of its loop. A lock of asyncio's wakes one who waits a round later,
and that one the next, so that the last of five waited for five rounds, though what each of them does takes none.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from contextvars import Context


class Waker:
    """What a waiting task awaits. Setting it runs the task at once and not in the next round of the loop; from within
    another task, in the next round.

    A task takes any object for a future that has what is here (`asyncio.isfuture`). `gone`: whoever waited does so no more.
    """

    __slots__ = ("_asyncio_future_blocking", "_goes_on", "_loop", "_why", "done", "gone")

    def __init__(self) -> None:
        self._asyncio_future_blocking = False
        self._loop = asyncio.get_running_loop()
        self._goes_on: Callable[[], object] | None = None
        self._why: BaseException | None = None
        self.done = self.gone = False

    def __await__(self) -> Generator["Waker"]:
        if not self.done:
            self._asyncio_future_blocking = True
            yield self
        self.result()

    def tell(self, why: BaseException | None = None) -> None:
        """`why`: it is raised where it is waited for."""
        if self.done:
            return
        self.done, self._why = True, why
        if self._goes_on is not None:
            if asyncio.current_task(self._loop) is None:
                self._goes_on()
            else:
                self._loop.call_soon(self._goes_on)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def add_done_callback(self, callback: Callable[["Waker"], object], *, context: Context) -> None:
        self._goes_on = lambda: context.run(callback, self)

    def cancel(self, msg: object = None) -> bool:
        """Whether somebody still waited."""
        if self.done:
            return False
        self.done = self.gone = True
        self._why = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
        if self._goes_on is not None:
            self._loop.call_soon(self._goes_on)
        return True

    def result(self) -> None:
        if self._why is not None:
            raise self._why


class Turn:
    """`async with` it. `when_free` is called when nobody has the turn, nor waits for it: a round after it was given back, so that who
    asks in that round comes before it.
    """

    def __init__(self, when_free: Callable[[], None]) -> None:
        self.held = False
        self._when_free = when_free
        self._passes = False
        self._waiting: deque[Waker] = deque()

    async def __aenter__(self) -> None:
        if self.held or self._waiting:
            given = Waker()
            self._waiting.append(given)
            await given
        else:
            self.held = True

    async def __aexit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Those who wait have it next, one after the other: at once, where no task is running that they would have to go on in."""
        self.held = False
        if not self._passes:
            self._passes = True
            if asyncio.current_task() is None:
                self._give()
            asyncio.get_running_loop().call_soon(self._later)

    def _give(self) -> None:
        while self._waiting and not self.held:
            given = self._waiting.popleft()
            self.held = not given.gone
            given.tell()

    def _later(self) -> None:
        self._give()
        self._passes = False
        if not self.held:
            self._when_free()
