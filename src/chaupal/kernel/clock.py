"""The clock, in milliseconds since 1970 UTC; tests hold it still."""

import functools
import time
from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], int]

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def system_clock() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000


class StillClock:
    """A clock that moves only when told to."""

    def __init__(self, at: int = 1_612_969_200_000) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at

    def move(self, ms: int) -> None:
        self.at += ms


@functools.lru_cache(4_096)
def iso(ms: int) -> str:
    """`2019-12-05T11:34:47.196Z`, the form Mastodon clients read."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


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
