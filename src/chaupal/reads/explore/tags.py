"""Tags to find: one by its name, and those that begin so; a tag of which nothing may be seen here is not there."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from chaupal.policy.facts import Facts
from chaupal.policy.rules import term_reach
from chaupal.policy.surface import Surface
from chaupal.policy.verdict import Reach
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.explore.trends import TrendingTag, counted, law, talking, usual_name, with_history
from chaupal.store.machine.work import Reading
from chaupal.store.square import finding, trending
from chaupal.text.fold import count_key

NONE: Mapping[str, str] = {}
LOOKED_AT = 20  # newest uses that name a tag
LOOKED_AT_MOST = 400  # before a tag counts as having nothing to show


async def by_name(reads: Reads, viewer: Viewer, name: str) -> TrendingTag:
    """A tag, whatever its spelling and reach; one that nobody uses (that may be seen) has no uses."""
    key, facts = count_key(name), await law(reads)
    async with reads.work.reading() as reading:
        seen = await _visible_tags(reading, viewer, facts, [key])
    found = seen or [TrendingTag(key, name, 0, 0, 0)]
    return (await _with_counts(reads, viewer, found, facts))[0]


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
    facts = await law(reads)
    async with reads.work.scanning() as reading:
        longer = await finding.tags_from(reading, key, offset + 2 * limit)
        own = {} if viewer.account is None else await finding.own_tags_from(reading, viewer.account, key, limit)

    def offered(tag: str) -> bool:
        return tag in own or term_reach(viewer.country, tag, facts) is not Reach.NONE

    keys = [k for k in dict.fromkeys((*longer, *own)) if k != key and offered(k)]
    if not suggest or offered(key):
        keys.insert(0, key)
    async with reads.work.reading() as reading:
        seen = await _visible_tags(reading, viewer, facts, keys[: offset + limit], own)
    return await _with_counts(reads, viewer, seen[offset:], facts)


async def _with_counts(reads: Reads, viewer: Viewer, found: Sequence[TrendingTag], facts: Facts) -> list[TrendingTag]:
    """With the people who talk about each, counted as everywhere, and its last days."""
    people = await talking(reads, viewer)
    return await with_history(reads, viewer, [replace(t, authors=people.get(t.key, 0)) for t in found], facts)


async def _visible_tags(
    reading: Reading, viewer: Viewer, facts: Facts, keys: Iterable[str], own: Mapping[str, str] = NONE
) -> list[TrendingTag]:
    """Those of which something may be seen in the viewer's country, in the spelling that the newest such posts use most.

    `own`: the viewer's, by their key, as they wrote them; of these nothing need be seen by others.
    """
    found: list[TrendingTag] = []
    for key in keys:
        for most in (LOOKED_AT, LOOKED_AT_MOST):
            uses = await trending.latest(reading, key, most)
            seen = list(counted(uses, viewer.country, Surface.SEARCH, facts))
            if seen or len(uses) < most:
                break
        if seen:
            found.append(TrendingTag(key, usual_name(seen[:LOOKED_AT]), 0, len(seen), 0))
        elif key in own:
            found.append(TrendingTag(key, own[key], 0, 0, 0))
    return found
