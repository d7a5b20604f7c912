"""Which signatures a server understands, as it was found out; by its host."""

from chaupal.store.machine.dialect import text_param
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import servers

_SPEAKS = selects(servers.c.speaks).where(domain="domain")
_NOTE = updates(servers, speaks="speaks").where(servers.c.speaks != text_param("speaks"), domain="domain")
_MEET = updates(servers, speaks="speaks").where(servers.c.speaks == "", domain="domain")


async def speaks(reading: Reading, domain: str) -> str:
    """`rfc9421`, `cavage`, or "" where it is not known."""
    return await reading.value(_SPEAKS, domain=domain) or ""


async def note(w: Writing, domain: str, speaks: str) -> None:
    """It understands this. Nothing where no such server was met."""
    await w.run(_NOTE, domain=domain, speaks=speaks)


async def meet(w: Writing, domain: str, speaks: str) -> None:
    """It says that it understands this. What was found out by trying stands."""
    await w.run(_MEET, domain=domain, speaks=speaks)
