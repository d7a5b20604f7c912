"""What the store remembers between reads: sealed things and facts, forgotten in the commit that changes them."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Relations
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Person, Post
from chaupal.store.machine import shelves
from chaupal.store.machine.keeping import NO_MARKS, NO_NEWS, Keeping
from chaupal.store.machine.newest import NewestPosts
from chaupal.store.machine.shelves import EVERY, NEVER, NOTING, ONLY, REACTIONS, RULINGS, Kind, Noted, Touched, note

type Roll = Callable[[Any, int, str], Awaitable[str]]
type Heard = Callable[[set[Touched] | None], None]

LATELY = 5_000  # keys of which it is remembered when they were last forgotten: loads take parts of a second
ANSWERS = 24_000_000  # bytes of kept answers: what some hundred readers ask for again and again


class KindShelf[K, V]:
    """The cached things of one kind, by key. Asking for a key notes it as read, whether the thing is there or not."""

    __slots__ = ("_shelf", "coming", "kind", "late")

    def __init__(self, kind: Kind[K]) -> None:
        self.kind = kind
        # What somebody is loading, with the generation in which they began: see `store.machine.together`.
        self.coming: dict[K, tuple[int, asyncio.Future[None]]] = {}
        self.late: set[K] | None = None  # what was put here since the last look began, where others may be looked for
        self._shelf: Shelf[K, V] = Shelf(kind.most)

    def get(self, key: K) -> V | None:
        noted = NOTING.get()
        if noted is not None:
            noted.note(self.kind, (key,))
        return self._shelf.items.get(key)

    def peek(self, key: K) -> V | None:
        """The value, without noting that it was read."""
        return self._shelf.items.get(key)

    def several(self, keys: Collection[K]) -> list[V | None]:
        """In their order; None where it is not there."""
        noted = NOTING.get()
        if noted is not None:
            noted.note(self.kind, keys)
        return [*map(self._shelf.items.get, keys)]

    def put(self, key: K, value: V) -> None:
        if self.late is not None:
            self.late.add(key)
        self._shelf.put(key, value)

    def forget(self, key: Any) -> None:
        if key is EVERY:
            self._shelf.items.clear()
        else:
            self._shelf.items.pop(key, None)

    def __len__(self) -> int:
        return len(self._shelf.items)


class WholeShelf[K, V](KindShelf[K, V]):
    """Values made from all things of a kind; dropped when any of them changes."""

    def forget(self, key: Any) -> None:
        self._shelf.items.clear()


class Remark(NamedTuple):
    """An account's marks on a post: bits that came, and bits that went."""

    account: int
    post: int
    came: int
    went: int


class Counted(NamedTuple):
    """Of a thing nothing but these counts was changed, to what they are now. `was`: as it lay here when they were."""

    kind: Kind[int]
    key: int
    counts: Mapping[str, int | None]
    was: Sealed[Any] | None = None

    @property
    def wholes(self) -> set[Touched]:
        """What is touched where more of it was changed, or may have been."""
        return {(self.kind, self.key), (self.kind, EVERY)}


class Came(NamedTuple):
    """A new post, or repost, of its author's; of what they wrote nothing else was changed."""

    author: int
    post: int
    at_home: bool  # whether it may stand in homes: not where it was said to some alone


class Marks(dict[int, int]):
    """What an account did with posts, as bitmasks. `since`: with others from that id on it did nothing, or all of this would have
    been forgotten: they were looked at, or not there yet.
    """

    __slots__ = ("since",)

    def __init__(self, bits: Mapping[int, int], since: int = NEVER) -> None:
        super().__init__(bits)
        self.since = since

    def change(self, remark: Remark) -> None:
        """Of a post whose marks are not known they stay unknown."""
        if not self.unknown((remark.post,)):
            self[remark.post] = (self.get(remark.post, 0) | remark.came) & ~remark.went

    def without(self, post: int) -> "Marks":
        """The same, but of this post nothing is known. Another one: who is at these marks goes on with what they were."""
        left = Marks(self, max(self.since, post + 1))
        left.pop(post, None)
        return left

    def unknown(self, ids: Iterable[int]) -> list[int]:
        """Those of the posts of which nothing is known yet."""
        since = self.since
        return [id_ for id_ in ids if id_ not in self and id_ < since]


