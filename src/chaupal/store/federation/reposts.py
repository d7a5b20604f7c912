"""Reposts by people of other servers: rows as any, with the id that their server gave them."""

from chaupal.store.machine.shelves import POSTS
from chaupal.store.machine.statements import updates
from chaupal.store.machine.work import Writing
from chaupal.store.tables.square import posts

NAME = updates(posts, server="at_server", uri="its_uri", url="its_uri").where(id="of")


async def name(w: Writing, repost: int, server: int, uri: str) -> None:
    """The repost came from there, under this id."""
    await w.run(NAME, of=repost, at_server=server, its_uri=uri)
    w.touch(POSTS, repost)
