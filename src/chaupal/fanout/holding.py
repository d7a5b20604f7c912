"""What a ruling limits is held as evidence from the moment that its beginning is carried on, whatever its author does then."""

from chaupal.fanout.context import Carrier
from chaupal.governance import evidence
from chaupal.governance.events import DecisionServed
from chaupal.store.work import Writing


async def hold(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """A sealed copy, in the commit that strikes the event off; taken once, however often it is handled."""
    await evidence.take(carrier.court, w, event)
