"""Appeals for staff's programs: those that wait or have ended, one of them, and the two outcomes that need no more than a reason.

Mastodon's admin API has none (mastodon/mastodon#39100 asks for it); the names are those of its other queues. What narrows a ruling
(`modified`) has more to say: `POST /api/v1/admin/appeals/bulk`.
"""

from typing import Any

import msgspec

from chaupal.api.court.disputes import AppealShown, appeal_shown
from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import REVERSED, UPHELD, Decision
from chaupal.governance.appeals.notices import AppealRow, Strike
from chaupal.http.call import Call, Route, get, post
from chaupal.http.paging import ById, Number, TextById
from chaupal.policy.viewer import Surface


class AppealsAsked(msgspec.Struct):
    """Those that wait, the next due first; or (`ended`) those that have ended, the newest first."""

    ended: bool = False


class AppealDecided(TextById, kw_only=True):
    """`text`: why; `seen`: how many messages the appeal had when it was looked at, refused where more were written since."""

    seen: Number | None = None


class AdminAppeal(AppealShown, kw_only=True):
    """The same as its author sees it, with whose it is, who has taken it upon themselves, and what it is about."""

    account_id: str
    assigned_account_id: str | None
    measure: str
    kind: str


async def listed(call: Call[AppealsAsked]) -> list[AdminAppeal]:
    """The appeals that wait, or have ended."""
    found = await appeals.queue(call.house.court, call.viewer, ended=call.args.ended)
    return [_shown(call, row, about) for row, about in found]


async def show(call: Call[ById]) -> AdminAppeal:
    """One appeal, with what was written in it."""
    return await _appeal(call, call.args.id)


async def approve(call: Call[AppealDecided]) -> AdminAppeal:
    """Approve an appeal: what was decided ends, and counts no more. `text`: why; whoever appealed reads it."""
    return await _decide(call, REVERSED)


async def reject(call: Call[AppealDecided]) -> AdminAppeal:
    """Reject an appeal: what was decided stays as it is. `text`: why; whoever appealed reads it."""
    return await _decide(call, UPHELD)


async def _decide(call: Call[AppealDecided], outcome: str) -> AdminAppeal:
    typed = Decision(outcome=outcome, reason=call.args.text)
    await appeals.decide(call.house.court, call.viewer, call.args.id, typed, call.args.seen)
    return await _appeal(call, call.args.id)


async def _appeal(call: Call[Any], id_: int) -> AdminAppeal:
    return _shown(call, *await appeals.appeal(call.house.court, call.viewer, id_))


def _shown(call: Call[Any], row: AppealRow, about: Strike) -> AdminAppeal:
    shown = appeal_shown(call, row, about.messages, author="account")
    return AdminAppeal(
        **msgspec.structs.asdict(shown),
        account_id=str(row.account_id),
        assigned_account_id=str(row.assigned_to) if row.assigned_to else None,
        measure=about.ruling.measure,
        kind=about.kind,
    )


API = "/api/v1/admin/appeals"
READ: dict[str, Any] = {"scope": "admin:read:orders", "may": "see_office"}
HEAR: dict[str, Any] = {"scope": "admin:write:orders", "may": "hear_appeal"}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, **READ),
    get(f"{API}/{{id}}", show, Surface.OFFICE, **READ),
    post(f"{API}/{{id}}/approve", approve, Surface.OFFICE, **HEAR),
    post(f"{API}/{{id}}/reject", reject, Surface.OFFICE, **HEAR),
)
