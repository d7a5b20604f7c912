"""What a ruling limits is held as evidence from the moment that its beginning is carried on, whatever its author does then."""

from chaupal.fanout.context import Carrier
from chaupal.governance.cases import evidence
from chaupal.governance.events import DecisionServed, WordsNamed
from chaupal.store.court import docket
from chaupal.store.machine.work import Writing

AT_ONCE = 100  # targets in one commit


async def named(carrier: Carrier, w: Writing, event: WordsNamed) -> None:
    """What an order names, as it stands when that comes in: a hundred in this commit, the next in another."""
    order = await docket.order(w, event.order)
    if order is None:
        return
    found = await docket.targets_at(w, order.id, list(range(event.first, event.first + AT_ONCE)))
    for target in found:
        await evidence.take_named(carrier.court, w, order, target)
    if len(found) == AT_ONCE:
        w.tell(WordsNamed(order=event.order, first=event.first + AT_ONCE))


async def hold(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """A sealed copy, in the commit that strikes the event off; taken once, however often it is handled."""
    await evidence.take(carrier.court, w, event)
