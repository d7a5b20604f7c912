"""What programs that follow pages are told: public posts of one person or one tag, as whoever asks may see them where they are."""

from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page
from chaupal.reads.pipeline import listed_page
from chaupal.store.machine.dialect import listed
from chaupal.store.square import posts
from chaupal.text import fold

MOST = 20


async def of_person(reads: Reads, viewer: Viewer, account: int) -> Page[Visible[Post]]:
    """The newest posts that somebody made for everybody: neither answers nor reposts."""
    async with reads.work.reading() as reading:
        return await listed_page(
            reading,
            viewer,
            Surface.FEED,
            posts.OF_AUTHOR_PLAIN,
            Cursor(limit=MOST),
            author=account,
            visibilities=listed([int(Visibility.PUBLIC)]),
            never=int(Visibility.DIRECT),
        )


async def of_tag(reads: Reads, viewer: Viewer, name: str) -> Page[Visible[Post]]:
    """The newest public posts with a tag that people of this server wrote, in whatever spelling."""
    async with reads.work.reading() as reading:
        key = fold.count_key(name)
        return await listed_page(reading, viewer, Surface.FEED, posts.WITH_TAG["here"], Cursor(limit=MOST), key=key)
