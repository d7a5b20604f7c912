"""What happened here and other servers are told of: an activity, and a delivery for each inbox, in the commit that carries it on.

What somebody of another server did is not told by us: each event looks first whose it is. By which ids we said what can be taken
back stands in `known_uris`; what is known by none any more, the other side has ended itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chaupal.fanout.context import Carrier
from chaupal.fanout.federation import audience, fetching
from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.speaking import say, say_to
from chaupal.federation.writing import activities
from chaupal.federation.writing import addresses as ours
from chaupal.federation.writing.notes import Json
from chaupal.governance.events import DecisionServed
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.event import Event
from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import reveal_one
from chaupal.policy.measures import HIDING
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.ports.mail import Letter
from chaupal.social.events import AccountChanged, AccountDeleted, AccountMoved
from chaupal.social.events_posts import (
    PinChanged,
    PollEnded,
    PostDeleted,
    PostEdited,
    PostPublished,
    QuoteRevoked,
    VoteCast,
)
from chaupal.social.events_ties import (
    Blocked,
    FollowAsked,
    Followed,
    FollowGranted,
    FollowMoved,
    FollowRefused,
    Liked,
    TieChanged,
    Unblocked,
    Unfollowed,
    Unliked,
)
from chaupal.store.federation import addresses, deliveries, keys, reached, uris
from chaupal.store.federation.addresses import Whose
from chaupal.store.federation.deliveries import Box
from chaupal.store.identity import leaving
from chaupal.store.identity.facts_cache import facts_for, rulings_in_force
from chaupal.store.machine.work import Writing
from chaupal.store.square import polls
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import as_written, sealed_posts

type Teller = Callable[[Carrier, Writing, Any], Awaitable[Sequence[Letter] | None]]

COUNTED_AGAIN = 3 * MINUTE  # how often a poll's counts are told while it goes on


def fed_of(carrier: Carrier) -> Federation:
    """The room of servers, which is open wherever these handlers are called."""
    if (found := carrier.federation) is None:
        raise TypeError("these handlers are brought in where other servers are talked to")
    return found


# --- posts -----------------------------------------------------------------------------------------------------------


async def published(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """A post, or a repost, of ours: to followers, to those it names, to whose post it answers or carries."""
    post = await own_post(w, event.post)
    if post is None:
        return
    await tell(fed_of(carrier), w, post, showing.said, _concerned(post, event.boost_of_author))
    if post.quote_of is not None:
        await _ask_to_quote(fed_of(carrier), w, post)


async def edited(carrier: Carrier, w: Writing, event: PostEdited) -> None:
    """It says something else, or may be quoted by others."""
    await tell_again(fed_of(carrier), w, event.post, event.edited_at)


async def deleted(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    """To those who were told of it. Of somebody who leaves it is the account that goes, once for all of it."""
    fed, author = fed_of(carrier), await addresses.whose(w, event.author)
    if author is None or author.server or author.state == "deleted" or await leaving.due(w) == event.author:
        return
    actor = ours.person(fed.settings.origin, author.handle)
    where = ours.post(fed.settings.origin, author.handle, event.post)
    boxes, told = await audience.of_gone(w, event), _told_of(actor, event, await _people(fed, w, event.mentions))
    if event.boost_of is not None:
        await _take_back_repost(fed, w, event, activities.activity(where, "Announce", actor, "", **told), boxes)
        return
    if event.visibility <= Visibility.UNLISTED:  # whoever asks for it later is told that it is gone
        await uris.add(w, where, uris.POST, 0)
    await say(fed, w, event.author, boxes, activities.delete(actor, where, told["to"], told["cc"]))


async def poll_ended(carrier: Carrier, w: Writing, event: PollEnded) -> None:
    """The last counts, once."""
    if not event.told:
        await tell_again(fed_of(carrier), w, event.post, 0)


async def voted(carrier: Carrier, w: Writing, event: VoteCast) -> None:
    """In a poll of somebody elsewhere: each choice to them alone. In one of ours: how it stands, now and then."""
    fed, post = fed_of(carrier), await as_written(w, event.post)
    if post is None or post.poll is None:
        return
    if not post.server:
        now, last = fed.clock(), _counted.items.get(post.id, 0)
        if now - last >= COUNTED_AGAIN:
            _counted.put(post.id, now)
            await tell_again(fed, w, post.id, 0)
        return
    people = await addresses.people(w, (event.by, post.author))
    by, author = people.get(event.by), people.get(post.author)
    seen = await _seen_by_ours(w, event.by, post.id)
    if by is None or by.server or author is None or seen is None or seen.item.poll is None:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    for choice in (await polls.voted(w, event.by, (post.id,))).get(post.id, ()):
        option, id_ = seen.item.poll.options[choice].title, f"{actor}#vote-{post.id}-{choice}"
        await say_to(fed, w, event.by, (post.author,), activities.vote(id_, actor, post.uri, author.uri, option))


_counted: Shelf[int, int] = Shelf(1_000)  # when (ms) a poll's counts were last told by this process


async def pinned(carrier: Carrier, w: Writing, event: PinChanged) -> None:
    """At the top of a profile, or no more there."""
    fed, post = fed_of(carrier), await own_post(w, event.post)
    if post is None or await audience.seen_by(w, post.id) is None:
        return
    where = await _address(fed, w, post.id)
    actor = where.rpartition("/")[0]
    act = activities.pin(f"{actor}#pin-{fed.make_id()}", actor, where, f"{actor}/featured", add=event.pinned)
    await say(fed, w, post.author, await deliveries.of_followers(w, [post.author]), act)


async def quote_revoked(carrier: Carrier, w: Writing, event: QuoteRevoked) -> None:
    """A post of ours is quoted no more: its stamp is taken back, or the post that quoted it says so."""
    fed = fed_of(carrier)
    quoted = await as_written(w, event.quoted)
    if quoted is None or quoted.server:
        return
    if await own_post(w, event.post) is not None:
        await tell_again(fed, w, event.post, 0)
        return
    where = await _address(fed, w, quoted.id)
    actor, told = where.rpartition("/")[0], Visibility(event.visibility)
    if told <= Visibility.UNLISTED:
        to, cc, crowd = [ours.PUBLIC], [ours.followers(actor)], [quoted.author]
    else:  # that a post for few quoted it, and under which id it is known here, is nobody else's business
        to, cc, crowd = await _people(fed, w, (event.author,)), [], list[int]()
    gone = activities.delete(actor, ours.stamp(where, event.post), to, cc)
    await say(fed, w, quoted.author, await audience.crowd(w, crowd, (event.author,)), gone)


# --- ties ------------------------------------------------------------------------------------------------------------


async def liked(carrier: Carrier, w: Writing, event: Liked) -> None:
    """Of ours, a post of theirs: told to its author."""
    fed, by, author = fed_of(carrier), *await _two(w, event.by, event.author)
    if by is None or by.server or author is None or not author.server:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    id_ = f"{actor}#like-{fed.make_id()}"
    await uris.tie(w, uris.LIKE, id_, event.post, event.by)
    await say_to(
        fed, w, event.by, (event.author,), activities.like(id_, actor, await _address(fed, w, event.post)),
    )  # fmt: skip


async def unliked(carrier: Carrier, w: Writing, event: Unliked) -> None:
    fed, by = fed_of(carrier), await addresses.whose(w, event.by)
    id_ = await uris.of_tie(w, uris.LIKE, event.post, event.by)
    if by is None or by.server or not id_:
        return
    await uris.untie(w, uris.LIKE, event.post, event.by)
    like = activities.like(id_, ours.person(fed.settings.origin, by.handle), await _address(fed, w, event.post))
    await say_to(fed, w, event.by, (event.author,), activities.undo(like))


async def follows(carrier: Carrier, w: Writing, event: TieChanged) -> None:
    """Ours asks theirs, or has moved along with them; or theirs was let follow ours."""
    fed, by, to = fed_of(carrier), *await _two(w, event.by, event.to)
    if by is None or to is None or bool(by.server) == bool(to.server):
        return
    origin = fed.settings.origin
    if not by.server:
        if isinstance(event, FollowGranted):  # they have just said so themselves
            return
        actor = ours.person(origin, by.handle)
        id_ = f"{actor}#follow-{fed.make_id()}"
        await uris.tie(w, uris.FOLLOW, id_, by.id, to.id)
        await say_to(fed, w, by.id, (to.id,), activities.follow(id_, actor, to.uri))
    elif not isinstance(event, FollowAsked):
        actor = ours.person(origin, to.handle)
        asked = activities.follow(await uris.of_tie(w, uris.FOLLOW, by.id, to.id), by.uri, actor)
        await say_to(fed, w, to.id, (by.id,), activities.accept(f"{actor}#accept-{fed.make_id()}", actor, asked))


async def follows_no_more(carrier: Carrier, w: Writing, event: TieChanged) -> None:
    """Ours follows theirs no more, or takes a request back; or ours lets theirs follow no more, or never did.

    Where the other side ended it, it is known by no id any more, and nobody need be told.
    """
    fed, by, to = fed_of(carrier), *await _two(w, event.by, event.to)
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


async def blocked(carrier: Carrier, w: Writing, event: Blocked) -> None:
    """Their server has to know, for it shows them what it holds of ours."""
    fed, by, to = fed_of(carrier), *await _two(w, event.by, event.to)
    if by is None or by.server or to is None or not to.server:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    id_ = f"{actor}#block-{fed.make_id()}"
    await uris.tie(w, uris.BLOCK, id_, by.id, to.id)
    await say_to(fed, w, by.id, (to.id,), activities.block(id_, actor, to.uri))


async def unblocked(carrier: Carrier, w: Writing, event: Unblocked) -> None:
    fed, by, to = fed_of(carrier), *await _two(w, event.by, event.to)
    id_ = await uris.of_tie(w, uris.BLOCK, event.by, event.to)
    if by is None or by.server or to is None or not id_:
        return
    await uris.untie(w, uris.BLOCK, by.id, to.id)
    block = activities.block(id_, ours.person(fed.settings.origin, by.handle), to.uri)
    await say_to(fed, w, by.id, (to.id,), activities.undo(block))


# --- people ----------------------------------------------------------------------------------------------------------


async def changed(carrier: Carrier, w: Writing, event: AccountChanged) -> None:
    """A name, a portrait, a lock: to followers."""
    await tell_of_person(fed_of(carrier), w, event.account)


async def tell_of_person(fed: Federation, w: Writing, account: int, *, copies: bool = False) -> None:
    """Somebody of ours as they are now, suspended ones as such: to followers, and (`copies`) to all who hold anything they said."""
    sealed = (await sealed_people(w, (account,))).get(account)
    seen: Visible[Person] | None = reveal_one(
        audience.ANYBODY, Surface.PEER, sealed, await facts_for(w, audience.ANYBODY)
    )
    if seen is None or seen.item.server or (seen.withheld and not await _may_say_so(w, account)):
        return
    boxes, key = await deliveries.of_followers(w, [account]), await keys.own(w, account)
    if copies:
        boxes = audience.besides(boxes, await deliveries.of_servers(w, await reached.servers_of_account(w, account)))
    if boxes and key is not None:  # whoever is known elsewhere was asked for their key
        actor = await showing.actor(fed, w, seen, key.public)
        shown = 0 if seen.withheld else account  # that they are hidden is said in any case
        await say(fed, w, account, boxes, activities.update_person(actor, fed.make_id()), post=shown)


async def _may_say_so(w: Writing, account: int) -> bool:
    """That somebody is hidden everywhere is said only where something that hides them may be known."""
    held = (await rulings_in_force(w)).on(account)
    return any(ruling.measure in HIDING and ruling.binds(ABROAD) and not ruling.neutral for ruling in held)


async def moved(carrier: Carrier, w: Writing, event: AccountMoved) -> None:
    """To followers: they may come along, where whoever it is that they are told of names this account (FEP-7628)."""
    fed, mine, target = fed_of(carrier), *await _two(w, event.account, event.to)
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


# --- parts -----------------------------------------------------------------------------------------------------------


type Said = Callable[[Federation, Writing, Visible[Post], int], Awaitable[Json]]


async def tell(
    fed: Federation, w: Writing, post: Post, said: Said, further: Sequence[int] = (), *, again: bool = False
) -> None:  # fmt: skip
    """Once for all who see the same; apart where the addresses of its files depend on who reads them. `again`: they have it already."""
    told: dict[int, tuple[list[Box], Visible[Post]]] = {}
    for box, seen in await audience.of_post(w, post, further, again=again):
        reader = box.reader if post.pictures and post.visibility > Visibility.UNLISTED else 0
        told.setdefault(reader, ([], seen))[0].append(box)
    for reader, (boxes, seen) in told.items():
        await say(fed, w, post.author, boxes, await said(fed, w, seen, reader), post=post.id)


async def tell_again(fed: Federation, w: Writing, id_: int, change: int) -> None:
    """A post of ours as it is now. `change`: what tells this Update from others; 0: an id is made."""
    post = await own_post(w, id_)
    if post is None or post.boost_of is not None:
        return
    change = change or fed.make_id()

    async def said(fed: Federation, w: Writing, seen: Visible[Post], reader: int) -> Json:
        return activities.update(await showing.note(fed, w, seen, reader), change)

    await tell(fed, w, post, said, _concerned(post, None), again=True)


def _concerned(post: Post, carried: int | None) -> list[int]:
    """Whose post it answers or carries; of what is for few only those it names."""
    return [id_ for id_ in (post.reply_to_account, carried) if id_ is not None and id_ != post.author]


async def own_post(w: Writing, id_: int) -> Post | None:
    """As it stands in this commit; None where it is gone, or somebody's of another server."""
    post = await as_written(w, id_)
    author = None if post is None else await addresses.whose(w, post.author)
    return post if author is not None and not author.server else None


