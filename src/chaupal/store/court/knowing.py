"""Which orders and rulings a member of the staff may know of: what is secret is for those who work on orders, never about oneself."""

from collections.abc import Sequence

from sqlalchemy import select

from chaupal.policy.may import may_know
from chaupal.policy.viewer import Viewer
from chaupal.store.court import docket
from chaupal.store.court.docket import Order
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.tables import targets
from chaupal.store.machine.work import Reading

ABOUT_ME = statement(
    select(targets.c.order_id).where(among(targets.c.order_id, "ids"), targets.c.owner_id == param("me")).distinct()
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


def rulings_known(viewer: Viewer, rows: Sequence[RulingRow]) -> list[RulingRow]:
    """Those rulings of which the viewer may know as staff, in order."""
    me = viewer.account
    return [row for row in rows if not row.neutral or may_know(viewer, own=row.owner_id == me)]
