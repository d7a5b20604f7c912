"""Which orders and rulings a member of the staff may know of: what is secret is for those who work on orders, never about oneself,
by whichever account of theirs.
"""

from collections.abc import Sequence

from chaupal.policy.viewer import Viewer, may_know
from chaupal.store.court import docket
from chaupal.store.court.docket import Order
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.court import rulings, targets

ABOUT_ME = selects(targets.c.order_id).where(among(targets.c.order_id, "ids"), docket.OF_MINE).distinct()

_beside = targets.alias("beside")
BESIDE_MINE = (
    selects(rulings.c.id)
    .join_from(rulings, _beside, _beside.c.id == rulings.c.target_id)
    .join(targets, targets.c.order_id == _beside.c.order_id)
    .where(among(rulings.c.id, "ids"), docket.OF_MINE)
    .distinct()
)


async def known(reading: Reading, viewer: Viewer, orders: Sequence[Order]) -> list[Order]:
    """Those among them of which the viewer may know, in order."""
    secret = [order.id for order in orders if order.secret_at(reading.now())]
    if not secret:
        return list(orders)
    own = {row[0] for row in await reading.fetch(ABOUT_ME, ids=listed(secret), me=viewer.account or 0)}
    hidden = {id_ for id_ in secret if not may_know(viewer, own=id_ in own)}
    return [order for order in orders if order.id not in hidden]


async def order_for(reading: Reading, viewer: Viewer, ref: str) -> Order | None:
    """The order, or None where there is none, or none of which the viewer may know: both look the same."""
    found = await docket.order(reading, ref)
    return None if found is None else next(iter(await known(reading, viewer, [found])), None)


async def rulings_known(reading: Reading, viewer: Viewer, rows: Sequence[RulingRow]) -> list[RulingRow]:
    """Those rulings of which the viewer may know as staff, in order: of a secret order none is, if any of it is theirs."""
    me, neutral = viewer.account or 0, [row.id for row in rows if row.neutral]
    own = {row[0] for row in await reading.fetch(BESIDE_MINE, ids=listed(neutral), me=me)} if neutral else set[int]()
    own |= {row.id for row in rows if row.owner_id == me}
    return [row for row in rows if not row.neutral or may_know(viewer, own=row.id in own)]