async def _ask_to_quote(fed: Federation, w: Writing, post: Post) -> None:
    """Of a post of ours that quotes one of theirs: may it (FEP-044f)? It is out already, and says that it waits for leave."""
    quoted = await as_written(w, post.quote_of or 0)
    seen = await audience.seen_by(w, post.id, quoted.author if quoted and post.visibility > Visibility.UNLISTED else 0)
    if quoted is None or not quoted.server or seen is None:
        return
    note = await showing.note(fed, w, seen, quoted.author)
    id_ = f"{note['id']}#quote-request"
    await say_to(
        fed, w, post.author, (quoted.author,), activities.quote_request(id_, note["attributedTo"], quoted.uri, note), post=post.id,
    )  # fmt: skip


async def _take_back_repost(
    fed: Federation, w: Writing, event: PostDeleted, announce: Json, boxes: Sequence[Box]
) -> None:
    original = (await addresses.of_posts(w, (event.boost_of or 0,))).get(event.boost_of or 0)
    if original is None:
        return  # it went with what it carried, and that is told
    announce["object"] = showing.address(fed.settings.origin, original)
    if event.visibility <= Visibility.UNLISTED:  # of one for followers alone its author was told nothing
        boxes = audience.distinct([*boxes, *await deliveries.of_people(w, (original.author,))])
    await say(fed, w, event.author, boxes, activities.undo(announce))


