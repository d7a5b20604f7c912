"""What the store remembers between reads: sealed things and facts, forgotten in the commit that changes them."""

from collections.abc import Awaitable, Callable
from typing import Any

from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Relations
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Person, Post

type Touched = tuple[str, int | str]
type Roll = Callable[[Any, int, str], Awaitable[str]]
type Heard = Callable[[set[Touched] | None], None]


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
    """Shelves by kind. `generation` grows with every forgetting: what was loaded before it is not shelved after it."""

    def __init__(self) -> None:
        self.generation = 0
        self.posts: Shelf[int, Sealed[Post]] = Shelf(2_500)
        self.carried: Shelf[int, int] = Shelf(50_000)  # what a post reposts, 0 for none: that never changes
        self.people: Shelf[int, Sealed[Person]] = Shelf(3_000)
        self.relations: Shelf[int, Relations] = Shelf(2_000)
        self.filters: Shelf[int, Any] = Shelf(2_000)  # of store.filters.Filters
        self.wants: Shelf[int, Any] = Shelf(5_000)  # of store.wants.Wants
        self.reactions: Shelf[int, dict[int, int]] = Shelf(1_000)
        self.tokens: Shelf[str, Any] = Shelf(10_000)
        self.places: Shelf[str, str] = Shelf(10_000)  # by token or session: the country it last came from
        self.badges: Shelf[int, Any] = Shelf(2_000)  # how much is unread, by account
        self.announced: Shelf[int, Any] = Shelf(1)  # what staff tell everybody now
        self.doors: Shelf[int, Any] = Shelf(1)  # of store.doors.Door: those that are shut now
        self.pages: Shelf[Any, Any] = Shelf(500)
        self.answers: Shelf[Any, Any] = Shelf(150)  # of the API, by viewer; stamped with the generation
        self.rulings = RulingsKept()
        self.roll: Roll = _as_kept  # which role an account truly has: that of its row only where the log gave it
        self.heard: Heard = _nobody  # hears of every forgetting; None: all of it

    @property
    def rulings_version(self) -> int:
        """Grows with every change of what the gate obeys."""
        return self.rulings.version

    def forget(self, touched: set[Touched]) -> None:
        """Drop everything that the commit changed."""
        self.generation += 1
        for kind, key in touched:
            if kind == "rulings":
                self.rulings.forget(int(key))
                self.pages.items.clear()
            else:
                getattr(self, kind).items.pop(key, None)
        self.heard(touched)

    def undone(self, touched: set[Touched]) -> None:
        """A unit was given up: what was read inside it, after it had changed that, never was so."""
        self.generation += 1
        for kind, key in touched:
            if kind != "rulings":
                getattr(self, kind).items.pop(key, None)

    def unchanged_until(self, account: int | None) -> int:
        """When (ms) the clock alone changes what an account may see: a ruling, a timed mute or a filter begins or ends."""
        if not self.rulings.fresh or self.rulings.index is None:
            return 0
        if account is None:
            return self.rulings.index.until
        ties, own = self.relations.items.get(account), self.filters.items.get(account)
        return 0 if ties is None or own is None else min(self.rulings.index.until, ties.until, own.until)

    def forget_all(self) -> None:
        """Another process changed something: start afresh."""
        self.generation += 1
        self.rulings.forget_beside()
        for shelf in (
            self.posts,
            self.people,
            self.relations,
            self.filters,
            self.reactions,
            self.tokens,
            self.places,
            self.badges,
            self.announced,
            self.doors,
            self.pages,
            self.answers,
        ):
            shelf.items.clear()
        self.heard(None)


async def _as_kept(reading: Any, account: int, role: str) -> str:
    """Where there is no log to ask."""
    return role


def _nobody(touched: set[Touched] | None) -> None:
    """Nobody listens."""
