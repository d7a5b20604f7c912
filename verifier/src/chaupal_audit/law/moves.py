"""One way on from a state: a row of the tables that say what may follow what."""

from enum import StrEnum

import msgspec


class Move[S: StrEnum](msgspec.Struct, frozen=True):
    """One way on. `may`: the word of `policy.may` that opens it, none for the clock. `needs`: what must come with it.

    `own`: the word under the house's own rules, where that is another. `guards`: what else is asked of who makes it, by
    name (`governance/cases/guards.py`).
    """

    source: S
    verb: str
    to: S
    may: str = ""
    needs: tuple[str, ...] = ()
    own: str = ""
    guards: tuple[str, ...] = ()
