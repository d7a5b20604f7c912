"""The transparency page: what was demanded, decided and done, in sentences, tables and charts, and how to count it again."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, reconcile
from chaupal.governance.orders import statements
from chaupal.governance.report import reported, snapshots
from chaupal.governance.report.keeper import Building
from chaupal.governance.report.reported import ReportPart
from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.kernel.clock import MINUTE, iso_day
from chaupal.kernel.errors import NotFound, Unsound
from chaupal.policy.viewer import Surface
from chaupal.web import links, pages
from chaupal.web.court import charts, reportwords
from chaupal.web.court.statements import in_language
from chaupal.web.words import N_, NAMES, own_name, words
from chaupal_audit.minutes import month_start
from chaupal_audit.report.filters import EVERYTHING, Filters
from chaupal_audit.report.report import TABLES, Report
from chaupal_audit.report.tables.cells import Hidden, Table, Value

BY_ID = {id_.lower(): id_ for id_ in TABLES}
WRONG = (
    N_("must be a month such as 2021-02"),
    N_("must not be before from"),
    N_("must be a country's two letters, such as IN"),
    N_("must be a language's code, such as hi"),
    N_("must be a regime's name, such as IN-69A"),
)
COUNTRY = len("IN")  # a law that holds in several countries, or in any, is of none of them


class TableAsked(ReportPart, kw_only=True):
    """One table: `t1`, `t9a`."""

    table: Annotated[str, Meta(max_length=16)]


# Numbers of the first sentences: (table, column, what follows a one, what follows any other number).
HEADLINES = (
    ("T1", "received", N_("order came in"), N_("orders came in")),
    ("T2", "accounts_specified", N_("account was named in them"), N_("accounts were named in them")),
    (
        "T2",
        "accounts_withheld",
        N_("of these was withheld in the country that demanded it"),
        N_("of these were withheld in the country that demanded it"),
    ),
    ("T2", "posts_withheld", N_("post was withheld there"), N_("posts were withheld there")),
    ("T2", "accounts_no_action", N_("account was left as it was"), N_("accounts were left as they were")),
    (
        "T7",
        "actions",
        N_("measure was taken under this server's own rules"),
        N_("measures were taken under this server's own rules"),
    ),
    ("T10", "received", N_("report came from somebody"), N_("reports came from people")),
    ("T12", "filed", N_("appeal was filed"), N_("appeals were filed")),
    ("T12", "reversed", N_("of them ended the measure"), N_("of these ended the measure")),
)
# What a figure's title leaves open; the title itself stands in reports that are frozen.
REMARKS = {
    "F1": N_("Complied with in full or in part."),
    "F2": N_(
        "Of the orders that were decided, those that were complied with in full or in part. T3 counts each thing."
    ),
    "F5": N_("Of what orders named. What was limited under own rules alone stands in T7."),
}


class Headline(msgspec.Struct, frozen=True):
    """A number and what it is of; `table` says where it stands."""

    value: str
    sentence: str
    table: str


async def overview(call: Call[ReportPart]) -> Answer:
    """The whole report on one page."""
    filters, wrong = _filters(call)
    if wrong:
        return await _page(call, "transparency/index.html", 422, wrong=wrong, report=None)
    found = await reported.made(call.house.court, filters)
    if isinstance(found, Building):
        return await _building(call, found)
    laws = reportwords.laws_of(call)
    drawn = [charts.chart(figure, call.viewer.language, laws) for figure in found.figures]
    return await _page(
        call,
        "transparency/index.html",
        report=found,
        charts=drawn,
        remarks=REMARKS,
        headlines=_headlines(call, found),
        country=_table(found, "T2"),
        **await _of_the_log(call),
    )


async def _of_the_log(call: Call[Any]) -> dict[str, Any]:
    """What stands beside the report: how the log is, what is frozen."""
    court = call.house.court
    return {
        "health": await log_cosigned.status(court),
        "standing": await log_cosigned.standing(court),
        "checked": await reconcile.last(court),
        "frozen": await snapshots.listed(court),
        "signed_next": log_batches.next_batch(court) if log_batches.batch_ms(court.settings) else None,
    }


async def table(call: Call[TableAsked]) -> Answer:
    """One table whole."""
    id_ = BY_ID.get(call.args.table.lower())
    if id_ is None:
        raise NotFound("table_unknown", known="")
    filters, wrong = _filters(call)
    title = f"{id_}: {words(call.viewer.language).gettext(TABLES[id_].title)}"
    if wrong:
        return await _page(call, "transparency/table.html", 422, wrong=wrong, report=None, title=title, id=id_)
    found = await reported.made(call.house.court, filters, (id_,))
    if isinstance(found, Building):
        return await _building(call, found)
    said = await statements.listed(call.house.court) if id_ == "T1" else []
    return await _page(
        call, "transparency/table.html", report=found, table=found.tables[0], title=title, id=id_, statements=said
    )


def _filters(call: Call[Any]) -> tuple[Filters, dict[str, str]]:
    """What is asked for, and what is wrong with it by field."""
    tr = words(call.viewer.language).gettext
    try:
        return call.args.filters, {}
    except Unsound as problem:
        return EVERYTHING, {field: tr(text) for field, text in problem.details.items()}


async def _page(call: Call[Any], template: str, status: int = 200, **names: Any) -> Answer:
    typed = {name: text.strip() for name, text in call.args.typed.items() if text.strip()}
    usual: dict[str, Any] = reportwords.names(call) | {
        "typed": call.args.typed,
        "query": links.query("", **typed),
        "orders": partial(_orders, call),
        "wrong": {},
        "tables": TABLES,
        "statements": [],
        "spoken": partial(in_language, language=call.viewer.language),
    }
    known: dict[str, Any] = usual | _offered(call) | names
    return await pages.render(call, template, status, titled=N_("Transparency"), **known)


def _offered(call: Call[Any]) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the filters, as (value, text); what an address asks for beside it, too."""
    language, typed = call.viewer.language, call.args.typed
    laws = call.house.court.regimes.all()  # of several versions the last one speaks
    titles = {law.id: law.title.in_language(language) for law in laws}
    countries = {law.jurisdiction for law in laws if len(law.jurisdiction) == COUNTRY}
    offered = {
        "country": {code: reportwords.country(code, language) for code in sorted(countries)},
        "language": {code: own_name(code) for code in NAMES},
        "regime": titles,
    }
    return {f"{name}_offered": list(({typed[name]: typed[name]} | texts).items()) for name, texts in offered.items()}


