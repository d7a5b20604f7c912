"""The desk for reports: the queue by its clock, one report with those beside it, and what becomes of it."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from chaupal.governance.cases import evidence, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.people import access_audit as looks, complaints, report_desk
from chaupal.governance.people.reports import ReportRow
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem, or_not_found
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, may
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.web.court import courtly
from chaupal.web.court.courtly import SheetAsked
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again
from chaupal.web.square.cards import cards
from chaupal.web.words import N_


class ReportsAsked(msgspec.Struct, kw_only=True):
    """Which reports: `resolved` ones, those of a `kind`, those on my own desk (`mine`)."""

    resolved: bool = False
    kind: str = ""
    mine: bool = False


class ReportHandled(msgspec.Struct, kw_only=True):
    """What is done about a report: `assign`, `unassign`, `resolve`, `reopen`, or `matter` with the rule that was broken."""

    id: Number
    act: str
    outcome: str = ""
    reason: str = ""
    together: bool = False
    rule: str = ""
    grounds: str = ""


class ReportGroup(msgspec.Struct, frozen=True):
    """Reports about one account: many of them are one line of the queue."""

    person: Person | None
    rows: tuple[ReportRow, ...]


async def queue(call: Call[ReportsAsked]) -> Answer:
    args = call.args
    rows = await report_desk.queue(call.house.court, call.viewer, resolved=args.resolved)
    kept = [row for row in rows if args.kind in ("", row.category) and (not args.mine or row.assigned_to == call.me)]
    return await office_room.render(
        call,
        "office/reports.html",
        N_("Reports"),
        groups=await _groups(call, kept),
        matter_of=await report_desk.matters_for(call.house.court, call.viewer, kept),
        asked=args,
        kinds_of=complaints.KINDS,
    )


async def show(call: Call[SheetAsked], problem: Problem | None = None) -> Answer:
    court, viewer, reads, id_ = call.house.court, call.viewer, call.house.reads, call.args.id
    row = await report_desk.report(court, viewer, id_)
    await looks.note_reporters(court, viewer, [row] if may(viewer, "see_reported") else [])
    ids = [row.account_id, *(one for one in (row.reporter_id, row.assigned_to) if one)]
    known = {one.item.id: one.item for one in await people.people(reads, viewer, Surface.OFFICE, ids)}
    shown = await cards(call, await thread.several(reads, viewer, list(row.post_ids)))
    typed = call.args if isinstance(call.args, ReportHandled) else ReportHandled(id=id_, act="")
    beside = await report_desk.beside(court, viewer, row)
    return await courtly.render(
        call,
        "office/report.html",
        row.ref,
        problem,
        row=row,
        known=known,
        cards=shown,
        typed=typed,
        beside=beside,
        onward=next(iter(beside), None) or await _onward(call, row),
        done=getattr(call.args, "done", ""),
        by_hand=complaints.BY_HAND,
        book=court.rules.current(court.clock()),
        held=await evidence.of_report(court, viewer, row),
        matters=await report_desk.matters(court, viewer, row),
        sent_by=await report_desk.server_of(court, row),
    )


@or_again(show, Invalid, Conflict, NotAllowed)
async def act(call: Call[ReportHandled]) -> Answer:
    """One act; what cannot be done is said on the page, beside what was typed."""
    where = await or_not_found(ACTS.get(call.args.act))(call)
    return redirect(where if isinstance(where, str) else f"/office/reports/{call.args.id}?done={call.args.act}")


async def _resolve(call: Call[ReportHandled]) -> None:
    args = call.args
    await report_desk.resolve(
        call.house.court, call.viewer, args.id, outcome=args.outcome, reason=args.reason, together=args.together
    )


async def _matter(call: Call[ReportHandled]) -> str:
    """Hand it over: something is to be done under the rules of the house. The report is resolved by what is decided."""
    court, viewer, args = call.house.court, call.viewer, call.args
    row = await report_desk.report(court, viewer, args.id)
    (person,) = await people.people(call.house.reads, viewer, Surface.OFFICE, [row.account_id])
    handle = person.item.handle
    targets = [f"/@{handle}/{post}" for post in row.post_ids] or [f"@{handle}"]
    form = MatterForm(
        targets="\n".join(targets), rule=args.rule, source="user_report", grounds=args.grounds, report_id=row.id
    )
    there = f"/office/orders/{await house.open_matter(court, viewer, form)}"
    return f"{there}/1" if len(targets) == 1 else there


# Each gives the address to go on to, if that is another than the report's own.
type Act = Callable[[Call[ReportHandled]], Awaitable[object]]
ACTS: dict[str, Act] = {
    "assign": lambda call: report_desk.assign(call.house.court, call.viewer, call.args.id),
    "unassign": lambda call: report_desk.assign(call.house.court, call.viewer, call.args.id, mine=False),
    "resolve": _resolve,
    "reopen": lambda call: report_desk.reopen(call.house.court, call.viewer, call.args.id),
    "matter": _matter,
}


async def _groups(call: Call[Any], rows: Iterable[ReportRow]) -> list[ReportGroup]:
    """In the order of the first report of each."""
    by_account: dict[int, list[ReportRow]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
    known = await people.people(call.house.reads, call.viewer, Surface.OFFICE, by_account)
    named = {one.item.id: one.item for one in known}
    return [ReportGroup(named.get(account), tuple(found)) for account, found in by_account.items()]


async def _onward(call: Call[Any], row: ReportRow) -> ReportRow | None:
    """The one to be looked at next, about somebody else and on nobody else's desk."""
    rows = await report_desk.queue(call.house.court, call.viewer)
    return next((one for one in rows if one.account_id != row.account_id and one.assigned_to in (None, call.me)), None)


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/reports", queue),
    office_room.page("/office/reports/{id}", show),
    office_room.form("/office/reports/{id}/{act}", act, "handle_reports"),
)
