"""What the viewer chose in polls."""

from collections.abc import Iterable

from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.square import polls

NONE: dict[int, tuple[int, ...]] = {}


async def votes(reads: Reads, viewer: Viewer, posts: Iterable[Post]) -> dict[int, tuple[int, ...]]:
    """Post -> the options that the viewer chose; the store is asked only where there are polls and somebody is signed in."""
    ids = [post.id for post in posts if post.poll is not None]
    if not ids or viewer.account is None:
        return NONE
    async with reads.work.reading() as reading:
        return await polls.voted(reading, viewer.account, ids)
