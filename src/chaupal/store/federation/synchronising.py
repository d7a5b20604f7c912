"""Who of a server follows somebody of ours: so that both servers know the same (FEP-8fcf)."""

import hashlib

from sqlalchemy import literal_column, select
from sqlalchemy import text as sql

from chaupal.store.machine.dialect import param, statement
from chaupal.store.machine.tables import accounts, follows
from chaupal.store.machine.work import Reading

AT = statement(
    select(accounts.c.uri)
    .join(follows, follows.c.by == accounts.c.id)
    # A tie whose server is not noted (-1) may be of any.
    .where(
        follows.c.to == param("of"),
        follows.c.server != sql("0"),
        follows.c.server.in_((param("server"), literal_column("-1"))),
        accounts.c.server == param("server"),
    )
    .order_by(accounts.c.uri)
)
SERVER_OF = statement(select(accounts.c.server).where(accounts.c.id == param("of")))


async def followers_at(reading: Reading, account: int, server: int) -> list[str]:
    """The actors' ids of those of a server who follow the account."""
    return [row[0] for row in await reading.fetch(AT, of=account, server=server)]


async def server_of(reading: Reading, account: int) -> int:
    """Of which server somebody is; 0: of ours."""
    return await reading.value(SERVER_OF, of=account) or 0


def digest(actors: list[str]) -> str:
    """One number for a list in whatever order: the SHA-256 of each, put together by exclusive or, in hexadecimal (FEP-8fcf)."""
    whole = 0
    for actor in actors:
        whole ^= int.from_bytes(hashlib.sha256(actor.encode()).digest())
    return f"{whole:064x}"
