"""Following tags, and showing tags on one's profile. A tag is one in every spelling: its count key decides."""

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import TagFollowed, TagUnfollowed
from chaupal.social.typed import typed
from chaupal.store.square import tag_follows
from chaupal.text.entities import is_tag
from chaupal.text.fold import count_key

MOST_FOLLOWED, MOST_FEATURED = 400, 10


async def follow(square: Square, viewer: Viewer, name: str) -> None:
    """Public posts with the tag stand in the viewer's home from now on. Raises Invalid for what is no tag."""
    me, (key, name) = viewer.me, checked(name)
    async with square.work.writing() as w:
        if await tag_follows.count(w, me) >= MOST_FOLLOWED:
            raise Invalid("too_many_tags", most=MOST_FOLLOWED)
        if await tag_follows.follow(w, me, key, name, square.make_id()):
            w.tell(TagFollowed(account=me, key=key))


async def unfollow(square: Square, viewer: Viewer, name: str) -> None:
    """A tag comes into one's home no more."""
    me, (key, _) = viewer.me, checked(name)
    async with square.work.writing() as w:
        if await tag_follows.unfollow(w, me, key):
            w.tell(TagUnfollowed(account=me, key=key))


async def feature(square: Square, viewer: Viewer, name: str) -> int:
    """Show a tag on one's profile; its id there. Again changes nothing. Raises Invalid."""
    me, (key, name), new = viewer.me, checked(name), square.make_id()
    async with square.work.writing() as w:
        there = await tag_follows.featured(w, me)
        known = next((tag.id for tag in there if tag.key == key), None)
        if known is not None:
            return known
        if len(there) >= MOST_FEATURED:
            raise Invalid("too_many_tags", most=MOST_FEATURED)
        await tag_follows.feature(w, me, key, name, new)
    return new


async def unfeature(square: Square, viewer: Viewer, id_: int) -> None:
    """Raises NotFound where it is not on the viewer's profile."""
    async with square.work.writing() as w:
        if not await tag_follows.unfeature(w, viewer.me, id_):
            raise NotFound


async def unfeature_named(square: Square, viewer: Viewer, name: str) -> None:
    """Show a tag on one's profile no more, by its name; where it is not there, nothing is to be done."""
    me, (key, _) = viewer.me, checked(name)
    async with square.work.writing() as w:
        for tag in await tag_follows.featured(w, me):
            if tag.key == key:
                await tag_follows.unfeature(w, me, tag.id)


def checked(name: str) -> tuple[str, str]:
    """(key, name) of a tag as it was typed, with or without its sign. Raises Invalid."""
    name = typed(name.strip().lstrip("#＃"), "tag_unreadable")
    if not is_tag(name) or not (key := count_key(name)):
        raise Invalid("tag_invalid")
    return key, name
