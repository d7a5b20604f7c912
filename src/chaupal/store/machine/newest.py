"""The newest posts of all, by whom: when many open their homes, each of these is picked from there."""

from bisect import bisect_left
from collections.abc import Container, Sequence
from itertools import compress, islice
from operator import neg
from typing import Any


class NewestPosts:
    """At least `most` of them, or all that there are. It grows with each new post, wherever that stands by its id."""

    __slots__ = ("_authors", "_ids", "_most", "_whole")

    def __init__(self, rows: Sequence[Sequence[Any]], most: int) -> None:
        """`rows`: the newest `most` (id, author) of all, or as many as there are, newest first."""
        self._ids: list[int] = [row[0] for row in rows]
        self._authors: list[int] = [row[1] for row in rows]
        self._most = most
        self._whole = len(rows) < most

    def add(self, id_: int, author: int) -> None:
        """One that is new; or is known, where it was read before it was told."""
        ids, authors = self._ids, self._authors
        at = bisect_left(ids, -id_, key=neg)
        if (at == len(ids) and not self._whole) or ids[at : at + 1] == [id_]:
            return
        ids.insert(at, id_)
        authors.insert(at, author)
        if len(ids) > 2 * self._most:
            del ids[self._most :], authors[self._most :]
            self._whole = False

    def of(self, authors: Container[int], *, below: int, above: int, limit: int) -> list[int] | None:
        """Ids by these people between two, newest first; None where older ones than are known here belong to them."""
        ids = self._ids
        first = bisect_left(ids, 1 - below, key=neg) if ids and below <= ids[0] else 0
        theirs = map(authors.__contains__, islice(self._authors, first, None))
        found = [*islice(compress(islice(ids, first, None), theirs), limit)]
        if found and found[-1] <= above:
            return found[: bisect_left(found, -above, key=neg)]
        return found if len(found) == limit or self._whole or ids[-1] <= above else None
