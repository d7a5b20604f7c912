"""Answers that are kept, each with what it was made from: good until one of its keys is forgotten or the clock passes."""

from collections.abc import Hashable, Iterable
from typing import Any

from chaupal.store.machine.noted import NOTING, Noted
from chaupal.store.machine.shelves import EVERY, Kind, Touched


class Kept:
    """One thing that is kept, `size` bytes of it."""

    __slots__ = ("everything", "keys", "size", "until", "value")

    def __init__(self, value: Any, size: int, noted: Noted, until: int) -> None:
        self.value = value
        self.size = size
        self.keys = noted.keys
        self.everything = noted.everything
        self.until = until


class Keeping:
    """At most so many bytes; what was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Kept] = {}
        self._made_of: dict[Kind[Any], dict[Any, set[Hashable]]] = {}
        self._of_everything: set[Hashable] = set()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: Hashable, now: int) -> Any:
        """What is kept under a name, or None. Whoever makes something of it has looked at all that it was made from."""
        kept = self._kept.get(name)
        if kept is None:
            return None
        if now >= kept.until:
            self._drop(name)
            return None
        self._kept[name] = self._kept.pop(name)
        noted = NOTING.get()
        if noted is not None:
            _note(noted, kept)
        return kept.value

    def put(self, name: Hashable, value: Any, size: int, noted: Noted, until: int) -> None:
        """Keep it, unless something of it was forgotten while it was made. `until`: ms."""
        if noted.lost or size > self._most:
            return
        self._drop(name)
        while self.size + size > self._most:
            self._drop(next(iter(self._kept)))
        self._kept[name] = Kept(value, size, noted, min(until, noted.until))
        self.size += size
        if noted.everything:
            self._of_everything.add(name)
            return
        for kind, keys in noted.keys.items():
            index = self._made_of.setdefault(kind, {})
            for key in keys:
                index.setdefault(key, set()).add(name)

    def forget(self, touched: Iterable[Touched]) -> None:
        """Something was changed: what was made from it is no good any more."""
        for name in tuple(self._of_everything):
            self._drop(name)
        for kind, key in touched:
            index = self._made_of.get(kind)
            if index is not None:
                for names in [*index.values()] if key is EVERY else [index.get(key, ())]:
                    for name in tuple(names):
                        self._drop(name)

    def clear(self) -> None:
        """All of it."""
        for shelf in (self._kept, self._made_of, self._of_everything):
            shelf.clear()
        self.size = 0

    def _drop(self, name: Hashable) -> None:
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        self.size -= kept.size
        if kept.everything:
            self._of_everything.discard(name)
            return
        for kind, keys in kept.keys.items():
            index = self._made_of[kind]
            for key in keys:
                names = index[key]
                names.discard(name)
                if not names:
                    del index[key]


def _note(noted: Noted, kept: Kept) -> None:
    for kind, keys in kept.keys.items():
        noted.note(kind, keys)
    noted.everything = noted.everything or kept.everything
    noted.until = min(noted.until, kept.until)
