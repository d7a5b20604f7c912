"""Home timelines: what those post whom one follows, each post once. Ids are resident in memory; who has none gets them built on read.

What is a repeat is found anew at each read, from the ids that stand around it: when the first who reposted takes it
back, the next repost stands in its place, and every page says the same, resident or not.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import neg
from typing import Any, NamedTuple

from msgspec.structs import replace

from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import Facts, Relations
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.ports.homes import Expected, Resident, Source, tag_source
from chaupal.reads.context import Reads
from chaupal.reads.page import LONGEST, Cursor, Page, page_of, shown
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.machine.shelves import HOMES
from chaupal.store.machine.work import Reading
from chaupal.store.square.filters import NO_FILTERS
from chaupal.store.square.posts import WINDOWS, carried as carried_by, newest_of, windows
from chaupal.store.square.tag_follows import newest_tagged
from chaupal.text.language import is_among

# A repost is not shown again while what it reposts, or another repost of that, is among the newest so many before it.
FALLOFF = 40

# So many ids more than a page holds are taken along, for what of them is found out to be not for this home.
SPARE = 10

# So many ids are resident at first: the longest page and one more, and what tells a repeat on it. It grows with what comes; who
# reads on reads from the store.
FIRST = LONGEST + SPARE + 1 + FALLOFF + 1
MOST_PASSED = 20  # of the longest pages, where little on them is to be shown


class Home(Page[Visible[Post]], frozen=True):
    """A page of somebody's home. `along`: by the id of what is shown, the reposts that are told with it, oldest first. `languages`:
    codes of those that it is in; none: all. `unbroken`: it is as long as was asked for, and of all ids of the home that come before
    its last it left out none but repeats: whatever comes before it, it is the same but for its last.
    """

    unbroken: bool = False
    along: Mapping[int, Sequence[Visible[Post]]] = {}
    languages: Sequence[str] = ()


class Stretch(NamedTuple):
    """A part of a home, ids newest first: what was asked for, and the neighbours on both sides that say what is a repeat."""

    newer: Sequence[int]
    ids: Sequence[int]
    older: Sequence[int]


class Candidates(NamedTuple):
    """Ids for a page, newest first and without repeats; whether there are `further` ones. `again` and `rivals`: as `_repeats` has them."""

    ids: Sequence[int]
    further: bool
    again: Mapping[int, int]
    rivals: Mapping[int, Visible[Post]]


async def page(reads: Reads, viewer: Viewer, cursor: Cursor) -> Home:
    """A page of the viewer's home, each post in it once. Raises NotSignedIn.

    It is full as long as there is more: what is not for this home is found out only after a page was cut, and apps take a short page
    for the last one.
    """
    found = await _page(reads, viewer, cursor)
    for _ in range(MOST_PASSED):
        missing = cursor.limit - len(found.items)
        on = found.prev if cursor.upward else found.next
        if not missing or on is None:
            break
        more = await _page(reads, viewer, _beyond(cursor, on, LONGEST))
        found = _joined(found, more, missing, upward=cursor.upward)
        if cursor.upward and more.prev is None:
            break
    return found


def _joined(found: Home, more: Home, missing: int, *, upward: bool) -> Home:
    """One page made of `found` and of as many posts of the next page as are missing."""
    whole, along = len(more.items) <= missing, {**found.along, **more.along}
    if upward:
        added = more.items[-missing:]
        prev = (more.prev or found.prev) if whole else added[0].item.id
        return replace(found, items=[*added, *found.items], prev=prev, along=along)
    added = more.items[:missing]
    return replace(found, items=[*found.items, *added], next=more.next if whole else added[-1].item.id, along=along)


def _beyond(cursor: Cursor, id_: int, limit: int) -> Cursor:
    """The cursor that goes on in the same direction from `id_`."""
    return replace(cursor, min_id=id_, limit=limit) if cursor.upward else replace(cursor, max_id=id_, limit=limit)


async def _page(reads: Reads, viewer: Viewer, cursor: Cursor) -> Home:
    async with reads.work.reading() as reading:
        found, further, again, rivals = await _candidates(reads, reading, viewer, cursor)
        skeleton = page_of(found, cursor)
        ties = await relations_of(reading, viewer.me)
        kept, passed = await _filled(reading, viewer, ties, skeleton.items if cursor.upward else found, cursor.limit)
        following = skeleton.next
        if passed > cursor.limit:
            following = found[passed - 1] if further or passed < len(found) else None
    along: dict[int, list[Visible[Post]]] = {}
    for id_, told_with in again.items():
        along.setdefault(told_with, []).append(rivals[id_])
    unbroken = cursor.first and len(kept) == passed == cursor.limit
    return Home(kept, following, skeleton.prev, unbroken, along, ties.home_in)


async def _candidates(reads: Reads, reading: Reading, viewer: Viewer, cursor: Cursor) -> Candidates:
    """Enough of them for a page, and some to spare, as far as there are so many."""
    me = viewer.me
    wide = replace(cursor, limit=cursor.limit + (0 if cursor.upward else SPARE))
    # Whoever looks in asks for the first page: of it and of what tells a repeat on it.
    first = wide.limit + 1 + FALLOFF if cursor.first else None
    resident = await _resident(reads, reading, me, first)
    while True:
        stretch = await _stretch(reading, me, resident, wide)
        again, rivals = await _repeats(reading, viewer, stretch)
        found, further = [id_ for id_ in stretch.ids if id_ not in again], len(stretch.ids) > wide.limit
        if len(found) > cursor.limit or not further:
            return Candidates(found, further, again, rivals)
        wide = replace(wide, limit=2 * wide.limit)
        if first is not None:
            first, resident = None, await _resident(reads, reading, me)


async def _filled(
    reading: Reading, viewer: Viewer, ties: Relations, ids: Sequence[int], limit: int
) -> tuple[list[Visible[Post]], int]:
    """The first of these that belong in this home, at most `limit`; and how many ids were looked at for that."""
    me = viewer.me
    kept: list[Visible[Post]] = []
    passed, several = 0, limit
    while passed < len(ids) and len(kept) < limit:
        posts = await shown(reading, viewer, Surface.HOME, ids[passed : passed + several])
        kept += [v for v in posts if at_home(v.item, me, ties)]
        passed += several
        several = limit - len(kept) + 2  # that the next look be the last
    if len(kept) > limit:
        kept = kept[:limit]
        return kept, ids.index(kept[-1].item.id) + 1
    return kept, min(passed, len(ids))


def plain_arrivals(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> Sequence[Visible[Post]]:
    """Posts that came before all others in the home of a viewer, whose page without them is kept: its keys are the law, ties and filters
    as they lie in memory. None of the posts where one is a repost, or something would have to be asked for, filtered or left out.
    """
    me, memory = viewer.me, reads.work.memory
    sealed, law = memory.posts.several(ids), memory.rulings.index
    ties = memory.relations.peek(me)
    if not all(sealed) or law is None or ties is None or memory.filters.peek(me) is not NO_FILTERS:
        return ()
    seen = reveal(viewer, Surface.HOME, [one for one in sealed if one], Facts(ties, law))
    kept = [v for v in seen if v.item.boost_of is None and at_home(v.item, me, ties)]
    return kept if len(kept) == len(ids) else ()


async def in_languages(reads: Reads, viewer: Viewer) -> Sequence[str]:
    """Codes of the languages that the viewer's home is in; none: all."""
    async with reads.work.reading() as reading:
        return (await relations_of(reading, viewer.me)).home_in


