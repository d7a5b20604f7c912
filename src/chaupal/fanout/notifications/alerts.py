"""Staff are told: that an appeal came in, or an order with little time; that a clock has passed a share of its time (whoever has
the matter, else all who could decide it), that somebody asks
to join, who has joined, what was reported; and each of them what their own part is, and how they come in.
So is whoever filed an order on the portal, when it waits for them, and whoever scheduled a post that could not be posted.
"""

from typing import Any, NamedTuple

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.fanout.notifications.telling import ToldAccount
from chaupal.governance.appeals import appeals as hearing
from chaupal.governance.cases import clocks
from chaupal.governance.events import (
    AppealFiled,
    ClockAlert,
    ClocksPassed,
    OrderMoved,
    ReportReceived,
    RoleGiven,
    SecondStepEnded,
    SecondStepWanted,
)
from chaupal.policy.deadline_alerts import CAME_IN, SHORT
from chaupal.policy.sentences import complaint_texts, filer_texts
from chaupal.policy.viewer import MAY, Role
from chaupal.ports.mail import Letter
from chaupal.reads.people.notifications import DUTIES
from chaupal.social.events import AccountOpened, JoiningAsked, PlanFailed
from chaupal.store.court import appeals, docket, offices, reports, rulings
from chaupal.store.identity import accounts, logins, moving
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notifications

# Orders that one authority files in a day of which staff are reminded one by one, and whoever filed them has mails; the others stand
# in the queue, the next due first, and on the portal.
MOST_REMINDED = 20
# Who could do what is due.
COULD = {clocks.ORDER: "decide", clocks.APPEAL: "hear_appeal", clocks.REPORT: "handle_reports"}
SECURITY = "/settings/security"
PATHS = {
    clocks.ORDER: "/office/orders/{ref}",
    clocks.APPEAL: "/office/appeals/{of}",
    clocks.REPORT: "/office/reports/{of}",
}


class ClockTold(NamedTuple):
    """A clock that is told of: by which text (`kind`), where the matter stands, and to whom. Who has an `email` has a letter."""

    event: ClockAlert
    kind: str
    path: str
    ref: str
    staff: list[ToldAccount]
    operator: list[ToldAccount]

    def facts(self, language: str) -> dict[str, Any]:
        """For the text."""
        thing = complaint_texts.thing(self.event.what, self.ref, language, self.event.clock)
        return {"day": self.event.due_at, "thing": thing, "share": str(self.event.share)}