def _told_of(actor: str, event: PostDeleted, named: Sequence[str]) -> dict[str, list[str]]:
    """Whom it had been for."""
    match Visibility(event.visibility):
        case Visibility.PUBLIC | Visibility.UNLISTED:
            return {"to": [ours.PUBLIC], "cc": [ours.followers(actor)]}
        case Visibility.PRIVATE:
            return {"to": [ours.followers(actor)], "cc": list(named)}
        case Visibility.DIRECT:
            return {"to": list(named), "cc": []}


async def _people(fed: Federation, w: Writing, ids: Sequence[int]) -> list[str]:
    return [showing.named(fed.settings.origin, whose).uri for whose in (await addresses.people(w, ids)).values()]


async def _two(w: Writing, one: int, other: int) -> tuple[Whose | None, Whose | None]:
    found = await addresses.people(w, (one, other))
    return found.get(one), found.get(other)


async def _address(fed: Federation, w: Writing, post: int) -> str:
    """The id of a post, for servers; "" where it is gone."""
    found = (await addresses.of_posts(w, (post,))).get(post)
    return "" if found is None else showing.address(fed.settings.origin, found)


async def _seen_by_ours(w: Writing, account: int, post: int) -> Visible[Post] | None:
    viewer = Viewer(account=account, country=audience.ANYBODY.country)
    found = await sealed_posts(w, (post,))
    return reveal_one(viewer, Surface.STATUS, found[0] if found else None, await facts_for(w, viewer))


TOLD: dict[type[Event], tuple[Teller, ...]] = {
    PostPublished: (published, fetching.wanted),
    PostEdited: (edited,),
    PostDeleted: (deleted,),
    PollEnded: (poll_ended,),
    VoteCast: (voted,),
    PinChanged: (pinned,),
    QuoteRevoked: (quote_revoked,),
    Liked: (liked,),
    Unliked: (unliked,),
    Followed: (follows,),
    FollowAsked: (follows,),
    FollowGranted: (follows,),
    FollowMoved: (follows,),
    FollowRefused: (follows_no_more,),
    Unfollowed: (follows_no_more,),
    Blocked: (blocked,),
    Unblocked: (unblocked,),
    AccountChanged: (changed,),
    AccountMoved: (moved,),
    AccountDeleted: (gone,),
    DecisionServed: (fetching.unwanted,),
}
