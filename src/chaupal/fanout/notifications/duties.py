"""Staff are told in their notifications who has joined and what was reported: those whose role it is, at that moment."""

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.governance.events import ReportReceived
from chaupal.policy.may import MAY
from chaupal.reads.people.notifications import DUTIES
from chaupal.social.events import AccountOpened
from chaupal.store.court import reports
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Writing
from chaupal.store.notifications import notifications

SIGN_UP, REPORT = "admin.sign_up", "admin.report"


async def joined(carrier: Carrier, w: Writing, event: AccountOpened) -> None:
    """Nobody's own coming in is news to them; in whose name it came is looked up when it is told."""
    await _tell(carrier, w, SIGN_UP, event.account, f"joined:{event.account}", besides=(event.account,))


async def reported(carrier: Carrier, w: Writing, event: ReportReceived) -> None:
    """Whoever wrote it, and whom it is about, do not decide it; a guest's comes in the name of the house."""
    row = await reports.report(w, event.report)
    if row is None:
        return
    by = row.reporter_id or await telling.speaker(w, row.account_id)
    body = msgspec.json.encode({"report": row.id}).decode()
    await _tell(carrier, w, REPORT, by, f"report:{row.id}", besides=(row.reporter_id, row.account_id), body=body)


async def _tell(
    carrier: Carrier, w: Writing, kind: str, by: int, cause: str, *, besides: tuple[int | None, ...], body: str = ""
) -> None:
    """To each of them, whatever their policy says of strangers: it is their office, and no stranger's knock."""
    for account in await accounts.with_roles(w, sorted(MAY[DUTIES[kind]])):
        if account not in besides:
            await notifications.add(w, carrier.make_id(), account, kind, by=by, cause=cause, body=body)
