"""Other servers are told of people: whom they like, follow and block, how they look, where they have gone.

By which ids we said what can be taken back stands in `known_uris`; what is known by none any more, the other side has ended itself.
"""

from chaupal.fanout.context import Carrier, Handler
from chaupal.fanout.federation.telling import address, fed_of, tell_of_person
from chaupal.federation.context import Federation
from chaupal.federation.speaking import say, say_to
from chaupal.federation.writing import activities, addresses as ours
from chaupal.kernel.event import Event
from chaupal.social import events
from chaupal.store.federation import addresses, deliveries, uris
from chaupal.store.federation.addresses import AddressedPerson
from chaupal.store.machine.work import Writing


async def liked(carrier: Carrier, w: Writing, event: events.Liked) -> None:
    """Of ours, a post of theirs: told to its author."""
    fed, by, author = fed_of(carrier), *await _whose_two(w, event.by, event.author)
    if by is None or by.server or author is None or not author.server:
        return
    await _begin(fed, w, uris.LIKE, by, author.id, (event.post, by.id), await address(fed, w, event.post))


async def unliked(carrier: Carrier, w: Writing, event: events.Unliked) -> None:
    fed, by, author = fed_of(carrier), *await _whose_two(w, event.by, event.author)
    if by is None or by.server or author is None or not author.server:
        return
    await _end(fed, w, uris.LIKE, by, author.id, (event.post, by.id), await address(fed, w, event.post))


async def follows(carrier: Carrier, w: Writing, event: events.TieChanged) -> None:
    """Ours asks theirs, or has moved along with them; or theirs was let follow ours."""
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is None or to is None or bool(by.server) == bool(to.server):
        return
    if not by.server:
        if not isinstance(event, events.FollowGranted):  # they have just said so themselves
            await _begin(fed, w, uris.FOLLOW, by, to.id, (by.id, to.id), to.uri)
    elif not isinstance(event, events.FollowAsked):
        actor = ours.person(fed.settings.origin, to.handle)
        asked = activities.activity(await uris.of_tie(w, uris.FOLLOW, by.id, to.id), "Follow", by.uri, actor)
        await say_to(fed, w, to.id, (by.id,), activities.accept(f"{actor}#accept-{fed.make_id()}", actor, asked))


async def follows_no_more(carrier: Carrier, w: Writing, event: events.TieChanged) -> None:
    """Ours follows theirs no more, or takes a request back; or ours lets theirs follow no more, or never did.

    Where the other side ended it, it is known by no id any more, and nobody need be told.
    """
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is None or to is None or bool(by.server) == bool(to.server):
        return
    if not by.server:
        await _end(fed, w, uris.FOLLOW, by, to.id, (by.id, to.id), to.uri)
    elif id_ := await uris.of_tie(w, uris.FOLLOW, by.id, to.id):
        await uris.untie(w, uris.FOLLOW, by.id, to.id)
        actor = ours.person(fed.settings.origin, to.handle)
        asked = activities.activity(id_, "Follow", by.uri, actor)
        await say_to(fed, w, to.id, (by.id,), activities.reject(f"{actor}#reject-{fed.make_id()}", actor, asked))


async def blocked(carrier: Carrier, w: Writing, event: events.Blocked) -> None:
    """Their server has to know, for it shows them what it holds of ours."""
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is not None and not by.server and to is not None and to.server:
        await _begin(fed, w, uris.BLOCK, by, to.id, (by.id, to.id), to.uri)


async def unblocked(carrier: Carrier, w: Writing, event: events.Unblocked) -> None:
    fed, by, to = fed_of(carrier), *await _whose_two(w, event.by, event.to)
    if by is not None and not by.server and to is not None:
        await _end(fed, w, uris.BLOCK, by, to.id, (by.id, to.id), to.uri)


type Ends = tuple[int, int]  # between which a tie is kept


async def _begin(fed: Federation, w: Writing, kind: str, by: AddressedPerson, to: int, ends: Ends, what: str) -> None:
    """Ours likes, follows or blocks `what`, and says so to whose it is; kept by its id, under which it is taken back."""
    actor = ours.person(fed.settings.origin, by.handle)
    id_ = f"{actor}#{kind}-{fed.make_id()}"
    await uris.tie(w, kind, id_, *ends)
    await say_to(fed, w, by.id, (to,), activities.activity(id_, kind.capitalize(), actor, what))


async def _end(fed: Federation, w: Writing, kind: str, by: AddressedPerson, to: int, ends: Ends, what: str) -> None:
    """Tell that it has ended, if it was told that it began."""
    if id_ := await uris.of_tie(w, kind, *ends):
        await uris.untie(w, kind, *ends)
        actor = ours.person(fed.settings.origin, by.handle)
        done = activities.activity(id_, kind.capitalize(), actor, what)
        await say_to(fed, w, by.id, (to,), activities.undo(done))


async def changed(carrier: Carrier, w: Writing, event: events.AccountChanged) -> None:
    """A name, a portrait, a lock: to followers."""
    await tell_of_person(fed_of(carrier), w, event.account)


async def moved(carrier: Carrier, w: Writing, event: events.AccountMoved) -> None:
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


async def gone(carrier: Carrier, w: Writing, event: events.AccountDeleted) -> None:
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
    events.Liked: (liked,),
    events.Unliked: (unliked,),
    events.Followed: (follows,),
    events.FollowAsked: (follows,),
    events.FollowGranted: (follows,),
    events.FollowMoved: (follows,),
    events.FollowRefused: (follows_no_more,),
    events.Unfollowed: (follows_no_more,),
    events.Blocked: (blocked,),
    events.Unblocked: (unblocked,),
    events.AccountChanged: (changed,),
    events.AccountMoved: (moved,),
    events.AccountDeleted: (gone,),
}
