"""Mastodon's admin API for numbers: measures by day, what there is most of, and who stayed; and each week's activity for everybody.

https://docs.joinmastodon.org/methods/admin/measures/, /dimensions/, /retention/ - nobody's coming and going is kept here, so
who is active is known by what they said or liked. Of other servers there is nothing to count: those numbers are 0.
"""

import platform
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chaupal.http.call import Call, Nothing, Route, get, post
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.clock import DAY, iso
from chaupal.kernel.errors import Invalid, together
from chaupal.kernel.version import VERSION
from chaupal.policy.viewer import Surface, may
from chaupal.reads.court import counts
from chaupal.reads.court.counts import Measure, Span

LONGEST = 366 * 2  # days that are counted at once
MOST_PERIODS = 100
FEW, MANY = 10, 100

MONTH = 30  # days that are told of where none are named


class TagByIdAsked(msgspec.Struct):
    """A tag by its name, which is its id."""

    id: Word = ""


class Period(msgspec.Struct, kw_only=True):
    """Two days, as a date or a time of it."""

    start_at: Word = ""
    end_at: Word = ""


class MeasuresAsked(Period, kw_only=True):
    """Which measures, of which days. What is not known here is left out."""

    keys: list[Word] = []
    tag_accounts: TagByIdAsked | None = None
    tag_uses: TagByIdAsked | None = None
    tag_servers: TagByIdAsked | None = None


class DimensionsAsked(Period, kw_only=True):
    """Which dimensions, of which days, the first how many. What is not known here is left out.

    The days may be left out, as apps do that ask for what rests on no days (`software_versions`): then it is the last month.
    """

    keys: list[Word] = []
    limit: Annotated[int, Meta(ge=1)] = FEW
    tag_servers: TagByIdAsked | None = None
    tag_languages: TagByIdAsked | None = None


class RetentionAsked(Period, kw_only=True):
    """From which day to which, by days or months."""

    frequency: Literal["day", "month"] = "day"


class MeasureDay(msgspec.Struct):
    date: str
    value: str


