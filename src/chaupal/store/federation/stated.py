"""What servers say of their own things that are known here: that they withhold them somewhere, or have suspended somebody.

Each is kept as a statement of the server whose thing it is, replaced whenever that says it anew. It binds nobody here.
"""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.ids import MakeId
from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.noted import note_until
from chaupal.store.machine.shelves import STATED
from chaupal.store.machine.statements import columns_of, deletes, inserts, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.federation import servers, stated

WITHHELD, SUSPENDED = "withheld", "suspended"

_COLUMNS = columns_of(stated, "subject_id what country address since until", servers.c.domain)
ON = (
    selects(*_COLUMNS)
    .join_from(stated, servers, servers.c.id == stated.c.server_id)
    .where(among(stated.c.subject_id, "ids"))
    .order_by(stated.c.subject_id, stated.c.id)
)
ADD = inserts(stated)
DROP = deletes(stated).where(subject_id="of")


class Statement(msgspec.Struct, frozen=True):
    """`what`: withheld (in `country`) or suspended. `order`: the address of a page about it. Times in ms, 0: not said."""

    what: str
    country: str = ""
    order: str = ""
    since: int = 0
    until: int = 0
    domain: str = ""  # whose statement it is; nothing where it is to be written


async def statements_about(reading: Reading, ids: Sequence[int], now: int) -> dict[int, tuple[Statement, ...]]:
    """Subject -> what its server says of it `now` (ms), for those of which something is said."""
    found: dict[int, tuple[Statement, ...]] = {}
    for row in await reading.by(STATED, *ids).fetch(ON, ids=listed(ids)) if ids else ():
        one = _statement(row)
        if one.until:
            note_until(one.until)
        if not 0 < one.until <= now:
            found[row[0]] = (*found.get(row[0], ()), one)
    return found


async def keep(w: Writing, subject: int, server: int, said: Sequence[Statement], make_id: MakeId, at: int) -> bool:
    """What a server says of a thing of its own now, in the place of what it said before; whether that is something else."""
    known = [_statement(row) for row in await w.fetch(ON, ids=listed([subject]))]
    if {msgspec.structs.replace(one, domain="") for one in known} == set(said):
        return False
    await w.run(DROP, of=subject)
    for one in said:
        await w.run(
            ADD,
            id=make_id(),
            subject_id=subject,
            server_id=server,
            what=one.what,
            country=one.country,
            address=one.order,
            since=one.since,
            until=one.until,
            at=at,
        )
    w.touch(STATED, subject)
    return True


def _statement(row: Row) -> Statement:
    _, what, country, address, since, until, domain = row
    return Statement(what, country, address, since, until, domain)
