"""A page of a list and the cursor that asked for it."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypedDict

import msgspec

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
