"""To which inboxes of other servers something goes: whom it is for, as the gate sees each of them at this moment."""

from collections.abc import Collection, Iterable, Sequence

from chaupal.policy.facts import Visibility
from chaupal.policy.gate import reveal
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.events import PostDeleted
from chaupal.store.federation import deliveries, reached
from chaupal.store.federation.deliveries import Box
from chaupal.store.identity.facts_cache import facts_for, relations_of, rulings_in_force
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import as_written, sealed_posts

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
