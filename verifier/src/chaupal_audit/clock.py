"""Moments in milliseconds since 1970 UTC, and how they are written."""

import functools
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@functools.lru_cache(4_096)
def iso(ms: int) -> str:
    """`2019-12-05T11:34:47.196Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"
