"""What follows from a report: the link that confirms a guest's, the receipt, and the outcome for whoever wrote it."""

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.events import DecisionServed, ReportReceived, ReportResolved, ReportToConfirm, RulingLifted
from chaupal.governance.people import report_desk, reports
from chaupal.policy.measures import Measure
from chaupal.store.court import case_events, docket, reports as rows, rulings
from chaupal.store.court.reports import ReportRow
from chaupal.store.machine.work import Writing


async def confirmation(carrier: Carrier, event: ReportToConfirm) -> None:
    """The link is made as it is sent, so that no secret ever stands in the outbox. Raises OSError from the carrier."""
    found = await reports.new_link(carrier.court, event.report)
    if found is None:
        return
    row, secret = found
    path = f"/report/confirm/{secret}"
    await carrier.mail.send(telling.letter(carrier, row.email, row.language, "confirm", path=path, name=row.name))


async def received(carrier: Carrier, w: Writing, event: ReportReceived) -> None:
    """The receipt, which is the acknowledgement that laws ask for."""
    row = await rows.report(w, event.report)
    if row is None:
        return
    dated = row.resolve_due is not None
    kind = "received" if dated else "received_undated"
    email, language, name = await _address(carrier, w, row)
    if email:
        telling.write(carrier, w, email, language, kind, path="", name=name, day=row.resolve_due, ref=row.ref)


async def resolved(carrier: Carrier, w: Writing, event: ReportResolved) -> None:
    row = await rows.report(w, event.report)
    if row is not None:
        await _tell(carrier, w, row, event.outcome)


async def acted(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """Something was done about what a report began: it is resolved by that."""
    order = await docket.order(w, event.order)
    if order is not None and order.report_id is not None:
        await report_desk.settle(carrier.court, w, order.report_id, Measure(event.measure).row.reported)


async def lifted(carrier: Carrier, w: Writing, event: RulingLifted) -> None:
    """All that was done about a report is lifted, without an appeal: told with the last of it. What ran to its end was done, and what
    an appeal took back was told then.
    """
    order = await docket.order(w, event.order)
    if order is None or order.report_id is None or event.lapsed:
        return
    ids = [target.id for target in await docket.targets_of(w, order.id)]
    made = {case: rows for case, rows in (await rulings.by_targets(w, ids)).items() if rows}
    last = max((row for rows in made.values() for row in rows), key=lambda row: row.lift_log_index or 0)
    stands = (await case_events.events_of(w, list(made))).values()
    if last.id == event.ruling and all(events[-1].state == State.LIFTED for events in stands):
        await told_of(carrier, w, order.report_id, "lifted")


async def told_of(carrier: Carrier, w: Writing, report: int, kind: str) -> None:
    """Tell whoever reported something, and those whose reports were resolved with it."""
    row = await rows.report(w, report)
    if row is None or row.resolved_at is None:
        return
    for one in await rows.resolved_together(w, row.account_id, row.resolved_at):
        await _tell(carrier, w, one, kind)


async def _tell(carrier: Carrier, w: Writing, row: ReportRow, kind: str) -> None:
    if row.reporter_id is not None:
        to = await telling.ear(carrier, w, row.reporter_id)
        telling.answer(
            carrier, w, to, kind, path="/reports", key=f"report:{row.id}:{kind}:{row.resolved_at}", ref=row.ref
        )
    elif row.email:
        telling.write(carrier, w, row.email, row.language, kind, path="", name=row.name, ref=row.ref)


async def _address(carrier: Carrier, w: Writing, row: ReportRow) -> tuple[str, str, str]:
    if row.reporter_id is None:
        return row.email, row.language, row.name
    to = await telling.ear(carrier, w, row.reporter_id)
    return to.email, to.language, f"@{to.handle}"
