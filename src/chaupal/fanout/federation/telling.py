"""How something is told to other servers: an activity, and a delivery for each inbox that it is for, in the commit that carries an event
on.

What waits to be sent shows its post as it was said: where a picture in it is withheld everywhere by now, it is written anew.

What somebody of another server did is not told by us: each handler looks first whose it is.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import cast

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.speaking import say
from chaupal.federation.writing import activities
from chaupal.federation.writing.notes import Json
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.measures import HIDING
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import ABROAD, Surface, Viewer
from chaupal.social.events import PostDeleted
from chaupal.store.federation import addresses, deliveries, keys, reached
from chaupal.store.federation.deliveries import Box, DueServer, Parcel
from chaupal.store.identity.facts_cache import facts_for, relations_of, rulings_in_force
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import as_written, sealed_posts

type Said = Callable[[Federation, Writing, Visible[Post], int], Awaitable[Json]]


def fed_of(carrier: Carrier) -> Federation:
    """The room of servers, which is open wherever these handlers are called."""
    if (found := carrier.federation) is None:
        raise TypeError("these handlers are brought in where other servers are talked to")
    return found


async def tell(
    fed: Federation, w: Writing, post: Post, said: Said, further: Sequence[int] = (), *, again: bool = False
) -> None:
    """Once for all who see the same; apart where the addresses of its files depend on who reads them. `again`: they have it already."""
    told: dict[int, tuple[list[Box], Visible[Post]]] = {}
    for box, seen in await of_post(w, post, further, again=again):
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

    await tell(fed, w, post, said, concerned(post, None), again=True)


def concerned(post: Post, carried: int | None) -> list[int]:
    """Whose post it answers or reposts; of a post for few, only those whom it mentions."""
    return [id_ for id_ in (post.reply_to_account, carried) if id_ is not None and id_ != post.author]


async def tell_of_person(fed: Federation, w: Writing, account: int, *, copies: bool = False) -> None:
    """Somebody of ours as they are now, suspended ones as such: to followers, and (`copies`) to all who hold anything they said."""
    sealed = (await sealed_people(w, (account,))).get(account)
    seen: Visible[Person] | None = reveal_one(ANYBODY, Surface.PEER, sealed, await facts_for(w, ANYBODY))
    if seen is None or seen.item.server or (seen.withheld and not await _may_say_so(w, account)):
        return
    boxes, key = await deliveries.of_followers(w, [account]), await keys.own(w, account)
    if copies:
        boxes = besides(boxes, await deliveries.of_servers(w, await reached.servers_of_account(w, account)))
    if boxes and key is not None:  # whoever is known elsewhere was asked for their key
        actor = await showing.actor(fed, w, seen, key.public)
        shown = 0 if seen.withheld else account  # that they are hidden is said in any case
        await say(fed, w, account, boxes, activities.update_person(actor, fed.make_id()), post=shown)


async def _may_say_so(w: Writing, account: int) -> bool:
    """That somebody is hidden everywhere is said only where something that hides them may be known."""
    held = (await rulings_in_force(w)).on(account)
    return any(ruling.measure in HIDING and ruling.binds(ABROAD) and not ruling.neutral for ruling in held)


async def own_post(w: Writing, id_: int) -> Post | None:
    """As it stands in this commit; None where it is gone, or somebody's of another server, or stays at this one."""
    post = await as_written(w, id_)
    author = None if post is None or post.visibility is Visibility.LOCAL else await addresses.whose(w, post.author)
    return post if author is not None and not author.server else None


async def address(fed: Federation, w: Writing, post: int) -> str:
    """The id of a post, for servers; "" where it is gone."""
    found = (await addresses.of_posts(w, (post,))).get(post)
    return "" if found is None else showing.address(fed.settings.origin, found)


HOLDS = ("object", "instrument")  # where an activity has the post


async def without_withheld(fed: Federation, due: DueServer, parcel: Parcel) -> Parcel:
    """The same with the post as the gate shows it there at this moment: neither the picture nor what was said of it leaves."""
    async with fed.work.reading() as reading:
        if not await _has_withheld(reading, parcel.post):
            return parcel
        reader = 0
        if (parcel.visibility or 0) > Visibility.UNLISTED:
            reader = await still_for(reading, parcel.post, due.id, parcel.inbox) or 0
        seen = await seen_by(reading, parcel.post, reader)
        if seen is None:
            return parcel
        note = await showing.note(fed, reading, seen, reader)
    said = msgspec.json.decode(parcel.body)
    for part in HOLDS:
        held = said.get(part)
        if isinstance(held, dict) and cast("Json", held).get("id") == note["id"]:
            said[part] = note
    return parcel._replace(body=msgspec.json.encode(said).decode())


async def _has_withheld(reading: Reading, id_: int) -> bool:
    post, rulings = await as_written(reading, id_), await rulings_in_force(reading)
    pictures = post.pictures if post is not None else ()
    return any(ruling.binds(ABROAD) for one in pictures for ruling in rulings.covering(one.root or one.id))


