"""Activities of others for which something has to be fetched first, in the order in which each server sent them."""

from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, update

from chaupal.store.machine.dialect import param, statement, words
from chaupal.store.machine.tables import arrivals
from chaupal.store.machine.work import Reading, Writing

MOST_WAITING = 10_000  # of one server: what comes beyond is not taken, and sent again later

ADD = statement(
    insert(arrivals).values(
        id=param("id"), server_id=param("server"), by=param("by"), activity=words("activity"), at=param("at")
    )
)
NEXT = statement(
    select(arrivals.c.id, arrivals.c.server_id, arrivals.c.by, arrivals.c.activity, arrivals.c.tries)
    .where(arrivals.c.server_id == param("server"), arrivals.c.id > param("after"))
    .order_by(arrivals.c.id)
    .limit(1)
)
HOW_MANY = statement(
    select(func.count()).select_from(
        select(arrivals.c.id).where(arrivals.c.server_id == param("server")).limit(MOST_WAITING).subquery()
    )
)
DONE = statement(delete(arrivals).where(arrivals.c.id == param("of")))
TRIED = statement(update(arrivals).where(arrivals.c.id == param("of")).values(tries=arrivals.c.tries + 1))


class Arrival(NamedTuple):
    """An activity that `by` (an account of `server`) signed; `activity`: as it was sent."""

    id: int
    server: int
    by: int
    activity: str
    tries: int


async def add(w: Writing, new: int, server: int, by: int, activity: str) -> None:
    await w.run(ADD, id=new, server=server, by=by, activity=activity, at=w.now())


async def is_full(reading: Reading, server: int) -> bool:
    """Whether as many wait as may of one server."""
    return await reading.value(HOW_MANY, server=server) >= MOST_WAITING


async def next_of(reading: Reading, server: int, after: int) -> Arrival | None:
    """The server's next one behind `after`."""
    row = await reading.first(NEXT, server=server, after=after)
    return None if row is None else Arrival(*row)


async def done(w: Writing, of: int) -> bool:
    """It has had its effect in this unit; False where it had it before."""
    return await w.run(DONE, of=of) == 1


async def tried(w: Writing, of: int) -> None:
    await w.run(TRIED, of=of)