async def repeated(reads: Reads, reading: Reading, viewer: Viewer, post: Post) -> bool:
    """Whether a repost is not shown in the viewer's home: they were shown what it reposts just before."""
    if post.boost_of is None:
        return False
    ids, whole = await _resident(reads, reading, viewer.me)
    at = bisect_left(ids, 1 - post.id, key=neg)
    older = ids[at : at + FALLOFF]
    if len(older) < FALLOFF and not whole:
        older = await _older(reading, viewer.me, (post.id,))
    again, _ = await _repeats(reading, viewer, Stretch((), (post.id,), older))
    return post.id in again


async def _repeats(
    reading: Reading, viewer: Viewer, stretch: Stretch
) -> tuple[dict[int, int], dict[int, Visible[Post]]]:
    """Each repost that is not shown again -> what it is told with, from the oldest on; and all that were looked at for it.

    Only what the viewer has at home counts: an answer to a stranger that does not stand there hides no repost of it.
    """
    window = [*stretch.newer, *stretch.ids, *stretch.older]
    carried = await carried_by(reading, window)
    if not carried:
        return {}, {}
    number = Counter(carried.get(id_, id_) for id_ in window)
    rivals = [id_ for id_ in window if number[carried.get(id_, id_)] > 1]
    if not rivals:
        return {}, {}
    me, ties = viewer.me, await relations_of(reading, viewer.me)
    seen = {v.item.id: v for v in await shown(reading, viewer, Surface.HOME, rivals) if at_home(v.item, me, ties)}
    again: dict[int, int] = {}
    last: dict[int, tuple[int, int]] = {}  # post -> where it or a repost of it stood last, and what that was told with
    for place, id_ in enumerate(reversed(window)):
        if id_ in seen:
            post = carried.get(id_, id_)
            stood, told_with = last.get(post, (-FALLOFF - 1, id_))
            if id_ != post and place - stood <= FALLOFF:
                again[id_] = told_with
            else:
                told_with = id_
            last[post] = place, told_with
    return again, seen


