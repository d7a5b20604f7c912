"""What other servers say of their people: that they are others now, or gone."""

from chaupal.federation import finding
from chaupal.federation.reading.actors import read_actor
from chaupal.federation.taking.acting import Deed
from chaupal.kernel.errors import NotAllowed
from chaupal.store.federation import people, uris


async def update(deed: Deed) -> None:
    """Somebody's profile, as they say it now. It has to be their own. Raises Unreadable."""
    if deed.act.whole is None:
        return  # it was asked for at their server, and is kept
    actor = read_actor(deed.act.whole)
    if actor.uri != deed.by.actor:
        raise NotAllowed
    await finding.keep(deed.fed, actor)


async def delete(deed: Deed) -> None:
    """They are gone: what is theirs goes bit by bit, and their id does not come again."""
    await people.go(deed.w, deed.me)
    await uris.bury(deed.w, deed.by.actor)
