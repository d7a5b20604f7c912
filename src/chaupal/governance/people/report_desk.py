"""The desk for reports: who looks at them, what became of them, and which are looked at together."""

from collections.abc import Sequence

from msgspec.structs import replace

from chaupal.governance.cases import clocks, evidence, guards
from chaupal.governance.context import CLOCK, Court, pseudonym
from chaupal.governance.events import ReportResolved
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.people import complaints
from chaupal.governance.people.reports import RESOLVE, check_rules
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import case_events, reports
from chaupal.store.court.reports import ReportRow
from chaupal.store.federation import servers
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries

RESOLVED = "report_resolved"
YOURS = "reported_by_you"


async def queue(court: Court, viewer: Viewer, *, resolved: bool = False) -> list[ReportRow]:
    """Open reports, the next due first; or resolved ones, the newest first. Those about oneself are left out."""
    me = check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        rows = await (reports.latest(reading, (reports.RESOLVED,)) if resolved else reports.waiting(reading))
        mine = await guards.accounts_of(reading, me)
        return [_shown_to(viewer, row) for row in rows if row.account_id not in mine]


async def how_many_wait(court: Court, viewer: Viewer) -> int:
    """Open reports that this viewer may decide, and that lie on nobody else's desk; of very many, so many as the queue shows."""
    if not may(viewer, "handle_reports"):
        return 0
    async with court.work.reading() as reading:
        mine = await guards.accounts_of(reading, viewer.me)
    found = await queue(court, viewer)
    return sum(row.reporter_id not in mine and row.assigned_to in (None, viewer.account) for row in found)


def _shown_to(viewer: Viewer, row: ReportRow) -> ReportRow:
    """Who complained is told to those who look after reports, and to the auditor; the rest of the staff see what about."""
    return row if may(viewer, "see_reported") else replace(row, reporter_id=None, server=0, email="", name="")


async def latest(
    court: Court, viewer: Viewer, *, resolved: bool, below: int, above: int, at_most: int, about: int = 0, by: int = 0
) -> list[ReportRow]:
    """Between two ids, the newest first; `about` an account and `by` another where they are named."""
    me = check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        state = reports.RESOLVED if resolved else reports.OPEN
        found = await reports.latest(reading, (state,), below=below, above=above, at_most=at_most, about=about, by=by)
        mine = await guards.accounts_of(reading, me)
        seen = [_shown_to(viewer, row) for row in found if row.account_id not in mine]
        return [row for row in seen if not by or row.reporter_id == by]


async def report(court: Court, viewer: Viewer, id_: int) -> ReportRow:
    """For staff. Raises NotFound, NotAllowed for one about oneself: who complained of them is not theirs to know."""
    me = check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        row = await _report(reading, id_)
        await guards.check_not_own(reading, me, [row.account_id])
        return _shown_to(viewer, row)


async def beside(court: Court, viewer: Viewer, row: ReportRow) -> list[ReportRow]:
    """Other open reports about the same account: they are looked at together."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        found = await reports.open_on(reading, row.account_id)
        return [_shown_to(viewer, one) for one in found if one.id != row.id]


async def matters(court: Court, viewer: Viewer, row: ReportRow) -> list[str]:
    """References of the house's own matters about what is reported, so that nobody opens a second one for another report."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await case_events.own_matters_on(reading, row.account_id, row.post_ids)


