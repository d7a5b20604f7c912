"""Conversations follow direct posts: whoever wrote one and whom it names have it among their messages."""

from chaupal.fanout.context import Carrier
from chaupal.policy.facts import Visibility
from chaupal.social.events_posts import PostDeleted, PostPublished
from chaupal.store.machine.work import Writing
from chaupal.store.square import conversations, graph
from chaupal.store.square.people import ours_among


async def take_in(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """Whoever blocks its author has no part in it."""
    if event.visibility != Visibility.DIRECT:
        return
    root = await conversations.root_of(w, event.post)
    if root is None:
        return
    away = await graph.blockers(w, event.author, event.mentions) if event.mentions else frozenset[int]()
    people = conversations.people_of(event.author, [id_ for id_ in event.mentions if id_ not in away])
    here = await ours_among(w, people) if carrier.settings.federates else people
    await conversations.add_post(w, root, event.post, event.author, people, here)


async def take_out(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    if event.visibility == Visibility.DIRECT:
        await conversations.remove_posts(w, [post for post, _ in event.gone])
