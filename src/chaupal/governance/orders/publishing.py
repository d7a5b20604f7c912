"""What was secret becomes public on the day that its law or its gag says: number, entries and placeholders, in one commit.

Until then nothing outside changes by a secret order (`Order.secret`); from then on it stands in the register, in the report and
in every feed like one that came that day, and what was kept from its people is told to them (`fanout/notifications/served.py`).
"""

from collections.abc import Mapping

import msgspec

from chaupal.governance.cases import cases
from chaupal.governance.context import CLOCK, Court, pseudonym
from chaupal.governance.events import OrderMoved
from chaupal.governance.log import batches as log_batches, log
from chaupal.governance.orders import steps
from chaupal.governance.orders.orders import next_number
from chaupal.governance.regimes import Regime
from chaupal.kernel.errors import Problem
from chaupal.store.court import authorities, docket, ledger, order_events, rulings
from chaupal.store.court.docket import Order
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.law.regime import SECRET
from chaupal_audit.log import entries


def public_from(order: Order, regime: Regime) -> int | None:
    """When (ms) a secret order becomes public: after its gag and the law's own time, whichever is later. None: nobody said."""
    delay = regime.aggregate_delay if order.secrecy in SECRET else None
    longest = regime.gag.max if order.secrecy == "gag" and order.gag_until is None and regime.gag is not None else None
    ends = [
        order.gag_until,
        None if delay is None else delay.after(order.received_at, regime.zone),
        None if longest is None else longest.after(order.received_at, regime.zone),
    ]
    return max((end for end in ends if end is not None), default=None)


async def publish_due(court: Court) -> int:
    """Publish every order whose day has come; how many. An errand of the server.

    An order and its mended version tell of each other: neither comes before the other's day, and the newer one goes first.
    """
    async with court.work.reading() as reading:
        secret = await docket.secret_orders(reading)
    chains: dict[int | None, list[Order]] = {}
    for order in secret:
        chains[order.id] = [order, *chains.pop(order.replaces, [])]
    due = [order for chain in chains.values() if all(_is_due(court, one) for one in chain) for order in chain]
    return sum([await publish(court, order.ref) for order in due])


def _is_due(court: Court, order: Order) -> bool:
    day = public_from(order, cases.regime_of(court, order))
    return day is not None and day <= court.clock()


async def publish(court: Court, ref: str) -> bool:
    """Publish a secret order now: False where it is public already, its mended version is secret, or the log has not come to all
    its entries yet.

    Raises Problem where the log lacks what it said.
    """
    async with court.work.writing() as w:
        await ledger.hold(w)
        order = await docket.order(w, ref)
        if order is None or not order.secret:
            return False
        if (after := await docket.mended_version(w, order.id)) and after.secret:
            return False
        sealed = await _sealed(w, order)
        if max(sealed, default=0) >= await log_batches.free(court, w):
            return False  # to let them in faster would tell how much waits besides (decision 24)
        authority, now = await authorities.by_id(w, order.authority_id) or authorities.HOUSE, court.clock()
        number = await next_number(w, authority, now)
        await docket.publish(w, order, number, now)
        opened = await _open_entries(court, w, order, number, sealed)
        await show(court, w, order, number, opened)
        events = await order_events.of_order(w, order.id)
        w.tell(OrderMoved(order=number, verb="receive", stage=steps.standing(events)))
    return True


async def _open_entries(
    court: Court, w: Writing, order: Order, number: str, sealed: dict[int, tuple[str, ...]]
) -> dict[int, int]:
    """An `open` entry for each entry of the order, under its number: index of the one -> index of the other."""
    if order.log_index not in sealed:
        raise Problem(f"The entry of {order.ref} cannot be opened: its disclosures were erased")
    by = pseudonym(court, CLOCK)
    said = [(index, entries.Opened(disclosures=texts, by=by)) for index, texts in sealed.items()]
    places = await log.append_plain(court, w, number, said)
    for index in sealed:
        await ledger.publish_disclosures(w, index, tlog.SEALED)
    return dict(zip(sealed, places, strict=True))


async def _sealed(reading: Reading, order: Order) -> dict[int, tuple[str, ...]]:
    """Index of each entry about an order, in order -> what opens it as a whole."""
    end = await ledger.reach(reading)
    acts = await ledger.disclosures_named(reading, "act", order.log_index, end)
    ours = {index: text for index, text in acts.items() if _ref(text) == order.ref}
    more = [await ledger.disclosures_named(reading, name, order.log_index, end) for name in tlog.SEALED[1:]]
    return {
        index: (text, *(found[index] for found in more))
        for index, text in ours.items()
        if all(index in f for f in more)
    }


def _ref(act: str) -> str:
    return msgspec.convert(tlog.read_disclosure(act)[1], entries.Act).ref


async def show(court: Court, w: Writing, order: Order, number: str, opened: Mapping[int, int]) -> None:
    """Placeholders name who ordered, as far as the law lets them. `opened`: index of a secret entry -> of the one that published it."""
    neutral = cases.regime_of(court, order).notice.public_placeholder == "neutral"
    named = await docket.targets_of(w, order.id)
    for rows in (await rulings.by_targets(w, [target.id for target in named])).values():
        for row in rows:
            leaf = opened.get(row.log_index)
            if leaf is not None:
                await rulings.publish(w, row.id, number, leaf, neutral=neutral)
