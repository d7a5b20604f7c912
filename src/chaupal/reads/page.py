"""A page of a list and the cursor that asked for it; and the two steps by which posts come onto one: hydrate (ids become sealed posts) and
reveal (the gate opens them for the viewer)."""

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, TypedDict

import msgspec

from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.people.filtering import CONTEXTS, not_hidden
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import graph
from chaupal.store.square.posts import Pages, look_once_more, sealed_posts, skeleton

LONGEST = 40  # things on a page, where a list says nothing else


class Bounds(TypedDict):
    """What lists of the store are asked with."""

    below: int
    above: int
    limit: int
    upward: bool


class Cursor(msgspec.Struct, frozen=True):
    """`max_id`: older than. `since_id`: newer than, newest first. `min_id`: newer than, oldest first (fills gaps upward)."""

    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None
    limit: int = 20

    @property
    def first(self) -> bool:
        """Whether it asks for the newest of all."""
        return self.max_id is None and self.since_id is None and self.min_id is None

    @property
    def upward(self) -> bool:
        return self.min_id is not None

    @property
    def below(self) -> int:
        return 2**63 - 1 if self.max_id is None else self.max_id

    @property
    def above(self) -> int:
        floors = (self.since_id, self.min_id)
        return max((f for f in floors if f is not None), default=-1)

    @property
    def bounds(self) -> Bounds:
        return {"below": self.below, "above": self.above, "limit": self.limit, "upward": self.upward}


class Page[T](msgspec.Struct, frozen=True):
    """`next`: the id below which the next page starts, None on the last page. `prev`: the id above which newer ones are."""

    items: Sequence[T]
    next: int | None = None
    prev: int | None = None

    def map(self, items: Sequence[Any]) -> "Page[Any]":
        return Page(items, self.next, self.prev)


def page_of(ids: Sequence[int], cursor: Cursor) -> Page[int]:
    """The page out of ids newest first, of which one more than `limit` was asked for to know whether there is a next."""
    return rows_page(ids, cursor, int)


def rows_page[T](rows: Sequence[T], cursor: Cursor, id_of: Callable[[T], int] = attrgetter("id")) -> Page[T]:
    """The same out of whatever has such an id."""
    more = len(rows) > cursor.limit
    kept = rows[-cursor.limit :] if cursor.upward and more else rows[: cursor.limit]
    # Going upward there is always something below: where one came from.
    following = id_of(kept[-1]) if kept and (more or cursor.upward) else None
    return Page(kept, following, id_of(kept[0]) if kept else None)


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
