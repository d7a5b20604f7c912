"""The office's page of numbers: what was said, by how many, who joined and stayed, what was reported; drawn, with the numbers beside."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import msgspec

from chaupal.http.call import Answer, Call, Route
from chaupal.policy.viewer import may
from chaupal.reads.court import counts
from chaupal.reads.court.counts import Span
from chaupal.web.court import charts
from chaupal.web.court.charts import Chart
from chaupal.web.office import room as office_room
from chaupal.web.words import N_, words
from chaupal_audit.report.figures import Figure, Series
from chaupal_audit.report.tables.cells import Kind

SPANS = ("7", "30", "90")  # days
MANY = 12
MONTHS = 6
HERE = N_("These pages")  # where a post says no app
# Figures over days: what it is called, and which measures are its lines.
DAILY: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (N_("People who wrote or liked something"), (("active_users", N_("people")),)),
    (N_("People who joined"), (("new_users", N_("people")),)),
    (N_("Posts"), (("statuses", N_("posts")),)),
    (N_("Replies, reposts and likes"), (("interactions", N_("together")),)),
    (N_("Reports"), (("opened_reports", N_("came")), ("resolved_reports", N_("resolved")))),
)
MOST: tuple[tuple[str, str, Kind], ...] = (
    ("languages", N_("Languages of posts"), Kind.language),
    ("sources", N_("Where posts are written"), Kind.text),
)


class FiguresAsked(msgspec.Struct):
    """Of how many days, up to today."""

    days: Literal["7", "30", "90"] = "30"


class Total(msgspec.Struct, frozen=True):
    """A measure altogether, and as many days before."""

    name: str
    now: int
    before: int


async def show(call: Call[FiguresAsked]) -> Answer:
    """Everything of the last days."""
    today = datetime.fromtimestamp(call.house.reads.clock() / 1_000, UTC).date()
    span = counts.days(today - timedelta(days=int(call.args.days) - 1), today)
    drawn, totals = await _daily(call, span)
    return await office_room.render(
        call,
        "office/figures.html",
        N_("Figures"),
        drawn=drawn,
        most=[await _most_frequent(call, *one, span) for one in MOST],
        totals=totals,
        asked=call.args.days,
        spans=SPANS,
        cohorts=await _cohorts(call, today),
        space=await _space(call),
    )


async def _space(call: Call[Any]) -> tuple[tuple[str, float], ...]:
    if not may(call.viewer, "see_space"):
        return ()
    database, uploads = await counts.space(call.house.reads)
    return (N_("Database"), database / 1_000_000), (N_("Uploads"), uploads / 1_000_000)


async def _daily(call: Call[Any], span: Span) -> tuple[list[Chart], list[Total]]:
    tr, language = words(call.viewer.language).gettext, call.viewer.language
    drawn, totals = list[Chart](), list[Total]()
    for number, (title, lines) in enumerate(DAILY, 1):
        found = [await counts.measure(call.house.reads, key, span) for key, _ in lines]
        series = tuple(Series(key, tuple(n for _, n in one.days)) for (key, _), one in zip(lines, found, strict=True))
        figure = Figure(f"d{number}", title, "line", Kind.text, tuple(map(words(language).day, span.firsts)), series)
        names = tuple(tr(name) for _, name in lines)
        drawn.append(msgspec.structs.replace(charts.chart(figure, language), names=names, legend=names))
        totals += [
            Total(tr(title) if len(lines) == 1 else f"{tr(title)}: {name}", one.total, one.previous)
            for name, one in zip(names, found, strict=True)
        ]
    return drawn, totals


async def _most_frequent(call: Call[Any], key: str, title: str, kind: Kind, span: Span) -> Chart:
    tr = words(call.viewer.language).gettext
    found = await counts.most_frequent(call.house.reads, key, span, MANY)
    pages = tr(HERE) if kind is Kind.text else ""
    series = (Series("posts", tuple(n for _, n in found)),)
    figure = Figure(key, title, "bars", kind, tuple(word or pages for word, _ in found), series)
    return msgspec.structs.replace(charts.chart(figure, call.viewer.language), names=(tr(DAILY[2][1][0][1]),))


async def _cohorts(call: Call[Any], today: date) -> list[tuple[str, int, list[int]]]:
    """(the month, how many joined, what share of them, in percent, was seen in it and in each month after it)."""
    first = today.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    found = await counts.retention(call.house.reads, first, today, monthly=True)
    return [
        (
            words(call.viewer.language).month(one.period),
            one.joined,
            [round(100 * n / max(one.joined, 1)) for _, n in one.stayed],
        )
        for one in found
    ]


ROUTES: tuple[Route, ...] = (office_room.page("/office/figures", show),)
