"""What was decided about oneself, and appeals, in the API: also for those who are suspended or frozen."""

from typing import Any

import msgspec

from chaupal.api.court.warnings import STATES, AccountWarning, WarningAppeal, warned
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.appeals.notices import AppealRow, Message, Strike
from chaupal.http.call import Call, Nothing, Route, get, post
from chaupal.http.paging import ById, Number, TextById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.surface import Surface
from chaupal.reads.people import people


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
