"""The ladder of measures: what may be decided about a target under its law; never wider than the target, and as narrow as possible."""

from collections.abc import Collection, Sequence

from chaupal.governance.cases.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.orders import faces
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.resolving import SERVER
from chaupal.governance.regimes import Refusal
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.kernel.ids import parse_id
from chaupal.policy.draft import CLOSINGS, OWN_ACTION, REFUSE, Draft
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import subjects_of
from chaupal.policy.measures import ACCOUNT_LEVEL, USUAL, Measure
from chaupal.store.court import case_events
from chaupal.store.court.docket import Order, Target
from chaupal.store.federation import limits
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming
from chaupal.store.square.posts import sealed_posts
from chaupal.text.clean import trimmed
from chaupal_audit.law.regime import OWN_REFUSALS

REFUSALS = tuple(refusal.value for refusal in Refusal)
# What an order against a thing can be narrowed to: parts of it, each named.
NARROWER = {("account", "post"), ("post", "media"), ("account", "media")}
MOST_PARTS = 500
# What has a sense in a matter of the house's own, in which no authority asks for anything.
OWN_CLOSINGS = ("already_gone", "duplicate")
NOT_ITS_TO_ASK = "not_its_to_ask"


def narrowest(case: Case) -> Measure | None:
    """The lowest rung that does what is asked of this target; None where its law has none for it."""
    asked = Measure(case.target.demanded) if case.target.demanded else USUAL.get(case.target.kind)
    return asked if asked in case.regime.measures_allowed else None


def refusals(*, own: bool) -> list[str]:
    """The grounds on which a target can be refused, of an order or of a matter of the house's own."""
    return [one.value for one in Refusal if (one in OWN_REFUSALS if own else one is not Refusal.NO_RULE_BROKEN)]


def closings(*, own: bool) -> list[str]:
    """As what a case can be closed without a measure or a refusal, of an order or of a matter of the house's own."""
    return [one for one in CLOSINGS if not own or one in OWN_CLOSINGS]


def brings(court: Court, order: Order) -> Collection[Measure]:
    """The measures that a breach of a matter's rule brings; of an order any, for its law alone says which."""
    if order.authority_id is not None:
        return tuple(Measure)
    try:
        return court.rules.cited(order.rule).measures
    except NotFound:  # of a version that the operator has taken away
        return ()


def open_to(case: Case) -> list[Measure]:
    """The measures that can be decided about the target, narrowest first, parts of it included."""
    kinds = {case.target.kind} | {part for whole, part in NARROWER if whole == case.target.kind}
    return [m for m in Measure if m in case.regime.measures_allowed and kinds.intersection(m.row.on)]


async def check(court: Court, reading: Reading, paper: Paper, case: Case, draft: Draft) -> None:
    """Complain about all that this draft may not do. Raises Conflict where no measure may be decided at all now."""
    if draft.refuses:
        if draft.code not in (grounds := refusals(own=case.own_rules)):
            paper.complain("code", "no_choice_of", choices=", ".join(grounds))
        return
    ends = closings(own=case.own_rules)
    if draft.outcome in ends:
        return
    measure = next((m for m in open_to(case) if m.value == draft.outcome), None)
    if measure is None:
        paper.complain("outcome", "no_choice_of", choices=", ".join((*open_to(case), REFUSE, *ends)))
        return
    check_may_bind(court, case)
    _check_account_level(paper, case, draft, measure)
    _check_words(court, paper, case, draft, measure)
    if case.target.kind == SERVER and await limits.binds(reading, case.target.subject_id or 0, measure.value):
        paper.complain("outcome", "server_limited_so")
    await _check_parts(reading, paper, case, draft, measure)


async def matter_of(reading: Reading, paper: Paper, case: Case, draft: Draft) -> str:
    """In which matter under the house's own rules was done what the draft closes the case for; nothing where there is none.

    Complain of one that is not about the same thing or its account. Of what is not for everybody the account is not told.
    """
    if draft.outcome != OWN_ACTION:
        if draft.matter:
            paper.complain("matter", "own_closing_alone")
        return ""
    known = await case_events.own_matters_about(
        reading, case.target, owner_too=await _for_everybody(reading, case.target)
    )
    if draft.matter and draft.matter not in known:
        paper.complain("matter", "no_own_matter")
    return draft.matter or next(iter(known), "")


