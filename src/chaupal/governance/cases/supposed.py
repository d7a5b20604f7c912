"""The rulings that a draft would bring, for looking at what they do before anybody decides. Nothing of it is kept."""

from chaupal.governance.cases import effects
from chaupal.governance.cases.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper
from chaupal.policy.draft import Draft
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling
from chaupal.store.court.docket import Said


def rulings(court: Court, case: Case, draft: Draft) -> list[Ruling]:
    """One for each part, or one for the target as a whole; none for what is no measure."""
    target = case.target
    if draft.outcome not in set(Measure) or target.subject_id is None:
        return []
    subjects = tuple(draft.parts) or (target.subject_id,)
    return [_ruling(court, case, draft, subject, -number) for number, subject in enumerate(subjects, 1)]


def _ruling(court: Court, case: Case, draft: Draft, subject: int, id_: int) -> Ruling:
    order, authority, regime, now = case.order, case.asked_by, case.regime, court.clock()
    ends_at = effects.end_of(case, Said(ends_at=Paper().moment("until", draft.until)), now)
    return Ruling(
        id=id_, subject=subject, term=case.target.term, measure=Measure(draft.outcome), territory=effects.territory(case),
        starts_at=now, ends_at=ends_at if ends_at is None or ends_at > now else None, order_ref=order.ref, authority=authority.name,
        authority_hi=authority.name_hi, legal_basis=order.legal_basis, reason=draft.reason, log_index=0, basis=regime.basis_kind,
        regime=regime.ref, rule=draft.rule or order.rule, review_at=effects.review_of(regime, now, ends_at),
        permanent=draft.permanent, neutral=case.gagged(now), text=draft.text,
    )  # fmt: skip
