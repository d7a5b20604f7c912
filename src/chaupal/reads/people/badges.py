"""How much is new, for the frame of every page: counted through the gate, kept until something of it changes."""

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.reads import kept
from chaupal.reads.context import Reads
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import GROUPED, NotificationsAsked
from chaupal.reads.timelines import conversations

MOST = 20  # counted no further: "20+" says as much
SIZE = 1_000  # bytes of it, with what it was made from


class Badges(msgspec.Struct, frozen=True):
    """Notifications (a group is one) and conversations that hold something new, each at most MOST."""

    notifications: int = 0
    messages: int = 0


async def badges_of(reads: Reads, viewer: Viewer) -> Badges:
    """What may not be seen is not counted. Every page of the viewer asks, whatever else stands on it."""
    name = ("badges", viewer)
    found: Badges | None = kept.find(reads, name)
    if found is None:
        with kept.making(reads) as noted:
            unread = await notifications.unread(reads, viewer, MOST, NotificationsAsked(together=GROUPED))
            found = Badges(unread, min(await conversations.unread(reads, viewer), MOST))
        kept.keep(reads, name, found, SIZE, noted)
    return found
