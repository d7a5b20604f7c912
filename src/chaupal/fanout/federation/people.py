"""Other servers are told of people: whom they like, follow and block, how they look, where they have gone.

By which ids we said what can be taken back stands in `known_uris`; what is known by none any more, the other side has ended itself.
"""

from chaupal.fanout.context import Carrier, Handler
from chaupal.fanout.federation.telling import address, fed_of, tell_of_person
from chaupal.federation.speaking import say, say_to
from chaupal.federation.writing import activities, addresses as ours
from chaupal.kernel.event import Event
from chaupal.social import events_ties
from chaupal.social.events import AccountChanged, AccountDeleted, AccountMoved
from chaupal.store.federation import addresses, deliveries, uris
from chaupal.store.federation.addresses import AddressedPerson
from chaupal.store.machine.work import Writing


async def liked(carrier: Carrier, w: Writing, event: events_ties.Liked) -> None:
    """Of ours, a post of theirs: told to its author."""
    fed, by, author = fed_of(carrier), *await _whose_two(w, event.by, event.author)
    if by is None or by.server or author is None or not author.server:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    id_ = f"{actor}#like-{fed.make_id()}"
    await uris.tie(w, uris.LIKE, id_, event.post, event.by)
    await say_to(fed, w, event.by, (event.author,), activities.like(id_, actor, await address(fed, w, event.post)))


async def unliked(carrier: Carrier, w: Writing, event: events_ties.Unliked) -> None:
    fed, by = fed_of(carrier), await addresses.whose(w, event.by)
    id_ = await uris.of_tie(w, uris.LIKE, event.post, event.by)
    if by is None or by.server or not id_:
        return
    await uris.untie(w, uris.LIKE, event.post, event.by)
    like = activities.like(id_, ours.person(fed.settings.origin, by.handle), await address(fed, w, event.post))
    await say_to(fed, w, event.by, (event.author,), activities.undo(like))


async def follows(carrier: Carrier, w: Writing, event: events_ties.TieChanged) -> None:
    """Ours asks theirs, or has moved along with them; or theirs was let follow ours."""
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is None or to is None or bool(by.server) == bool(to.server):
        return
    origin = fed.settings.origin
    if not by.server:
        if isinstance(event, events_ties.FollowGranted):  # they have just said so themselves
            return
        actor = ours.person(origin, by.handle)
        id_ = f"{actor}#follow-{fed.make_id()}"
        await uris.tie(w, uris.FOLLOW, id_, by.id, to.id)
        await say_to(fed, w, by.id, (to.id,), activities.follow(id_, actor, to.uri))
    elif not isinstance(event, events_ties.FollowAsked):
        actor = ours.person(origin, to.handle)
        asked = activities.follow(await uris.of_tie(w, uris.FOLLOW, by.id, to.id), by.uri, actor)
        await say_to(fed, w, to.id, (by.id,), activities.accept(f"{actor}#accept-{fed.make_id()}", actor, asked))


async def follows_no_more(carrier: Carrier, w: Writing, event: events_ties.TieChanged) -> None:
    """Ours follows theirs no more, or takes a request back; or ours lets theirs follow no more, or never did.

    Where the other side ended it, it is known by no id any more, and nobody need be told.
    """
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is None or to is None or bool(by.server) == bool(to.server):
        return
    id_ = await uris.of_tie(w, uris.FOLLOW, by.id, to.id)
    if not id_:
        return
    await uris.untie(w, uris.FOLLOW, by.id, to.id)
    origin = fed.settings.origin
    if not by.server:
        asked = activities.follow(id_, ours.person(origin, by.handle), to.uri)
        await say_to(fed, w, by.id, (to.id,), activities.undo(asked))
    else:
        actor = ours.person(origin, to.handle)
        asked = activities.follow(id_, by.uri, actor)
        await say_to(fed, w, to.id, (by.id,), activities.reject(f"{actor}#reject-{fed.make_id()}", actor, asked))


async def blocked(carrier: Carrier, w: Writing, event: events_ties.Blocked) -> None:
    """Their server has to know, for it shows them what it holds of ours."""
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is None or by.server or to is None or not to.server:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    id_ = f"{actor}#block-{fed.make_id()}"
    await uris.tie(w, uris.BLOCK, id_, by.id, to.id)
    await say_to(fed, w, by.id, (to.id,), activities.block(id_, actor, to.uri))


async def unblocked(carrier: Carrier, w: Writing, event: events_ties.Unblocked) -> None:
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    id_ = await uris.of_tie(w, uris.BLOCK, event.by, event.to)
    if by is None or by.server or to is None or not id_:
        return
    await uris.untie(w, uris.BLOCK, by.id, to.id)
    block = activities.block(id_, ours.person(fed.settings.origin, by.handle), to.uri)
    await say_to(fed, w, by.id, (to.id,), activities.undo(block))


async def changed(carrier: Carrier, w: Writing, event: AccountChanged) -> None:
    """A name, a portrait, a lock: to followers."""
    await tell_of_person(fed_of(carrier), w, event.account)


async def moved(carrier: Carrier, w: Writing, event: AccountMoved) -> None:
    """To followers: they may come along, where whoever it is that they are told of names this account (FEP-7628)."""
    fed, mine, target = fed_of(carrier), *await _whose_two(w, event.account, event.to)
    if mine is None or mine.server or target is None:
        return
    actor, there = (
        ours.person(fed.settings.origin, mine.handle),
        target.uri or ours.person(fed.settings.origin, target.handle),
    )
    said = activities.move(f"{actor}#move-{fed.make_id()}", actor, there, ours.followers(actor))
    await say(fed, w, event.account, await deliveries.of_followers(w, [event.account]), said)


async def gone(carrier: Carrier, w: Writing, event: AccountDeleted) -> None:
    """To every server that is known: whoever has heard of them forgets them."""
    fed, whose = fed_of(carrier), await addresses.whose(w, event.account)
    if whose is None or whose.server:
        return
    actor = ours.person(fed.settings.origin, whose.handle)
    await say(fed, w, event.account, await deliveries.everywhere(w), activities.delete_person(actor))


async def _whose_two(w: Writing, one: int, other: int) -> tuple[AddressedPerson | None, AddressedPerson | None]:
    found = await addresses.people(w, (one, other))
    return found.get(one), found.get(other)


PEOPLE: dict[type[Event], tuple[Handler, ...]] = {
    events_ties.Liked: (liked,),
    events_ties.Unliked: (unliked,),
    events_ties.Followed: (follows,),
    events_ties.FollowAsked: (follows,),
    events_ties.FollowGranted: (follows,),
    events_ties.FollowMoved: (follows,),
    events_ties.FollowRefused: (follows_no_more,),
    events_ties.Unfollowed: (follows_no_more,),
    events_ties.Blocked: (blocked,),
    events_ties.Unblocked: (unblocked,),
    AccountChanged: (changed,),
    AccountMoved: (moved,),
    AccountDeleted: (gone,),
}
