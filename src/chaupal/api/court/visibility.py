"""Why can I (not) see this: the gate's verdict on a post for whoever asks, with the rulings and their entries in the log."""

from typing import Any

import msgspec

from chaupal.http.call import Call, Route, get
from chaupal.http.paging import ById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.measures import HIDING, SCOPES
from chaupal.policy.rulings import EVERYWHERE, Ruling, told_countries
from chaupal.policy.sentences import placeholders
from chaupal.policy.sentences.ruling_texts import notice_page
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Surface
from chaupal.reads.court import visibility


class MeasureShown(msgspec.Struct, kw_only=True):
    """One ruling. Where it may name nobody (a gagged order), only its type, the caller's country and where to read on."""

    id: str | None
    type: str
    scope: str
    territory: list[str]
    basis: str = ""
    regime: str = ""
    law: str = ""
    rule: str = ""
    authority: str = ""
    reason: str = ""
    order_ref: str = ""
    since: str | None = None
    until: str | None = None
    log_index: int | None = None
    log_entry: str | None = None
    notice_url: str


class StatedShown(msgspec.Struct, kw_only=True):
    """What the server that a post came from says of it: `what` is `withheld` (in `country`) or `suspended` (its author).

    It is that server's statement, and no part of the verdict. `order`: the address of a page about it, on any server.
    """

    server: str
    what: str
    country: str | None
    order: str | None
    since: str | None
    until: str | None


class Visibility(msgspec.Struct, kw_only=True):
    """The verdict. `action`: show, cover, without_media or placeholder; `text`: what stands in the post's place."""

    id: str
    visible: bool
    action: str
    reason: str
    scope: str
    country: str
    country_known: bool
    text: str = ""
    applicable_countries: list[str]
    measures: list[MeasureShown]
    appeal_url: str | None
    stated: list[StatedShown]


async def show(call: Call[ById]) -> Visibility:
    """Why the caller sees a post as they do. 404 as for a missing one where it is not theirs to know of."""
    found = await visibility.rulings_on(call.house.reads, call.viewer, call.args.id)
    seen, rulings = found.seen, found.rulings
    named = next((ruling for ruling in rulings if not ruling.neutral), None)
    said = await visibility.statements_about(call.house.reads, seen.item)
    hiding = [ruling for ruling in rulings if ruling.measure in HIDING]
    return Visibility(
        id=str(call.args.id),
        visible=not isinstance(seen.verdict, Placeholder),
        action=visibility.action_of(seen),
        reason=visibility.reason_of(seen),
        scope=visibility.scope_of(seen),
        country=call.viewer.country,
        country_known=call.viewer.country_known,
        text=_text(call, seen.verdict),
        applicable_countries=_countries(call, hiding),
        measures=[measure(call, ruling) for ruling in rulings],
        appeal_url=call.house.settings.origin + notice_page(named.id) if found.own and named else None,
        stated=[_stated(one) for one in said],
    )


def _stated(statement: visibility.Statement) -> StatedShown:
    return StatedShown(
        server=statement.domain,
        what=statement.what,
        country=statement.country or None,
        order=statement.order or None,
        since=iso(statement.since) if statement.since else None,
        until=iso(statement.until) if statement.until else None,
    )


def measure(call: Call[Any], ruling: Ruling) -> MeasureShown:
    """A ruling as it may be told to the caller."""
    origin, language = call.house.settings.origin, call.viewer.language
    notice = origin + placeholders.notice_path(ruling)
    scope = SCOPES.get(ruling.measure, "user" if ruling.subject != call.args.id else "status")
    if ruling.neutral:
        return MeasureShown(
            id=None, type=ruling.measure, scope=scope, territory=_countries(call, [ruling]), notice_url=notice
        )
    return MeasureShown(
        id=str(ruling.id),
        type=ruling.measure,
        scope=scope,
        territory=list(ruling.territory),
        basis=ruling.basis,
        regime=ruling.regime,
        law=placeholders.in_tongue(ruling.legal_basis, language),
        rule=ruling.rule,
        reason=ruling.reason,
        order_ref=ruling.order_ref,
        authority=(ruling.authority_hi if language == "hi" else "") or ruling.authority,
        since=iso(ruling.starts_at),
        until=iso_or_none(ruling.ends_at),
        log_index=ruling.log_index,
        log_entry=f"{origin}/log/entry/{ruling.log_index}",
        notice_url=notice,
    )


def _countries(call: Call[Any], rulings: list[Ruling]) -> list[str]:
    """Where they bind; of one that may name nobody, no more than what the caller sees anyway."""
    codes = {code for ruling in rulings for code in told_countries(ruling, call.viewer.country)}
    return [EVERYWHERE] if EVERYWHERE in codes else sorted(codes)


def _text(call: Call[Any], verdict: Any) -> str:
    ruling, scope = (
        (verdict.ruling, verdict.scope) if isinstance(verdict, Placeholder) else (verdict.without_media, "media")
    )
    return (
        ""
        if ruling is None
        else placeholders.placeholder(ruling, scope, call.viewer.language, country=call.viewer.country)
    )


ROUTES: tuple[Route, ...] = (
    get("/api/v1/statuses/{id}/visibility", show, Surface.STATUS, scope="read:statuses", public=True),
)
