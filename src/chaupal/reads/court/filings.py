"""What an authority sees of the orders that it filed: where each stands, what was decided, and the letters between the two.

Proposals, notes and minutes of the staff are not shown; nor is whether a post exists that not everybody may see.
"""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.facts import Visibility
from chaupal.reads.context import Reads
from chaupal.reads.court.record import (
    DECIDED,
    INSIDE,
    SHOWN_AS_PENDING,
    Counts,
    Versions,
    counts_of,
    said_of,
    versions_of,
)
from chaupal.store.court import case_events, docket, documents, order_events
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.documents import Document
from chaupal.store.court.order_events import OrderEvent
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming

PAGE = 50
# Steps whose text is a letter to the authority or from it; of others only that they happened is shown.
LETTERS = frozenset({"ask", "answer", "write"})
SHOWN_STEPS = LETTERS | {
    "receive", "acknowledge", "return_order", "mend", "replace", "set_hearing", "hold_hearing", "verify_origin", "confirm", "report_effect",
    "withdraw", "set_aside", "stay", "end_stay", "close",
    "withdraw_some", "set_aside_some", "stay_some", "end_stay_some", "extend", "renew", "amend",
}  # fmt: skip
UNSEEN = "not_found"  # said of what does not exist here and of what is not for everybody, alike


class FiledOrder(msgspec.Struct, frozen=True):
    """One order in the list of an authority. `stage`: where it stands as a whole; `replaced`: its mended version took its place."""

    order: Order
    stage: str
    counts: Counts
    replaced: bool


class FiledTarget(msgspec.Struct, frozen=True, kw_only=True):
    """One target. `state` is `pending` until two people have decided; `reason` and `code` are those that became public.

    Of a line that named nothing `reason` is what was wrong with it, in the words of `kernel/faults`.
    """

    number: int
    line: str
    kind: str
    demanded: str
    state: str
    reason: str = ""
    code: str = ""

    @property
    def counted_as(self) -> str:
        """Its state, and `unread` for a line that names nothing of its own, as in `record.Counts`."""
        return "unread" if self.state == UNSEEN and self.reason else self.state


class FiledStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the order. `ours`: by the server; else by the authority. Times in ms."""

    verb: str
    at: int
    ours: bool
    text: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    until: int | None = None


class FiledOrderWhole(msgspec.Struct, frozen=True):
    """An order with all that its authority may know of it."""

    order: Order
    stage: str
    items: tuple[FiledTarget, ...]
    steps: tuple[FiledStep, ...]
    documents: tuple[Document, ...]
    versions: Versions = Versions()


async def filed_by(reads: Reads, authority_id: int, below: int = 2**63 - 1) -> list[FiledOrder]:
    """An authority's orders, newest first, however they came in; one more than a page where there are more."""
    async with reads.work.reading() as reading:
        ids = await docket.orders_of(reading, authority_id, below, PAGE + 1)
        orders = sorted(await docket.orders_by_id(reading, ids), key=lambda order: -order.id)
        counts = await counts_of(reading, ids)
        events = await order_events.of_orders(reading, ids)
    return [
        FiledOrder(
            order,
            order_events.stage_of(events[order.id]),
            counts[order.id],
            any(event.verb == "replace" for event in events[order.id]),
        )
        for order in orders
    ]


async def whole(reads: Reads, authority_id: int, ref: str) -> FiledOrderWhole:
    """One order of this authority. Raises NotFound, as for another's."""
    async with reads.work.reading() as reading:
        order = await docket.order(reading, ref)
        if order is None or order.authority_id != authority_id:
            raise NotFound
        named = await docket.targets_of(reading, order.id)
        cases = await case_events.events_of(reading, [target.id for target in named])
        events = await order_events.of_order(reading, order.id)
        hidden = await _not_for_everybody(reading, named)
        letters = await documents.of_order(reading, order.id)
        versions = await versions_of(reading, order)
    items = tuple(_item(target, cases[target.id], hidden) for target in named)
    return FiledOrderWhole(order, order_events.stage_of(events), items, tuple(_steps(events)), tuple(letters), versions)


async def _not_for_everybody(reading: Reading, named: Sequence[Target]) -> set[int]:
    """Targets that exist, which the authority must not learn from us."""
    posts = await naming.posts_named(reading, [t.subject_id for t in named if t.kind == "post" and t.subject_id])
    pictures = await naming.pictures_named(reading, [t.subject_id for t in named if t.kind == "media" and t.subject_id])
    known = {"post": posts, "media": pictures}
    return {
        target.id
        for target in named
        if target.kind in known and known[target.kind].get(target.subject_id or 0, (0, None))[1] not in _PUBLIC
    }


_PUBLIC = (Visibility.PUBLIC, Visibility.UNLISTED)


def _item(target: Target, events: Sequence[CaseEvent], hidden: set[int]) -> FiledTarget:
    state = events[-1].state if events else "received"
    state = "pending" if state in SHOWN_AS_PENDING else state
    if state in INSIDE:
        events = [event for event in events if event.state not in INSIDE]
        state = "in_force"
    if target.id in hidden and not any(event.state in DECIDED for event in events):
        state = UNSEEN
    said = said_of(events) if state not in ("pending", UNSEEN) else None
    return FiledTarget(
        number=target.number,
        line=target.as_written,
        kind=target.kind if said else target.kind_told,
        demanded=target.demanded,
        state=state,
        reason=said.body.reason if said else target.note if state == UNSEEN else "",
        code=said.body.code if said else "",
    )


def _steps(events: Sequence[OrderEvent]) -> list[FiledStep]:
    return [
        FiledStep(
            verb=event.verb,
            at=event.at,
            ours=event.verb != "answer" and event.body.body != "authority",
            text=event.body.text if event.verb in LETTERS else "",
            reason=event.body.reason if event.verb != "verify_origin" else "",
            codes=event.body.codes,
            until=event.body.until,
        )
        for event in events
        if event.verb in SHOWN_STEPS
    ]
