"""The two steps that all reads share: hydrate (ids become sealed posts) and reveal (the gate opens them for the viewer)."""

from collections.abc import Sequence
from operator import itemgetter

from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.page import Cursor, Page, page_of, rows_page
from chaupal.reads.people.filtering import CONTEXTS, not_hidden
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import graph
from chaupal.store.square.posts import Pages, look_once_more, sealed_posts, skeleton


async def shown(reading: Reading, viewer: Viewer, surface: Surface, ids: Sequence[int]) -> list[Visible[Post]]:
    """The posts among `ids` that the viewer may see on this surface and has not chosen to hide there, in order."""
    known = len(ids) == 1 and reading.memory.posts.get(ids[0]) is not None
    seen = reveal(viewer, surface, await sealed_posts(reading, ids), await facts_for(reading, viewer))
    if known and not seen:
        await look_once_more(reading, ids[0])
    context = CONTEXTS.get(surface)
    return seen if context is None else await not_hidden(reading, viewer, context, seen)


async def listed_page(
    reading: Reading, viewer: Viewer, surface: Surface, pages: Pages, cursor: Cursor, **params: object
) -> Page[Visible[Post]]:
    """A page of one of the store's lists. Its cursor moves by ids, so hidden posts make it shorter, never wrong."""
    ids = await skeleton(reading, pages, **cursor.bounds, **params)
    page = page_of(ids, cursor)
    return page.map(await shown(reading, viewer, surface, page.items))


async def tied_page(reading: Reading, pages: Pages, cursor: Cursor, **params: object) -> Page[int]:
    """A page of what ties lead to, people or posts; its cursor holds ids of ties."""
    page = rows_page(await graph.pairs(reading, pages, **cursor.bounds, **params), cursor, itemgetter(0))
    return page.map([leads for _, leads in page.items])
