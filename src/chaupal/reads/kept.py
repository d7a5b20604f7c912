"""Answers, pages and parts of pages kept in memory, each with the keys of all that it was made from (`store/machine/shelves.py`).

It is good until one of the keys that were looked at is forgotten, or the clock passes. What was read without a key is good
until anything at all is changed (decision 23).
"""

from collections.abc import Hashable
from typing import Any

from chaupal.reads.context import Reads
from chaupal.store.machine.keeping import Renew
from chaupal.store.machine.shelves import HOMES, NEVER, PEOPLE, TOKENS, Noted, Touched

__all__ = ["HOMES", "PEOPLE", "Noted", "Touched", "find", "keep", "making"]


def find(reads: Reads, name: Hashable) -> Any:
    """What is kept under this name, or None."""
    return reads.work.memory.answers.get(name, reads.clock())


def making(reads: Reads, key: str = "") -> Noted:
    """A context in which something is made: whatever is read in it is noted as a key. `key`: of the token or session that asks."""
    noted = reads.work.memory.noting()
    if key:
        noted.note(TOKENS, (key,))
    return noted


def keep(
    reads: Reads, name: Hashable, value: object, size: int, noted: Noted, good_for: int = 0, renew: Renew | None = None
) -> None:
    """Keep it: `size` bytes, for `good_for` ms at most (0: as long as what it was made from). What was changed meanwhile is not.

    `renew`: as of `Keeping.put`.
    """
    until = reads.clock() + good_for if good_for else NEVER
    reads.work.memory.answers.put(name, value, size, noted, until, renew)
