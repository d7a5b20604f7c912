"""What programs that follow pages are told: public posts of one person or one tag, as whoever asks may see them where they are."""

from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.reads.people import people
from chaupal.reads.pipeline import listed_page
from chaupal.store.machine.dialect import listed
from chaupal.store.square import posts
from chaupal.store.square.people import DISCOVERABLE
from chaupal.store.square.posts import skeleton
from chaupal.text import fold

MOST = 20
AT_ONCE = 1_000  # people in one file of the sitemap


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


async def discoverable(reads: Reads, viewer: Viewer, below: int | None = None) -> Page[Visible[Person]]:
    """Those who want to be found and may be seen from where the viewer is, the newest accounts first."""
    cursor = Cursor(max_id=below, limit=AT_ONCE)
    async with reads.work.reading() as reading:
        ids = await skeleton(reading, DISCOVERABLE, below=cursor.below, above=-1, limit=cursor.limit, upward=False)
        page = page_of(ids, cursor)
        return page.map(await people.shown(reading, viewer, Surface.FEED, page.items))
