"""What the viewer did with posts, as bitmasks for the tails of a page; asked for with every page of posts."""

from collections.abc import Sequence

from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.square import reactions as store

LIKED, REPOSTED, SAVED = store.LIKED, store.REPOSTED, store.SAVED
MUTED, PINNED = store.MUTED, store.PINNED  # of conversations, and of one's own posts

NOTHING: dict[int, int] = {}


async def flags(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> dict[int, int]:
    """Post -> what the viewer did with it, for those of `ids` (and maybe others) with which they did something.

    Not to be changed by the caller. A pure look-up where all are known: the store is not asked.
    """
    me = viewer.account
    if me is None:
        return NOTHING
    kept = reads.work.memory.reactions.get(me)
    if kept is not None and not kept.unknown(ids):
        return kept
    async with reads.work.reading() as reading:
        return await store.marks(reading, me, ids)
