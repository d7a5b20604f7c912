"""Which signatures a server understands, as it was found out; by its host."""

from sqlalchemy import select, update

from chaupal.store.machine.dialect import statement, words
from chaupal.store.machine.tables import servers
from chaupal.store.machine.work import Reading, Writing

_SPEAKS = statement(select(servers.c.speaks).where(servers.c.domain == words("domain")))
_NOTE = statement(
    update(servers)
    .where(servers.c.domain == words("domain"), servers.c.speaks != words("speaks"))
    .values(speaks=words("speaks"))
)
_MEET = statement(
    update(servers).where(servers.c.domain == words("domain"), servers.c.speaks == "").values(speaks=words("speaks"))
)


async def speaks(reading: Reading, domain: str) -> str:
    """`rfc9421`, `cavage`, or "" where it is not known."""
    return await reading.value(_SPEAKS, domain=domain) or ""


async def note(w: Writing, domain: str, speaks: str) -> None:
    """It understands this. Nothing where no such server was met."""
    await w.run(_NOTE, domain=domain, speaks=speaks)


async def meet(w: Writing, domain: str, speaks: str) -> None:
    """It says that it understands this. What was found out by trying stands."""
    await w.run(_MEET, domain=domain, speaks=speaks)
