"""A cache of answers: each is valid until a key of what it was made from is forgotten, or until a time."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Set
from typing import Any

from chaupal.store.machine.shelves import EVERY, NEVER, NOTING, POSTS, Kind, Noted, Touched

type Keys = Mapping[Kind[Any], set[Any]]
type Renew = Callable[[Any, Set[Touched]], tuple[Any, int] | None]

EMPTY = 1_000  # at most so many empty places wait for what they held to be made again
NO_KEYS: Keys = {}
NONE: frozenset[Any] = frozenset()
NO_MARKS: Mapping[Touched, Set[int]] = {}
NO_NEWS: Mapping[Touched, Touched] = {}


class Place:
    """One thing that is kept under a name, `size` bytes of it; its value is None where the place is empty.

    `asked`: since it was last looked at by whoever makes room. `news`: things that count otherwise since it was made, and have not
    changed else, and what came before all of it; `renew` brings it up to date.
    """

    __slots__ = ("asked", "everything", "keys", "name", "news", "renew", "size", "until", "value")

    def __init__(self, name: Hashable) -> None:
        self.name = name
        self.value: Any = None
        self.size = 0
        self.keys = NO_KEYS
        self.everything = False
        self.until = NEVER
        self.asked = False
        self.news: frozenset[Touched] = NONE
        self.renew: Renew | None = None


class Keeping:
    """At most so many bytes; what was not asked for since long goes first.

    Names are long, and to hash one takes longer than all else here: what is kept is known to its keys by itself. What is
    forgotten leaves its place with the keys that it had: mostly it is made again of nearly the same, and only the difference
    is entered. To take thirty answers out of forty sets each was a third of what a post cost.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Place] = {}
        self._empty: dict[Place, None] = {}  # what has been empty for longest first
        self._made_of: dict[Kind[Any], defaultdict[Any, set[Place]]] = {}
        self._of_everything: set[Place] = set()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept) - len(self._empty)

    def get(self, name: Hashable, now: int) -> Any:
        """What is kept under a name, or None. Whoever makes something of it has looked at all that it was made from."""
        kept = self._kept.get(name)
        if kept is None or kept.value is None:
            return None
        if now >= kept.until:
            self._drop(kept)
            return None
        if kept.news and not self._renewed(kept):
            return None
        kept.asked = True
        noted = NOTING.get()
        if noted is not None:
            _note(noted, kept)
        return kept.value

    def put(
        self, name: Hashable, value: object, size: int, noted: Noted, until: int, renew: Renew | None = None
    ) -> None:
        """Keep it, unless something of it was forgotten while it was made. `value`: not None. `until`: ms.

        `renew`: makes another value of it, and its size, where there is nothing but `news` of what it was made of; None: cannot.
        """
        if noted.lost or size > self._most:
            return
        kept = self._kept.pop(name, None) or Place(name)
        self._empty.pop(kept, None)
        self.size -= kept.size
        self._make_room(size)
        self._know(kept, NO_KEYS if noted.everything else noted.keys, everything=noted.everything)
        kept.value, kept.size, kept.until, kept.asked = value, size, min(until, noted.until), False
        kept.news, kept.renew = NONE, renew
        self._kept[name] = kept
        self.size += size

    def _make_room(self, size: int) -> None:
        """Drop the oldest, but give those that were asked for since their last turn another round."""
        while self.size + size > self._most:
            oldest = next(iter(self._kept.values()))
            if oldest.asked:
                oldest.asked = False
                self._kept[oldest.name] = self._kept.pop(oldest.name)
            else:
                self._drop(oldest)

    def forget(
        self,
        touched: Iterable[Touched],
        news: Mapping[Touched, Touched] = NO_NEWS,
        marked: Mapping[Touched, Set[int]] = NO_MARKS,
    ) -> None:
        """Something was changed: what was made from it is no good any more. `news`: those of it of which nothing but counts was, or
        before which only something came, each with what `renew` is told of it; `marked`: those of which nothing but marks on these
        posts was; what has noted none of these is as good as before.
        """
        for kept in tuple(self._of_everything):
            self._drop(kept)
        for one in touched:
            kind, key = one
            index = self._made_of.get(kind)
            if index is not None:
                told, posts = news.get(one), marked.get(one)
                for made in index.values() if key is EVERY else (index.get(key, NONE),):
                    for kept in made:
                        if posts is not None and posts.isdisjoint(kept.keys.get(POSTS, NONE)):
                            continue
                        if told is not None and kept.renew is not None:
                            kept.news |= {told}
                        elif kept.value is not None:
                            self._empty_out(kept)
        while len(self._empty) > EMPTY:
            self._drop(next(iter(self._empty)))

    def clear(self) -> None:
        """All of it."""
        for shelf in (self._kept, self._empty, self._made_of, self._of_everything):
            shelf.clear()
        self.size = 0

    def _renewed(self, kept: Place) -> bool:
        """Whether it is up to date again, with what was looked at for that; else its place is empty."""
        news, kept.news = kept.news, NONE
        try:
            with Noted(set()) as noted:
                found = kept.renew(kept.value, news) if kept.renew is not None else None
        except Exception:
            self._empty_out(kept)
            raise
        if found is None or noted.everything or not noted.keys.keys() <= kept.keys.keys():
            self._empty_out(kept)
            return False
        self.size -= kept.size
        (kept.value, kept.size), kept.until = found, min(kept.until, noted.until)
        self.size += kept.size
        for kind, keys in noted.keys.items():
            had = kept.keys[kind]
            self._enter(kept, kind, keys - had)
            had |= keys
        return True

    def _empty_out(self, kept: Place) -> None:
        kept.value = kept.renew = None
        kept.news = NONE
        self.size -= kept.size
        kept.size = 0
        self._empty[kept] = None

    def _drop(self, kept: Place) -> None:
        del self._kept[kept.name]
        self._empty.pop(kept, None)
        self.size -= kept.size
        self._know(kept, NO_KEYS, everything=False)

    def _know(self, kept: Place, keys: Keys, *, everything: bool) -> None:
        """Register the keys by which it is to be forgotten, in place of those of before."""
        had = kept.keys
        kinds = keys if had.keys() == keys.keys() else keys.keys() | had.keys()
        for kind in kinds:
            now, before = keys.get(kind, NONE), had.get(kind, NONE)
            if now == before:  # as mostly, where it is made again
                continue
            index = self._enter(kept, kind, now - before if before else now)
            for key in before - now:
                made = index[key]
                made.discard(kept)
                if not made:
                    del index[key]
        kept.keys = keys
        if everything is not kept.everything:
            kept.everything = everything
            (self._of_everything.add if everything else self._of_everything.discard)(kept)

    def _enter[K](self, kept: Place, kind: Kind[K], keys: Iterable[K]) -> defaultdict[K, set[Place]]:
        """By these keys of a kind it is to be forgotten, too. All that is known by keys of that kind."""
        index = self._made_of.get(kind)
        if index is None:
            index = self._made_of[kind] = defaultdict(set)
        for key in keys:
            index[key].add(kept)
        return index


def _note(noted: Noted, kept: Place) -> None:
    for kind, keys in kept.keys.items():
        noted.note(kind, keys)
    noted.everything = noted.everything or kept.everything
    noted.until = min(noted.until, kept.until)
