"""What an order lacks on its face, for whoever decides under it: what nobody can answer for, and what is acknowledged with a reason."""

from collections.abc import Sequence
from typing import Literal

from chaupal.governance.cases.cases import Case
from chaupal.governance.regimes import Defect, OrderFacts, Regime, TargetFacts, defects
from chaupal.governance.regimes.facial import Signature
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order, Target

SEEN = "signature"  # among the particulars: staff have seen a signature in ink
type Origin = Literal["verified", "unverified", "false"]


def of_case(case: Case) -> list[Defect]:
    """What is wrong with the order as far as it is about this target; nothing with a matter of the house's own."""
    return of_order(case.regime, case.order, case.authority, [case.target])


def of_order(regime: Regime, order: Order, authority: Authority, named: Sequence[Target]) -> list[Defect]:
    """What is wrong with an order that was filed, by its law's facial check."""
    return [] if order.authority_id is None else defects(regime, facts_of(order, authority, named))


def barring(case: Case) -> list[Defect]:
    """Those with which its law lets nothing be limited."""
    return [found for found in of_case(case) if found.code in case.regime.enforced]


def facts_of(order: Order, authority: Authority, named: Sequence[Target]) -> OrderFacts:
    """The same facts of an order that was filed, for whoever looks at it again or returns it."""
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
        dated=order.dated,
        bases=order.bases or bases_of(order.grounds),
        territory=order.territory,
        signature=signature_of(order.signature, order.particulars),
        origin=origin_of(order.origin),
        interim_until=order.interim_until,
        targets=tuple(TargetFacts(number=t.number, as_written=t.as_written, kind=t.kind) for t in named),
        fields=fields_of(order.particulars, order.legal_basis, order.reasons, order.grounds),
    )


def bases_of(grounds: str) -> tuple[str, ...]:
    """A ground in words, where none of the law's own was chosen."""
    return (grounds,) if grounds.strip() else ()


def signature_of(found: str, particulars: dict[str, str]) -> Signature:
    """The signature as it was verified, or seen in ink by staff."""
    if found == "absent" and particulars.get(SEEN, "").strip():
        return "seen"
    return found if found in ("valid", "unverifiable", "invalid") else "absent"


def origin_of(origin: str) -> Origin:
    """As the facial check calls what was found of an order's origin."""
    return "verified" if origin == "verified" else "false" if origin == "mismatch" else "unverified"


def fields_of(particulars: dict[str, str], law: str, reasons: str, grounds: str) -> dict[str, str]:
    """What was typed, by the codes of a law's fields."""
    return {"legal_provision": law, "reasons": reasons, "explanation": grounds} | particulars
