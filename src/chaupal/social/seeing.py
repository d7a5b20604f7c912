"""What somebody wants to do something with, as the gate shows it to them: nobody acts on what they may not know of."""

from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts


async def seen_post(
    reading: Reading, viewer: Viewer, id_: int, facts: Facts | None = None, surface: Surface = Surface.STATUS
) -> Visible[Post] | None:
    """None where the viewer may not know of it. `facts`: theirs, where they are at hand."""
    sealed = next(iter(await sealed_posts(reading, (id_,))), None)
    return reveal_one(viewer, surface, sealed, facts or await facts_for(reading, viewer))


async def seen_person(
    reading: Reading, viewer: Viewer, id_: int, facts: Facts | None = None, surface: Surface = Surface.PROFILE
) -> Visible[Person] | None:
    """The same of somebody."""
    sealed = (await sealed_people(reading, (id_,))).get(id_)
    return reveal_one(viewer, surface, sealed, facts or await facts_for(reading, viewer))