async def came_in(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    """An emergency, or an order with little time: half of that may be over before anybody is reminded. One that is only made public
    has been here before.
    """
    order = await docket.order(w, event.order) if event.verb == "receive" else None
    if order is None or order.published_at is not None:
        return
    running = [one for one in await clocks.of_matter(w, clocks.ORDER, order.id) if one.stopped_at is None]
    first = next((one for one in running if one.kind == "act"), next(iter(running), None))
    if first is not None and (order.emergency or first.due_at - first.starts_at <= SHORT):
        await _tell_new(carrier, w, clocks.ORDER, order.id, first.kind, first.due_at)


async def appealed(carrier: Carrier, w: Writing, event: AppealFiled) -> None:
    row = await appeals.appeal(w, event.appeal)
    if row is not None:
        await _tell_new(carrier, w, clocks.APPEAL, row.id, hearing.DECIDE, row.due_at)


async def _tell_new(carrier: Carrier, w: Writing, what: str, of: int, clock: str, due_at: int) -> None:
    """By direct post and a letter of its own, and to nobody outside the office: what stands there is said by other events."""
    event = ClockAlert(what=what, of=of, clock=clock, share=CAME_IN, due_at=due_at)
    due = await _due(carrier, w, event)
    if due is None:
        return
    for to in due.staff:
        telling.answer(carrier, w, to, due.kind, path=due.path, key=_key(event), **due.facts(to.language))


def _key(event: ClockAlert) -> str:
    return f"clock:{event.what}:{event.of}:{event.clock}:{event.share}"


async def tell(carrier: Carrier, w: Writing, event: ClockAlert) -> None:
    """By direct post; the letter stands beside it (`write`)."""
    due = await _due(carrier, w, event)
    if due is None:
        return
    for to in due.staff:
        post = to._replace(email="")
        telling.answer(carrier, w, post, due.kind, path=due.path, key=_key(event), **due.facts(to.language))
    if not event.in_letter:
        await write(carrier, w, ClocksPassed(alerts=(event,)))


async def write(carrier: Carrier, w: Writing, event: ClocksPassed) -> None:
    """One letter to each, also to the operator; where it is of several, with a line for each."""
    letters: dict[ToldAccount, list[ClockTold]] = {}
    for alert in event.alerts:
        if due := await _due(carrier, w, alert):
            for to in (*due.staff, *due.operator):
                if to.email:
                    letters.setdefault(to, []).append(due)
    for to, some in letters.items():
        language, name = to.language, f"@{to.handle}" if to.handle else ""
        if len(some) == 1:
            kind, path, facts = some[0].kind, some[0].path, some[0].facts(language)
        else:
            lines = (
                f"{complaint_texts.line(due.kind, language, **due.facts(language))}\n{carrier.settings.origin}{due.path}"
                for due in some
            )
            kind, path, facts = "clocks", "/office", {"many": str(len(some)), "lines": "\n\n".join(lines)}
        telling.write(carrier, w, to.email, language, kind, path=path, name=name, **facts)


async def _due(carrier: Carrier, reading: Reading, event: ClockAlert) -> ClockTold | None:
    """To staff, and to the operator once the time is over. Of what is due on one day about one account, one stands in letters."""
    order, now = await _order(reading, event), carrier.clock()
    ref, assigned, by_mail = await _matter(reading, event, order)
    if ref is None:
        return None
    kind = "came_in" if event.share == CAME_IN else "overdue" if event.share >= 100 else "clock"
    due = ClockTold(event, kind, PATHS[event.what].format(ref=ref, of=event.of), ref, staff=[], operator=[])
    could, secret = MAY[COULD[event.what]], order is not None and order.secret_at(now)
    if secret:
        could &= MAY["see_secret"]  # an appeal tells of it, too
    # Whose things a secret order is about hears nothing of it, nor whom a report is about, and nobody that their own appeal is due.
    hushed = await _owners(reading, order, now) | await _concerned(reading, event)
    able = [one for one in await accounts.with_roles(reading, sorted(could)) if not await _is_of(reading, one, hushed)]
    if event.share == CAME_IN:
        able = [one for one in able if await _could_act(carrier, reading, event, order, one)]
    one_of_many = order if event.what == clocks.ORDER else None
    for account in [assigned] if assigned in able else able:  # whoever has it may not work on it any more
        many = one_of_many is not None and await crowded(reading, one_of_many, account)
        if not many or kind == "overdue":
            to = await telling.ear(carrier, reading, account)
            due.staff.append(to if by_mail and not many else to._replace(email=""))
    operator = carrier.settings.contact_email
    if kind == "overdue" and operator and by_mail:
        # Whose address that is hears by it what they may know, and no more: many may read it, it stands on a page for everybody.
        login = await logins.named(reading, operator.lower())
        account = login.account if login else 0
        unknown = secret and await accounts.role_of(reading, account) not in MAY["see_secret"]
        if (
            not await _is_of(reading, account, hushed)
            and not unknown
            and not (one_of_many and await crowded(reading, one_of_many, account))
        ):
            due.operator.append(ToldAccount(0, operator, carrier.settings.default_language, ""))
    return due


async def _order(reading: Reading, event: ClockAlert) -> docket.Order | None:
    """The order that is due, or the one under which was decided what is appealed."""
    if event.what == clocks.ORDER:
        return next(iter(await docket.orders_by_id(reading, [event.of])), None)
    appeal = await appeals.appeal(reading, event.of) if event.what == clocks.APPEAL else None
    row = None if appeal is None else await rulings.ruling(reading, appeal.ruling_id)
    matter = None if row is None else await docket.matter_of(reading, row.target_id)
    return None if matter is None else matter[0]


async def _could_act(
    carrier: Carrier, reading: Reading, event: ClockAlert, order: docket.Order | None, account: int
) -> bool:
    """Whether what came in is news to somebody, and nothing keeps them from it. Of what nobody could act on reminders tell all."""
    if event.what == clocks.APPEAL:
        return await hearing.could_hear(carrier.court, reading, account, event.of)
    if order is None or account == order.received_by:
        return False
    owners = {target.owner_id for target in await docket.targets_of(reading, order.id)}
    return len(owners) != 1 or not await _is_of(reading, account, frozenset(owners))


async def crowded(reading: Reading, order: docket.Order, account: int = 0) -> bool:
    """Whether it is one of very many that its authority filed within a day: they must not drown what others ask. No emergency is.

    `account`: who is to be told of it. Secret orders about what is theirs do not count: by a reminder that is missing they would
    learn of them.
    """
    if order.emergency or order.authority_id is None:
        return False
    return await docket.lately_from(reading, order, account) > MOST_REMINDED


async def _owners(reading: Reading, order: docket.Order | None, now: int) -> frozenset[int | None]:
    if order is None or not order.secret_at(now):
        return frozenset()
    return frozenset(target.owner_id for target in await docket.targets_of(reading, order.id))


async def _concerned(reading: Reading, event: ClockAlert) -> frozenset[int | None]:
    """Whom a report is about and whose it is, whose an appeal is: the desk does not show it to them, or has nothing for them to do."""
    if event.what == clocks.APPEAL and (appeal := await appeals.appeal(reading, event.of)) is not None:
        return frozenset((appeal.account_id,))
    if event.what == clocks.REPORT and (report := await reports.report(reading, event.of)) is not None:
        return frozenset((report.account_id, report.reporter_id))
    return frozenset()


async def _is_of(reading: Reading, account: int, hushed: frozenset[int | None]) -> bool:
    """Whether any account of theirs is among those."""
    return bool(hushed) and not hushed.isdisjoint(await moving.moved_between(reading, account))


async def _matter(
    reading: Reading, event: ClockAlert, order: docket.Order | None
) -> tuple[str | None, int | None, bool]:
    """(its reference, on whose desk it lies, whether a mail is written of it); no reference for one that is not there."""
    if event.what == clocks.ORDER:
        return order.ref if order else None, None, True
    if event.what == clocks.APPEAL:
        appeal = await appeals.appeal(reading, event.of)
        return ("", appeal.assigned_to, True) if appeal else (None, None, False)
    report = await reports.report(reading, event.of)
    if report is None:
        return None, None, False
    return report.ref, report.assigned_to, await reports.is_first_due(reading, report)


async def given_role(carrier: Carrier, w: Writing, event: RoleGiven) -> None:
    if event.role == Role.MEMBER:
        await _word(carrier, w, event.account, "no_part", "")
    else:
        await _word(carrier, w, event.account, "part", "/office")


async def second_wanted(carrier: Carrier, w: Writing, event: SecondStepWanted) -> None:
    await _word(carrier, w, event.account, "second_wanted", SECURITY)


async def second_ended(carrier: Carrier, w: Writing, event: SecondStepEnded) -> None:
    await _word(carrier, w, event.account, "second_ended", SECURITY)


async def _word(carrier: Carrier, w: Writing, account: int, kind: str, path: str) -> None:
    to = await telling.ear(carrier, w, account)
    telling.answer(carrier, w, to, kind, path=path, key=f"{kind}:{account}:{carrier.clock()}")


async def unsaid(carrier: Carrier, w: Writing, event: PlanFailed) -> None:
    await _word(carrier, w, event.account, "unsaid", "/scheduled")


SIGN_UP, REPORT = "admin.sign_up", "admin.report"


async def joined(carrier: Carrier, w: Writing, event: AccountOpened) -> None:
    """Nobody's own coming in is news to them; in whose name it came is looked up when it is told."""
    await _tell(carrier, w, SIGN_UP, event.account, f"joined:{event.account}", besides=(event.account,))


async def asks_to_join(carrier: Carrier, w: Writing, event: JoiningAsked) -> None:
    """Those who may let them in, once until nobody waits any more: a crowd at the door is no crowd of letters."""
    longest = await logins.waiting(w, 1)
    if longest and longest[0].account == event.account:
        for account in await accounts.with_roles(w, sorted(MAY["approve_accounts"])):
            await _word(carrier, w, account, "asks_to_join", "/office/joining")


async def reported(carrier: Carrier, w: Writing, event: ReportReceived) -> None:
    """Whoever wrote it, and whom it is about, do not decide it. In the name of the house: who sent it is a look of its own."""
    row = await reports.report(w, event.report)
    if row is None:
        return
    by = await telling.speaker(w, row.account_id)
    body = msgspec.json.encode({"report": row.id}).decode()
    await _tell(carrier, w, REPORT, by, f"report:{row.id}", besides=(row.reporter_id, row.account_id), body=body)


async def _tell(
    carrier: Carrier, w: Writing, kind: str, by: int, cause: str, *, besides: tuple[int | None, ...], body: str = ""
) -> None:
    """To each of them, whatever their policy says of strangers: it is their office, and no stranger's knock."""
    for account in await accounts.with_roles(w, sorted(MAY[DUTIES[kind]])):
        if account not in besides:
            await notifications.add(w, carrier.make_id(), account, kind, by=by, cause=cause, body=body)


async def moved(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    order = await docket.order(w, event.order) if event.verb in filer_texts.WAITS else None
    user = await offices.user(w, order.filed_by) if order is not None and order.filed_by is not None else None
    if user is None or order is None or user.disabled_at is not None or await crowded(w, order):
        return
    title, origin = carrier.settings.title, carrier.settings.origin
    subject, body = filer_texts.letter(event.verb, ref=order.ref, most=MOST_REMINDED, title=title, origin=origin)
    w.tell(LetterDue(letter=Letter(to=user.email, subject=subject, body=body)))
