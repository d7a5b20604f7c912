"""What was decided about oneself, and appeals, in the API: also for those who are suspended or frozen; and the AccountWarning entity, by
which Mastodon's apps read it."""

from typing import Any

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.appeals.appeals import MODIFIED, REVERSED
from chaupal.governance.appeals.notices import AppealRow, Message, Strike
from chaupal.http.call import Call, Nothing, Route, get, post
from chaupal.http.paging import ById, Number, TextById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import complaint_texts, placeholders, ruling_texts
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people

STATES = {"": "pending", "upheld": "rejected", MODIFIED: "approved", REVERSED: "approved"}


class WarningAppeal(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Appeal/"""

    text: str
    state: str


class AccountWarning(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/AccountWarning/ and ours: what, where, until when, by which law, and its page.

    `flagged_by`: the authority whose hint was followed under the house's own rules, in the caller's language.
    """

    id: str
    action: str
    text: str
    status_ids: list[str]
    target_account: Raw
    appeal: WarningAppeal | None
    created_at: str
    measure: str
    withheld_in_countries: list[str]
    law: str | None
    order: str | None
    rule: str | None
    flagged_by: str | None
    ends_at: str | None
    ended: bool
    notice_url: str


def action_of(measure: str, kind: str) -> str:
    """https://docs.joinmastodon.org/entities/AccountWarning/#action; what has no like there is "none", and told in words."""
    if measure == Measure.MARK_SENSITIVE.value and kind == "post":
        return "mark_statuses_as_sensitive"
    return Measure(measure).row.action


def warned(
    call: Call[Any],
    ruling: Ruling,
    kind: str,
    me: Visible[Person],
    *,
    at: int,
    ended: bool,
    appealed: WarningAppeal | None,
    outcome: str = "",
) -> AccountWarning:
    """`outcome`: of an appeal, where this tells of that. `at`: when it was told, in ms."""
    settings, viewer = call.house.settings, call.viewer
    named = not ruling.neutral
    said = ruling_texts.line(ruling, kind, viewer.language, ended=ended)
    return AccountWarning(
        id=str(ruling.id),
        action=action_of(ruling.measure, kind),
        status_ids=[str(ruling.subject)] if kind == "post" else [],
        text=complaint_texts.line(outcome, viewer.language) if outcome else said,
        target_account=Raw(account_bytes(settings, viewer, me)),
        appeal=appealed,
        created_at=iso(at),
        measure=ruling.measure.value,
        withheld_in_countries=list(ruling.territory),
        law=(ruling.legal_basis or None) if named and ruling.basis != "own_rules" else None,
        order=(ruling.order_ref or None) if named else None,
        rule=ruling.rule or None,
        flagged_by=placeholders.flagger(ruling, viewer.language) or None,
        ends_at=iso_or_none(ruling.ends_at),
        ended=ended,
        notice_url=settings.origin + ruling_texts.notice_page(ruling.id),
    )


class AppealSent(msgspec.Struct, kw_only=True):
    """An appeal: against which ruling, and why."""

    ruling_id: Number
    text: str = ""


class MessageShown(msgspec.Struct, kw_only=True):
    """What was written in an appeal; `by`: `you` or `staff`; to staff `account` or `staff`."""

    id: str
    by: str
    text: str
    created_at: str


class AppealShown(msgspec.Struct, kw_only=True):
    """An appeal. `state`: pending, rejected, approved or withdrawn; `outcome`: upheld, modified or reversed."""

    id: str
    ruling_id: str
    text: str
    state: str
    created_at: str
    decide_by: str
    decided_at: str | None
    outcome: str | None
    reason: str | None
    messages: list[MessageShown]
    notice_url: str


async def strikes(call: Call[Nothing]) -> list[AccountWarning]:
    """What was decided about oneself, the newest first."""
    found = await notices.of_viewer(call.house.court, call.viewer)
    return [await _warned(call, strike) for strike in found]


async def strike(call: Call[ById]) -> AccountWarning:
    """One decision about oneself."""
    return await _warned(call, await notices.by_id(call.house.court, call.viewer, call.args.id))


async def file(call: Call[AppealSent]) -> AppealShown:
    """Appeal against a ruling, once and in time."""
    return await _file(call, call.args.ruling_id, call.args.text)


async def file_here(call: Call[TextById]) -> AppealShown:
    """Appeal against a ruling, at the strike's own address."""
    return await _file(call, call.args.id, call.args.text)


async def listed(call: Call[Nothing]) -> list[AppealShown]:
    """One's appeals, the newest first."""
    court, viewer = call.house.court, call.viewer
    rows = await appeals.of_viewer(court, viewer)
    return [appeal_shown(call, row, (await appeals.appeal(court, viewer, row.id))[1].messages) for row in rows]


async def show(call: Call[ById]) -> AppealShown:
    """One appeal, with what was written in it."""
    return await _again(call, call.args.id)


async def say(call: Call[TextById]) -> AppealShown:
    """Write in an appeal."""
    await appeals.say(call.house.court, call.viewer, call.args.id, call.args.text)
    return await _again(call, call.args.id)


async def withdraw(call: Call[ById]) -> AppealShown:
    """Withdraw an appeal."""
    await appeals.withdraw(call.house.court, call.viewer, call.args.id)
    return await _again(call, call.args.id)


async def _file(call: Call[Any], ruling: int, text: str) -> AppealShown:
    row = await appeals.file(call.house.court, call.viewer, ruling, text)
    return appeal_shown(call, row, ())


async def _again(call: Call[Any], id_: int) -> AppealShown:
    row, about = await appeals.appeal(call.house.court, call.viewer, id_)
    return appeal_shown(call, row, about.messages)


async def _warned(call: Call[Any], strike: Strike) -> AccountWarning:
    me = await people.person(call.house.reads, call.viewer, strike.ruling.owner_id or call.me)
    appeal = strike.appeal
    appealed = WarningAppeal(appeal.text, STATES[appeal.outcome]) if appeal else None
    return warned(
        call,
        strike.ruling.ruling,
        strike.kind,
        me,
        at=strike.ruling.starts_at,
        ended=not strike.in_force,
        appealed=appealed,
    )


def appeal_shown(call: Call[Any], row: AppealRow, messages: tuple[Message, ...], *, author: str = "you") -> AppealShown:
    """An appeal with what was written in it. `author`: what whoever filed it is called."""
    state = "withdrawn" if row.state == "withdrawn" else STATES[row.outcome]
    said = [
        MessageShown(id=str(m.id), by="staff" if m.staff else author, text=m.text, created_at=iso(m.at))
        for m in messages
    ]
    return AppealShown(
        id=str(row.id),
        ruling_id=str(row.ruling_id),
        text=row.text,
        state=state,
        created_at=iso(row.filed_at),
        decide_by=iso(row.due_at),
        decided_at=iso_or_none(row.decided_at),
        outcome=row.outcome or None,
        reason=row.reason or None,
        messages=said,
        notice_url=f"{call.house.settings.origin}/disputes/strikes/{row.ruling_id}",
    )


READ: dict[str, Any] = {"scope": "read:accounts", "suspended": True}
WRITE: dict[str, Any] = {"scope": "write:accounts", "suspended": True, "limit": (30, 300)}
STRIKES, APPEALS = "/api/v1/disputes/strikes", "/api/v1/appeals"

ROUTES: tuple[Route, ...] = (
    get(STRIKES, strikes, Surface.OWN, **READ),
    get(f"{STRIKES}/{{id}}", strike, Surface.OWN, **READ),
    post(f"{STRIKES}/{{id}}/appeal", file_here, Surface.OWN, **WRITE),
    post(APPEALS, file, Surface.OWN, **WRITE),
    get(APPEALS, listed, Surface.OWN, **READ),
    get(f"{APPEALS}/{{id}}", show, Surface.OWN, **READ),
    post(f"{APPEALS}/{{id}}/messages", say, Surface.OWN, **WRITE),
    post(f"{APPEALS}/{{id}}/withdraw", withdraw, Surface.OWN, **WRITE),
)
