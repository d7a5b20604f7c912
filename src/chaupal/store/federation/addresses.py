"""Addresses of people and posts, ours and others', for thousands in one look: whose they are and where, no words of anybody."""

from collections.abc import Collection
from typing import NamedTuple

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import posts

PEOPLE = selects(accounts, "id handle server uri url state").where(among(accounts.c.id, "ids"))
POSTS = (
    selects(posts, "id author", accounts.c.handle, posts, "server uri url visibility")
    .join(accounts, accounts.c.id == posts.c.author)
    .where(among(posts.c.id, "ids"))
)
HAS_GONE = selects(accounts.c.id).where(accounts.c.state == "deleted", accounts.c.server == 0, handle="handle")


class AddressedPerson(NamedTuple):
    """Somebody: `server` 0 is ours, and then `uri` and `url` are empty."""

    id: int
    handle: str
    server: int
    uri: str
    url: str
    state: str


class AddressedPost(NamedTuple):
    """A post and its author's handle. `visibility`: as it is stored."""

    id: int
    author: int
    handle: str
    server: int
    uri: str
    url: str
    visibility: int


async def people(reading: Reading, ids: Collection[int]) -> dict[int, AddressedPerson]:
    """By id; those who are not here are left out, those who have gone are not."""
    rows = await reading.fetch(PEOPLE, ids=listed(sorted(ids))) if ids else ()
    return {row[0]: AddressedPerson(*row) for row in rows}


async def of_posts(reading: Reading, ids: Collection[int]) -> dict[int, AddressedPost]:
    """By id; those that are not here are left out."""
    rows = await reading.fetch(POSTS, ids=listed(sorted(ids))) if ids else ()
    return {row[0]: AddressedPost(*row) for row in rows}


async def whose(reading: Reading, id_: int) -> AddressedPerson | None:
    """One of them."""
    return (await people(reading, (id_,))).get(id_)


async def has_gone(reading: Reading, handle: str) -> bool:
    """Whether somebody of ours had this handle and has left."""
    known = handle.isascii() and handle.isprintable()
    return known and await reading.value(HAS_GONE, handle=handle.lower()) is not None