async def _for_everybody(reading: Reading, target: Target) -> bool:
    if target.kind not in ("post", "media"):
        return True
    look = naming.posts_named if target.kind == "post" else naming.pictures_named
    _, visibility = (await look(reading, [target.subject_id or 0])).get(target.subject_id or 0, (None, None))
    return visibility is not None and visibility <= Visibility.UNLISTED


def check_may_bind(court: Court, case: Case) -> None:
    """An order that is over, or of which nobody knows whether it is genuine, limits nothing."""
    order, now = case.order, court.clock()
    if faces.barring(case):
        raise Conflict(NOT_ITS_TO_ASK)
    if any(end is not None and end <= now for end in (order.ends_at, order.interim_until)):
        raise Conflict("order_over")
    if case.regime.verify_origin and order.origin != "verified":
        raise Conflict("origin_unchecked")


def _check_account_level(paper: Paper, case: Case, draft: Draft, measure: Measure) -> None:
    if measure not in ACCOUNT_LEVEL or case.own_rules:
        return
    if case.protected:
        paper.complain("outcome", "whole_account_protected")
    elif not trimmed(draft.finding):
        paper.complain("finding", "finding_missing")


def _check_words(court: Court, paper: Paper, case: Case, draft: Draft, measure: Measure) -> None:
    if measure is Measure.LABEL and not trimmed(draft.text):
        paper.complain("text", "blank")
    if draft.permanent and measure is not Measure.SUSPEND:
        paper.complain("permanent", "only_suspension_for_good")
    if case.own_rules:
        check_rule(court, paper, draft.rule or case.order.rule, measure)


def check_rule(court: Court, paper: Paper, citation: str, measure: Measure | None = None) -> None:
    """Whether the house has the rule (`2@1`), and whether its breach may bring the measure."""
    try:
        rule = court.rules.cited(citation)
    except NotFound:
        paper.complain("rule", "no_rule_here")
        return
    if measure is not None and measure not in rule.measures:
        paper.complain("outcome", "not_for_this_rule")


def strike_until(court: Court, case: Case, draft: Draft) -> int | None:
    """Until when this counts as a strike (ms); None where it is none."""
    if not case.own_rules or case.target.kind == SERVER or draft.refuses or draft.closes:
        return None
    citation = draft.rule or case.order.rule
    try:
        counts = court.rules.cited(citation).weight > 0
        return court.rules.version(int(citation.partition("@")[2])).strike_until(court.clock()) if counts else None
    except NotFound:  # `check` has complained of it
        return None


async def _check_parts(reading: Reading, paper: Paper, case: Case, draft: Draft, measure: Measure) -> None:
    """Each part must be the target's own; an order against one post never takes another along."""
    kind = case.target.kind
    if kind in measure.row.on:
        if draft.parts:
            paper.complain("parts", "measure_takes_whole")
        return
    if not draft.parts:
        paper.complain("parts", "parts_missing")
    elif len(draft.parts) > MOST_PARTS:
        paper.complain("parts", "too_many_parts")
    elif strange := set(draft.parts) - await _own_parts(reading, case, draft.parts, measure):
        paper.complain("parts", "parts_foreign", numbers=", ".join(map(str, sorted(strange)[:5])))


async def _own_parts(reading: Reading, case: Case, parts: Sequence[int], measure: Measure) -> set[int]:
    target = case.target
    if target.kind == "post":
        found = subjects_of(await sealed_posts(reading, [target.subject_id or 0]))
        return set(found[0].media) if found else set()
    look = naming.pictures_named if measure is Measure.WITHHOLD_MEDIA else naming.posts_named
    named = [part for part in parts if parse_id(part) is not None]  # what can be no id no database is asked for
    return {id_ for id_, (owner, _) in (await look(reading, named)).items() if owner == target.owner_id}
