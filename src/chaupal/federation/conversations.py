"""Conversations across servers are completed: what a post answers, and what answers it, within bounds, and now and then."""

import contextlib
from collections.abc import Sequence

from chaupal.federation import finding
from chaupal.federation.chains import Chain, NotThere
from chaupal.federation.context import Federation
from chaupal.federation.events import ThreadSeen
from chaupal.federation.reading.objects import PostRead
from chaupal.federation.reading.values import Json, an_object, kinds_of, same_host, uri_of, value_of, values_of
from chaupal.federation.taking import posts as taking
from chaupal.kernel.clock import MINUTE
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer

MOST_ABOVE = 20  # posts above one, of a conversation that is completed
MOST_BELOW = 20  # answers of one post that are looked at
MOST_PAGES = 2  # of a collection: on the first of Mastodon's an author answers themselves, on the next others do
AGAIN_AFTER = 15 * MINUTE  # a conversation is completed once in so long


async def above(fed: Federation, uri: str, *, chain: Chain | None = None) -> int:
    """The post with this id, and before it those that it answers, as far up as may be: so that each is joined to its own.

    Raises NotThere where the post itself is not there.
    """
    chain = chain or Chain(fed, left=2 * MOST_ABOVE)
    waiting: list[tuple[PostRead, int]] = []
    here, top = uri, None
    while here and len(waiting) < MOST_ABOVE:
        try:
            if (top := await finding.known_post(fed, here)) is not None:
                break
            found = await finding.said_at(fed, chain, here)
        except NotThere:
            if not waiting:
                raise
            break
        waiting.append(found)
        here = found[0].answers
    for said, by in reversed(waiting):
        top = await taking.take_post(fed, said, by, fresh=False)
    if top is None:
        raise NotThere(why="no_post")
    return top


async def looked_at(fed: Federation, viewer: Viewer, post: Post) -> None:
    """Somebody of ours looks at a post of another server: its conversation is completed beside everything else, now and then."""
    if viewer.account is None or not post.server or post.visibility > Visibility.UNLISTED or post.boost_of is not None:
        return
    looked, now = fed.remembered.looked, fed.clock()
    last = looked.items.get(post.uri)
    if last is not None and now - last < AGAIN_AFTER:
        return
    looked.put(post.uri, now)
    async with fed.work.writing() as w:
        w.tell(ThreadSeen(post=post.id, uri=post.uri))


async def complete(fed: Federation, uri: str) -> None:
    """What a post of another server answers, and what answers it there. What cannot be had is left out. Raises NotThere."""
    chain = Chain(fed, left=MOST_ABOVE + MOST_BELOW)
    said = await chain.whole(uri)
    if parent := uri_of(value_of(said, "inReplyTo")):
        with contextlib.suppress(NotThere):
            await above(fed, parent, chain=chain)
    for answer in (await items(chain, value_of(said, "replies"), uri))[:MOST_BELOW]:
        try:
            await finding.post(fed, answer, chain=chain)
        except NotThere as error:
            if error.why == "too_far":
                return


async def items(chain: Chain, collection: object, of: str) -> Sequence[str]:
    """The ids in the first pages of a collection, given whole or by its address; those of other hosts than `of` is on are left out,
    for nobody shall make us ask strangers. Raises NotThere."""
    found: dict[str, None] = {}
    page = await _opened(chain, collection, of)
    for left in reversed(range(MOST_PAGES + 1)):  # the collection itself, and its pages
        if page is None:
            break
        for name in ("items", "orderedItems"):
            found |= {uri: None for one in values_of(page, name, 100) if (uri := uri_of(one)) and same_host(uri, of)}
        following = value_of(page, "first") or value_of(page, "next")
        if not following or not left or len(found) >= MOST_BELOW:
            break
        page = await _opened(chain, following, of)
    return list(found)


async def _opened(chain: Chain, collection: object, of: str) -> Json | None:
    if isinstance(collection, dict) and kinds_of(collection):
        return an_object(collection)
    where = uri_of(collection)
    return await chain.partial(where) if where and same_host(where, of) else None
