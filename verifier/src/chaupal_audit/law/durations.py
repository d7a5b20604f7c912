"""Spans of time as laws state them (ISO 8601 `PT3H`, `P15D`, `P6M`; and `P10B`, ten business days), added to a moment."""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, final
from zoneinfo import ZoneInfo

from chaupal_audit.clock import DAY, HOUR, MINUTE, SECOND

LONGEST_YEARS: Final = 100
SATURDAY: Final = 5

_NUMBER = "([0-9]{1,5})"
_SHAPE = re.compile(
    f"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:{_NUMBER}B)?"
    f"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)


@final
class Duration:
    """A span of time: months by the calendar, then an exact part in ms (a day is 24 h), then business days.

    Months and business days have no length of their own, so a span is only ever added to a moment. Business days are
    Monday to Friday: which days are holidays where is not known here.
    """

    __slots__ = ("business_days", "months", "ms", "text")

    def __init__(self, text: str) -> None:
        """Raises ValueError, saying what would do, for what is no span, for nothing, and for over a hundred years."""
        match = _SHAPE.fullmatch(text)
        if match is None or text.endswith(("P", "T")):
            raise ValueError(f"{text!r} is no span of time; write PT3H, P15D, P6M, or P10B for ten business days")
        years, months, weeks, days, business, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        self.text: str = text
        self.months: int = 12 * years + months
        self.ms: int = (7 * weeks + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
        self.business_days: int = business
        if not (self.months or self.ms or self.business_days):
            raise ValueError(f"{text!r} is no time at all")
        if self.months / 12 + (self.ms / DAY + self.business_days) / 365 > LONGEST_YEARS:
            raise ValueError(f"{text!r} is longer than {LONGEST_YEARS} years")

    def after(self, at: int, zone: ZoneInfo) -> int:
        """The moment this long after `at` (both ms since 1970 UTC); months and business days as they pass in `zone`."""
        at = _months_on(at, self.months, zone) + self.ms
        return _business_days_on(at, self.business_days, zone)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"Duration({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def _parts(self) -> tuple[int, int, int]:
        return self.months, self.ms, self.business_days


def midnight(day: date, zone: ZoneInfo) -> int:
    """The moment a day begins in `zone`, in ms since 1970 UTC."""
    return int(datetime.combine(day, time(), zone).timestamp()) * SECOND


def _months_on(at: int, months: int, zone: ZoneInfo) -> int:
    """31 January and a month is the last day of February, at the same time of day there."""
    if not months:
        return at
    here, rest = _here(at, zone)
    year, month = divmod(here.year * 12 + here.month - 1 + months, 12)
    day = min(here.day, calendar.monthrange(year, month + 1)[1])
    return _ms(here.replace(year=year, month=month + 1, day=day, fold=0), rest)


def _business_days_on(at: int, days: int, zone: ZoneInfo) -> int:
    if not days:
        return at
    here, rest = _here(at, zone)
    if here.weekday() >= SATURDAY:  # what comes in on a weekend counts from Monday: Friday is the last day before
        here -= timedelta(days=here.weekday() - SATURDAY + 1)
    weeks, left = divmod(days, 5)
    over_weekend = 2 if here.weekday() + left >= SATURDAY else 0
    return _ms(here + timedelta(days=7 * weeks + left + over_weekend), rest)


def _here(at: int, zone: ZoneInfo) -> tuple[datetime, int]:
    """The wall clock in `zone`, to the second, and the ms left over."""
    seconds, rest = divmod(at, SECOND)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone), rest


def _ms(here: datetime, rest: int) -> int:
    return int(here.timestamp()) * SECOND + rest
