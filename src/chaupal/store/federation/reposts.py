"""Reposts by people of other servers: rows as any, with the id that their server gave them."""

from sqlalchemy import update

from chaupal.store.machine.dialect import param, statement, words
from chaupal.store.machine.shelves import POSTS
from chaupal.store.machine.tables import posts
from chaupal.store.machine.work import Writing

NAME = statement(
    update(posts)
    .where(posts.c.id == param("of"))
    .values(server=param("at_server"), uri=words("its_uri"), url=words("its_uri"))
)


async def name(w: Writing, repost: int, server: int, uri: str) -> None:
    """The repost came from there, under this id."""
    await w.run(NAME, of=repost, at_server=server, its_uri=uri)
    w.touch(POSTS, repost)
