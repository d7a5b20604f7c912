"""The AccountWarning entity: what was decided about oneself, as Mastodon's apps read it, and what else there is to know."""

from typing import Any

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.governance.appeals.appeals import MODIFIED, REVERSED
from chaupal.http.call import Call
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import complaint_texts, placeholders, ruling_texts
from chaupal.policy.things import Person

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