def _orders(call: Call[Any], **asked: str) -> str:
    """The register, for the months that the report is asked for."""
    filters, _ = _filters(call)
    since = "" if filters.start is None else iso_day(month_start(filters.start) * MINUTE)
    until = "" if filters.end is None else iso_day(month_start(filters.end + 1) * MINUTE - 1)
    return links.query("/orders", **asked, since=since, until=until)


async def _building(call: Call[Any], building: Building) -> Answer:
    """The report is not ready: how far it is; the page comes again by itself."""
    headers = [("retry-after", "2"), ("cache-control", "no-store")]
    return await pages.render(
        call, "transparency/building.html", 202, headers, found=building, titled=N_("The report is being counted")
    )


def _headlines(call: Call[Any], report: Report) -> list[Headline]:
    tr, language = words(call.viewer.language).gettext, call.viewer.language
    made: list[Headline] = []
    for id_, column, of_one, of_many in HEADLINES:
        value, kind = _total(_table(report, id_), column)
        if value or isinstance(value, Hidden):
            said = tr(of_one if value == 1 else of_many)
            made.append(Headline(reportwords.cell_text(value, kind, language), said, id_))
    return made


def _table(report: Report, id_: str) -> Table:
    return next(table for table in report.tables if table.id == id_)


def _total(table: Table, column: str) -> tuple[Value, Any]:
    at = next(i for i, c in enumerate(table.columns) if c.name == column)
    row: Sequence[Value] = table.total or ()
    return (row[at] if row else None), table.columns[at].kind


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "limit": (60, 60)}

ROUTES: tuple[Route, ...] = (
    get("/transparency", overview, Surface.RECORD, **OPEN),
    get("/transparency/{table}", table, Surface.RECORD, **OPEN),
)
