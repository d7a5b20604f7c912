"""Pinned posts, and conversations that one mutes: what one does to posts for oneself and one's own profile."""

from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PinChanged
from chaupal.social.seeing import seen_post
from chaupal.store.machine.work import Reading
from chaupal.store.square import conversations, pins, posting

MOST = 5  # pinned posts of one account


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
        if await pins.count(w, me, post_id) >= MOST:
            raise Invalid("too_many_pins", most=MOST)
        if await pins.pin(w, me, post_id, square.make_id()):
            w.tell(PinChanged(post=post_id, author=me, pinned=True))
    return post_id


async def unpin(square: Square, viewer: Viewer, post_id: int) -> int:
    """Keep it there no more; its id. Raises NotFound."""
    async with square.work.writing() as w:
        await _seen_post(w, viewer, post_id)
        if await pins.unpin(w, viewer.me, post_id):
            w.tell(PinChanged(post=post_id, author=viewer.me, pinned=False))
    return post_id


async def mute(square: Square, viewer: Viewer, post_id: int) -> int:
    """Hear nothing from the conversation of this post any more; its id. Raises NotFound."""
    async with square.work.writing() as w:
        post = await _seen_post(w, viewer, post_id)
        await conversations.mute(w, viewer.me, post.boost_of or post.id)
    return post_id


async def unmute(square: Square, viewer: Viewer, post_id: int) -> int:
    """Hear from it again; its id. Raises NotFound."""
    async with square.work.writing() as w:
        post = await _seen_post(w, viewer, post_id)
        await conversations.unmute(w, viewer.me, post.boost_of or post.id)
    return post_id


async def _seen_post(reading: Reading, viewer: Viewer, post_id: int) -> Post:
    return or_not_found(await seen_post(reading, viewer, post_id)).item
