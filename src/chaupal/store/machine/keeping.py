"""Answers that are kept, each with what it was made from: good until one of its keys is forgotten or the clock passes."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any

from chaupal.store.machine.noted import NOTING, Noted
from chaupal.store.machine.shelves import EVERY, Kind, Touched


class Kept:
    """One thing that is kept under a name, `size` bytes of it. `asked`: since it was last looked at by whoever makes room."""

    __slots__ = ("asked", "everything", "keys", "name", "size", "until", "value")

    def __init__(self, name: Hashable, value: Any, size: int, noted: Noted, until: int) -> None:
        self.name = name
        self.value = value
        self.size = size
        self.keys = noted.keys
        self.everything = noted.everything
        self.until = until
        self.asked = False


class Keeping:
    """At most so many bytes; what was not asked for since long goes first.

    Names are long, and to hash one takes longer than all else here: what is kept is known to its keys by itself.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Kept] = {}
        self._made_of: dict[Kind[Any], defaultdict[Any, set[Kept]]] = {}
        self._of_everything: set[Kept] = set()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: Hashable, now: int) -> Any:
        """What is kept under a name, or None. Whoever makes something of it has looked at all that it was made from."""
        kept = self._kept.get(name)
        if kept is None:
            return None
        if now >= kept.until:
            self._drop(kept)
            return None
        kept.asked = True
        noted = NOTING.get()
        if noted is not None:
            _note(noted, kept)
        return kept.value

    def put(self, name: Hashable, value: Any, size: int, noted: Noted, until: int) -> None:
        """Keep it, unless something of it was forgotten while it was made. `until`: ms."""
        if noted.lost or size > self._most:
            return
        before = self._kept.get(name)
        if before is not None:
            self._drop(before)
        self._make_room(size)
        kept = self._kept[name] = Kept(name, value, size, noted, min(until, noted.until))
        self.size += size
        if noted.everything:
            self._of_everything.add(kept)
            return
        for kind, keys in noted.keys.items():
            index = self._made_of.get(kind)
            if index is None:
                index = self._made_of[kind] = defaultdict(set)
            for key in keys:
                index[key].add(kept)

    def _make_room(self, size: int) -> None:
        """What is the oldest goes, unless it was asked for since it was last its turn."""
        while self.size + size > self._most:
            oldest = next(iter(self._kept.values()))
            if oldest.asked:
                oldest.asked = False
                self._kept[oldest.name] = self._kept.pop(oldest.name)
            else:
                self._drop(oldest)

    def forget(self, touched: Iterable[Touched]) -> None:
        """Something was changed: what was made from it is no good any more."""
        for kept in tuple(self._of_everything):
            self._drop(kept)
        for kind, key in touched:
            index = self._made_of.get(kind)
            if index is not None:
                for made in [*index.values()] if key is EVERY else [index.get(key, ())]:
                    for kept in tuple(made):
                        self._drop(kept)

    def clear(self) -> None:
        """All of it."""
        for shelf in (self._kept, self._made_of, self._of_everything):
            shelf.clear()
        self.size = 0

    def _drop(self, kept: Kept) -> None:
        del self._kept[kept.name]
        self.size -= kept.size
        if kept.everything:
            self._of_everything.discard(kept)
            return
        for kind, keys in kept.keys.items():
            index = self._made_of[kind]
            for key in keys:
                made = index[key]
                made.discard(kept)
                if not made:
                    del index[key]


def _note(noted: Noted, kept: Kept) -> None:
    for kind, keys in kept.keys.items():
        noted.note(kind, keys)
    noted.everything = noted.everything or kept.everything
    noted.until = min(noted.until, kept.until)
