"""Versions that follow one another: which is in force on a day, and that no day has two."""

import functools
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from chaupal_audit.errors import Faults
from chaupal_audit.law.durations import midnight


class Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of something. Both dates are included and are days in `timezone`; none: from ever, until the next version.

    `file` and `digest` (SHA-256 of the file, hex) are set by whoever reads it.
    """

    version: Annotated[int, Meta(ge=1, le=9_999)]
    timezone: str = "Asia/Kolkata"
    effective_from: date | None = None
    effective_to: date | None = None
    file: str = ""
    digest: str = ""

    @property
    def ref(self) -> str:
        """What is cited."""
        return f"{self.file}@{self.version}"

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the wall by which days and months pass."""
        return _zone(self.timezone)


def in_force(version: Dated, at: int) -> bool:
    """Whether a version is the law at `at` (ms since 1970 UTC)."""
    begins, ends = version.effective_from, version.effective_to
    if begins is not None and at < midnight(begins, version.zone):
        return False
    return ends is None or at < midnight(ends + timedelta(days=1), version.zone)


def in_order[D: Dated](versions: Sequence[D], faults: Faults) -> list[D]:
    """The versions of one thing, by number; one without an end ends the day before the next. Faults where days overlap."""
    ordered = sorted(versions, key=lambda version: version.version)
    for one in ordered:
        _check(one, faults)
    closed = [_closed(earlier, later) for earlier, later in pairwise(ordered)] + ordered[-1:]
    for earlier, later in pairwise(closed):
        if (later.effective_from or date.min) <= (earlier.effective_to or date.max):
            faults.add(later.file, "effective_from", f"overlaps {earlier.ref} ({earlier.file}), which came before it")
    return closed


def _check(one: Dated, faults: Faults) -> None:
    if not _known_zone(one.timezone):
        faults.add(one.file, "timezone", "is not in the IANA database; write Asia/Kolkata or UTC")
    for field, day in (("effective_from", one.effective_from), ("effective_to", one.effective_to)):
        if day is not None and not 1970 <= day.year <= 2999:
            faults.add(one.file, field, f"{day} is too far away")
    if one.effective_from and one.effective_to and one.effective_to < one.effective_from:
        faults.add(one.file, "effective_to", f"{one.effective_to} comes before effective_from {one.effective_from}")


def _closed[D: Dated](earlier: D, later: D) -> D:
    begins = later.effective_from
    if earlier.effective_to is not None or begins is None or begins <= (earlier.effective_from or date.min):
        return earlier
    return msgspec.structs.replace(earlier, effective_to=begins - timedelta(days=1))


@functools.cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _known_zone(name: str) -> bool:
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
