"""What an order lacks on its face: what bars any measure, and what can be accepted with a reason."""

from collections.abc import Iterable, Sequence
from typing import Literal

from chaupal.governance.cases.cases import Case
from chaupal.governance.regimes import Defect, OrderFacts, Regime, TargetFacts, defects
from chaupal.governance.regimes.facial import Signature
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order, Target

SEEN = "signature"  # among the particulars: staff have seen a signature in ink
# What was found of an order's origin -> as the facial check calls it.
ORIGINS: dict[str, Literal["verified", "unverified", "false"]] = {
    "verified": "verified",
    "unverified": "unverified",
    "mismatch": "false",
}


def of_case(case: Case) -> list[Defect]:
    """What is wrong with the order as far as it is about this target; nothing with a matter of the house's own."""
    return of_order(case.regime, case.order, case.authority, [case.target])


def of_order(regime: Regime, order: Order, authority: Authority, named: Sequence[Target]) -> list[Defect]:
    """What is wrong with an order that was filed, by its law's facial check."""
    return [] if order.authority_id is None else defects(regime, facts_of(order, authority, map(facts_about, named)))


def barring(case: Case) -> list[Defect]:
    """Those with which its law lets nothing be limited."""
    return [found for found in of_case(case) if found.code in case.regime.enforced]


def facts_about(target: Target) -> TargetFacts:
    """What the facial check looks at of one target."""
    return TargetFacts(number=target.number, as_written=target.as_written, kind=target.kind)


def facts_of(order: Order, authority: Authority, named: Iterable[TargetFacts]) -> OrderFacts:
    """What the facial check looks at, of an order that was filed or would be."""
    return OrderFacts(
        received_at=order.received_at,
        authority=authority.name,
        authority_hi=authority.name_hi,
        jurisdiction=authority.jurisdiction,
        issuer_class=authority.issuer_class,
        role=order.particulars.get("role", ""),
        officer=order.officer,
        rank=order.officer_rank,
        channel=order.channel,
        ref=order.ref,
        reference=order.reference_no,
        dated=order.dated or None,
        bases=order.bases or ((order.grounds,) if order.grounds.strip() else ()),
        territory=order.territory,
        signature=_signature(order.signature, order.particulars),
        origin=ORIGINS.get(order.origin, "unverified"),
        interim_until=order.interim_until,
        targets=tuple(named),
        fields={"legal_provision": order.legal_basis, "reasons": order.reasons, "explanation": order.grounds}
        | order.particulars,
    )


def _signature(found: str, particulars: dict[str, str]) -> Signature:
    """The signature as it was verified, or seen in ink by staff."""
    if found == "absent" and particulars.get(SEEN, "").strip():
        return "seen"
    return found if found in ("valid", "unverifiable", "invalid") else "absent"
