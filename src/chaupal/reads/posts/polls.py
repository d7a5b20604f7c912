"""What the viewer chose in polls."""

from collections.abc import Iterable

from chaupal.policy.things import Poll, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.machine.noted import note_until
from chaupal.store.square import polls

NONE: dict[int, tuple[int, ...]] = {}


async def votes(reads: Reads, viewer: Viewer, posts: Iterable[Post]) -> dict[int, tuple[int, ...]]:
    """Post -> the options that the viewer chose; the store is asked only where there are polls and somebody is signed in."""
    ids = [post.id for post in posts if post.poll is not None and _noted(post.poll, reads.clock())]
    if not ids or viewer.account is None:
        return NONE
    async with reads.work.reading() as reading:
        return await polls.voted(reading, viewer.account, ids)


def _noted(poll: Poll, now: int) -> bool:
    """Whatever shows a poll shows another one when it ends."""
    if now < poll.ends_at:
        note_until(poll.ends_at)
    return True
