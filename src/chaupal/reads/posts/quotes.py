"""What posts quote, judged by itself: a quote is visible or not whatever stands around it."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy import quotes as law
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, listed_page
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.square import quotes as store
from chaupal.store.square.posts import open_for, sealed_posts


class QuotedWithin(msgspec.Struct, frozen=True):
    """What posts quote, by id. `seen`: what is to be shown.

    What the viewer folded away themselves is apart. `muted`: they may look at it when they ask for it; `blocked`: not even
    then, so only that it is so is known.
    """

    seen: Mapping[int, Visible[Post]] = {}
    muted: Mapping[int, Visible[Post]] = {}
    blocked: frozenset[int] = frozenset()


NOTHING = QuotedWithin()


async def within(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> QuotedWithin:
    """What the viewer may see of the posts that these quote (or their originals do); one look for all of them."""
    told = [seen.item.inner or seen.item for seen in posts]
    ids = dict.fromkeys(
        [post.quote_of for post in told if post.quote_state == law.ACCEPTED and post.quote_of is not None]
    )
    if not ids:
        return NOTHING
    async with reads.work.reading() as reading:
        sealed = await sealed_posts(reading, ids)
        facts = await facts_for(reading, viewer)
    found = {seen.item.id: seen for seen in reveal(viewer, Surface.QUOTE, sealed, facts)}
    ties = facts.relations
    if len(found) == len(sealed) or not (ties.muting or ties.blocking):
        return QuotedWithin(found)
    folded = [one for one in reveal(viewer, Surface.QUOTE, sealed, law.unfolded(facts)) if one.item.id not in found]
    return QuotedWithin(
        found,
        {one.item.id: one for one in folded if one.item.author not in ties.blocking},
        frozenset(one.item.id for one in folded if one.item.author in ties.blocking),
    )


async def of_post(reads: Reads, viewer: Viewer, id_: int, cursor: Cursor) -> Page[Visible[Post]]:
    """The posts that quote one, newest first. Raises NotFound where the viewer may not see the post itself."""
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        seen = reveal(viewer, Surface.STATUS, await sealed_posts(reading, (id_,)), facts)
        if not seen or seen[0].withheld:
            raise NotFound
        return await listed_page(
            reading,
            viewer,
            Surface.PUBLIC,
            store.QUOTING,
            cursor,
            of=id_,
            state=law.ACCEPTED,
            me=viewer.account or 0,
            open=open_for(viewer),
        )


async def following(reads: Reads, viewer: Viewer, posts: Iterable[Post]) -> frozenset[int]:
    """Whom the viewer follows, where one of the posts may be quoted by followers; else nobody asks."""
    if viewer.account is None or law.FOLLOWERS not in [post.quote_policy for post in posts]:
        return frozenset()
    async with reads.work.reading() as reading:
        return (await relations_of(reading, viewer.account)).following
