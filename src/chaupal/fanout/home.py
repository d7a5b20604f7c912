"""Homes and conversations follow events: ids in, ids out; a home is built anew at the next read for whoever follows others now."""

from chaupal.fanout.context import Carrier
from chaupal.policy.facts import Visibility
from chaupal.ports.homes import tag_source
from chaupal.social.events import HomeChanged, PostDeleted, PostEdited, PostPublished, TieChanged
from chaupal.store.machine.work import Writing
from chaupal.store.square import conversations, graph
from chaupal.store.square.people import ours_among


def push(carrier: Carrier, event: PostPublished) -> None:
    """Into the resident homes of those who follow its author or one of its tags, before the author is answered. What it reposts
    is known then: everybody whose home it enters would ask for that.
    """
    carrier.work.memory.carried.put(event.post, event.boost_of or 0)
    if event.visibility != Visibility.DIRECT:
        carrier.homes.push(event.author, event.post)
        for key in event.tags:
            carrier.homes.push(tag_source(key), event.post)


def retag(carrier: Carrier, event: PostEdited) -> None:
    """Into the homes of those who follow a tag that it bears now, and out of those where it stood by none but one that it lost."""
    for key in event.untagged:
        carrier.homes.pull(event.post, tag_source(key))
    if event.untagged:
        carrier.homes.push(event.author, event.post)
    for key in event.tags:
        carrier.homes.push(tag_source(key), event.post)


def pull(carrier: Carrier, event: PostDeleted) -> None:
    for post, author in event.gone:
        carrier.homes.pull(post, author)
    for key in event.tags:
        carrier.homes.pull(event.post, tag_source(key))


def rebuild(carrier: Carrier, event: TieChanged) -> None:
    """At once, so that the next look is right already."""
    carrier.homes.dismiss(event.by)


def rearrange(carrier: Carrier, event: HomeChanged) -> None:
    """The same for followed tags, and for lists, which may be exclusive."""
    carrier.homes.dismiss(event.account)


async def take_in(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """Whoever blocks its author has no part in it, and nobody else in it learns of that: they stand among its people."""
    if event.visibility != Visibility.DIRECT:
        return
    root = await conversations.root_of(w, event.post)
    if root is None:
        return
    away = await graph.blockers(w, event.author, event.mentions) if event.mentions else frozenset[int]()
    people = conversations.people_of(event.author, event.mentions)
    here = await ours_among(w, people) if carrier.settings.federates else people
    await conversations.add_post(w, root, event.post, event.author, people, {*here} - away)


async def take_out(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    if event.visibility == Visibility.DIRECT:
        await conversations.remove_posts(w, [post for post, _ in event.gone])