class RulingsKept:
    """The rulings in force, and what is known to have changed since they were read.

    `version` grows with every change of the law, by a commit or by the clock; what is news bears the version that it made.
    """

    def __init__(self) -> None:
        self.index: RulingIndex | None = None
        self.leaf = -1  # every ruling that began or ended with this entry of the log, or before, is known
        self.stale: dict[int, int] = {}  # ids to be read again
        self.beside = 0  # another process changed something
        self.doubtful = 0  # who knows what changed: all of them are to be read
        self.version = 0
        self.reads = 0
        self.turn = asyncio.Lock()  # of whoever brings it up to date

    @property
    def fresh(self) -> bool:
        return not self.stale and not self.beside and not self.doubtful

    def forget(self, id_: int) -> None:
        """A ruling was changed; 0: who knows which."""
        self.version += 1
        if id_:
            self.stale[id_] = self.version
        else:
            self.doubtful = self.version

    def forget_beside(self) -> None:
        self.version += 1
        self.beside = self.version

    def known(self, version: int, leaf: int, *, whole: bool) -> None:
        """What was news up to `version` has been read (`whole`: all of it); what came while it was read has not."""
        self.reads += 1
        self.leaf = leaf
        self.stale = {id_: made for id_, made in self.stale.items() if made > version}
        self.beside = self.beside if self.beside > version else 0
        if whole:
            self.doubtful = self.doubtful if self.doubtful > version else 0


