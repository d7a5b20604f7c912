"""Tags to find: one by its name, and those that begin so; a tag of which nothing may be seen here is not there. And tags that the viewer
follows, or that stand on profiles with how often their owner used them.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from chaupal.policy.gate import reveal_one
from chaupal.policy.rules import term_reach
from chaupal.policy.verdict import Reach
from chaupal.policy.viewer import Surface, Viewer, may
from chaupal.reads.context import Reads
from chaupal.reads.explore.trends import (
    Here,
    TrendingTag,
    counted,
    hidden_in,
    law,
    seen_from,
    talking,
    usual_name,
    with_history,
)
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.reads.timelines import profile
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.machine.work import Reading
from chaupal.store.square import finding, tag_follows, trending
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import skeleton
from chaupal.store.square.tag_follows import Featured
from chaupal.text.fold import count_key
from chaupal.text.near import Why, near

NONE: Mapping[str, str] = {}
LOOKED_AT = 20  # newest uses that name a tag
LOOKED_AT_MOST = 400  # before a tag counts as having nothing to show
OWN_POSTS = 200  # from which tags are proposed
PROPOSED = 10
MOST_LOOKED_THROUGH = 20_000  # tags, the most used
MOST_VARIANTS = 12  # that are proposed for one tag


async def by_name(reads: Reads, viewer: Viewer, name: str) -> TrendingTag:
    """A tag, whatever its spelling and reach; one that nobody uses (that may be seen) has no uses."""
    key, here = count_key(name), await seen_from(reads, viewer)
    async with reads.work.reading() as reading:
        seen = await _visible_tags(reading, here, [key])
    found = seen or [TrendingTag(key, name, 0, 0, 0)]
    return (await _with_counts(reads, viewer, found))[0]


async def find(
    reads: Reads, viewer: Viewer, query: str, limit: int = 20, offset: int = 0, *, suggest: bool = False
) -> list[TrendingTag]:
    """The tag of this very name, then those that begin so, most used first.

    De-amplified ones are offered to no others: they are found by their whole name, and with `suggest` (autocomplete) not at
    all. Those that the viewer used are there for them, though few or no lists show it, or it is withheld or de-amplified here.
    """
    key = count_key(query.strip().lstrip("#＃"))
    if not key:
        return []
    here = await seen_from(reads, viewer)
    async with reads.work.scanning() as reading:
        longer = await finding.tags_from(reading, key, offset + 2 * limit)
        own = {} if viewer.account is None else await finding.own_tags_from(reading, viewer.account, key, limit)

    def offered(tag: str) -> bool:
        return tag in own or term_reach(here.country, tag, here.facts) is not Reach.NONE

    keys = [k for k in dict.fromkeys((*longer, *own)) if k != key and offered(k)]
    if not suggest or offered(key):
        keys.insert(0, key)
    async with reads.work.reading() as reading:
        seen = await _visible_tags(reading, here, keys[: offset + limit], own)
    return await _with_counts(reads, viewer, seen[offset:])


async def _with_counts(reads: Reads, viewer: Viewer, found: Sequence[TrendingTag]) -> list[TrendingTag]:
    """With the people who talk about each, counted as everywhere, and its last days."""
    people, here = await talking(reads, viewer), await seen_from(reads, viewer)
    return await with_history(reads, here, [replace(t, authors=people.get(t.key, 0)) for t in found])


async def _visible_tags(
    reading: Reading, here: Here, keys: Iterable[str], own: Mapping[str, str] = NONE
) -> list[TrendingTag]:
    """Those of which something may be seen there, in the spelling that the newest such posts use most.

    `own`: the viewer's, by their key, as they wrote them; of these nothing need be seen by others.
    """
    found: list[TrendingTag] = []
    for key in keys:
        for most in (LOOKED_AT, LOOKED_AT_MOST):
            uses = await trending.latest(reading, key, most)
            seen = list(counted(uses, here.country, Surface.SEARCH, here.facts))
            if seen or len(uses) < most:
                break
        if seen:
            found.append(TrendingTag(key, usual_name(seen[:LOOKED_AT]), 0, len(seen), 0))
        elif key in own:
            found.append(TrendingTag(key, own[key], 0, 0, 0))
    return found


# --- one's own ---


class OwnTags(msgspec.Struct, frozen=True):
    """Count keys of tags that the viewer follows, and of those on their profile."""

    followed: frozenset[str] = frozenset()
    featured: frozenset[str] = frozenset()


NOBODYS = OwnTags()


async def followed(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[TrendingTag]:
    """The tags that the viewer follows, the latest first, as the viewer wrote them."""
    async with reads.work.reading() as reading:
        ids = await skeleton(reading, tag_follows.FOLLOWED, me=viewer.me, **cursor.bounds)
        page = page_of(ids, cursor)
        names = await tag_follows.named(reading, page.items)
    found = [TrendingTag(*names[id_], 0, 0, 0) for id_ in page.items]
    return page.map(await with_history(reads, await seen_from(reads, viewer), found))


async def of_viewer(reads: Reads, viewer: Viewer) -> OwnTags:
    """Which tags the viewer follows and shows; nobody's are none."""
    if viewer.account is None:
        return NOBODYS
    async with reads.work.reading() as reading:
        followed_ = (await relations_of(reading, viewer.account)).tags
        return OwnTags(followed_, frozenset(tag.key for tag in await tag_follows.featured(reading, viewer.account)))


