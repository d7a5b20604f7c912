"""What a decision would do, ready for a page: whom it reaches, and how the thing would look here and abroad."""

import copy
from typing import Any

import msgspec

from chaupal.governance.cases import cases, desk
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.desk import Options
from chaupal.http.call import Call
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal.reads.court import impact
from chaupal.reads.court.impact import Impact, ImpactOn, SeenFrom
from chaupal.web.square import cards

MOST_PARTS = 100


class Preview(msgspec.Struct, frozen=True):
    """How it would look from a country."""

    country: str
    seen: SeenFrom
    gone: cards.Limit | None
    pictures_gone: cards.Limit | None
    labels: tuple[cards.Limit, ...]


class Effect(msgspec.Struct, frozen=True):
    """What `outcome` would touch, and how it would look."""

    outcome: str
    impact: Impact
    looks: tuple[Preview, ...]


def proposed(case: Case) -> Draft | None:
    """What somebody proposed and nobody has decided yet."""
    if case.proposal is None or case.state not in cases.PROPOSED:
        return None
    return case.proposal.body.draft


async def effect(call: Call[Any], options: Options, draft: Draft) -> Effect | None:
    """What a draft would do to a case's thing; None where it is no measure, or the thing is not here."""
    rulings = desk.supposed(call.house.court, options.case, draft)
    target = options.case.target
    if not rulings:
        return None
    about = ImpactOn(
        kind=target.kind,
        subject=target.subject_id or 0,
        owner=target.owner_id,
        parts=tuple(draft.parts)[:MOST_PARTS],
        term=target.term,
        pictures=draft.outcome == "withhold_media",
    )
    made = await impact.impact(call.house.reads, call.viewer, about, rulings)
    return Effect(draft.outcome, made, tuple(_preview(call, seen) for seen in made.looks))


def _preview(call: Call[Any], seen: SeenFrom) -> Preview:
    """What stands there, in the words of that country, but in the language of whoever looks now."""
    there = copy.copy(call)
    there.viewer = Viewer(country=seen.country, language=call.viewer.language)
    if seen.shown is None:
        return Preview(seen.country, seen, None, None, ())
    gone, _, pictures_gone, labels = cards.limits(there, seen.shown.verdict)
    return Preview(seen.country, seen, gone, pictures_gone, labels)
