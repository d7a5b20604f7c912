"""Who is named in posts of other servers: accounts as far as a post needs to know them."""

from collections.abc import Collection
from typing import NamedTuple

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.identity import accounts

FACES = selects(accounts.c.id, accounts.c.handle, accounts.c.server, accounts.c.uri, accounts.c.url).where(
    among(accounts.c.id, "ids"), accounts.c.state != "pending", accounts.c.state != "deleted"
)


class Face(NamedTuple):
    """An account, ours (`server` 0, no addresses) or another server's."""

    id: int
    handle: str
    server: int
    uri: str
    url: str


async def faces(reading: Reading, ids: Collection[int]) -> dict[int, Face]:
    """Those of the accounts that are somebody."""
    rows = await reading.by(PEOPLE, *ids).fetch(FACES, ids=listed(sorted(ids))) if ids else ()
    return {row[0]: Face(*row) for row in rows}


async def face(reading: Reading, id_: int) -> Face | None:
    return (await faces(reading, [id_])).get(id_)
