"""Times of the report: minutes since 1970 UTC, and calendar months in UTC."""

import functools
from datetime import UTC, datetime

from chaupal_audit.clock import MINUTE

HOUR = 60
DAY = 24 * HOUR
MONTHS = 12
END = 4_222_000_000  # the year 9997: what a foreign log says may be anything


@functools.lru_cache(65_536)
def minute_of(text: str) -> int | None:
    """Minutes since 1970 from `2026-11-24T10:00Z` or `2026-11-24`; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
        at = int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()) // 60
    except (ValueError, OverflowError):
        return None
    return at if 0 <= at < END else None


def minute(text: str | None) -> int | None:
    return minute_of(text) if text else None


def moment(text: str | None) -> int | None:
    """The same in ms."""
    found = minute(text)
    return None if found is None else found * MINUTE


@functools.lru_cache(65_536)
def minute_text(at: int) -> str:
    """`2026-11-24T10:00Z`."""
    return datetime.fromtimestamp(at * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


def day_text(at: int) -> str:
    """`2026-11-24`."""
    return minute_text(at)[:10]


def month_of(at: int) -> int:
    """Months since the year 0, so that months can be counted."""
    day = datetime.fromtimestamp(at * 60, UTC)
    return day.year * MONTHS + day.month - 1


def month_text(month: int) -> str:
    """`2021-02`."""
    return f"{month // MONTHS:04d}-{month % MONTHS + 1:02d}"


def month_start(month: int) -> int:
    """The month's first minute."""
    return int(datetime(month // MONTHS, month % MONTHS + 1, 1, tzinfo=UTC).timestamp()) // 60


def months_of(period: str) -> tuple[int, int] | None:
    """The first and last month of a period that can be frozen: a month (`2021-02`) or a year (`2021`); None for anything else."""
    if (month := parse_month(period)) is not None:
        return month, month
    first = parse_month(f"{period}-01")
    return None if first is None else (first, first + MONTHS - 1)


def parse_month(text: str) -> int | None:
    """Months since the year 0 from `2021-02`; None for anything else."""
    year, _, month = text.partition("-")
    good = len(year) == 4 and len(month) == 2 and text.isascii() and year.isdigit() and month.isdigit()
    if not good or not 1970 <= int(year) < 9999 or not 1 <= int(month) <= MONTHS:
        return None
    return int(year) * MONTHS + int(month) - 1
