"""The report for programs: whole, each table as JSON and CSV, statements of reasons, Lumen's notices. No words of people."""

import asyncio
import io
from typing import Annotated, Any
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from msgspec import Meta

from chaupal.governance.log import cosigned as log_cosigned, log, reconcile
from chaupal.governance.orders import csv_files
from chaupal.governance.report import dsa, lumen, reported, snapshots
from chaupal.governance.report.keeper import Building
from chaupal.governance.report.reported import ReportPart
from chaupal.http.call import Answer, Call, Route, get, json
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface
from chaupal_audit.fold.facts import Facts, Measure, Order, Snapshot
from chaupal_audit.report.filters import View
from chaupal_audit.report.report import ENDINGS, LICENCE, TABLES, WHOLE, Report, canonical, document, table_file

CSV = "text/csv; charset=utf-8"
RETRY = 2  # seconds
BATCH = 100  # statements in one call, as the database of the EU takes them
ALL = "all.zip"
BY_ID = {id_.lower(): id_ for id_ in TABLES}


class TableAsked(ReportPart, kw_only=True):
    """A table by its file: `T1.json`, `T1.csv`; `all.zip`: each as CSV."""

    name: Annotated[str, Meta(max_length=16)]


class ReportFileAsked(msgspec.Struct, kw_only=True):
    """A file of a frozen report: `report.json`, `T1.csv`."""

    period: Annotated[str, Meta(max_length=64)]
    revision: Annotated[int, Meta(ge=1, le=1_000_000)]
    name: Annotated[str, Meta(max_length=16)]


class StatementsAsked(ReportPart, kw_only=True):
    """`after`: the entry of the last statement that one has; `limit`: how many."""

    after: Annotated[int, Meta(ge=-1, le=2**53)] = -1
    limit: Annotated[int, Meta(ge=1, le=1_000)] = BATCH


def still_building(building: Building) -> Answer:
    """Not yet: 202 with how far it is."""
    said = {"state": "building", "done": building.done, "of": building.of}
    return json(said, 202, [("retry-after", str(RETRY)), ("cache-control", "no-store")])


async def whole(call: Call[ReportPart]) -> Answer:
    """The report in its one spelling, whose SHA-256 a snapshot freezes."""
    found = await reported.made(call.house.court, call.args.filters)
    return still_building(found) if isinstance(found, Building) else Answer(canonical(document(found)))


async def table(call: Call[TableAsked]) -> Answer:
    """A table of the report: of a CSV the same bytes as are frozen, behind the mark by which spreadsheets know its letters.

    `all.zip`: every table as such a CSV.
    """
    asked = call.args.name.lower()
    name, _, ending = asked.rpartition(".")
    if asked != ALL and (name not in BY_ID or ending not in ENDINGS):
        raise NotFound("table_unknown", known=", ".join(TABLES))
    found = await reported.made(call.house.court, call.args.filters, () if asked == ALL else (BY_ID[name],))
    if isinstance(found, Building):
        return still_building(found)
    # Files of two months lie in one folder: each is called by what it holds.
    part = [f"{filter_}-{quote(value, safe='')}" for filter_, value in call.args.filters.asked().items()]
    if asked == ALL:
        return _file(f"{'-'.join(('tables', *part))}.zip", await asyncio.to_thread(_packed, found))
    made = table_file(found, found.tables[0], ending)
    return _file(
        f"{'-'.join((BY_ID[name], *part))}.{ending}", csv_files.MARK.encode() + made if ending == "csv" else made
    )


def _packed(made: Report) -> bytes:
    """Every table as CSV, for spreadsheets; the same report is the same bytes, so no time is said of its files."""
    out = io.BytesIO()
    with ZipFile(out, "w") as packed:
        for one in made.tables:
            packed.writestr(
                ZipInfo(f"{one.id}.csv"), csv_files.MARK.encode() + table_file(made, one, "csv"), ZIP_DEFLATED
            )
    return out.getvalue()


SAVED = {"csv": CSV, "zip": "application/zip"}  # JSON is looked at where it is


def _file(name: str, body: bytes) -> Answer:
    mime = SAVED.get(name.rpartition(".")[2])
    if mime is None:
        return Answer(body)
    return Answer(body, mime=mime, headers=[("content-disposition", f'attachment; filename="{name}"')])


