"""What the public register is asked for: orders that may be told of, by words, authority, law, country, outcome and day."""

from typing import NamedTuple

from sqlalchemy import exists, func, or_

from chaupal.store.court.case_events import AT_LAST_EVENT, came_to
from chaupal.store.court.docket import ALL_ORDERS, PUBLIC, Order
from chaupal.store.machine.dialect import among, if_said, listed, param, text_param
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.court import authorities, orders, targets


class Sought(NamedTuple):
    """What somebody looks for in the register; what is empty filters nothing.

    `q`: a part of a reference, of the authority's own number or of its name. `country`: whose authority. `states`: where at least
    one target must stand. `since`, `until`: when it came (ms), the end not included.
    """

    q: str = ""
    authority: int = 0
    law: str = ""
    country: str = ""
    states: tuple[str, ...] = ()
    since: int = 0
    until: int = 2**62


EVERY = Sought()


# Nothing is asked here but what the register shows: what is kept among staff is no way to find an order.
PUBLIC_ORDERS = (
    ALL_ORDERS
    .join(authorities, authorities.c.id == orders.c.authority_id)
    .where(
        orders.c.id < param("below"), PUBLIC, orders.c.received_at >= param("since"), orders.c.received_at < param("until"),
        or_(param("whose") == 0, orders.c.authority_id == param("whose")),
        if_said("law", orders.c.regime == text_param("law")), if_said("land", authorities.c.jurisdiction == text_param("land")),
        if_said("q", or_(func.lower(orders.c.ref).like(text_param("part")), func.lower(orders.c.reference_no).like(text_param("part")),
                          func.lower(authorities.c.name).like(text_param("part")), authorities.c.name_hi.like(text_param("part")))),
        or_(param("anywhere") == 1, exists().where(
            targets.c.order_id == orders.c.id, AT_LAST_EVENT,
            among(came_to, "states"))),
    )
    .order_by(orders.c.id.desc())
    .limit("n")
)  # fmt: skip
# The newest order of an authority that may be told of.
newest_of = ALL_ORDERS.where(PUBLIC, authority_id="of").ordered("-id").limit(1).first_of
ISSUERS = selects(orders.c.authority_id, orders.c.regime).where(PUBLIC).distinct()


async def public_orders_below(reading: Reading, below: int, at_most: int, sought: Sought = EVERY) -> list[Order]:
    """Orders of authorities that may be told of, as they are sought, newest first."""
    plain = sought.q.replace("%", "").replace("_", "").strip()
    return await PUBLIC_ORDERS.all(
        reading,
        below=below,
        n=at_most,
        since=sought.since,
        until=sought.until,
        whose=sought.authority,
        law=sought.law,
        land=sought.country,
        q=plain,
        part=f"%{plain.lower()}%",
        anywhere=int(not sought.states),
        states=listed(sought.states),
    )


async def public_issuers(reading: Reading) -> list[tuple[int, str]]:
    """(authority, law) of all orders that may be told of."""
    return [(whose, law) for whose, law in await reading.fetch(ISSUERS)]
