"""Conversations that somebody wants to hear nothing from: known by the post they began with."""

from collections.abc import Sequence

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.shelves import REACTIONS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import ROOT_OF
from chaupal.store.tables.square import posts, thread_mutes

MUTE = inserts_once(thread_mutes, account_id="me", root="root")
UNMUTE = deletes(thread_mutes).where(account_id="me", root="root")
MUTED_BY = (
    selects(thread_mutes.c.account_id)
    .join(posts, posts.c.root == thread_mutes.c.root)
    .where(same(posts, id="of"), among(thread_mutes.c.account_id, "ids"))
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
    return frozenset(row[0] for row in await reading.fetch(MUTED_BY, of=post, ids=listed(accounts)))