async def featured(reads: Reads, viewer: Viewer, account: int) -> list[Featured]:
    """The tags on somebody's profile; none where the profile may not be read."""
    facts = await law(reads)
    async with reads.work.reading() as reading:
        sealed = (await sealed_people(reading, (account,))).get(account)
        full = await facts_for(reading, viewer)
        owner = reveal_one(viewer, Surface.PROFILE, sealed, full)
        if owner is None or owner.withheld or account in full.relations.blocked_by:
            return []
        found = await tag_follows.featured(reading, account)
    if not found:
        return []
    # A tag of which nothing may be seen here is not there: only its owner is shown it, with all that they said. Less would tell them of
    # what is withheld in secret.
    own = viewer.account == account
    async with reads.work.scanning() as reading:
        hidden = [] if own else hidden_in(viewer.country, facts)
        uses = await tag_follows.uses(reading, account, [tag.key for tag in found], hidden)
    return [_counted(tag, uses.get(tag.key, (0, 0))) for tag in found if own or tag.key in uses]


async def proposed(reads: Reads, viewer: Viewer) -> list[TrendingTag]:
    """The tags that the viewer used most lately and does not show yet."""
    page = await profile.page(reads, viewer, viewer.me, Cursor(limit=OWN_POSTS), exclude_reposts=True)
    async with reads.work.reading() as reading:
        shown = {tag.key for tag in await tag_follows.featured(reading, viewer.me)}
    uses = Counter(tag.key for seen in page.items for tag in seen.item.tags if tag.key not in shown)
    names = {tag.key: tag.name for seen in reversed(page.items) for tag in seen.item.tags}
    found = [TrendingTag(key, names[key], 0, 0, 0) for key, _ in uses.most_common(PROPOSED)]
    return await with_history(reads, await seen_from(reads, viewer), found)


def _counted(tag: Featured, uses: Sequence[int]) -> Featured:
    return msgspec.structs.replace(tag, uses=uses[0], last=uses[1])


# --- what staff keep out of trends ---


class Variant(msgspec.Struct, frozen=True):
    """A tag in use that may be a de-amplified one in another script or spelling, and in what way. Staff decide each by itself."""

    key: str
    why: Why


async def variants_of(reads: Reads, viewer: Viewer, terms: Sequence[str]) -> dict[str, list[Variant]]:
    """Term (count key) -> what is near it, the most used first. For others than staff there is nothing."""
    if not terms or not may(viewer, "see_office"):
        return {}
    async with reads.work.scanning() as reading:
        keys = await finding.tags_from(reading, "", MOST_LOOKED_THROUGH)
    return await asyncio.to_thread(_propose, terms, keys)


def _propose(terms: Sequence[str], keys: Sequence[str]) -> dict[str, list[Variant]]:
    known = set(terms)
    free = [key for key in keys if key not in known]
    return {term: [Variant(key, why) for key, why in near(term, free)[:MOST_VARIANTS]] for term in dict.fromkeys(terms)}