ANYBODY = Viewer(country=ABROAD)
MOST_READERS = 100  # of one inbox who are looked at before it is said that a post is for nobody there


async def seen_by(reading: Reading, post: int, reader: int = 0) -> Visible[Post] | None:
    """The post as that account of another server may see it, 0: as anybody may; None where they may not, or it is withheld.

    Whoever is suspended here is told nothing more than anybody, as it is with ours.
    """
    if reader and (await rulings_in_force(reading)).find(reader, ABROAD, SUSPENSION) is not None:
        reader = 0
    viewer = Viewer(account=reader, country=ABROAD) if reader else ANYBODY
    seen = reveal(viewer, Surface.PEER, await sealed_posts(reading, (post,)), await facts_for(reading, viewer))
    return seen[0] if seen and not seen[0].withheld else None


async def still_for(reading: Reading, id_: int, server: int, inbox: str) -> int | None:
    """One of those there whom a post is still for that is not for everybody; None: it may be told there no more, for whom it was for may
    have been let go or blocked since.
    """
    post = await as_written(reading, id_)
    if post is None:
        return None
    followed = post.author if post.visibility is Visibility.PRIVATE else 0
    named = [one.id for one in post.mentions]
    for many in (1, MOST_READERS):  # nearly always the first one may see it
        for reader in await deliveries.readers_at(reading, server, inbox, followed, named, many):
            if await seen_by(reading, id_, reader) is not None:
                return reader
    return None


async def of_post(
    w: Writing, post: Post, further: Collection[int] = (), *, again: bool = False
) -> list[tuple[Box, Visible[Post]]]:
    """Every inbox that is told of a post, with the post as it is shown there. `further`: accounts whom it concerns as well.

    `again`: it was said before, and concerns every server that holds a copy.
    Of what is for everybody nobody needs to be asked; of what is not, each server is judged as one of its people whom it is for.
    """
    named = [one.id for one in post.mentions]
    if post.visibility <= Visibility.UNLISTED:
        seen = await seen_by(w, post.id)
        boxes = await crowd(w, [post.author], [*named, *further]) if seen is not None else []
        if again:
            boxes = besides(boxes, await of_copies(w, post.id))
        return [(box, seen) for box in boxes if seen is not None]
    boxes = await deliveries.of_people(w, [id_ for id_ in named if await seen_by(w, post.id, id_) is not None])
    if post.visibility is Visibility.PRIVATE:
        boxes = distinct([*boxes, *await deliveries.of_followers(w, [post.author], standing=True)])
    found = [(box, await seen_by(w, post.id, box.reader)) for box in boxes]
    return [(box, seen) for box, seen in found if seen is not None]


async def of_hidden(w: Writing, post: Post) -> list[Box]:
    """Those who were told of a post that nobody is shown any more."""
    boxes = await _told_before(
        w, post.author, post.visibility, [one.id for one in post.mentions], post.reply_to_account
    )
    return besides(boxes, await of_copies(w, post.id))


async def of_copies(w: Writing, post: int) -> list[Box]:
    """Every server that a post was delivered to."""
    return await deliveries.of_servers(w, await reached.servers_of(w, post))


async def of_gone(w: Writing, event: PostDeleted) -> list[Box]:
    """Those to whom a post came that is gone, or who may have been told of a repost of it."""
    holders = await deliveries.of_servers(w, await reached.forget(w, event.post))
    told = await _told_before(w, event.author, Visibility(event.visibility), event.mentions, event.reply_to_account)
    carried = [author for _, author in event.gone]
    return distinct([*told, *(await crowd(w, carried, carried) if carried else ()), *holders])


async def _told_before(
    w: Writing, author: int, visibility: Visibility, named: Sequence[int], answered: int | None
) -> list[Box]:
    """Whom a post had been for. That one which was for few is gone is told to nobody else: not to whom it answered without a name,
    nor to whom it named although they were shown nothing of its author.
    """
    if visibility <= Visibility.UNLISTED:
        return await crowd(w, [author], [*named, *([] if answered is None else [answered])])
    near = [id_ for id_ in named if await _is_near(w, id_, author)]
    return await crowd(w, [author] if visibility is Visibility.PRIVATE else [], near)


async def _is_near(reading: Reading, account: int, author: int) -> bool:
    """Whether neither blocks the other."""
    ties = await relations_of(reading, account)
    return author not in ties.blocked_by and author not in ties.blocking


async def crowd(w: Writing, authors: Sequence[int], people: Iterable[int]) -> list[Box]:
    """The followers of these authors, and these people."""
    return distinct([*await deliveries.of_followers(w, authors), *await deliveries.of_people(w, set(people))])


def besides(boxes: Sequence[Box], more: Iterable[Box]) -> list[Box]:
    """These, and of the others those of further servers."""
    told = {box.server for box in boxes}
    return [*boxes, *(box for box in more if box.server not in told)]


def distinct(boxes: Iterable[Box]) -> list[Box]:
    """Each inbox only once."""
    return list({(box.server, box.inbox): box for box in boxes}.values())
