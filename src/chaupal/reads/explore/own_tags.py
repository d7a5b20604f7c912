"""Tags that the viewer follows, and those on profiles with how often their owner used them, as may be told here."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from chaupal.policy.gate import reveal_one
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.explore.trends import TrendingTag, hidden_in, law, with_history
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.reads.timelines import profile
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square import tag_follows
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import skeleton
from chaupal.store.square.tag_follows import Featured
from chaupal.store.square.wants import wants_of

LOOKED_AT = 200  # own posts from which tags are proposed
PROPOSED = 10


class OwnTags(msgspec.Struct, frozen=True):
    """Count keys of tags that the viewer follows, and of those on their profile."""

    followed: frozenset[str] = frozenset()
    featured: frozenset[str] = frozenset()


NONE = OwnTags()


async def followed(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[TrendingTag]:
    """The tags that the viewer follows, the latest first, as the viewer wrote them."""
    async with reads.work.reading() as reading:
        ids = await skeleton(reading, tag_follows.FOLLOWED, me=viewer.me, **cursor.bounds)
        page = page_of(ids, cursor)
        names = await tag_follows.named(reading, page.items)
    found = [TrendingTag(*names[id_], 0, 0, 0) for id_ in page.items]
    return page.map(await with_history(reads, viewer, found, await law(reads)))


async def of_viewer(reads: Reads, viewer: Viewer) -> OwnTags:
    """Which tags the viewer follows and shows; nobody's are none."""
    if viewer.account is None:
        return NONE
    async with reads.work.reading() as reading:
        followed_ = (await wants_of(reading, viewer.account)).tags
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
    async with reads.work.scanning() as reading:
        hidden = hidden_in(viewer.country, facts)
        uses = await tag_follows.uses(reading, account, [tag.key for tag in found], hidden)
    # A tag of which nothing may be seen here is not there: only its owner is shown it.
    own = viewer.account == account
    return [_counted(tag, uses.get(tag.key, (0, 0))) for tag in found if own or tag.key in uses]


async def proposed(reads: Reads, viewer: Viewer) -> list[TrendingTag]:
    """The tags that the viewer used most lately and does not show yet."""
    page = await profile.page(reads, viewer, viewer.me, Cursor(limit=LOOKED_AT), exclude_reposts=True)
    async with reads.work.reading() as reading:
        shown = {tag.key for tag in await tag_follows.featured(reading, viewer.me)}
    uses = Counter(tag.key for seen in page.items for tag in seen.item.tags if tag.key not in shown)
    names = {tag.key: tag.name for seen in reversed(page.items) for tag in seen.item.tags}
    found = [TrendingTag(key, names[key], 0, 0, 0) for key, _ in uses.most_common(PROPOSED)]
    return await with_history(reads, viewer, found, await law(reads))


def _counted(tag: Featured, uses: Sequence[int]) -> Featured:
    return msgspec.structs.replace(tag, uses=uses[0], last=uses[1])
