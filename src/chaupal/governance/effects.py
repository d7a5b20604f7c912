"""What a decision does: a ruling that the gate obeys from its commit on, and obeys no more once it has ended."""

from typing import Any

from chaupal.governance.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.events import DecisionServed, RulingLifted
from chaupal.kernel.errors import Conflict
from chaupal.policy.rulings import Measure
from chaupal.store import rulings
from chaupal.store.docket import CaseEvent
from chaupal.store.rulings import RulingRow
from chaupal.store.work import Writing

# The narrowest measure that does what an order asks of a target; nothing wider can be decided about it.
NARROWEST = {"post": Measure.WITHHOLD_POST, "account": Measure.WITHHOLD_ACCOUNT}


async def begin(court: Court, w: Writing, case: Case, proposal: CaseEvent, second: int, leaf: int) -> int:
    """Put what two people decided in force, in the order's territory and no further; the ruling's id."""
    order, authority, target = case.order, case.authority, case.target
    if target.subject_id is None:
        raise Conflict("There is nothing here that this decision could be about")
    row = RulingRow(
        id=court.make_id(), subject_id=target.subject_id, term="", measure=proposal.body.outcome, territory=",".join(order.territory),
        starts_at=court.clock(), ends_at=order.ends_at, lifted_at=None, target_id=target.id, owner_id=target.owner_id,
        order_ref=order.ref, authority=authority.name, authority_hi=authority.name_hi, legal_basis=order.legal_basis,
        reason=proposal.body.reason, decided_by=proposal.by, approved_by=second, log_index=leaf,
    )  # fmt: skip
    await rulings.begin(w, row)
    w.tell(DecisionServed(**_told(case, row)))
    return row.id


async def end(w: Writing, case: Case, leaf: int, at: int, *, lapsed: bool = False) -> None:
    """End the case's ruling; its subject is back at the next glance. Raises Conflict where it is not in force."""
    served = case.served
    ruling = None if served is None or served.body.ruling is None else await rulings.ruling(w, served.body.ruling)
    if ruling is None or not await rulings.lift(w, ruling.id, leaf, at):
        raise Conflict("This ruling is not in force")
    w.tell(RulingLifted(**_told(case, ruling), lapsed=lapsed))


def _told(case: Case, row: RulingRow) -> dict[str, Any]:
    """What both events say of a ruling."""
    return {
        "order": case.order.ref, "target": case.target.number, "kind": case.target.kind, "territory": case.order.territory,
        "ruling": row.id, "subject": row.subject_id, "owner": row.owner_id, "measure": row.measure,
    }  # fmt: skip
