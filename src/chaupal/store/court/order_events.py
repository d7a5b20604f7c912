"""What happened to an order as a whole, as events that are only ever added."""

from collections.abc import Sequence

import msgspec

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import rows_of
from chaupal.store.machine.work import Reading
from chaupal.store.tables.court import order_events


class OrderEventBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said with an order's event. `reason` may become public, `text` (a letter, minutes) stays with the staff."""

    reason: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    body: str = ""  # which court or committee
    document: int | None = None
    until: int | None = None
    targets: tuple[int, ...] = ()  # numbers of those that it is about; none: all
    confirms: str = ""  # the order that confirms this one, by its reference


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an order as a whole: the verb, the state it came to, by whom, when."""

    id: int
    order_id: int
    number: int
    state: str
    verb: str
    by: int
    at: int
    body: OrderEventBody
    log_index: int | None


BODIES = ("authority", "court", "review_committee", "secretary", "house", "other")


ALL_ORDER_EVENTS = rows_of(OrderEvent, order_events)
# False where the order already has an event of this number: somebody moved it meanwhile.
add_order_event = ALL_ORDER_EVENTS.add_once
ORDER_EVENTS = ALL_ORDER_EVENTS.where(among(order_events.c.order_id, "ids")).ordered("order_id number")


def stage_of(events: Sequence[OrderEvent]) -> str:
    """Where an order stands after these, all that happened to it."""
    return events[-1].state if events else "received"


def body_of(text: str) -> str:
    """Whose act it is, as a code: of a body that is named in words, which are private, `court` or `other`."""
    said = text.strip().casefold()
    if said in BODIES or not said:
        return said
    return "court" if any(word in said for word in ("court", "न्यायालय", "अदालत")) else "other"


async def of_order(reading: Reading, order_id: int) -> list[OrderEvent]:
    """What happened to an order, in order."""
    return (await of_orders(reading, [order_id]))[order_id]


async def of_orders(reading: Reading, order_ids: Sequence[int]) -> dict[int, list[OrderEvent]]:
    """Order -> its events in order."""
    found: dict[int, list[OrderEvent]] = {id_: [] for id_ in order_ids}
    for event in await ORDER_EVENTS.all(reading, ids=listed(order_ids)) if order_ids else ():
        found[event.order_id].append(event)
    return found
