"""What the viewer did with posts: marks, as bitmasks for the tails of a page, and choices in polls; asked for with every page."""

from collections.abc import Iterable, Sequence

from chaupal.policy.things import Poll, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.machine.shelves import POSTS, note, note_until
from chaupal.store.square import polls, reactions as store

LIKED, REPOSTED, SAVED = store.LIKED, store.REPOSTED, store.SAVED
MUTED, PINNED = store.MUTED, store.PINNED  # of conversations, and of one's own posts

NOTHING: dict[int, int] = {}
NO_VOTES: dict[int, tuple[int, ...]] = {}


async def flags(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> dict[int, int]:
    """Post -> what the viewer did with it, for those of `ids` (and maybe others) with which they did something.

    Not to be changed by the caller. A pure look-up where all are known: the store is not asked.
    """
    me = viewer.account
    if me is None:
        return NOTHING
    # Also what stands within a repost: a like leaves the answers that have not noted its post.
    note(POSTS, *ids)
    kept = reads.work.memory.reactions.get(me)
    if kept is not None and not kept.unknown(ids):
        return kept
    async with reads.work.reading() as reading:
        return await store.marks(reading, me, ids)


async def votes(reads: Reads, viewer: Viewer, posts: Iterable[Post]) -> dict[int, tuple[int, ...]]:
    """Post -> the options that the viewer chose; the store is asked only where there are polls and somebody is signed in."""
    ids = [post.id for post in posts if post.poll is not None and _noted(post.poll, reads.clock())]
    if not ids or viewer.account is None:
        return NO_VOTES
    async with reads.work.reading() as reading:
        return await polls.voted(reading, viewer.account, ids)


def _noted(poll: Poll, now: int) -> bool:
    """A post with a poll looks different once the poll ends, so the end is noted as a limit."""
    if now < poll.ends_at:
        note_until(poll.ends_at)
    return True