class Memory:
    """Shelves by kind. `generation` grows with every forgetting: what was loaded while it was forgotten is not shelved (`stands`)."""

    def __init__(self) -> None:
        self.generation = 0
        self.look_from = 0  # the generation in which the last look at others' commits began
        self._lately: dict[Touched, int] = {}  # the generation that its forgetting began
        self._lately_from = 0  # all that was forgotten from then on is among them
        self.posts: KindShelf[int, Sealed[Post]] = KindShelf(shelves.POSTS)
        self.carried: KindShelf[int, int] = KindShelf(shelves.CARRIED)
        self.newest: WholeShelf[int, NewestPosts] = WholeShelf(shelves.WROTE)
        self.people: KindShelf[int, Sealed[Person]] = KindShelf(shelves.PEOPLE)
        self.relations: KindShelf[int, Relations] = KindShelf(shelves.RELATIONS)
        self.filters: KindShelf[int, Any] = KindShelf(shelves.FILTERS)  # of store.filters.Filters
        self.reactions: KindShelf[int, Marks] = KindShelf(shelves.REACTIONS)
        self.tokens: KindShelf[str, Any] = KindShelf(shelves.TOKENS)
        self.announced: KindShelf[int, Any] = KindShelf(shelves.ANNOUNCED)
        # Of identity.ip_and_mail_blocks.AddressBlock
        self.address_blocks: KindShelf[int, Any] = KindShelf(shelves.ADDRESS_BLOCKS)
        self.keys: KindShelf[str, Any] = KindShelf(shelves.KEYS)  # of store.federation.keys.Known
        self.pages: KindShelf[Any, Any] = KindShelf(shelves.PAGES)
        self._shelves: dict[Kind[Any], KindShelf[Any, Any]] = {
            shelf.kind: shelf for shelf in vars(self).values() if isinstance(shelf, KindShelf)
        }
        self._counted: dict[Kind[int], KindShelf[int, Sealed[Any]]] = {
            shelf.kind: shelf for shelf in (self.posts, self.people)
        }
        self.answers = Keeping(ANSWERS)
        self.rulings = RulingsKept()
        self.roll: Roll = _as_kept  # which role an account truly has: that of its row only where the log gave it
        self.house = 0  # the account in whose name the house speaks, once it is known: it stays the same
        self.heard: Heard = _nobody  # hears of every forgetting; None: all of it
        self.afresh: Callable[[], None] = _nothing  # what is kept beside the store and follows it begins anew: homes
        self._open: set[Noted] = set()

    def stands[K](self, kind: Kind[K], keys: Iterable[K], generation: int) -> bool:
        """Whether what was read of these keys from `generation` on is still so: nothing of it was forgotten since.

        By key: on a busy server something is forgotten during most reads, and of many processes each hears of the others'.
        """
        if generation == self.generation:
            return True
        lately = self._lately
        return generation >= self._lately_from and not any(
            lately.get((kind, key), 0) > generation for key in (EVERY, *keys)
        )

    @property
    def rulings_version(self) -> int:
        """Grows with every change of what the gate obeys."""
        note(RULINGS, ONLY)
        return self.rulings.version

    def noting(self) -> Noted:
        """`with` it, all that is looked at is noted, and what of it is forgotten meanwhile."""
        return Noted(self._open)

    def lying(self, kind: Kind[int], key: int) -> Sealed[Any] | None:
        """A thing that is counted, as it lies here."""
        return self._counted[kind].peek(key)

    def look_begins(self) -> None:
        """Called when a look at other processes' commits begins: it may tell of changes that things cached from now on already have."""
        self.look_from = self.generation
        for shelf in self._counted.values():
            shelf.late = set()

    def forget(
        self,
        touched: set[Touched],
        remarks: Sequence[Remark] = (),
        counted: Sequence[Counted] = (),
        came: Sequence[Came] = (),
        *,
        last: bool = True,
    ) -> None:
        """Drop everything that the commit changed. `remarks`: of these accounts' reactions nothing but that, so the rest stays known;
        `counted`: so do these things, with other counts; `came`: of what anybody wrote nothing was changed but that these are new.

        `last`: they are the last word. Else others may have changed the same mark since, and it is asked for anew.
        """
        marked = {remark.account: self.reactions.peek(remark.account) for remark in remarks}
        things = [(one, self._recounted(one)) for one in counted]
        newest = self.newest.peek(ONLY) if came else None
        posts: defaultdict[Touched, set[int]] = defaultdict(set)
        for remark in remarks:
            posts[REACTIONS, remark.account].add(remark.post)
        self._drop(touched, {one[:2]: one[:2] for one, thing in things if thing is not None}, posts)
        for one, thing in things:
            if thing is not None:
                self._counted[one.kind].put(one.key, thing)
        if newest is not None:
            for new in came:
                if new.at_home:
                    newest.add(new.post, new.author)
            self.newest.put(ONLY, newest)
        if (REACTIONS, EVERY) not in touched:
            for remark in remarks:
                if (marks := marked[remark.account]) is not None:
                    if last:
                        marks.change(remark)
                    else:
                        marks = marked[remark.account] = marks.without(remark.post)
                    self.reactions.put(remark.account, marks)
        self.heard(touched)

    def _recounted(self, one: Counted) -> Sealed[Any] | None:
        """A thing with other counts, where it is known that what lies here is what they were changed of: it was not read since, as it may
        be by then with what somebody else counted after that, of whom was heard already.
        """
        shelf = self._counted.get(one.kind)
        thing = None if shelf is None else shelf.peek(one.key)
        if shelf is None or thing is None:
            return None
        same = one.was is thing if one.was is not None else shelf.late is not None and one.key not in shelf.late
        return thing.counted(one.counts) if same else None

    def undone(self, touched: set[Touched]) -> None:
        """A unit was rolled back: forget what was read inside it after its changes, the rulings, too, since units of one
        group read each other's.
        """
        self._drop(touched)

    def moved[K](self, kind: Kind[K], keys: Iterable[K], came: int | None = None) -> None:
        """Something that is not in the store has changed: the ids of homes. `came`: nothing but that this stands before all others now."""
        touched: set[Touched] = {(kind, key) for key in keys}
        self._drop(touched, NO_NEWS if came is None else dict.fromkeys(touched, (kind, came)))

    def forget_all(self) -> None:
        """Forget everything: others changed something, and it is not known what."""
        self._begin_anew()
        self.rulings.forget_beside()
        for shelf in self._shelves.values():
            if not shelf.kind.lasting:
                shelf.forget(EVERY)
        self.answers.clear()
        for noted in self._open:
            noted.missed, noted.everything = True, True
        self.afresh()
        self.heard(None)

    def _begin_anew(self) -> None:
        """The next generation, and what was read before it is known to stand no more."""
        self.generation += 1
        self._lately.clear()
        self._lately_from = self.generation

    def _drop(
        self,
        touched: set[Touched],
        news: Mapping[Touched, Touched] = NO_NEWS,
        marked: Mapping[Touched, Set[int]] = NO_MARKS,
    ) -> None:
        if len(self._lately) > LATELY:
            self._begin_anew()
        else:
            self.generation += 1
        self._lately.update(dict.fromkeys(touched, self.generation))
        law = False
        for kind, key in touched:
            shelf = self._shelves.get(kind)
            if shelf is not None:
                shelf.forget(key)
            elif kind.law:
                law = True
                self.rulings.forget(0 if key is EVERY else int(key))
        if law:  # whatever its key, the law is one
            self.pages.forget(EVERY)
            touched = touched | {(RULINGS, ONLY)}
        self.answers.forget(touched, news, marked)
        for noted in self._open:
            noted.missed = True
            noted.forgotten |= touched


async def _as_kept(reading: Any, account: int, role: str) -> str:
    """The role in the row, where there is no log to compare it with."""
    return role


def _nothing() -> None:
    """Nothing is kept beside the store."""


def _nobody(touched: set[Touched] | None) -> None:
    """Nobody listens."""
