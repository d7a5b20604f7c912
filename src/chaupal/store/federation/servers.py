"""Servers that were met: by their hosts, each with an id that a ruling can name; and which signatures each understands."""

from collections.abc import Collection

from sqlalchemy import case, or_

from chaupal.kernel.clock import HOUR
from chaupal.kernel.ids import MakeId
from chaupal.store.federation import limits
from chaupal.store.machine.dialect import among, byte_order, listed, param, text_param
from chaupal.store.machine.statements import inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import servers
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
_SPEAKS = selects(servers.c.speaks).where(domain="domain")
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


async def speaks(reading: Reading, domain: str) -> str:
    """`rfc9421`, `cavage`, or "" where it is not known."""
    return await reading.value(_SPEAKS, domain=domain) or ""


async def note_speech(w: Writing, domain: str, speaks: str) -> None:
    """It understands this. Nothing where no such server was met."""
    await w.run(_NOTE, domain=domain, speaks=speaks)


async def meet_speech(w: Writing, domain: str, speaks: str) -> None:
    """It says that it understands this. What was found out by trying stands."""
    await w.run(_MEET, domain=domain, speaks=speaks)
