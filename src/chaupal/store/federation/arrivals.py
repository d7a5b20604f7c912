"""Activities of others: the ids of those that had their effect, and those for which something has to be fetched first, in order."""

import hashlib
from typing import NamedTuple

from sqlalchemy import func

from chaupal.kernel.clock import DAY
from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import deletes, inserts, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import arrivals, heard, servers

ADD = inserts(arrivals, "id by activity at size", server_id="server")
NEXT = (
    selects(arrivals, "id server_id by activity tries")
    .where(arrivals.c.id > param("after"), server_id="server")
    .ordered("id")
    .limit(1)
)
_SUMS = selects(func.count(), func.coalesce(func.sum(arrivals.c.size), 0)).select_from(arrivals)
OF_SERVER = _SUMS.where(same(arrivals, server_id="server"))
IN_ALL = _SUMS
_OF_NOBODY = selects(func.count()).select_from(arrivals).where(arrivals.c.by == 0)
# How much waits of one server of which it is not known yet who signed it.
of_nobody = _OF_NOBODY.where(same(arrivals, server_id="of")).number_of
UNPROVEN = (
    selects(arrivals.c.id, arrivals.c.activity).where(arrivals.c.by == 0).where(same(arrivals, server_id="server"))
)
OF_NOBODY_AT_ALL = _OF_NOBODY
# Of nobody, by server: how much, and its newest.
CROWDS = (
    selects(arrivals.c.server_id, servers.c.domain, func.count(), func.max(arrivals.c.id))
    .select_from(arrivals.join(servers, servers.c.id == arrivals.c.server_id))
    .where(arrivals.c.by == 0)
    .group_by(arrivals.c.server_id, servers.c.domain)
)
# It has had its effect in this unit; False where it had it before.
done = deletes(arrivals).where(id="of").done_of
tried = updates(arrivals, tries=arrivals.c.tries + 1).where(id="of").run_of


class Arrival(NamedTuple):
    """An activity that `by` (an account of `server`) signed; `activity`: as it was sent.

    `by` 0: whose signature could not be told yet; `activity` holds it as well.
    """

    id: int
    server: int
    by: int
    activity: str
    tries: int


class WaitingArrivals(NamedTuple):
    """How many activities wait, and how many bytes they are."""

    many: int
    size: int

    def and_one_of(self, size: int) -> "WaitingArrivals":
        return WaitingArrivals(self.many + 1, self.size + size)


async def add(w: Writing, new: int, server: int, by: int, activity: str, size: int) -> None:
    await w.run(ADD, id=new, server=server, by=by, activity=activity, at=w.now(), size=size)


async def of_server(reading: Reading, server: int) -> WaitingArrivals:
    """What waits of one server."""
    many, size = (await reading.fetch(OF_SERVER, server=server))[0]
    return WaitingArrivals(many, int(size))


async def unproven_of(reading: Reading, server: int) -> list[tuple[int, str]]:
    """The same, each with what is kept of it."""
    return [(row[0], row[1]) for row in await reading.fetch(UNPROVEN, server=server)]


async def of_nobody_at_all(reading: Reading) -> int:
    """The same of all of them."""
    return int(await reading.value(OF_NOBODY_AT_ALL))


class ServerBacklog(NamedTuple):
    """What waits of one server of which it is not known who signed it: how much, and the newest of it."""

    server: int
    domain: str
    many: int
    newest: int


async def crowds(reading: Reading) -> list[ServerBacklog]:
    """What waits of nobody, by server."""
    return [ServerBacklog(*row) for row in await reading.fetch(CROWDS)]


async def in_all(reading: Reading) -> WaitingArrivals:
    """What waits of all of them."""
    many, size = (await reading.fetch(IN_ALL))[0]
    return WaitingArrivals(many, int(size))


async def next_of(reading: Reading, server: int, after: int) -> Arrival | None:
    """The server's next one behind `after`."""
    row = await reading.first(NEXT, server=server, after=after)
    return None if row is None else Arrival(*row)


HEARD_FOR = 30 * DAY  # longer than any server tries to deliver, and than any signature is good

HEAR = inserts_once(heard, hash="hash", at="at")
FIND = selects(heard.c.at).where(hash="hash")
SWEEP = deletes(heard).where(heard.c.at < param("before"))


def _hash(activity: str) -> str:
    return hashlib.sha256(activity.encode()).hexdigest()


async def was_heard(reading: Reading, activity: str) -> bool:
    """Whether the activity of this id was heard."""
    return await reading.value(FIND, hash=_hash(activity)) is not None


async def hear(w: Writing, activity: str) -> bool:
    """It was heard, as of this unit; False where it had been before."""
    return await w.run(HEAR, hash=_hash(activity), at=w.now()) == 1


async def forget_heard(w: Writing) -> int:
    """Forget what nobody sends any more; how many."""
    return await w.run(SWEEP, before=w.now() - HEARD_FOR)
