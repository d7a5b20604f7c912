"""The court as benches need it: three of its staff, an authority that two agreed to, orders that are ready to be decided."""

from typing import Any, NamedTuple

from bench.data import account
from chaupal.governance.orders import authorities, orders, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.steps import StepForm
from chaupal.http.call import House
from chaupal.policy.viewer import Role, Viewer

REASON = "The post names a person as armed, which the order shows to be false."
DESPITE = "The office mended it on the telephone, and the file says so."


class Desk(NamedTuple):
    """Who takes orders in, who proposes, who approves; and whose orders they are."""

    clerk: Viewer
    reviewer: Viewer
    approver: Viewer
    ministry: int


async def desk(house: House, name: str = "Ministry") -> Desk:
    """`name`: of the authority; the register has each once."""
    clerk, reviewer, approver = [await _hired(house, role) for role in (Role.CLERK, Role.REVIEWER, Role.APPROVER)]
    form = AuthorityForm(name=name, name_hi="मंत्रालय", jurisdiction="IN")
    proposed = await authorities.register(house.court, clerk, form)
    ministry = await authorities.agree(house.court, approver, proposed.id)
    return Desk(clerk, reviewer, approver, ministry.id)


async def _hired(house: House, role: Role) -> Viewer:
    return Viewer(account=await account(house.square, f"bench_{role}", role=role), country="IN", role=role)


def form(at: Desk, number: int, **more: Any) -> OrderForm:
    """An order as a ministry sends it; `more` lays over it."""
    said: dict[str, Any] = {
        "authority": at.ministry,
        "officer": "A. Sharma",
        "officer_rank": "Joint Secretary",
        "reference_no": f"16(1)/{number}",
        "legal_basis": "IT Act 2000, section 69A",
        "grounds": "public order",
        "territory": "IN",
        "dated": "2021-02-04",
        "origin_note": "The office confirmed it on the telephone.",
        "regime": "IN-69A",
        "role": "designated_officer",
        "bases": ("public_order",),
        "reasons": "It is said to call people to arms.",
        "particulars": {"signature": "seen in ink"},
    }
    return OrderForm(**said | more)


async def order(house: House, at: Desk, number: int, targets: str) -> str:
    """The reference of an order that was received and checked."""
    ref = await orders.receive(house.court, at.clerk, form(at, number, targets=targets))
    for verb in ("acknowledge", "check"):
        await steps.take(house.court, at.reviewer, ref, StepForm(verb=verb))
    return ref
