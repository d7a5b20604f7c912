"""Lists of people: who follows whom, who liked or reposted, those one blocks, mutes or has been asked by, and who wants to be found.

But for the last they page on the id of the tie, which nobody is shown: clients follow the Link header.
"""

from collections.abc import Sequence
from typing import Any

from chaupal.kernel.errors import or_not_found
from chaupal.policy.follower_lists import keeps_lists_from
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, listed_page, page_of, shown, tied_page
from chaupal.reads.people import people
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import graph, reactions, suggesting
from chaupal.store.square.people import DISCOVERABLE, sealed_people
from chaupal.store.square.posts import Pages, open_for, skeleton

MOST_FAMILIAR, MOST_PAIRS = 40, 400
DISCOVERABLE_AT_ONCE = 1_000  # in one file of the sitemap
NOBODY: Page[Visible[Person]] = Page(())


async def followers(reads: Reads, viewer: Viewer, account: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Those who follow the account, newest tie first. Raises NotFound where the viewer may not see the account."""
    return await _of_person(reads, viewer, account, graph.FOLLOWERS, cursor, own=True)


async def following(reads: Reads, viewer: Viewer, account: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Those whom the account follows. Raises NotFound where the viewer may not see the account."""
    return await _of_person(reads, viewer, account, graph.FOLLOWING, cursor, own=True)


async def liked_by(reads: Reads, viewer: Viewer, post: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Those who like a post. Raises NotFound where the viewer may not see it."""
    return await _of_post(reads, viewer, post, reactions.LIKED_BY, cursor)


async def reposted_by(reads: Reads, viewer: Viewer, post: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Those who reposted a post, as far as their repost is for the viewer. Raises NotFound where the viewer may not see it."""
    async with reads.work.reading() as reading:
        of = await _open_to(reading, viewer, post)
        if of is None:
            return NOBODY
        page = await listed_page(
            reading,
            viewer,
            Surface.PEOPLE,
            reactions.REPOSTS_FOR_ME,
            cursor,
            of=of,
            me=viewer.account or 0,
            open=open_for(viewer),
        )
        return page.map(await people.shown(reading, viewer, Surface.PEOPLE, [seen.item.author for seen in page.items]))


async def endorsed(reads: Reads, viewer: Viewer, account: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Whom the account shows on its profile. Raises NotFound where the viewer may not see the account."""
    return await _of_person(reads, viewer, account, graph.ENDORSEMENTS, cursor)


async def endorsed_by_me(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Person]]:
    """Whom the viewer shows on their profile."""
    return await _own_page(reads, viewer, graph.ENDORSEMENTS, cursor)


async def familiar(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> list[tuple[int, list[Visible[Person]]]]:
    """(account, those whom the viewer follows and who follow it), in order; of whom one may not see the followers, none.

    Nor anybody who keeps to themselves whom they follow.
    """
    wanted = list(dict.fromkeys(ids))[:MOST_FAMILIAR]
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        apart = facts.relations.blocked_by
        asked = await people.shown(reading, viewer, Surface.PROFILE, wanted)
        open_ = [v.item.id for v in asked if not v.withheld and not keeps_lists_from(viewer, v.item)]
        pairs = await suggesting.familiar(reading, viewer.me, [id_ for id_ in open_ if id_ not in apart], MOST_PAIRS)
        known = {by for _, by in pairs}
        seen = {v.item.id: v for v in await people.shown(reading, viewer, Surface.PEOPLE, known)}
    return [(id_, [seen[by] for to, by in pairs if to == id_ and by in seen]) for id_ in wanted]


async def blocked(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Person]]:
    """Whom the viewer blocks."""
    return await _own_page(reads, viewer, graph.BLOCKS, cursor)


async def muted(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Person]]:
    """Whom the viewer mutes at this moment."""
    return await _own_page(reads, viewer, graph.MUTES, cursor, now=reads.clock())


async def asking(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Visible[Person]]:
    """Who asks to follow the viewer."""
    return await _own_page(reads, viewer, graph.ASKING, cursor)


async def discoverable(reads: Reads, viewer: Viewer, below: int | None = None) -> Page[Visible[Person]]:
    """Those who want to be found and may be seen from where the viewer is, the newest accounts first: for the sitemap."""
    cursor = Cursor(max_id=below, limit=DISCOVERABLE_AT_ONCE)
    async with reads.work.reading() as reading:
        ids = await skeleton(reading, DISCOVERABLE, below=cursor.below, above=-1, limit=cursor.limit, upward=False)
        page = page_of(ids, cursor)
        return page.map(await people.shown(reading, viewer, Surface.FEED, page.items))


async def _of_person(
    reads: Reads, viewer: Viewer, account: int, pages: Pages, cursor: Cursor, *, own: bool = False
) -> Page[Visible[Person]]:
    """`own`: a list that somebody may keep to themselves."""
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        sealed = (await sealed_people(reading, (account,))).get(account)
        owner = or_not_found(reveal_one(viewer, Surface.PROFILE, sealed, facts))
        # Where the account is withheld, and to whom it blocks, it has nobody around it.
        if owner.withheld or account in facts.relations.blocked_by or (own and keeps_lists_from(viewer, owner.item)):
            return NOBODY
        page = await tied_page(reading, pages, cursor, who=account)
        return page.map(await people.shown(reading, viewer, Surface.PEOPLE, page.items))


async def _of_post(reads: Reads, viewer: Viewer, post: int, pages: Pages, cursor: Cursor) -> Page[Visible[Person]]:
    async with reads.work.reading() as reading:
        of = await _open_to(reading, viewer, post)
        if of is None:
            return NOBODY
        page = await tied_page(reading, pages, cursor, of=of)
        return page.map(await people.shown(reading, viewer, Surface.PEOPLE, page.items))


async def _open_to(reading: Reading, viewer: Viewer, post: int) -> int | None:
    """The post itself (of a repost: its original); None where it is withheld, so that nobody is around it. Raises NotFound."""
    seen = or_not_found(next(iter(await shown(reading, viewer, Surface.STATUS, (post,))), None))
    return None if seen.withheld else seen.item.boost_of or seen.item.id


async def _own_page(reads: Reads, viewer: Viewer, pages: Pages, cursor: Cursor, **params: Any) -> Page[Visible[Person]]:
    async with reads.work.reading() as reading:
        page = await tied_page(reading, pages, cursor, who=viewer.account, **params)
        # As on a profile: whom one blocks must be seen to be unblocked, even if they block back.
        return page.map(await people.shown(reading, viewer, Surface.PROFILE, page.items))
