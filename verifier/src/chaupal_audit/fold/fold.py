"""Turns entries into facts, one after the other: the same code for the server's own log and for a stranger's copy of it.

An entry that cannot be read, and a type that nobody knows, change nothing and are counted (T19).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from chaupal_audit.errors import Malformed
from chaupal_audit.fold.facts import State
from chaupal_audit.fold.take import TAKERS
from chaupal_audit.log.entries import Entry
from chaupal_audit.minutes import minute, month_of

type Progress = Callable[[int], None]

EVERY = 10_000  # entries between two words of progress

CLOSING = ("cover", "open")

_entry = msgspec.json.Decoder(Entry).decode


class Fold(State):
    """The facts so far: `add` entries in order, look at `facts` at any time."""

    @property
    def size(self) -> int:
        """How many entries were folded."""
        return self.facts.size

    def add(self, entry: bytes, beside: Sequence[str] = ()) -> None:
        """The next entry, with what is read beside the log of it (a `tally` needs that). Never raises: what cannot be read is
        counted as such.
        """
        found, self.beside = self.facts, beside
        index, found.size = found.size, found.size + 1
        try:
            head = _entry(entry)
            at = minute(head.at)
            if at is None:
                raise ValueError(head.at)
            if take := TAKERS.get(head.t):
                take(self, index, at, head)
            while self.opened:
                self._take_opened(*self.opened.pop())
        except (ValueError, TypeError, RecursionError, Malformed):  # msgspec's errors are ValueErrors
            found.unreadable += 1
            return
        found.first = at if found.first is None else found.first
        found.last = max(found.last, at)
        found.months.setdefault(month_of(at), Counter())[head.t] += 1

    def _take_opened(self, index: int, head: Entry) -> None:
        """What a closed entry said, now that it may be known; it stays at its place in the log."""
        at = minute(head.at)
        if at is not None and head.t not in CLOSING and (take := TAKERS.get(head.t)):
            take(self, index, at, head)
            if head.t == "order" and (order := self.facts.orders.get(head.ref)):
                order.secrecy = "none"


def fold(
    entries: Iterable[tuple[int, bytes, Sequence[str]]], progress: Progress | None = None, upto: int | None = None
) -> Fold:
    """The fold of (index, entry, what is read beside the log of it) in order, of the first `upto` where that is given.

    Raises ValueError for a gap.
    """
    made = Fold()
    for index, entry, beside in entries:
        if upto is not None and index >= upto:
            break
        if index != made.size:
            raise ValueError(f"entry {made.size} is missing")
        made.add(entry, beside)
        if progress and made.size % EVERY == 0:
            progress(made.size)
    if progress:
        progress(made.size)
    return made
