"""What one has written and not said yet: one's own drafts and scheduled posts, with the uploads in them."""

from collections.abc import Iterable

from chaupal.kernel.errors import or_not_found
from chaupal.policy.drafts_and_scheduled import MOST_DRAFTS, MOST_SCHEDULED, UnsaidPost
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.store.square import drafts, posting, scheduled as scheduled_store


async def all_drafts(reads: Reads, viewer: Viewer) -> list[UnsaidPost]:
    """The viewer's drafts, the one saved last first."""
    async with reads.work.reading() as reading:
        return await drafts.of_account(reading, viewer.me, MOST_DRAFTS)


async def draft(reads: Reads, viewer: Viewer, id_: int) -> UnsaidPost:
    """One of the viewer's drafts. Raises NotFound."""
    async with reads.work.reading() as reading:
        return or_not_found(await drafts.by_id(reading, viewer.me, id_))


async def uploads(reads: Reads, viewer: Viewer, waiting: Iterable[UnsaidPost]) -> dict[int, Picture]:
    """The viewer's own pictures that these name, by id."""
    return await pictures(reads, viewer, (id_ for one in waiting for id_ in one.body.uploads))


async def pictures(reads: Reads, viewer: Viewer, ids: Iterable[int]) -> dict[int, Picture]:
    """The viewer's own among these, by id, in one look; those that have gone are not there."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    async with reads.work.reading() as reading:
        found = await posting.pictures_of(reading, viewer.me, wanted)
    return {id_: picture for id_, (picture, _) in found.items()}


async def scheduled(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[UnsaidPost]:
    """The viewer's scheduled posts, newest first."""
    async with reads.work.reading() as reading:
        return rows_page(await scheduled_store.page(reading, viewer.me, **cursor.bounds), cursor)


async def all_scheduled(reads: Reads, viewer: Viewer) -> list[UnsaidPost]:
    """All of them, newest first."""
    async with reads.work.reading() as reading:
        return await scheduled_store.page(
            reading, viewer.me, below=2**63 - 1, above=-1, limit=MOST_SCHEDULED, upward=False
        )


async def scheduled_post(reads: Reads, viewer: Viewer, id_: int) -> UnsaidPost:
    """One of the viewer's scheduled posts. Raises NotFound."""
    async with reads.work.reading() as reading:
        return or_not_found(await scheduled_store.by_id(reading, viewer.me, id_))
