"""What this server tells of the others that it knows: their hosts."""

from sqlalchemy import select

from chaupal.store.machine.dialect import byte_order, statement
from chaupal.store.machine.tables import servers
from chaupal.store.machine.work import Reading

HOSTS = statement(select(servers.c.domain).order_by(byte_order(servers.c.domain)))


async def hosts(reading: Reading) -> list[str]:
    """Of every server that was met, in order."""
    return [row[0] for row in await reading.fetch(HOSTS)]
