"""What staff tell everybody now, with what the viewer has done with it. These are the house's words, not people's."""

from collections.abc import Sequence

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.square import announcements
from chaupal.store.square.announcements import Announcement as Announcement, Reaction as Reaction


class AnnouncementSeen(msgspec.Struct, frozen=True):
    """An announcement, whether the viewer has dismissed it, and how people react."""

    announcement: Announcement
    read: bool
    reactions: Sequence[Reaction] = ()


async def in_force(
    reads: Reads, viewer: Viewer, *, dismissed: bool = False, reactions: bool = True
) -> list[AnnouncementSeen]:
    """Those in force, the newest first; those that the viewer has `dismissed`, too."""
    async with reads.work.reading() as reading:
        found = await announcements.in_force(reading)
        if not found:
            return []
        ids = [one.id for one in found]
        read = await announcements.has_read(reading, viewer.me, ids)
        kept = [one for one in found if dismissed or one.id not in read]
        on = await announcements.reactions_on(reading, viewer.me, ids) if reactions and kept else {}
    return [AnnouncementSeen(one, one.id in read, on.get(one.id, ())) for one in kept]


async def by_id(reads: Reads, viewer: Viewer, id_: int) -> AnnouncementSeen | None:
    """One that is in force."""
    return next(
        (found for found in await in_force(reads, viewer, dismissed=True) if found.announcement.id == id_), None
    )