class AdminMeasure(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Measure/"""

    key: str
    unit: str | None = None
    total: str
    human_value: str | UnsetType = UNSET
    previous_total: str | UnsetType = UNSET
    data: list[MeasureDay]


class DimensionEntry(msgspec.Struct, kw_only=True):
    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class AdminDimension(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Dimension/"""

    key: str
    data: list[DimensionEntry]


class CohortPart(msgspec.Struct):
    date: str
    rate: float
    value: str


class AdminCohort(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Cohort/"""

    period: str
    frequency: str
    data: list[CohortPart]


class ActivityWeek(msgspec.Struct):
    """https://docs.joinmastodon.org/methods/instance/#activity; `logins`: people who said or liked something that week."""

    week: str
    statuses: str
    logins: str
    registrations: str


MEASURES = (
    "active_users",
    "new_users",
    "interactions",
    "opened_reports",
    "resolved_reports",
    "tag_accounts",
    "tag_uses",
)
BYTES = "instance_media_attachments"
# Of other servers: there are none, and Mastodon tells no earlier total of them but for tags.
ELSEWHERE = (
    "instance_accounts",
    BYTES,
    "instance_reports",
    "instance_statuses",
    "instance_follows",
    "instance_followers",
)


async def measures(call: Call[MeasuresAsked]) -> list[AdminMeasure]:
    """How many there are of something, by day."""
    span = _span(call.args)
    return [one for key in dict.fromkeys(call.args.keys) if (one := await _measure(call, key, span)) is not None]


async def _measure(call: Call[MeasuresAsked], key: str, span: Span) -> AdminMeasure | None:
    if key in MEASURES:
        return _measure_shown(key, await counts.measure(call.house.reads, key, span, _tag(key, call.args)))
    nothing = Measure(0, 0, [(begins, 0) for begins in span.firsts])
    if key == "tag_servers":
        _tag(key, call.args)
        return _measure_shown(key, nothing)
    if key in ELSEWHERE:
        told = msgspec.structs.replace(_measure_shown(key, nothing), previous_total=UNSET)
        return msgspec.structs.replace(told, unit="bytes", human_value="0 Bytes") if key == BYTES else told
    return None


def _measure_shown(key: str, measure: Measure) -> AdminMeasure:
    return AdminMeasure(
        key=key,
        total=str(measure.total),
        previous_total=str(measure.previous),
        data=[MeasureDay(iso(begins), str(value)) for begins, value in measure.days],
    )


async def dimensions(call: Call[DimensionsAsked]) -> list[AdminDimension]:
    """What there is most of."""
    found: list[AdminDimension] = []
    asked = call.args
    if not asked.start_at and not asked.end_at:
        now = call.house.reads.clock()
        asked = msgspec.structs.replace(asked, start_at=iso(now - (MONTH - 1) * DAY), end_at=iso(now))
    span = _span(asked)
    for key in dict.fromkeys(call.args.keys):
        if key in DIMENSIONS:
            found.append(AdminDimension(key, await DIMENSIONS[key](call, key, span)))
    return found


type Entries = list[DimensionEntry]


async def _languages(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    from babel import Locale  # four megabytes of words, which few servers are ever asked for

    named = Locale("en").languages
    return [
        DimensionEntry(key=code or "und", human_key=named.get(code, code) or "und", value=str(n))
        for code, n in await _most_frequent(call, key, span)
    ]


async def _sources(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    found = await _most_frequent(call, key, span)
    return [DimensionEntry(key=app or "web", human_key=app or "Website", value=str(n)) for app, n in found]


async def _most_frequent(call: Call[DimensionsAsked], key: str, span: Span) -> Sequence[tuple[str, int]]:
    return await counts.most_frequent(call.house.reads, key, span, min(call.args.limit, MANY), _tag(key, call.args))


async def _servers(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    """This one alone."""
    domain, tag = call.house.settings.domain, _tag(key, call.args)
    n = (await counts.measure(call.house.reads, "tag_uses" if key == "tag_servers" else "statuses", span, tag)).total
    return [DimensionEntry(key=domain, human_key=domain, value=str(n))] if n else []


async def _space(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    if not may(call.viewer, "see_space"):
        return []
    of = (_database(call), ("media", "Media storage"))
    return [
        DimensionEntry(key=k, human_key=human, value=str(n), unit="bytes", human_value=_bytes(n))
        for (k, human), n in zip(of, await counts.space(call.house.reads), strict=True)
    ]


async def _versions(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    found = (
        ("chaupal", "Chaupal", VERSION),
        ("python", "Python", platform.python_version()),
        (*_database(call), await counts.database_version(call.house.reads)),
    )
    return [DimensionEntry(key=k, human_key=human, value=v, human_value=v) for k, human, v in found]


async def _none(call: Call[DimensionsAsked], key: str, span: Span) -> Entries:
    """Of other servers, of which there are none."""
    return []


DIMENSIONS = {
    "languages": _languages,
    "sources": _sources,
    "servers": _servers,
    "space_usage": _space,
    "software_versions": _versions,
    "tag_servers": _servers,
    "tag_languages": _languages,
    "instance_accounts": _none,
    "instance_languages": _none,
}


async def retention(call: Call[RetentionAsked]) -> list[AdminCohort]:
    """Of those who joined in a period, how many were seen to do something in it and after it."""
    first, last = _days(call.args)
    monthly = call.args.frequency == "month"
    if (last - first).days > (MOST_PERIODS * 30 if monthly else MOST_PERIODS):
        raise Invalid("span_too_long")
    return [
        AdminCohort(
            iso(one.period),
            call.args.frequency,
            [CohortPart(iso(at), n / max(one.joined, 1), str(n)) for at, n in one.stayed],
        )
        for one in await counts.retention(call.house.reads, first, last, monthly=monthly)
    ]


async def activity(call: Call[Nothing]) -> list[ActivityWeek]:
    """The last twelve weeks, this one first."""
    return [
        ActivityWeek(str(one.begins // 1_000), str(one.statuses), str(one.active), str(one.joined))
        for one in await counts.weeks(call.house.reads)
    ]


def _span(period: Period) -> Span:
    first, last = _days(period)
    if (last - first).days > LONGEST:
        raise Invalid("span_too_long")
    return counts.days(first, last)


def _days(period: Period) -> tuple[date, date]:
    wrong: list[Invalid] = []
    found: list[date] = []
    for name, text in (("start_at", period.start_at), ("end_at", period.end_at)):
        try:
            found.append(_day(text))
        except (ValueError, OverflowError):
            called = name.replace("_", " ").capitalize()
            wrong.append(Invalid("date_unreadable" if text else "date_missing", field=name, name=called))
    if not wrong and found[1] < found[0]:
        wrong.append(Invalid("span_backwards"))
    if wrong:
        raise together(wrong)
    return found[0], found[1]


def _day(text: str) -> date:
    at = datetime.fromisoformat(text.strip())
    day = (at.astimezone(UTC) if at.tzinfo else at).date()
    if not 1971 <= day.year <= 2100:
        raise ValueError(text)
    return day


def _tag(key: str, asked: MeasuresAsked | DimensionsAsked) -> str:
    """The tag that is asked about; "" for what is about none. Raises Invalid where it is not named."""
    if not key.startswith("tag_"):
        return ""
    of: TagByIdAsked | None = getattr(asked, key)
    if of is None or not of.id:
        raise Invalid("id_missing", field=key, name=key)
    return of.id.lstrip("#")


def _database(call: Call[Any]) -> tuple[str, str]:
    return ("postgresql", "PostgreSQL") if call.house.settings.database else ("sqlite", "SQLite")


def _bytes(n: float) -> str:
    for unit in ("Bytes", "KB", "MB", "GB"):
        if n < 1024:
            return f"{n:.3g} {unit}" if unit != "Bytes" else f"{n:.0f} Bytes"
        n /= 1024
    return f"{n:.3g} TB"


API = "/api/v1/admin"
ADMIN: dict[str, Any] = {"scope": "admin:read", "may": "see_office"}

ROUTES: tuple[Route, ...] = (
    post(f"{API}/measures", measures, Surface.NONE, **ADMIN),
    post(f"{API}/dimensions", dimensions, Surface.NONE, **ADMIN),
    post(f"{API}/retention", retention, Surface.NONE, **ADMIN),
    get("/api/v1/instance/activity", activity, Surface.NONE, public=True),
)
