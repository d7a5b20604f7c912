"""Likes and saved posts. What is withheld where the viewer is cannot be liked or saved there, only let go of."""

from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal_one
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events_ties import Liked, Unliked
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square import reactions
from chaupal.store.square.posts import sealed_posts


async def like(square: Square, viewer: Viewer, post: int) -> int:
    """Like a post (of a repost: the original); the id of what is liked now. Again changes nothing. Raises NotFound."""
    me = viewer.me
    shown = await _shown(square, viewer, post)
    async with square.work.writing() as w:
        liked = await reactions.like(w, me, shown.id, square.make_id())
        if liked is None:
            raise NotFound  # deleted since it was looked at
        if liked:
            w.tell(Liked(by=me, post=shown.id, author=shown.author))
    return shown.id


async def unlike(square: Square, viewer: Viewer, post: int) -> int:
    """Like it no more; the id of the post itself. Works for what one can no longer see. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        found = await reactions.original(w, post)
        if found is None:
            raise NotFound
        if await reactions.unlike(w, me, found[0]):
            w.tell(Unliked(by=me, post=found[0], author=found[1]))
    return found[0]


async def save(square: Square, viewer: Viewer, post: int) -> int:
    """Keep a post for oneself; nobody is told. The id of what is saved now. Raises NotFound."""
    me = viewer.me
    shown = await _shown(square, viewer, post)
    async with square.work.writing() as w:
        await reactions.save(w, me, shown.id, square.make_id())
    return shown.id


async def unsave(square: Square, viewer: Viewer, post: int) -> int:
    """Keep it no more; the id of the post itself. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        found = await reactions.original(w, post)
        if found is None:
            raise NotFound
        await reactions.unsave(w, me, found[0])
    return found[0]


async def _shown(square: Square, viewer: Viewer, post: int) -> Post:
    """The post, or what it reposts, as the viewer may see it. Raises NotFound for what is hidden or withheld."""
    async with square.work.reading() as reading:
        sealed = next(iter(await sealed_posts(reading, (post,))), None)
        seen = reveal_one(viewer, Surface.STATUS, sealed, await facts_for(reading, viewer))
    if seen is None or seen.withheld:
        raise NotFound
    return seen.item.inner or seen.item
