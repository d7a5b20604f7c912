"""A viewer's own filters at work: what of a page they do not want to meet, and why. After the gate, never in its stead.

Whoever has no filters pays one look into memory for it. One's own posts are never filtered.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chaupal.kernel.shelf import Shelf
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.store.machine.work import Reading
from chaupal.store.square.filters import (
    NO_FILTERS,
    Filter as Filter,
    FilteredPost as FilteredPost,
    Filters as Filters,
    Keyword as Keyword,
    filters_of,
)
from chaupal.text import analyse

# Where a filter works, by the surface that is read. What one asked for by its address, saved, or searched is not filtered.
CONTEXTS = {
    Surface.HOME: "home",
    Surface.PUBLIC: "public",
    Surface.TAG: "public",
    Surface.TRENDS: "public",
    Surface.THREAD: "thread",
    Surface.ACCOUNT: "account",
    Surface.NOTIFICATIONS: "notifications",
}


class Match(msgspec.Struct, frozen=True):
    """A filter that met a post: by which of its keywords, or because the post itself is named (`post`)."""

    filter: Filter
    keywords: tuple[str, ...]
    post: int | None


type Matches = Mapping[int, tuple[Match, ...]]

NOTHING: Matches = {}
_read: Shelf[int, tuple[Post, analyse.ReadText]] = Shelf(1_000)


async def matches(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> Matches:
    """Post -> the filters that met it, in whatever context they work; those that met none are left out."""
    if viewer.account is None or reads.work.memory.filters.get(viewer.account) is NO_FILTERS:
        return NOTHING
    async with reads.work.reading() as reading:
        found = await filters_of(reading, viewer.account)
        return _met(found, viewer.account, posts, reading.now()) if found.every else NOTHING


async def not_hidden(reading: Reading, viewer: Viewer, context: str, posts: list[Visible[Post]]) -> list[Visible[Post]]:
    """The posts without those that the viewer wants hidden in this context."""
    me = viewer.account
    if me is None or not posts or reading.memory.filters.get(me) is NO_FILTERS:
        return posts
    found = await filters_of(reading, me)
    if not any(f.action == "hide" and context in f.contexts for f in found.every):
        return posts
    met = _met(found, me, posts, reading.now())
    return [v for v in posts if not any(m.filter.action == "hide" for m in in_context(met, v.item.id, context))]


def in_context(met: Matches, id_: int, context: str) -> tuple[Match, ...]:
    """The filters that met a post and work in this context."""
    return tuple(m for m in met.get(id_, ()) if context in m.filter.contexts)


async def of_viewer(reads: Reads, viewer: Viewer) -> Filters:
    """All of the viewer's filters, those that have run out too."""
    async with reads.work.reading() as reading:
        return await filters_of(reading, viewer.me)


def _met(filters: Filters, me: int, posts: Sequence[Visible[Post]], now: int) -> Matches:
    met: dict[int, tuple[Match, ...]] = {}
    for seen in posts:
        item = seen.item
        known = filters.seen.items.get(item.id)
        if known is None or known[0] is not item:
            known = (item, _match(filters, me, item))
            filters.seen.put(item.id, known)
        running = tuple(m for m in known[1] if m.filter.ends_at is None or m.filter.ends_at > now)
        if running:
            met[item.id] = running
    return met


def _match(filters: Filters, me: int, item: Post) -> tuple[Match, ...]:
    post = item.inner or item
    if post.author == me:
        return ()
    text = _text_of(post)
    met = (
        Match(
            f,
            tuple(k.text for k in f.keywords if k.phrase.found_in(text)),
            post.id if any(p.post in (post.id, item.id) for p in f.posts) else None,
        )
        for f in filters.every
    )
    return tuple(m for m in met if m.keywords or m.post is not None)


def _text_of(post: Post) -> analyse.ReadText:
    """All the words of a post, read once for everybody who filters."""
    known = _read.items.get(post.id)
    if known is None or known[0] is not post:
        known = (post, analyse.read((post.spoiler, post.text, *(p.description for p in post.pictures))))
        _read.put(post.id, known)
    return known[1]