async def matters_for(court: Court, viewer: Viewer, rows: Sequence[ReportRow]) -> dict[int, str]:
    """Report -> the reference of the last matter that was opened for it."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await case_events.matters_for(reading, [row.id for row in rows])


async def server_of(court: Court, row: ReportRow) -> str | None:
    """The domain of the server that sent a report; None for one that was written here."""
    if not row.server:
        return None
    async with court.work.reading() as reading:
        return await servers.domain(reading, row.server)


async def assign(court: Court, viewer: Viewer, id_: int, *, mine: bool = True) -> ReportRow:
    """Take a report upon oneself, or put it back. Raises Conflict where it is resolved."""
    async with court.work.writing() as w:
        me = await _mine_to_handle(w, viewer, id_)
        if not await reports.assign(w, id_, me if mine else None):
            await _report(w, id_)
            raise Conflict(RESOLVED)
        return await _report(w, id_)


async def amend(
    court: Court, viewer: Viewer, id_: int, *, kind: str | None, rules: tuple[str, ...] | None
) -> ReportRow:
    """File an open report under what it is about; its clock stays. Raises Invalid by field, Conflict where it is resolved."""
    paper = Paper()
    if kind is not None and kind not in complaints.KINDS:
        paper.complain("category", "no_choice")
    if rules is not None:
        check_rules(paper, rules)
    paper.check()
    async with court.work.writing() as w:
        await _mine_to_handle(w, viewer, id_)
        row = await _report(w, id_)
        if not await reports.amend(
            w, id_, row.category if kind is None else kind, row.rules if rules is None else rules
        ):
            raise Conflict(RESOLVED)
        return await _report(w, id_)


async def resolve(
    court: Court, viewer: Viewer, id_: int, *, outcome: str, reason: str = "", together: bool = False
) -> list[ReportRow]:
    """Say what became of a report, or `together` of all open ones about its account but those of whoever says it; whoever wrote
    them is told.

    Raises Invalid by field, Conflict where it is resolved already.
    """
    paper = Paper()
    reason = paper.page("reason", reason, needed=False)
    if outcome not in complaints.BY_HAND:
        paper.complain("outcome", "no_choice")
    paper.check()
    async with court.work.writing() as w:
        me = await _mine_to_handle(w, viewer, id_)
        row = await _report(w, id_)
        beside = await reports.open_on(w, row.account_id) if together else []
        mine = await guards.accounts_of(w, me)
        rows = [one for one in beside if one.reporter_id not in mine] or [row]
        return [await _resolve(court, w, one, me, outcome, reason) for one in rows]


async def settle(court: Court, w: Writing, id_: int, outcome: str) -> None:
    """In the unit of what was done about a report: it and the open ones beside it about the same posts are resolved so."""
    row = await reports.report(w, id_)
    if row is None or row.state != reports.OPEN:
        return
    for one in await reports.open_on(w, row.account_id):
        if one.id == id_ or (one.post_ids and set(one.post_ids) <= set(row.post_ids)):
            await _resolve(court, w, one, CLOCK, outcome, "")


async def reopen(court: Court, viewer: Viewer, id_: int) -> ReportRow:
    """Look at a resolved report again. Raises Conflict where it is open."""
    async with court.work.writing() as w:
        await _mine_to_handle(w, viewer, id_)
        row = await _report(w, id_)
        if not await reports.reopen(w, id_):
            raise Conflict("report_open")
        if row.resolve_due is not None:
            await clocks.start(w, clocks.REPORT, id_, RESOLVE, row.received_at, row.resolve_due)
        return await _report(w, id_)


async def _mine_to_handle(w: Writing, viewer: Viewer, id_: int) -> int:
    """The viewer, who may handle this report: neither one about themselves nor one of theirs. Raises NotAllowed, NotFound."""
    check_may(viewer, "handle_reports")
    row = await _report(w, id_)
    me = await guards.act(w, viewer, "handle_reports", [row.account_id])
    await guards.check_not_own(w, me, [row.reporter_id], YOURS)
    return me


async def _resolve(court: Court, w: Writing, row: ReportRow, by: int, outcome: str, reason: str) -> ReportRow:
    now = court.clock()
    if not await reports.resolve(w, row.id, by, now, outcome, reason):
        raise Conflict(RESOLVED)
    public = entries.Report(
        step="resolved",
        category=complaints.category_of(row.category),
        outcome=outcome,
        at=tlog.at_minute(now),
        by=pseudonym(court, by),
    )
    await log.append(court, w, row.ref, public, prev=row.log_index, regime=row.regime_ref or None)
    await clocks.stop(w, clocks.REPORT, row.id, RESOLVE, now)
    await evidence.hold_reported_on(court, w, row)
    w.tell(ReportResolved(report=row.id, ref=row.ref, outcome=outcome))
    return await _report(w, row.id)


async def _report(reading: Reading, id_: int) -> ReportRow:
    row = await reports.report(reading, id_)
    if row is None or row.state == reports.UNCONFIRMED:
        raise NotFound
    return row
