"""Whose a named thing is, for thousands of names in one look: ids and owners only, no words of people."""

from collections.abc import Sequence

from sqlalchemy import select

from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.tables import accounts, media, posts
from chaupal.store.machine.work import Reading

POSTS = statement(select(posts.c.id, posts.c.author, posts.c.visibility).where(among(posts.c.id, "ids")))
PICTURES = statement(
    select(media.c.id, media.c.account_id, posts.c.visibility)
    .join(posts, posts.c.id == media.c.post_id, isouter=True)
    .where(among(media.c.id, "ids"))
)
LANGUAGE_OF_POST = statement(select(posts.c.language).where(posts.c.id == param("of")))
LANGUAGE_OF_ACCOUNT = statement(select(accounts.c.language).where(accounts.c.id == param("of")))

type Owned = dict[int, tuple[int, int | None]]


async def posts_named(reading: Reading, ids: Sequence[int]) -> Owned:
    """Post -> (author, visibility), for those that exist."""
    rows = await reading.fetch(POSTS, ids=listed(ids)) if ids else ()
    return {row[0]: (row[1], row[2]) for row in rows}


async def pictures_named(reading: Reading, ids: Sequence[int]) -> Owned:
    """Picture -> (owner, visibility of the post it is in; None: in no post), for those that exist."""
    rows = await reading.fetch(PICTURES, ids=listed(ids)) if ids else ()
    return {row[0]: (row[1], row[2]) for row in rows}


async def language_of(reading: Reading, kind: str, id_: int) -> str:
    """The language of a post, or that an account writes in; nothing where it is not known."""
    return await reading.value(LANGUAGE_OF_POST if kind == "post" else LANGUAGE_OF_ACCOUNT, of=id_) or ""
