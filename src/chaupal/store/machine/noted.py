"""Notes which keys an answer is made from while it is made: each look into memory or the store adds its key by itself.

Nobody has to remember: shelves note the key that they are asked for, and a statement notes everything unless it is run under
a key (`Reading.by`). What rests on everything is good until any commit at all.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from chaupal.store.machine.shelves import EVERY, Kind, Touched

NEVER = 2**63 - 1


class Noted:
    """`keys` by kind; `everything`: something without a key was read; `until`: ms, when the clock alone changes it.

    `lost`: something of it was forgotten while it was being made.
    """

    __slots__ = ("_open", "_outer", "_token", "everything", "forgotten", "keys", "missed", "until")

    def __init__(self, open_: "set[Noted]") -> None:
        self.keys: dict[Kind[Any], set[Any]] = {}
        self.everything = False
        self.until = NEVER
        self.missed = False  # anything at all was forgotten meanwhile
        self.forgotten: set[Touched] = set()
        self._open = open_

    def __enter__(self) -> "Noted":
        self._outer = NOTING.get()
        self._token = NOTING.set(self)
        self._open.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.discard(self)
        NOTING.reset(self._token)
        if self._outer is not None:
            self._outer.note_all(self)

    def note_all(self, other: "Noted") -> None:
        """What else was looked at, for a part of it."""
        for kind, keys in other.keys.items():
            self.note(kind, keys)
        self.everything = self.everything or other.everything
        self.until = min(self.until, other.until)

    def note(self, kind: Kind[Any], keys: Iterable[Any]) -> None:
        if not kind.tracked:
            self.everything = True
        elif not kind.lasting:
            found = self.keys.get(kind)
            if found is None:
                self.keys[kind] = set(keys)
            else:
                found.update(keys)

    @property
    def lost(self) -> bool:
        """Whether anything of it was forgotten while it was being made."""
        if self.everything:
            return self.missed
        return any(kind in self.keys and (key is EVERY or key in self.keys[kind]) for kind, key in self.forgotten)


NOTING: ContextVar[Noted | None] = ContextVar("noting", default=None)


def note(kind: Kind[Any], *keys: Any) -> None:
    """These keys are looked at."""
    noted = NOTING.get()
    if noted is not None:
        noted.note(kind, keys)


def note_everything() -> None:
    """Something without a key is read: any commit makes the answer invalid."""
    noted = NOTING.get()
    if noted is not None:
        noted.everything = True


def note_until(ms: int) -> None:
    """The clock alone changes what is read now."""
    noted = NOTING.get()
    if noted is not None and ms < noted.until:
        noted.until = ms
