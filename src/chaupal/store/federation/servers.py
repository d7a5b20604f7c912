"""Servers that were met: by their hosts, each with an id that a ruling can name; what they sign with, and what they state of their own
things.
"""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import case, or_

from chaupal.kernel.clock import HOUR
from chaupal.kernel.ids import MakeId
from chaupal.store.federation import limits
from chaupal.store.machine.dialect import among, byte_order, listed, param, text_param
from chaupal.store.machine.shelves import STATED, note_until
from chaupal.store.machine.statements import columns_of, deletes, inserts, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.federation import servers, stated
from chaupal.text import hosts

ADD = inserts_once(servers, id="id", domain="domain", first_at="at")
ID_OF = selects(servers.c.id).where(domain="domain")
DOMAINS = selects(servers.c.id, servers.c.domain).where(among(servers.c.id, "ids"))
KNOWN = selects(servers.c.domain).order_by(byte_order(servers.c.domain))
IDS_OF = selects(servers.c.domain, servers.c.id).where(among(servers.c.domain, "names"))
# What waits for one that did not answer is sent at once.
HEARD = updates(
    servers,
    heard_at="at",
    fails=0,
    failing_since=None,
    due_at=case((servers.c.due_at.is_not(None), param("at")), else_=None),
).where(or_(servers.c.heard_at < param("at") - HOUR, servers.c.fails > 0), id="of")
# `rfc9421`, `cavage`, or "" where it is not known.
speaks = selects(servers.c.speaks).where(domain="of").word_of
_NOTE = updates(servers, "speaks").where(servers.c.speaks != text_param("speaks"), domain="domain")
_MEET = updates(servers, "speaks").where(servers.c.speaks == "", domain="domain")


async def id_of(reading: Reading, domain: str) -> int | None:
    """The server at this host (small ASCII letters, with its port where it has one); None where it was not met."""
    return await reading.value(ID_OF, domain=domain)


async def met(w: Writing, make_id: MakeId, domain: str) -> int:
    """The id of the server at this host: the same one for ever."""
    found = await id_of(w, domain)
    if found is not None:
        return found
    if await w.run(ADD, id=make_id(), domain=domain, at=w.now()):
        await limits.met(w, domain, hosts.above(domain))
    found = await id_of(w, domain)
    if found is None:
        raise RuntimeError("a server that was written down is not there")
    return found


async def heard_from(w: Writing, server: int) -> None:
    """It is there: noted once an hour, and at once where it had not answered."""
    await w.run(HEARD, of=server, at=w.now())


async def domains(reading: Reading, ids: Collection[int]) -> dict[int, str]:
    """Server -> its host."""
    rows = await reading.fetch(DOMAINS, ids=listed(ids)) if ids else ()
    return {row[0]: row[1] for row in rows}


async def domain(reading: Reading, server: int) -> str:
    """The host of one of them; "" of one that is not known."""
    return (await domains(reading, (server,))).get(server, "")


async def known(reading: Reading) -> list[str]:
    """The hosts of all of them, in order."""
    return [row[0] for row in await reading.fetch(KNOWN)]


async def ids_of(reading: Reading, names: Collection[str]) -> dict[str, int]:
    """Host -> its server, of those that were met or written down."""
    rows = await reading.fetch(IDS_OF, names=listed(names)) if names else ()
    return {row[0]: row[1] for row in rows}


async def note_speech(w: Writing, domain: str, speaks: str) -> None:
    """It understands this. Nothing where no such server was met."""
    await w.run(_NOTE, domain=domain, speaks=speaks)


async def meet_speech(w: Writing, domain: str, speaks: str) -> None:
    """It says that it understands this. What was found out by trying stands."""
    await w.run(_MEET, domain=domain, speaks=speaks)


WITHHELD, SUSPENDED = "withheld", "suspended"

_COLUMNS = columns_of(stated, "subject_id what country address since until", servers.c.domain)
ON = (
    selects(*_COLUMNS)
    .join_from(stated, servers, servers.c.id == stated.c.server_id)
    .where(among(stated.c.subject_id, "ids"))
    .order_by(stated.c.subject_id, stated.c.id)
)
STATE = inserts(stated)
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


async def keep_statements(
    w: Writing, subject: int, server: int, said: Sequence[Statement], make_id: MakeId, at: int
) -> bool:
    """What a server says of a thing of its own now, in the place of what it said before; whether that is something else."""
    known = [_statement(row) for row in await w.fetch(ON, ids=listed([subject]))]
    if {msgspec.structs.replace(one, domain="") for one in known} == set(said):
        return False
    await w.run(DROP, of=subject)
    for one in said:
        await w.run(
            STATE,
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
