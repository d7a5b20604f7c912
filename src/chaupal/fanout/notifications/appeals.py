"""What follows from an appeal: a receipt, word that somebody answered, and the outcome for everybody who was told before."""

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.fanout.notifications.complaints import told_of
from chaupal.governance.appeals import notices as court_notices
from chaupal.governance.appeals.notices import ABOUT_APPEAL, Strike
from chaupal.governance.events import AppealAnswered, AppealDecided, AppealFiled
from chaupal.policy.sentences import ruling_texts
from chaupal.store.court import appeals
from chaupal.store.machine.work import Writing


async def filed(carrier: Carrier, w: Writing, event: AppealFiled) -> None:
    """A receipt by mail: whoever appeals may be suspended and see nothing else of the square."""
    row = await appeals.appeal(w, event.appeal)
    if row is None:
        return
    to = await telling.ear(carrier, w, event.account)
    if to.email:
        path, name = ruling_texts.notice_page(row.ruling_id), f"@{to.handle}"
        strike = await court_notices.strike_of(carrier.court, w, row.ruling_id)
        further = _about(strike, to.language)
        telling.write(carrier, w, to.email, to.language, "filed", path=path, name=name, day=row.due_at, further=further)


def _about(strike: Strike, language: str) -> str:
    """Whoever has appealed twice knows by this which of them is meant."""
    ref = strike.order.ref if strike.order is not None and not strike.ruling.neutral else ""
    return ruling_texts.decided_about(strike.kind, ref, language)


async def answered(carrier: Carrier, w: Writing, event: AppealAnswered) -> None:
    row = await appeals.appeal(w, event.appeal)
    if row is None:
        return
    to = await telling.ear(carrier, w, event.account)
    path = telling.notice_page(carrier, to, row.ruling_id)
    further = _about(await court_notices.strike_of(carrier.court, w, row.ruling_id), to.language)
    telling.answer(carrier, w, to, "answered", path=path, key=f"appeal:{row.id}:{event.message}", further=further)


async def decided(carrier: Carrier, w: Writing, event: AppealDecided) -> None:
    """The person concerned, by every way; and where the ruling was wrong, whoever was told of it as reporters."""
    strike = await court_notices.strike_of(carrier.court, w, event.ruling)
    row = strike.ruling
    to = await telling.ear(carrier, w, event.account)
    key, path = f"appeal:{event.appeal}:decided", telling.notice_page(carrier, to, row.id)
    if not to.remote:
        ended = event.outcome == "reversed"
        await telling.warn(carrier, w, event.account, strike, key, ended=ended, appeal=event.outcome)
    further = _about(strike, to.language)
    telling.answer(carrier, w, to, event.outcome, path=path, key=key, noticed=not to.remote, further=further)
    ways = telling.ways_told(carrier, to)
    await court_notices.note(carrier.court, w, strike, ABOUT_APPEAL, "sent", language=to.language, ways=ways)
    if event.outcome == "reversed" and strike.order is not None and strike.order.report_id is not None:
        await told_of(carrier, w, strike.order.report_id, "taken_back")
