"""How much is new, for the frame of every page: counted through the gate, remembered until something of it changes."""

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import GROUPED, Asked
from chaupal.reads.timelines import conversations
from chaupal.store.identity.facts_cache import facts_for

MOST = 20  # counted no further: "20+" says as much


class Badges(msgspec.Struct, frozen=True):
    """Notifications (a group is one) and conversations that hold something new, each at most MOST."""

    notices: int = 0
    messages: int = 0


async def of(reads: Reads, viewer: Viewer) -> Badges:
    """What may not be seen is not counted: the law where the viewer is, and their ties, are part of what is remembered."""
    memory = reads.work.memory
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
    stamp = (viewer.country, viewer.role, memory.rulings_version)
    kept = memory.badges.items.get(viewer.me)
    ties, filters = facts.relations, memory.filters.items.get(viewer.me)
    if kept is not None and kept[0] == stamp and kept[1] is ties and kept[2] is filters:
        return kept[3]
    generation = memory.generation
    notices = await notifications.unread(reads, viewer, MOST, Asked(together=GROUPED))
    found = Badges(notices, min(await conversations.unread(reads, viewer), MOST))
    if generation == memory.generation:
        memory.badges.put(viewer.me, (stamp, ties, memory.filters.items.get(viewer.me), found))
    return found
