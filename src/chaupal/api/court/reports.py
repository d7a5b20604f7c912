"""Reports in the API: what members' apps send, and the desk for reports in the shape of Mastodon's admin API."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Raw

from chaupal.api.admin.accounts import AdminAccount, admin_account
from chaupal.api.mastodon.account_entity import Account, account_of
from chaupal.api.mastodon.instance import InstanceRule, rules_of
from chaupal.api.mastodon.posts.status_entity import pen_for
from chaupal.governance.people import access_audit, complaints, report_desk, reports
from chaupal.governance.people.complaints import OF_CATEGORY, category_of
from chaupal.governance.people.reports import Report, ReportRow
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, post, put
from chaupal.http.paging import ById, Number, Paged, link_header
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface
from chaupal.reads.court import staffed
from chaupal.reads.page import rows_page
from chaupal.reads.people import people
from chaupal.reads.timelines import thread


class ReportSent(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/methods/reports/; `forward`: also to the server of whoever is reported, without a name."""

    account_id: Number
    status_ids: list[Number] = []
    comment: str = ""
    forward: bool = False
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: list[str] = []


class ReportShown(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Report/, with our reference, by when it is looked at, and what came of it.

    `target_account` is null where it cannot be seen any more.
    """

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool = False
    created_at: str
    status_ids: list[str]
    rule_ids: list[str]
    target_account: Account | None
    ref: str
    resolve_by: str | None
    outcome: str | None


class ReportsAsked(Paged, kw_only=True):
    """Which reports: open ones unless `resolved`; about `target_account_id`, by `account_id`."""

    resolved: bool = False
    account_id: Number | None = None
    target_account_id: Number | None = None


class ReportChanged(msgspec.Struct, kw_only=True):
    """What the desk changes of a report; what is not named stays."""

    id: Number
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: list[str] | None = None


class AdminReport(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Report/ as far as it fits; `account` is null for a guest, and for another
    server that speaks for nobody: `from_server` is its domain.

    The accounts in it bear no e-mail address: whoever needs one asks for the account, and that look is written down.
    """

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool = False
    created_at: str
    updated_at: str
    account: AdminAccount | None
    target_account: AdminAccount | None
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Raw]
    rules: list[InstanceRule]
    ref: str
    regime: str
    resolve_by: str | None
    outcome: str | None
    from_server: str | None


async def file(call: Call[ReportSent]) -> ReportShown:
    """Report an account or posts of it; the same said twice is one report."""
    args = call.args
    category = args.category or ("violation" if args.rule_ids else "other")
    sent = Report(
        account=args.account_id,
        posts=tuple(args.status_ids),
        kind=OF_CATEGORY[category],
        rules=tuple(args.rule_ids),
        comment=args.comment,
        forward=args.forward,
    )
    row = await reports.file(call.house.court, call.viewer, sent)
    return shown_report(call, row, await people.person(call.house.reads, call.viewer, row.account_id))


async def own(call: Call[Nothing]) -> list[ReportShown]:
    """One's last 100 reports and what became of each, the newest first."""
    found = await reports.of_viewer(call.house.court, call.viewer)
    whom = await people.whole(call.house.reads, call.viewer, Surface.OWN, {row.account_id for row in found})
    return [shown_report(call, row, whom.get(row.account_id)) for row in found]


def shown_report(call: Call[Any], row: ReportRow, whom: Visible[Person] | None) -> ReportShown:
    return ReportShown(
        id=str(row.id),
        action_taken=row.resolved_at is not None,
        action_taken_at=iso_or_none(row.resolved_at),
        category=category_of(row.category),
        comment=row.comment,
        forwarded=row.forward,
        created_at=iso(row.received_at),
        status_ids=[str(id_) for id_ in row.post_ids],
        rule_ids=list(row.rules),
        target_account=account_of(call.house.settings, call.viewer, whom) if whom else None,
        ref=row.ref,
        resolve_by=iso_or_none(row.resolve_due),
        outcome=row.outcome or None,
    )


# --- the desk ---


async def every(call: Call[ReportsAsked]) -> Answer:
    """Reports, the newest first."""
    args = call.args
    cursor = args.cursor(100, 200)
    rows = await report_desk.latest(
        call.house.court,
        call.viewer,
        resolved=args.resolved,
        below=cursor.below,
        above=cursor.above,
        at_most=cursor.limit + 1,
        about=args.target_account_id or 0,
        by=args.account_id or 0,
    )
    page = rows_page(rows, cursor)
    return json(await _named(call, page.items), headers=link_header(call, page))


