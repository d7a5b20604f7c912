"""What a ruling limits is held as evidence from the moment that its beginning is carried on, whatever its author does then; files that
nobody holds any more go.
"""

from chaupal.fanout.context import Carrier
from chaupal.governance.cases import evidence
from chaupal.governance.events import DecisionServed, WordsNamed
from chaupal.social.events import FilesUnwanted
from chaupal.social.media import media
from chaupal.store.court import docket, ledger
from chaupal.store.machine.work import Writing

AT_ONCE = 100  # targets in one commit


async def named(carrier: Carrier, w: Writing, event: WordsNamed) -> None:
    """What an order names, as it stands when that comes in: a hundred in this commit, the next in another."""
    order = await docket.order(w, event.order)
    if order is None:
        return
    await ledger.hold(w)
    found = await docket.targets_at(w, order.id, list(range(event.first, event.first + AT_ONCE)))
    for target in found:
        await evidence.take_named(carrier.court, w, order, target)
    if len(found) == AT_ONCE:
        w.tell(WordsNamed(order=event.order, first=event.first + AT_ONCE))


async def hold(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """A sealed copy, in the commit that strikes the event off; taken once, however often it is handled."""
    await evidence.take(carrier.court, w, event)


async def let_go(carrier: Carrier, event: FilesUnwanted) -> None:
    """Their rows went in the commit of the event; one that is dropped already is dropped in vain."""
    for id_, mime in event.files:
        await media.drop_files(carrier.square, id_, mime)
