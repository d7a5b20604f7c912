"""What the store remembers between reads: sealed things and facts, forgotten in the commit that changes them."""

from typing import Any

from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Relations
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Person, Post

type Touched = tuple[str, int | str]


class Memory:
    """Shelves by kind. `generation` grows with every forgetting: what was loaded before it is not shelved after it."""

    def __init__(self) -> None:
        self.generation = 0
        self.posts: Shelf[int, Sealed[Post]] = Shelf(2_500)
        self.people: Shelf[int, Sealed[Person]] = Shelf(3_000)
        self.relations: Shelf[int, Relations] = Shelf(2_000)
        self.reactions: Shelf[int, dict[int, int]] = Shelf(1_000)
        self.tokens: Shelf[str, Any] = Shelf(10_000)
        self.pages: Shelf[Any, Any] = Shelf(500)
        self.answers: Shelf[Any, Any] = Shelf(150)  # of the API, by viewer; stamped with the generation
        self.rulings: RulingIndex | None = None
        self.rulings_version = 0

    def forget(self, touched: set[Touched]) -> None:
        """Drop everything that the commit changed."""
        self.generation += 1
        for kind, key in touched:
            if kind == "rulings":
                self.rulings = None
                self.rulings_version += 1
                self.pages.items.clear()
            else:
                getattr(self, kind).items.pop(key, None)

    def unchanged_until(self, account: int | None) -> int:
        """When (ms) the clock alone changes what an account may see: a ruling starts or ends, a timed mute ends."""
        ties = None if account is None else self.relations.items.get(account)
        known = self.rulings is not None and (account is None or ties is not None)
        moments = [moment.until for moment in (self.rulings, ties) if moment is not None]
        return min(moments) if known else 0

    def forget_all(self) -> None:
        """Another process changed something: start afresh."""
        self.generation += 1
        self.rulings = None
        self.rulings_version += 1
        for shelf in (self.posts, self.people, self.relations, self.reactions, self.tokens, self.pages, self.answers):
            shelf.items.clear()
