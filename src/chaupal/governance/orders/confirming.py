"""An emergency order is confirmed: what it brought about goes on under the order that confirms it; the rest ends by itself.

A confirmation is an order of its own, taken in, checked and found genuine, that names what it confirms, thing by thing. Each
measure that it names ends under the one and begins under the other in the same commit, so that there is no gap, with the
end that the confirming order and its law set. The two who decided it stand behind it still.
"""

from collections.abc import Sequence

from chaupal.governance.cases import cases, effects, ladder
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.effects import Cause
from chaupal.governance.cases.lifecycle import SECONDED_IN_FORCE
from chaupal.governance.context import Court
from chaupal.kernel.errors import Conflict
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store.court import docket, knowing, order_events, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.court.docket import Order
from chaupal.store.court.order_events import OrderEvent
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.work import Reading, Writing


def no_order() -> Conflict:
    """What is said of an order that could not confirm another, and of none."""
    return Conflict("confirmer_unknown")


async def carry(court: Court, w: Writing, order: Order, meant: Sequence[Case], event: OrderEvent) -> None:
    """Let go on what the order that `event` names confirms of `meant`. Raises Conflict."""
    confirming = await docket.order(w, event.body.confirms)
    if confirming is None or not confirms(order, confirming):
        raise no_order()
    theirs = {_thing(case): case for case in await cases.cases_of(court, w, confirming)}
    bound = [case for case in meant if case.state in SECONDED_IN_FORCE and _thing(case) in theirs]
    if not bound or (event.body.targets and len(bound) < len(meant)):
        raise Conflict("nothing_to_confirm")
    for case in bound:
        await _go_on(court, w, case, theirs[_thing(case)], event)


async def confirmers(reading: Reading, viewer: Viewer, order: Order) -> tuple[Order, ...]:
    """The orders that confirm something of this one, of those that the viewer may know of."""
    found = await docket.naming_the_same(reading, order.id) if order.emergency else []
    return tuple(one for one in await knowing.known(reading, viewer, found) if confirms(order, one))


def confirms(order: Order, confirming: Order) -> bool:
    """Whether it is one that may, and says of no other that it confirms that."""
    return may_confirm(order, confirming) and confirming.confirms in (None, order.id)


def may_confirm(order: Order, confirming: Order) -> bool:
    """Another order of the same authority, which is no emergency order itself and tells as much, or less, to nobody."""
    return (
        order.emergency
        and confirming.id != order.id
        and confirming.authority_id == order.authority_id
        and not confirming.emergency
        and confirming.received_at >= order.received_at
        and confirming.secret == order.secret
    )


def _thing(case: Case) -> tuple[str, int | None, str]:
    return case.target.kind, case.target.subject_id, case.target.term


async def _go_on(court: Court, w: Writing, old: Case, new: Case, event: OrderEvent) -> None:
    """One target: out of the one case into the other. Raises Conflict where the confirming order could not have decided it."""
    begins = cases.follow(new, "take_over", event.by)
    ladder.check_may_bind(court, new)
    now, ids, leaf = court.clock(), list[int](), event.log_index or 0
    cause = Cause("confirmed", order_events.body_of(event.body.body) or "authority", event.body.reason, event.by)
    standing = await rulings.standing_on(w, old.target.id, now)
    if not standing:
        raise Conflict("nothing_to_confirm")
    for row in standing:
        following = _row(court, old, new, row, event.body.reason, now)
        made, leaf = await effects.replace(court, w, new, row, [following], cause)
        ids += made
    reason = event.body.reason
    await cases.enter(court, w, old, cases.follow(old, "confirm", event.by), CaseEventBody(reason=reason), leaf)
    said = CaseEventBody(outcome=standing[-1].measure, reason=reason, rulings=tuple(ids))
    await cases.enter(court, w, new, begins, said, leaf)


def _given_end(old: Case, row: RulingRow) -> int | None:
    """The end that whoever decided the measure, changed it or heard an appeal gave it; None where only its order set one."""
    ordered = effects.end_of(old, CaseEventBody(), row.starts_at)
    return row.ends_at if ordered is None or (row.ends_at or ordered) < ordered else None


def _row(court: Court, old: Case, new: Case, row: RulingRow, reason: str, now: int) -> RulingRow:
    """The ruling under the confirming order: where both orders reach, until the first end that a decision, the order or its law sets."""
    if Measure(row.measure) not in new.regime.measures_allowed:
        raise Conflict("confirmer_law_forbids", ref=new.order.ref)
    if new.protected and row.concurred_by is None:
        raise Conflict("second_reviewer_missing")
    where = tuple(code for code in row.territory.split(",") if code in effects.territory(new))
    if not where:
        raise Conflict("confirmer_not_there", ref=new.order.ref)
    ends_at = effects.end_of(new, CaseEventBody(ends_at=_given_end(old, row)), now)
    return effects.renewed(
        court, row, target_id=new.target.id, order_ref=new.order.ref, authority=new.authority.name, authority_hi=new.authority.name_hi,
        legal_basis=new.order.legal_basis, basis=new.regime.basis_kind, regime=new.regime.ref, territory=",".join(where),
        ends_at=ends_at, review_at=effects.review_of(new.regime, now, ends_at), neutral=new.gagged(now), reason=reason, second_by=None,
        global_allowed=new.regime.territory.allow_global, protected=new.protected,
    )  # fmt: skip
