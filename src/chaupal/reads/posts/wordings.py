"""What a post said, wording by wording. Each is judged as the post itself: what is withheld now was withheld then, too.

Only whom it is for is of its time: who is addressed by an edit reads from there on.
"""

from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square import editing

MOST = 500


async def of_post(reads: Reads, viewer: Viewer, id_: int) -> list[Visible[Post]]:
    """Every wording that was for the viewer, the present one last; one where it was never edited. Raises NotFound."""
    async with reads.work.reading() as reading:
        sealed = await editing.history(reading, id_, MOST)
        facts = await facts_for(reading, viewer)
    now = reveal_one(viewer, Surface.STATUS, sealed[-1] if sealed else None, facts)
    if now is None or now.item.boost_of is not None:
        raise NotFound
    return [*reveal(viewer, Surface.STATUS, sealed[:-1], facts), now]
