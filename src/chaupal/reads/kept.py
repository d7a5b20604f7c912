"""Drawn pages kept for strangers: good as long as everything on them is the very same, and for a minute at most.

Keyed by path, language and country; a change of rulings empties the shelf, so nothing outlives a verdict.
"""

from collections.abc import Hashable, Sequence

from chaupal.kernel.clock import MINUTE
from chaupal.reads.context import Reads

GOOD_FOR = MINUTE  # "5 min ago" must not stand there for an hour


def find(reads: Reads, key: Hashable, parts: Sequence[object]) -> bytes | None:
    """The page, where it was drawn from these very objects within the last minute."""
    kept = reads.work.memory.pages.items.get(key)
    if kept is None:
        return None
    until, made_of, drawn = kept
    same = len(made_of) == len(parts) and all(a is b for a, b in zip(made_of, parts, strict=True))
    return drawn if same and reads.clock() < until else None


def keep(reads: Reads, key: Hashable, parts: Sequence[object], drawn: bytes) -> None:
    """Keep a page for the next stranger."""
    reads.work.memory.pages.put(key, (reads.clock() + GOOD_FOR, tuple(parts), drawn))
