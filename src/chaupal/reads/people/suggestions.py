"""Whom the viewer may like to follow, and why: followed by friends, the same hashtags, the same language, much followed.

Who is de-amplified, withheld, limited, muted or blocked is kept out by the gate (`Surface.SUGGEST`); who does not want to
be suggested, who was turned down before, and who is followed already, here.
"""

from collections.abc import Sequence, Set

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import STRANGER, Facts
from chaupal.policy.narrow import Scope
from chaupal.policy.rules import term_reach
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.verdict import Reach
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cached_by_law
from chaupal.reads.context import Reads
from chaupal.reads.explore import trends
from chaupal.reads.people import people
from chaupal.store.identity.facts_cache import relations_of, rulings_in_force
from chaupal.store.square import graph, suggesting, tag_follows

LOOKED_AT = 100  # of each kind
LATELY = 30 * DAY  # tags that somebody used before that say little
FRIENDS, TAGS, LANGUAGE, MANY = "friends_of_friends", "same_tags", "same_language", "most_followed"


class SuggestionReason(msgspec.Struct, frozen=True):
    """One reason. `count`: of friends, of tags or of followers; `friend`: one of them, who may be seen; `tag`: one of them."""

    kind: str
    count: int = 0
    friend: Visible[Person] | None = None
    tag: str = ""


class SuggestedPerson(msgspec.Struct, frozen=True):
    """Somebody, and the reasons, the best first."""

    person: Visible[Person]
    why: tuple[SuggestionReason, ...]


async def page(reads: Reads, viewer: Viewer, limit: int = 40, languages: Sequence[str] = ()) -> list[SuggestedPerson]:
    """People whom the viewer does not follow yet: more and better reasons first. `languages`: which they read beside that of pages."""
    me, ours = viewer.me, frozenset((viewer.language, *languages))
    friends, tags, turned_down = await _gathered(reads, viewer)
    popular = await trends.people(reads, viewer, LOOKED_AT)
    order = dict.fromkeys((*friends, *tags, *(seen.item.id for seen in popular)))
    async with reads.work.reading() as reading:
        known = (await relations_of(reading, me)).following | {me} | turned_down
        seen = await people.shown(reading, viewer, Surface.SUGGEST, [id_ for id_ in order if id_ not in known])
        named = {by for id_, (_, by) in friends.items() if id_ not in known}
        shown = {v.item.id: v for v in await people.shown(reading, viewer, Surface.PEOPLE, named)}
    much = {v.item.id for v in popular}
    found = [
        SuggestedPerson(v, _reasons(v.item, ours, friends, tags, much, shown))
        for v in seen
        if v.item.discoverable and v.item.moved_to is None
    ]
    found = [one for one in found if one.why]
    return sorted(found, key=lambda one: (RANK[one.why[0].kind], -one.why[0].count, -len(one.why)))[:limit]


async def first_few(reads: Reads, viewer: Viewer, limit: int) -> list[Visible[Person]]:
    """The first of `page` without their reasons, for beside a page. Who they are is gathered once a minute; the gate looks each time."""

    async def gather() -> list[int]:
        return [one.person.item.id for one in await page(reads, viewer, 3 * limit)]

    ids = await cached_by_law(reads, gather, "suggested", str(viewer.me), viewer.country, viewer.language)
    async with reads.work.reading() as reading:
        known = (await relations_of(reading, viewer.me)).following | await graph.not_suggested(reading, viewer.me)
        known |= await suggesting.asked(reading, viewer.me)
        return (await people.shown(reading, viewer, Surface.SUGGEST, [id_ for id_ in ids if id_ not in known]))[:limit]


type ByFriends = dict[int, tuple[int, int]]
type ByTags = dict[int, tuple[int, str]]


async def _gathered(reads: Reads, viewer: Viewer) -> tuple[ByFriends, ByTags, frozenset[int]]:
    """Who is followed by friends, who uses the viewer's tags, and who was turned down or has been asked."""
    me = viewer.me
    async with reads.work.scanning() as reading:
        featured = {tag.key for tag in await tag_follows.featured(reading, me)}
        facts = Facts(STRANGER, await rulings_in_force(reading))
        keys = {*(await relations_of(reading, me)).tags, *featured}
        # What is kept out of trends and suggestions is no reason to suggest anybody, either.
        carried = [key for key in keys if term_reach(viewer.country, key, facts) is not Reach.NONE]
        since = first_id_at(max(0, reads.clock() - LATELY))
        friends = {id_: (n, by) for id_, n, by in await suggesting.by_friends(reading, me, LOOKED_AT)}
        hidden = trends.hidden_in(viewer.country, facts)
        used = await suggesting.by_tags(reading, carried, since, hidden, LOOKED_AT) if carried else []
        tags = {id_: (n, name) for id_, n, name in used}
        turned_down = await graph.not_suggested(reading, me) | await suggesting.asked(reading, me)
    return friends, tags, turned_down


def _reasons(
    person: Person, ours: Set[str], friends: ByFriends, tags: ByTags, much: set[int], shown: dict[int, Visible[Person]]
) -> tuple[SuggestionReason, ...]:
    why: list[SuggestionReason] = []
    if person.id in friends:
        count, by = friends[person.id]
        why.append(SuggestionReason(FRIENDS, count, shown.get(by)))
    if person.id in tags:
        count, tag = tags[person.id]
        why.append(SuggestionReason(TAGS, count, tag=tag))
    if person.id in much and person.language in ours:
        why.append(SuggestionReason(LANGUAGE))
    if person.id in much:
        why.append(SuggestionReason(MANY, person.followers_count))
    return tuple(why)


RANK = {kind: place for place, kind in enumerate((FRIENDS, TAGS, LANGUAGE, MANY))}


async def unmet(reads: Reads, viewer: Viewer, limit: int) -> list[Visible[Person]]:
    """Of the directory, who wrote last first: whom the viewer neither follows, nor asked, nor turned down."""
    listed = await directory(reads, viewer, limit=LOOKED_AT)
    async with reads.work.reading() as reading:
        known = (await relations_of(reading, viewer.me)).following | await graph.not_suggested(reading, viewer.me)
        known |= await suggesting.asked(reading, viewer.me) | {viewer.me}
    return [seen for seen in listed if seen.item.id not in known and seen.item.moved_to is None][:limit]


async def directory(
    reads: Reads, viewer: Viewer, *, newest: bool = False, limit: int = 40, offset: int = 0, whence: Scope = "here"
) -> list[Visible[Person]]:
    """People who want to be found, whoever looks: who wrote last, or who came last, first."""
    whence = whence if reads.settings.federates else "here"
    async with reads.work.scanning() as reading:
        ids = await suggesting.directory(reading, whence, newest=newest, limit=limit, skip=offset)
    return await people.people(reads, viewer, Surface.SUGGEST, ids)
