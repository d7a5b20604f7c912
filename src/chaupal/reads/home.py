"""Home: what those write whom one follows; a resident list of ids, built on read inside a window that widens as needed."""

from bisect import bisect_left
from collections.abc import Sequence

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import Relations
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.ports.feed import LENGTH, Source, tag_source
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.reads.pipeline import shown
from chaupal.store.knowledge import relations_of
from chaupal.store.posts import newest_of
from chaupal.store.wants import NO_WANTS, Wants, newest_tagged, wants_of
from chaupal.store.work import Reading

# Most people have a full feed within days; only who follows few or quiet people needs to look further back.
WINDOWS = (2 * DAY, 4 * DAY, 8 * DAY, 16 * DAY, 64 * DAY, 256 * DAY, None)


async def page(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Post]]:
    """A page of the viewer's home. Raises NotSignedIn."""
    me = viewer.me
    async with reads.work.reading() as reading:
        ids = await reads.feeds.page(me)
        if ids is None:
            ids = await _build(reads, reading, me)
        found = _slice(ids, cursor)
        if found is None:
            found = await _newest(reading, me, below=cursor.below, above=cursor.above, limit=cursor.limit + 1)
        skeleton = page_of(found, cursor)
        posts = await shown(reading, viewer, Surface.HOME, skeleton.items)
        ties, wants = await relations_of(reading, me), await wants_of(reading, me)
    if wants is not NO_WANTS:
        return skeleton.map([v for v in posts if at_home(v.item, me, ties, wants)])
    # Neither an answer nor a repost: nothing to ask. Most are.
    return skeleton.map(
        [v for v in posts if (v.item.reply_to is None and v.item.boost_of is None) or belongs(v.item, me, ties)]
    )


def belongs(post: Post, me: int, ties: Relations) -> bool:
    """Answers to people one does not follow are half a conversation, and some are followed without their reposts."""
    if post.boost_of is not None and post.author in ties.quiet:
        return False
    to = post.reply_to_account
    return to is None or to == me or to == post.author or post.author == me or to in ties.following


def at_home(post: Post, me: int, ties: Relations, wants: Wants) -> bool:
    """Of whom one follows, unless they are read in a list alone; or with a tag that one follows."""
    if post.author in wants.aside and post.author != me:
        return False
    followed = post.author == me or post.author in ties.following
    return (followed and belongs(post, me, ties)) or wants.tagged(post)


def _slice(ids: Sequence[int], cursor: Cursor) -> Sequence[int] | None:
    """The part of the resident feed that was asked for, or None when it lies below what is resident."""
    if cursor.max_id is None and cursor.since_id is None and cursor.min_id is None:
        return ids[: cursor.limit + 1]
    rising = ids[::-1]
    low, high = bisect_left(rising, cursor.above + 1), bisect_left(rising, cursor.below)
    chosen = rising[low:high]
    if cursor.upward:
        return chosen[: cursor.limit + 1][::-1]
    reaches_past = len(ids) >= LENGTH and low == 0 and len(chosen) <= cursor.limit
    return None if reaches_past else chosen[-(cursor.limit + 1) :][::-1]


async def _authors(reading: Reading, me: int) -> frozenset[int]:
    return ((await relations_of(reading, me)).following - (await wants_of(reading, me)).aside) | {me}


async def _newest(reading: Reading, me: int, *, below: int, above: int, limit: int) -> list[int]:
    ids = await newest_of(reading, await _authors(reading, me), below=below, above=above, limit=limit)
    tags = (await wants_of(reading, me)).tags
    if tags:
        ids += await newest_tagged(reading, tags, below=below, above=above, limit=limit)
        ids = sorted(set(ids), reverse=True)[:limit]
    return ids


async def _build(reads: Reads, reading: Reading, me: int) -> Sequence[int]:
    tags = (await wants_of(reading, me)).tags
    sources = frozenset[Source]((*await _authors(reading, me), *map(tag_source, tags)))
    await reads.feeds.expect(me, sources)
    ids: Sequence[int] = ()
    for window in WINDOWS:
        above = -1 if window is None else first_id_at(max(0, reads.clock() - window))
        ids = await _newest(reading, me, below=2**63 - 1, above=above, limit=LENGTH)
        if len(ids) >= LENGTH:
            break
    await reads.feeds.admit(me, sources, ids)
    return ids
