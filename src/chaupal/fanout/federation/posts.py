"""Other servers are told of posts: said, changed, gone, voted on, pinned, quoted no more."""

from collections.abc import Sequence

from chaupal.fanout.context import Carrier, Handler
from chaupal.fanout.federation import telling
from chaupal.fanout.federation.telling import address, concerned, fed_of, own_post, tell, tell_again
from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.speaking import say, say_to
from chaupal.federation.writing import activities, addresses as ours
from chaupal.federation.writing.notes import Json
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.event import Event
from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.events import PinChanged, PollEnded, PostDeleted, PostEdited, PostPublished, QuoteRevoked, VoteCast
from chaupal.social.seeing import seen_post
from chaupal.store.federation import addresses, deliveries, uris
from chaupal.store.federation.deliveries import Box
from chaupal.store.identity import leaving
from chaupal.store.machine.work import Writing
from chaupal.store.square import polls
from chaupal.store.square.posts import as_written

COUNTED_AGAIN = 3 * MINUTE  # how often a poll's counts are told while it goes on

_counted: Shelf[int, int] = Shelf(1_000)  # when (ms) a poll's counts were last told by this process


async def published(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """A post, or a repost, of ours: to followers, to those it names, to whose post it answers or carries."""
    post = await own_post(w, event.post) if not event.server else None
    if post is None:
        return
    await tell(fed_of(carrier), w, post, showing.creation, concerned(post, event.boost_of_author))
    if post.quote_of is not None:
        await _ask_to_quote(fed_of(carrier), w, post)


async def edited(carrier: Carrier, w: Writing, event: PostEdited) -> None:
    """It says something else, or may be quoted by others."""
    await tell_again(fed_of(carrier), w, event.post, event.edited_at)


async def deleted(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    """To those who were told of it. Of somebody who leaves it is the account that goes, once for all of it."""
    if event.visibility == Visibility.LOCAL:
        return
    fed, author = fed_of(carrier), await addresses.whose(w, event.author)
    if author is None or author.server or author.state == "deleted" or await leaving.due(w) == event.author:
        return
    actor = ours.person(fed.settings.origin, author.handle)
    where = ours.post(fed.settings.origin, author.handle, event.post)
    boxes, told = await telling.of_gone(w, event), _told_of(actor, event, await _people(fed, w, event.mentions))
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
    seen = await seen_post(w, Viewer(account=event.by, country=telling.ANYBODY.country), post.id)
    if by is None or by.server or author is None or seen is None or seen.item.poll is None:
        return
    actor = ours.person(fed.settings.origin, by.handle)
    for choice in (await polls.voted(w, event.by, (post.id,))).get(post.id, ()):
        option, id_ = seen.item.poll.options[choice].title, f"{actor}#vote-{post.id}-{choice}"
        await say_to(fed, w, event.by, (post.author,), activities.vote(id_, actor, post.uri, author.uri, option))


async def pinned(carrier: Carrier, w: Writing, event: PinChanged) -> None:
    """At the top of a profile, or no more there."""
    fed, post = fed_of(carrier), await own_post(w, event.post)
    if post is None or await telling.seen_by(w, post.id) is None:
        return
    where = await address(fed, w, post.id)
    actor = where.rpartition("/")[0]
    act = activities.pin(f"{actor}#pin-{fed.make_id()}", actor, where, f"{actor}/featured", add=event.pinned)
    await say(fed, w, post.author, await deliveries.of_followers(w, [post.author]), act)


async def quote_revoked(carrier: Carrier, w: Writing, event: QuoteRevoked) -> None:
    """A post of ours is quoted no more: its stamp is taken back, or the post that quoted it says so."""
    if event.visibility == Visibility.LOCAL:
        return
    fed = fed_of(carrier)
    quoted = await as_written(w, event.quoted)
    if quoted is None or quoted.server:
        return
    if await own_post(w, event.post) is not None:
        await tell_again(fed, w, event.post, 0)
        return
    where = await address(fed, w, quoted.id)
    actor, told = where.rpartition("/")[0], Visibility(event.visibility)
    if told <= Visibility.UNLISTED:
        to, cc, crowd = [ours.PUBLIC], [ours.followers(actor)], [quoted.author]
    else:  # that a post for few quoted it, and under which id it is known here, is nobody else's business
        to, cc, crowd = await _people(fed, w, (event.author,)), [], list[int]()
    gone = activities.delete(actor, ours.stamp(where, event.post), to, cc)
    await say(fed, w, quoted.author, await telling.crowd(w, crowd, (event.author,)), gone)


async def _ask_to_quote(fed: Federation, w: Writing, post: Post) -> None:
    """Of a post of ours that quotes one of theirs: may it (FEP-044f)? It is out already, and says that it waits for leave."""
    quoted = await as_written(w, post.quote_of or 0)
    seen = await telling.seen_by(w, post.id, quoted.author if quoted and post.visibility > Visibility.UNLISTED else 0)
    if quoted is None or not quoted.server or seen is None:
        return
    note = await showing.note(fed, w, seen, quoted.author)
    id_ = f"{note['id']}#quote-request"
    await say_to(
        fed,
        w,
        post.author,
        (quoted.author,),
        activities.quote_request(id_, note["attributedTo"], quoted.uri, note),
        post=post.id,
    )


async def _take_back_repost(
    fed: Federation, w: Writing, event: PostDeleted, announce: Json, boxes: Sequence[Box]
) -> None:
    original = (await addresses.of_posts(w, (event.boost_of or 0,))).get(event.boost_of or 0)
    if original is None:
        return  # it went with what it carried, and that is told
    announce["object"] = showing.address(fed.settings.origin, original)
    if event.visibility <= Visibility.UNLISTED:  # of one for followers alone its author was told nothing
        boxes = telling.distinct([*boxes, *await deliveries.of_people(w, (original.author,))])
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
        case Visibility.LOCAL:
            raise ValueError("what stays here is not told to servers")


async def _people(fed: Federation, w: Writing, ids: Sequence[int]) -> list[str]:
    return [showing.named(fed.settings.origin, whose).uri for whose in (await addresses.people(w, ids)).values()]


POSTS: dict[type[Event], tuple[Handler, ...]] = {
    PostPublished: (published,),
    PostEdited: (edited,),
    PostDeleted: (deleted,),
    PollEnded: (poll_ended,),
    VoteCast: (voted,),
    PinChanged: (pinned,),
    QuoteRevoked: (quote_revoked,),
}
