"""What a post said, wording by wording. Each is judged as the post itself: what is withheld now was withheld then, too."""

from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store import editing
from chaupal.store.knowledge import facts_for

MOST = 500


async def of_post(reads: Reads, viewer: Viewer, id_: int) -> list[Visible[Post]]:
    """Every wording, the present one last; one where it was never edited. Raises NotFound."""
    async with reads.work.reading() as reading:
        sealed = await editing.history(reading, id_, MOST)
        found = reveal(viewer, Surface.STATUS, sealed, await facts_for(reading, viewer))
    if not found or found[-1].item.boost_of is not None:
        raise NotFound
    return found