def belongs(post: Post, me: int, ties: Relations) -> bool:
    """Left out are answers to people whom one does not follow, and reposts by those whom one follows without theirs."""
    author, to = post.author, post.reply_to_account
    if post.boost_of is not None and author in ties.quiet:
        return False
    return to is None or to in (me, author) or author == me or to in ties.following


def at_home(post: Post, me: int, ties: Relations) -> bool:
    """Whether it is by somebody whom one follows (outside of lists) or has a followed tag, in a language that one wants."""
    author = post.author
    narrowed = ties.home_in or ties.languages
    if author != me and (author in ties.aside or (narrowed and not _in_language(post, ties))):
        return False
    by_itself = post.reply_to_account is None and post.boost_of is None  # as most are: then it belongs there
    if author in ties.at_home and (by_itself or belongs(post, me, ties)):
        return True
    return bool(ties.tags) and post.boost_of is None and any(tag.key in ties.tags for tag in post.tags)


def _in_language(post: Post, ties: Relations) -> bool:
    """Languages chosen for the author count before those chosen for everybody."""
    wanted = ties.languages.get(post.author) or ties.home_in
    return not wanted or is_among(post.language, wanted)


async def _stretch(reading: Reading, me: int, resident: Resident, cursor: Cursor) -> Stretch:
    """What the cursor asks for, one more than its limit, out of the resident ids or from below them."""
    ids, whole = resident
    found = _slice(resident, cursor)
    if found is None:
        found = await _newest(
            reading, me, below=cursor.below, above=cursor.above, limit=cursor.limit + 1, upward=cursor.upward
        )
        return Stretch(await _newer(reading, me, found), found, await _older(reading, me, found))
    if not found:
        return Stretch((), found, ())
    first, after = 0, len(found)
    if not cursor.first:
        first, after = bisect_left(ids, -found[0], key=neg), bisect_left(ids, 1 - found[-1], key=neg)
    older = ids[after : after + FALLOFF]
    if len(older) < FALLOFF and not whole:
        older = await _older(reading, me, found)
    return Stretch(ids[max(0, first - FALLOFF) : first], found, older)


