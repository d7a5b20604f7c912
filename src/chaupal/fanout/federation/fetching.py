"""Pictures of posts by people whom somebody here follows are fetched when these come: they are there when somebody looks."""

from chaupal.fanout.context import Carrier, Handler
from chaupal.federation import media
from chaupal.federation.events import MediaUnwanted, MediaWanted
from chaupal.governance.events import DecisionServed
from chaupal.kernel.event import Event
from chaupal.policy.measures import Measure
from chaupal.policy.things import Post
from chaupal.social.events_posts import PostPublished
from chaupal.social.media import elsewhere
from chaupal.store.federation import people
from chaupal.store.machine.work import Writing
from chaupal.store.square import hidden_servers
from chaupal.store.square.posts import as_written


async def wanted(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """In the unit that carries a post on. Films wait until somebody plays them: they are large, and most are never played."""
    if event.boost_of is None and not event.files:
        return
    post = await as_written(w, event.boost_of or event.post)
    if post is None or not post.server or not _away(post) or not await people.is_followed(w, event.author):
        return
    w.tell(MediaWanted(server=post.server, post=post.id))


async def bring(carrier: Carrier, event: MediaWanted) -> None:
    """One after the other. What cannot be had now is asked for again when somebody looks."""
    async with carrier.work.reading() as reading:
        post = await as_written(reading, event.post)
    if carrier.federation is None or post is None:
        return
    for id_ in _away(post):
        await media.fetch(carrier.federation, id_)


async def unwanted(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """A server is suspended, or its media are refused: what was fetched of it, and of those below it, goes."""
    if event.measure in (Measure.SUSPEND_SERVER.value, Measure.REFUSE_MEDIA.value):
        for server in (event.subject, *await hidden_servers.below(w, event.subject)):
            w.tell(MediaUnwanted(server=server))


async def drop(carrier: Carrier, event: MediaUnwanted) -> None:
    """What comes meanwhile is not fetched any more."""
    await elsewhere.drop_all_of(carrier.square, event.server)


async def sweep(carrier: Carrier) -> None:
    """Let go of what was fetched long ago."""
    await elsewhere.sweep(carrier.square)


def _away(post: Post) -> list[int]:
    return [picture.id for picture in post.pictures if picture.state == "remote" and picture.kind == "image"]


FETCHED: dict[type[Event], tuple[Handler, ...]] = {PostPublished: (wanted,), DecisionServed: (unwanted,)}