async def health(call: Call[Any]) -> Answer:
    """How the log stands: size, root, the age of the newest checkpoint, who else signed it, what the last reconciliation found."""
    court = call.house.court
    found = await log_cosigned.status(court)
    if found is None:
        raise NotFound("nothing_signed")
    checked = await reconcile.last(court)
    told = None if checked is None else {"at": checked.at, "entries": checked.entries, "failures": checked.failures}
    return json({"log": found, "age_seconds": max(0, court.clock() - found.signed_at) // 1_000, "reconciled": told})


async def frozen(call: Call[Any]) -> Answer:
    """Every frozen report that the newest signed entry knows of: period, revision, size, SHA-256, the entry that says so."""

    def listed(facts: Facts) -> dict[str, object]:
        told = [
            {
                "index": s.index,
                "period": s.period,
                "revision": s.revision,
                "size": s.size,
                "sha256": s.sha256,
                "files": {
                    name: {"sha256": sha256, "url": _address(s, name)}
                    for name, sha256 in [(WHOLE, s.sha256), *sorted(s.files.items())]
                },
            }
            for s in facts.snapshots
        ]
        return {"licence": LICENCE, "snapshots": told}

    found = await reported.ask(call.house.court, listed)
    return still_building(found) if isinstance(found, Building) else json(found)


def _address(frozen: Snapshot, name: str) -> str:
    return f"{API}/frozen/{frozen.period}/{frozen.revision}/{name}"


async def frozen_file(call: Call[ReportFileAsked]) -> Answer:
    """A file of a frozen report, byte for byte as the snapshot's entry holds its hash."""
    args = call.args
    name = f"{args.period}-{args.revision}-{args.name}"
    return _file(name, await snapshots.file(call.house.court, args.period, args.revision, args.name))


async def statements(call: Call[StatementsAsked]) -> Answer:
    """Statements of reasons, those with the lowest entries first; `next` goes into `after`."""
    filters, origin, after, limit = call.args.filters, call.house.settings.origin, call.args.after, call.args.limit

    def page(facts: Facts) -> list[Measure]:
        told = [m for m in View(facts, filters).measures if m.index > after and dsa.is_statement(m)]
        return sorted(told, key=lambda m: m.index)[: limit + 1]

    told = await reported.ask(call.house.court, page)
    if isinstance(told, Building):
        return still_building(told)
    opened = await log.opened(call.house.court, [m.index for m in told[:limit]])
    return json(
        {
            "licence": LICENCE,
            "statements": [dsa.statement(m, origin, opened.get(m.index, {})) for m in told[:limit]],
            "beside": [dsa.beside(m) for m in told[:limit]],
            "next": told[limit - 1].index if len(told) > limit else None,
        }
    )


async def notices(call: Call[StatementsAsked]) -> Answer:
    """Orders in Lumen's shape, those with the lowest entries first; `next` goes into `after`."""
    filters, settings, after, limit = call.args.filters, call.house.settings, call.args.after, call.args.limit

    def page(facts: Facts) -> tuple[list[Order], dict[str, list[Measure]], int | None]:
        found = sorted((o for o in View(facts, filters).demands if o.index > after), key=lambda o: o.index)[: limit + 1]
        asked = lumen.disclosable(found[:limit])
        done: dict[str, list[Measure]] = {order.ref: [] for order in asked}
        for measure in facts.measures:
            if measure.ref in done:
                done[measure.ref].append(measure)
        return asked, done, found[limit - 1].index if len(found) > limit else None

    told = await reported.ask(call.house.court, page)
    if isinstance(told, Building):
        return still_building(told)
    asked, done, following = told
    opened = await log.opened(call.house.court, [m.index for made in done.values() for m in made])
    written = list(lumen.notices(asked, settings.origin, settings.title, done, opened))
    return json({"licence": LICENCE, "notices": written, "next": following})


API = "/api/v1/transparency"
OPEN: dict[str, Any] = {"public": True, "limit": (60, 60)}  # what is asked for is counted anew for each filter

ROUTES: tuple[Route, ...] = (
    get(f"{API}/report.json", whole, Surface.RECORD, **OPEN),
    get(f"{API}/tables/{{name}}", table, Surface.RECORD, **OPEN),
    get(f"{API}/health.json", health, Surface.RECORD, **OPEN),
    get(f"{API}/snapshots.json", frozen, Surface.RECORD, **OPEN),
    get(f"{API}/frozen/{{period}}/{{revision}}/{{name}}", frozen_file, Surface.RECORD, **OPEN),
    get(f"{API}/dsa.json", statements, Surface.RECORD, **OPEN),
    get(f"{API}/lumen.json", notices, Surface.RECORD, **OPEN),
)
