"""How far one has read: kept for the account, so that every device knows."""

from collections.abc import Mapping

from chaupal.kernel.errors import NotFound
from chaupal.kernel.ids import parse_id
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.notifications import markers, notifications

ALONE = "ungrouped-"  # before the id of a notification that stands in no group


async def keep(square: Square, viewer: Viewer, read: Mapping[str, int]) -> None:
    """Timeline (`home`, `notifications`) -> the newest id read; others are left as they are."""
    me = viewer.me
    async with square.work.writing() as w:
        for timeline in markers.TIMELINES:
            if timeline in read:
                await markers.write(w, me, timeline, read[timeline])


async def clear_notifications(square: Square, viewer: Viewer) -> None:
    """All notifications go."""
    me = viewer.me
    async with square.work.writing() as w:
        await notifications.clear(w, me)


async def dismiss_notification(square: Square, viewer: Viewer, id_: int) -> None:
    """One notification goes. Raises NotFound for one that is not the viewer's."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await notifications.dismiss(w, me, id_):
            raise NotFound


async def dismiss_group(square: Square, viewer: Viewer, key: str) -> None:
    """All notifications of a group go; the key of one that stands alone names it. Raises NotFound."""
    me = viewer.me
    if key.startswith(ALONE):
        await dismiss_notification(square, viewer, parse_id(key.removeprefix(ALONE)) or 0)
        return
    async with square.work.writing() as w:
        if not key or not await notifications.dismiss_group(w, me, key):
            raise NotFound
