"""What one has liked and saved, the newest mark first; where a post is withheld its placeholder keeps the place."""

from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, shown, tied_page
from chaupal.store.square import reactions
from chaupal.store.square.posts import Pages


async def liked(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Post]]:
    """The viewer's likes."""
    return await _page(reads, viewer, reactions.LIKED_POSTS, cursor)


async def saved(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Post]]:
    """The viewer's saved posts."""
    return await _page(reads, viewer, reactions.SAVED_POSTS, cursor)


async def _page(reads: Reads, viewer: Viewer, pages: Pages, cursor: Cursor) -> Page[Visible[Post]]:
    async with reads.work.reading() as reading:
        page = await tied_page(reading, pages, cursor, me=viewer.account)
        return page.map(await shown(reading, viewer, Surface.SAVED, page.items))