async def _older(reading: Reading, me: int, found: Sequence[int]) -> Sequence[int]:
    return await _newest(reading, me, below=found[-1], above=-1, limit=FALLOFF) if found else ()


async def _newer(reading: Reading, me: int, found: Sequence[int]) -> Sequence[int]:
    if not found:
        return ()
    return await _newest(reading, me, below=2**63 - 1, above=found[0], limit=FALLOFF, upward=True)


async def _resident(reads: Reads, reading: Reading, me: int, newest: int | None = None) -> Resident:
    found = await reads.homes.page(me, newest)
    reads.work.vitals.home(resident=found is not None)
    return await _build(reads, reading, me) if found is None else found


def _slice(resident: Resident, cursor: Cursor) -> Sequence[int] | None:
    """The part of the resident home that was asked for, or None when some of it may lie below what is resident."""
    ids, whole = resident
    if cursor.first:
        return ids[: cursor.limit + 1] if whole or len(ids) > cursor.limit else None
    if cursor.upward and not whole and (not ids or cursor.above < ids[-1]):
        return None
    rising = ids[::-1]
    low, high = bisect_left(rising, cursor.above + 1), bisect_left(rising, cursor.below)
    chosen = rising[low:high]
    if cursor.upward:
        return chosen[: cursor.limit + 1][::-1]
    reaches_past = not whole and low == 0 and len(chosen) <= cursor.limit
    return None if reaches_past else chosen[-(cursor.limit + 1) :][::-1]


async def _newest(reading: Reading, me: int, *, below: int, above: int, limit: int, upward: bool = False) -> list[int]:
    """Out of the store, newest first. `upward`: not the newest, but those next above `above`."""
    ids: list[int] = []
    for before, after in windows(reading, below=below, above=above, upward=upward):
        ids = await _between(reading, me, below=before, above=after, limit=limit, upward=upward)
        if len(ids) >= limit:
            break
    return ids


async def _between(reading: Reading, me: int, *, below: int, above: int, limit: int, upward: bool = False) -> list[int]:
    look, ties = reading.by(HOMES, me), await relations_of(reading, me)
    span: dict[str, Any] = {"below": below, "above": above, "limit": limit, "upward": upward}
    ids = await newest_of(look, ties.at_home, **span)
    if ties.tags:
        ids += await newest_tagged(look, ties.tags, **span)
    if ties.tags or upward:
        ids = sorted(set(ids), reverse=True)
        ids = ids[-limit:] if upward else ids[:limit]
    return ids


async def _sources(reading: Reading, me: int) -> frozenset[Source]:
    ties = await relations_of(reading, me)
    return ties.at_home.union(map(tag_source, ties.tags)) if ties.tags else ties.at_home


async def _expect(reads: Reads, reading: Reading, me: int) -> Expected:
    """Announce the build, and check afterwards that whom one follows has not changed in between: that change would not be heard of."""
    while True:
        sources = await _sources(reading, me)
        expected = await reads.homes.expect(me, sources)
        if sources == await _sources(reading, me):
            return expected


async def _build(reads: Reads, reading: Reading, me: int) -> Resident:
    expected = await _expect(reads, reading, me)
    found = await reads.homes.recall(me, expected) or await _from_store(reads, reading, me)
    await reads.homes.admit(me, expected, found.ids, whole=found.whole)
    return found


async def _from_store(reads: Reads, reading: Reading, me: int) -> Resident:
    ids: Sequence[int] = ()
    for window in (*WINDOWS, None):
        above = -1 if window is None else first_id_at(max(0, reads.clock() - window))
        ids = await _between(reading, me, below=2**63 - 1, above=above, limit=FIRST)
        if len(ids) >= FIRST:
            break
    return Resident(ids, whole=len(ids) < FIRST)
