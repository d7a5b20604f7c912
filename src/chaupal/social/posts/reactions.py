"""Likes, saves, pins and muted conversations. What is withheld where the viewer is cannot be liked or saved there, only let go of."""

from collections.abc import Awaitable, Callable

from chaupal.kernel.errors import Invalid, NotFound, or_not_found
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import Liked, PinChanged, Unliked
from chaupal.social.seeing import seen_post
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import conversations, posting, reactions

type Undo = Callable[[Writing, int, int], Awaitable[bool]]


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
    """Like a post no more; the id of the post itself. Works for what one likes and can no longer see. Raises NotFound."""
    return await _let_go(square, viewer, post, reactions.unlike, Unliked)


async def save(square: Square, viewer: Viewer, post: int) -> int:
    """Keep a post for oneself; nobody is told. The id of what is saved now. Raises NotFound."""
    me = viewer.me
    shown = await _shown(square, viewer, post)
    async with square.work.writing() as w:
        await reactions.save(w, me, shown.id, square.make_id())
    return shown.id


async def unsave(square: Square, viewer: Viewer, post: int) -> int:
    """Keep a post no more; the id of the post itself. Works for what one saved and can no longer see. Raises NotFound."""
    return await _let_go(square, viewer, post, reactions.unsave)


async def _let_go(square: Square, viewer: Viewer, post: int, undo: Undo, told: type[Unliked] | None = None) -> int:
    """Take a mark back. What one may not see and never marked answers as what never was, also by the id of a repost of it."""
    me = viewer.me
    async with square.work.writing() as w:
        seen = await seen_post(w, viewer, post)
        id_ = post if seen is None else seen.item.boost_of or seen.item.id
        undone = await undo(w, me, id_)
        if not undone and seen is None:
            raise NotFound
        if undone and told is not None and (found := await reactions.original(w, id_)) is not None:
            w.tell(told(by=me, post=id_, author=found[1]))
    return id_


async def _shown(square: Square, viewer: Viewer, post: int) -> Post:
    """The post, or what it reposts, as the viewer may see it. Raises NotFound for what is hidden or withheld."""
    async with square.work.reading() as reading:
        seen = await seen_post(reading, viewer, post)
    if seen is None or seen.withheld:
        raise NotFound
    return seen.item.inner or seen.item


MOST_PINNED = 5  # posts of one account


async def pin(square: Square, viewer: Viewer, post_id: int) -> int:
    """Keep one's post at the top of one's profile; its id. Raises NotFound, Invalid."""
    me = viewer.me
    async with square.work.writing() as w:
        await posting.hold(w, me, post_id)
        post = await _seen_post(w, viewer, post_id)
        if post.author != me or post.boost_of is not None:
            raise Invalid("pin_of_others")
        if post.visibility is Visibility.DIRECT:
            raise Invalid("pin_direct")
        if await reactions.pins_beside(w, me, post_id) >= MOST_PINNED:
            raise Invalid("too_many_pins", most=MOST_PINNED)
        if await reactions.pin(w, me, post_id, square.make_id()):
            w.tell(PinChanged(post=post_id, author=me, pinned=True))
    return post_id


async def unpin(square: Square, viewer: Viewer, post_id: int) -> int:
    """Keep one's post at the top of one's profile no more; its id. Raises NotFound."""
    async with square.work.writing() as w:
        await _seen_post(w, viewer, post_id)
        if await reactions.unpin(w, viewer.me, post_id):
            w.tell(PinChanged(post=post_id, author=viewer.me, pinned=False))
    return post_id


async def mute(square: Square, viewer: Viewer, post_id: int) -> int:
    """Hear nothing from the conversation of this post any more; its id. Raises NotFound."""
    async with square.work.writing() as w:
        post = await _seen_post(w, viewer, post_id)
        await conversations.mute(w, viewer.me, post.boost_of or post.id)
    return post_id


async def unmute(square: Square, viewer: Viewer, post_id: int) -> int:
    """Hear from the conversation of this post again; its id. Raises NotFound."""
    async with square.work.writing() as w:
        post = await _seen_post(w, viewer, post_id)
        await conversations.unmute(w, viewer.me, post.boost_of or post.id)
    return post_id


async def _seen_post(reading: Reading, viewer: Viewer, post_id: int) -> Post:
    return or_not_found(await seen_post(reading, viewer, post_id)).item
