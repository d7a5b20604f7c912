"""Follows and blocks that come from other servers, the answers to ours, and the end of each."""

from chaupal.federation import ours, speaking
from chaupal.federation.events import PersonMet
from chaupal.federation.reading.activities import read_act
from chaupal.federation.reading.values import Unreadable
from chaupal.federation.taking.acting import Deed
from chaupal.federation.writing import activities
from chaupal.kernel.errors import NotAllowed, NotFound, or_not_found
from chaupal.social.people import graph
from chaupal.store.federation import uris
from chaupal.store.square import graph as ties


async def follow(deed: Deed) -> None:
    """Somebody there follows, or asks to follow, somebody here. Whom a block stands against is told no; who asks again, yes again."""
    them = await ours_at(deed, deed.act.object)
    followed_before = await ties.wanted(deed.w, deed.me, them) is not None
    try:
        await graph.follow(deed.fed.square, deed.viewer, them)
    except NotAllowed:
        await _answer(deed, them, yes=False)
        return
    if deed.act.uri:
        await uris.tie(deed.w, uris.FOLLOW, deed.act.uri, deed.me, them)
    if followed_before:  # they have lost our answer, or never had it
        await _answer(deed, them, yes=True)


async def _answer(deed: Deed, them: int, *, yes: bool) -> None:
    say = activities.accept if yes else activities.reject
    kind, actor = "accept" if yes else "reject", deed.act.object
    asked = activities.activity(deed.act.uri, "Follow", deed.by.actor, actor)
    said = say(f"{actor}#{kind}-{deed.fed.make_id()}", actor, asked)
    await speaking.say_to(deed.fed, deed.w, them, [deed.me], said)


async def unfollow(deed: Deed, them: int) -> None:
    """They follow no more, or ask no more."""
    await graph.unfollow(deed.fed.square, deed.viewer, them)
    await uris.untie(deed.w, uris.FOLLOW, deed.me, them)


async def accept(deed: Deed) -> None:
    """They let somebody here follow who asked. Raises NotFound where nobody did."""
    await graph.grant(deed.fed.square, deed.viewer, await _asker(deed))
    deed.w.tell(PersonMet(account=deed.me))


async def reject(deed: Deed) -> None:
    """They say no to whoever asked, or whoever they had let follow before; or take back that they said yes."""
    asker = await _asker(deed)
    await uris.untie(deed.w, uris.FOLLOW, asker, deed.me)  # they know that it is over
    if await ties.wanted(deed.w, asker, deed.me, asked=True) is not None:
        await graph.refuse(deed.fed.square, deed.viewer, asker)
    else:
        await graph.drop_follower(deed.fed.square, deed.viewer, asker)


async def block(deed: Deed) -> None:
    """They block somebody here: neither sees the other any more."""
    them = await ours_at(deed, deed.act.object)
    await graph.block(deed.fed.square, deed.viewer, them)
    if deed.act.uri:
        await uris.tie(deed.w, uris.BLOCK, deed.act.uri, deed.me, them)


async def unblock(deed: Deed, them: int) -> None:
    await graph.unblock(deed.fed.square, deed.viewer, them)
    await uris.untie(deed.w, uris.BLOCK, deed.me, them)


async def ours_at(deed: Deed, uri: str) -> int:
    """The account of ours with this address. Raises NotFound."""
    return or_not_found(await ours.person(deed.w, deed.fed.settings, uri))


async def _asker(deed: Deed) -> int:
    """Whose follow it is that they answer: it says whom it is of, or has an id that we gave it. Raises NotFound.

    A follow of somebody else is nothing for them to answer.
    """
    settings, handle = deed.fed.settings, ours.handle_in(deed.fed.settings, deed.act.object)
    if deed.act.whole is not None and deed.act.object_kind:
        try:
            asked = read_act(deed.act.whole)
        except Unreadable:
            asked = None
        if asked is not None:
            if asked.object and asked.object != deed.by.actor:
                raise NotFound
            handle = ours.person_in(settings, asked.actor) or handle
    return await ours_at(deed, f"{settings.origin}/@{handle}")
