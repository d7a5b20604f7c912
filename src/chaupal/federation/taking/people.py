"""What other servers say of their people: that they are others now, have moved (both servers have to say so), or are gone."""

from chaupal.federation import finding, ours
from chaupal.federation.reading.actors import read_actor
from chaupal.federation.taking.acting import Deed
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.social.people import moving
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


async def move(deed: Deed) -> None:
    """They say where they have gone, signed; whoever they are there has named them (`aliases`), and their own profile does not say
    otherwise. Not every server lets a profile say it (snac2 does not), and Mastodon does not ask for it either.

    Both were asked for at their servers before. Raises NotAllowed, NotFound, Conflict.
    """
    if deed.act.object != deed.by.actor:
        raise NotAllowed
    mine = await people.remote_of(deed.w, deed.me)
    if mine is None or mine.moved_to not in ("", deed.act.target):
        raise NotAllowed
    target = await ours.person(deed.w, deed.fed.settings, deed.act.target)
    if (
        target is None
        and (known := await uris.find(deed.w, deed.act.target)) is not None
        and known.kind == uris.ACCOUNT
    ):
        target = known.of
    if not target:
        raise NotFound
    await moving.moved_elsewhere(deed.fed.square, deed.me, target)
