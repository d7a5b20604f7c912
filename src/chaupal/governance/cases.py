"""A case: all that happened about one target. Its status is the fold of its events, and the lifecycle is its only door."""

import msgspec

from chaupal.governance import lifecycle
from chaupal.governance.context import Court
from chaupal.governance.lifecycle import Move, State
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.store import docket
from chaupal.store.docket import Authority, CaseEvent, Order, Said, Target
from chaupal.store.work import Reading, Writing

MOVED = "This case has moved meanwhile; please look at it again"
PROPOSED = frozenset({State.WITHHOLDING_PROPOSED, State.REFUSAL_PROPOSED})


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its order, the authority behind it, and its events in order."""

    order: Order
    authority: Authority
    target: Target
    events: tuple[CaseEvent, ...]

    @property
    def state(self) -> State:
        return lifecycle.fold(event.state for event in self.events)

    @property
    def number(self) -> int:
        """Of its last event: who decides says which one they have seen."""
        return self.events[-1].number

    @property
    def proposal(self) -> CaseEvent | None:
        """The last proposal, carried out or not."""
        return next((event for event in reversed(self.events) if event.state in PROPOSED), None)

    @property
    def served(self) -> CaseEvent | None:
        """The event that put its ruling in force."""
        return next((event for event in reversed(self.events) if event.state == State.WITHHELD), None)


async def case_of(reading: Reading, ref: str, number: int, seen: int | None = None) -> Case:
    """The case about target `number` of the order `ref`.

    `seen`: the number of the last event on the page that was decided on. Raises NotFound, Conflict where it moved since.
    """
    order = await docket.order(reading, ref)
    target = None if order is None else await docket.target(reading, order.id, number)
    if order is None or target is None:
        raise NotFound
    case = await _whole(reading, order, target)
    if seen is not None and seen != case.number:
        raise Conflict(MOVED)
    return case


async def case_with(reading: Reading, target_id: int) -> Case:
    """The case about a target. Raises NotFound."""
    target = await docket.target_by_id(reading, target_id)
    orders = [] if target is None else await docket.orders_by_id(reading, [target.order_id])
    if target is None or not orders:
        raise NotFound
    return await _whole(reading, orders[0], target)


async def _whole(reading: Reading, order: Order, target: Target) -> Case:
    authority = await docket.authority(reading, order.authority_id)
    events = await docket.events_of(reading, [target.id])
    if authority is None:
        raise NotFound
    return Case(order=order, authority=authority, target=target, events=tuple(events[target.id]))


async def enter(
    court: Court, w: Writing, case: Case, move: Move, by: int, said: Said, leaf: int, first_by: int | None = None
) -> None:
    """Add the move's event. Raises Conflict where somebody else has just made the next move."""
    event = CaseEvent(
        id=court.make_id(), target_id=case.target.id, number=case.number + 1, state=move.to, by=by, at=court.clock(),
        body=said, log_index=leaf, first_by=first_by,
    )  # fmt: skip
    if not await docket.add_event(w, event):
        raise Conflict(MOVED)
