"""The timelines that everybody reads: the square, one language of it, one tag of it."""

from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page
from chaupal.reads.pipeline import listed_page
from chaupal.store import posts
from chaupal.text import fold


async def page(
    reads: Reads, viewer: Viewer, cursor: Cursor, language: str | None = None, *, only_media: bool = False
) -> Page[Visible[Post]]:
    """Public posts of this server, newest first; in one language where one is named."""
    async with reads.work.reading() as reading:
        if only_media:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_MEDIA, cursor)
        if language:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_IN, cursor, language=language)
        return await listed_page(reading, viewer, Surface.PUBLIC, posts.ALL_LISTED, cursor)


async def tagged(
    reads: Reads, viewer: Viewer, name: str, cursor: Cursor, language: str | None = None
) -> Page[Visible[Post]]:
    """Public posts with a tag, whatever its spelling (its count key decides)."""
    key = fold.count_key(name)
    async with reads.work.reading() as reading:
        if language:
            return await listed_page(
                reading, viewer, Surface.TAG, posts.WITH_TAG_IN, cursor, key=key, language=language
            )
        return await listed_page(reading, viewer, Surface.TAG, posts.WITH_TAG, cursor, key=key)
