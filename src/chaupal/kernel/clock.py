"""The clock, in milliseconds since 1970 UTC; tests hold it still."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

# Written once, where the verifier needs them too. `iso` is the form that Mastodon clients read.
from chaupal_audit.clock import DAY as DAY, HOUR as HOUR, MINUTE as MINUTE, SECOND as SECOND, iso as iso

type Clock = Callable[[], int]


def system_clock() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000


def boot_time() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the process or the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Patience:
    """How long what is waited for may take. It passes in steps, and at most one of them while this process is itself held up (by a large
    page, or stopped and continued): an answer that came meanwhile is taken before the next. `seconds` is asked for at each step.
    """

    STEPS = 5

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._waiting: dict[asyncio.Timeout, int] = {}  # -> steps left
        self._ticking: asyncio.TimerHandle | None = None

    async def wait[T](self, doing: Awaitable[T]) -> T:
        """What it gives. Raises TimeoutError, and it is cancelled, where it takes longer."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._waiting[limit] = self.STEPS
                if self._ticking is None:
                    self._go_on()
                return await doing
        finally:
            self._waiting.pop(limit, None)

    def _go_on(self) -> None:
        self._ticking = asyncio.get_running_loop().call_later(self._seconds() / self.STEPS, self._tick)

    def _tick(self) -> None:
        self._ticking = None
        for limit, left in tuple(self._waiting.items()):
            if left == 1:
                del self._waiting[limit]
                limit.reschedule(asyncio.get_running_loop().time())
            else:
                self._waiting[limit] = left - 1
        if self._waiting:
            self._go_on()


class StillClock:
    """A clock that moves only when told to."""

    def __init__(self, at: int = 1_612_969_200_000) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at

    def move(self, ms: int) -> None:
        self.at += ms


def iso_or_none(ms: int | None) -> str | None:
    """`iso` of a time, where there is one."""
    return None if ms is None else iso(ms)


def iso_day(ms: int) -> str:
    """`2019-12-05`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def iso_midnight(ms: int) -> str:
    """The day's midnight: the day an account was made says enough about it."""
    return iso(ms - ms % DAY)


def parse_time(text: str) -> int | None:
    """Milliseconds from an ISO 8601 date or time (UTC where no offset is given); None when it is not one."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ms = int(moment.timestamp() * 1000)
    return ms if 0 <= ms < 2**47 else None
