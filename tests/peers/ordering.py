"""An order at a served house: taken in, checked and proposed, by the same acts as the office's pages, beside the server."""

from typing import Any

from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.governance.context import Court
from chaupal.governance.orders import authorities, orders, steps
from chaupal.governance.orders.authorities import Authority
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.kernel.clock import iso_day
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from serving import Member
from village import AUTHORITY, REASON


def viewers(members: dict[str, Member], staff: dict[str, Role]) -> dict[str, Viewer]:
    """Staff as the court knows them."""
    return {name: Viewer(account=int(members[name].id), country="IN", role=role) for name, role in staff.items()}


async def proposed(settings: Settings, staff: dict[str, Viewer], target: str) -> str:
    """The reference of an order by which a post, named by its address, is to be withheld in India: one has proposed it."""
    async with visiting(settings) as house:
        court, owner = house.court, staff["lakshmi"]
        ref = await orders.receive(court, owner, _order(court, await _ministry(court, staff), target), [])
        await steps.take(court, owner, ref, steps.StepForm(verb="check"))
        said: dict[str, Any] = {"outcome": "withhold_post", "reason": REASON, "finding": "", "despite": REASON}
        await decisions.propose(court, staff["chitra"], ref, 1, **said)
        return ref


async def _ministry(court: Court, staff: dict[str, Viewer]) -> Authority:
    known = await authorities.named(court, staff["lakshmi"], AUTHORITY.name)
    if known is not None:
        return known
    proposed = await authorities.register(court, staff["lakshmi"], AUTHORITY)
    return await authorities.agree(court, staff["dev"], proposed.id)


def _order(court: Court, issuer: Authority, target: str) -> OrderForm:
    filled: dict[str, Any] = {
        "authority": issuer.id,
        "officer": "S. Verma",
        "officer_rank": "Joint Secretary",
        "reference_no": f"69A/{court.clock()}",
        "legal_basis": "IT Act, s. 69A",
        "grounds": "public order",
        "territory": "IN",
        "dated": iso_day(court.clock()),
        "targets": target,
        "origin_note": "The office confirmed it on the telephone.",
        "regime": "IN-69A",
        "reasons": "It is said to call people to arms.",
        "particulars": {"signature": "seen in ink"},
        "role": "designated_officer",
        "bases": ("public_order",),
    }
    return OrderForm(**filled)
