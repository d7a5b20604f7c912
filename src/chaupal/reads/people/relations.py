"""What stands between the viewer and other people."""

from collections.abc import Sequence

from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.people import people
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.square import graph, regards
from chaupal.store.square.graph import Ties as Ties

MOST = 80  # people asked about at once


async def between(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> list[tuple[int, Ties]]:
    """(account, ties) in the order of `ids`, for those who exist and may be seen. Raises NotSignedIn."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    me = viewer.me
    async with reads.work.reading() as reading:
        found = await people.shown(reading, viewer, Surface.PROFILE, wanted)
        seen = [person.item.id for person in found]
        ties = await graph.ties(reading, me, seen) if seen else {}
        if seen:
            for id_, note in (await regards.notes(reading, me, seen)).items():
                ties[id_].note = note
            hidden = (await relations_of(reading, me)).hidden_servers
            for person in found:
                ties[person.item.id].hides_server = person.item.server in hidden
            for id_ in await regards.endorsed(reading, me, seen):
                ties[id_].endorsed = True
    return [(id_, ties[id_]) for id_ in seen]