async def show(call: Call[ById]) -> AdminReport:
    """One report."""
    return await _one(call, await report_desk.report(call.house.court, call.viewer, call.args.id))


async def amend(call: Call[ReportChanged]) -> AdminReport:
    """What a report is about, as the desk sees it."""
    args = call.args
    kind = None if args.category is None else OF_CATEGORY[args.category]
    rules = None if args.rule_ids is None else tuple(args.rule_ids)
    return await _one(call, await report_desk.amend(call.house.court, call.viewer, args.id, kind=kind, rules=rules))


async def assign_to_self(call: Call[ById]) -> AdminReport:
    """Take a report upon oneself."""
    return await _one(call, await report_desk.assign(call.house.court, call.viewer, call.args.id))


async def unassign(call: Call[ById]) -> AdminReport:
    """Put a report back."""
    return await _one(call, await report_desk.assign(call.house.court, call.viewer, call.args.id, mine=False))


async def resolve(call: Call[ById]) -> AdminReport:
    """Nothing needs to be done about a report; whoever wrote it is told."""
    (row, *_) = await report_desk.resolve(call.house.court, call.viewer, call.args.id, outcome=complaints.NOTHING)
    return await _one(call, row)


async def reopen(call: Call[ById]) -> AdminReport:
    """Look at a report again."""
    return await _one(call, await report_desk.reopen(call.house.court, call.viewer, call.args.id))


async def _one(call: Call[Any], row: ReportRow) -> AdminReport:
    (shown,) = await _named(call, [row])
    return shown


async def _named(call: Call[Any], rows: Sequence[ReportRow]) -> list[AdminReport]:
    """With who sent each, which is written down."""
    await access_audit.note_reporters(call.house.court, call.viewer, [row for row in rows if row.reporter_id])
    return [await _admin(call, row) for row in rows]


async def _admin(call: Call[Any], row: ReportRow) -> AdminReport:
    seen = await thread.several(call.house.reads, call.viewer, list(row.post_ids))
    pen = await pen_for(call, seen)
    return AdminReport(
        id=str(row.id),
        action_taken=row.resolved_at is not None,
        action_taken_at=iso_or_none(row.resolved_at),
        category=category_of(row.category),
        comment=row.comment,
        forwarded=row.forward,
        created_at=iso(row.received_at),
        updated_at=iso(row.resolved_at or row.received_at),
        account=await _account(call, row.reporter_id),
        target_account=await _account(call, row.account_id),
        assigned_account=await _account(call, row.assigned_to),
        action_taken_by_account=await _account(call, row.resolved_by or None),
        statuses=[Raw(written) for post in seen if (written := pen.write(post))],
        rules=[rule for rule in rules_of(call) if rule.id in row.rules],
        ref=row.ref,
        regime=row.regime_ref,
        resolve_by=iso_or_none(row.resolve_due),
        outcome=row.outcome or None,
        from_server=await report_desk.server_of(call.house.court, row),
    )


async def _account(call: Call[Any], id_: int | None) -> AdminAccount | None:
    if id_ is None:
        return None
    try:
        entry = await staffed.by_id(call.house.reads, call.viewer, id_)
    except NotFound:
        return None
    return admin_account(call, entry, address=False)


DESK = "/api/v1/admin/reports"
READ: dict[str, Any] = {"scope": "admin:read:reports", "may": "see_office"}
WRITE: dict[str, Any] = {"scope": "admin:write:reports", "may": "handle_reports"}

ROUTES: tuple[Route, ...] = (
    post("/api/v1/reports", file, Surface.PROFILE, scope="write:reports", limit=(30, 3_600)),
    get("/api/v1/reports", own, Surface.OWN, scope="read:accounts", suspended=True),
    get(DESK, every, Surface.OFFICE, gives=list[AdminReport], **READ),
    get(f"{DESK}/{{id}}", show, Surface.OFFICE, **READ),
    put(f"{DESK}/{{id}}", amend, Surface.OFFICE, **WRITE),
    post(f"{DESK}/{{id}}/assign_to_self", assign_to_self, Surface.OFFICE, **WRITE),
    post(f"{DESK}/{{id}}/unassign", unassign, Surface.OFFICE, **WRITE),
    post(f"{DESK}/{{id}}/resolve", resolve, Surface.OFFICE, **WRITE),
    post(f"{DESK}/{{id}}/reopen", reopen, Surface.OFFICE, **WRITE),
)
