"""Conversations that somebody wants to hear nothing from: known by the post they began with."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from chaupal.store.machine.dialect import among, listed, param, statement, upsert
from chaupal.store.machine.shelves import REACTIONS
from chaupal.store.machine.tables import posts, thread_mutes
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import ROOT_OF

MUTE = upsert(lambda i: i(thread_mutes).values(account_id=param("me"), root=param("root")).on_conflict_do_nothing())
UNMUTE = statement(
    delete(thread_mutes).where(thread_mutes.c.account_id == param("me"), thread_mutes.c.root == param("root"))
)
MUTED_BY = statement(
    select(thread_mutes.c.account_id)
    .join(posts, posts.c.root == thread_mutes.c.root)
    .where(posts.c.id == param("of"), among(thread_mutes.c.account_id, "ids"))
)


async def mute(w: Writing, me: int, post: int) -> None:
    """The conversation that the post stands in."""
    await w.run(MUTE, me=me, root=await w.value(ROOT_OF, of=post))
    w.touch(REACTIONS, me)


async def unmute(w: Writing, me: int, post: int) -> None:
    await w.run(UNMUTE, me=me, root=await w.value(ROOT_OF, of=post))
    w.touch(REACTIONS, me)


async def muted_by(reading: Reading, post: int, accounts: Sequence[int]) -> frozenset[int]:
    """Those of the accounts that have muted the post's conversation."""
    return frozenset(row[0] for row in await reading.fetch(MUTED_BY, of=post, ids=listed(list(accounts))))
