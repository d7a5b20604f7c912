"""Sealed and Visible: what must not be forgotten is a type."""

from collections.abc import Mapping
from typing import NoReturn, Protocol, Self, final

from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.verdict import Placeholder, Show


class Judged(Protocol):
    """What the gate can judge: it names itself to the law, and can give up its words."""

    @property
    def subject(self) -> Subject: ...

    def shell(self) -> Self:
        """What is left where it is withheld: the few fields that may stay, all others empty."""
        ...

    def counted(self, counts: Mapping[str, int | None]) -> Self | None:
        """A copy that counts otherwise; None where something else is named."""
        ...

    def altered(self, verdict: Show) -> Self:
        """A copy as the verdict shows it: without the pictures that it takes away, behind the cover that it asks for."""
        ...


class Authored(Judged, Protocol):
    """What the gate can judge and somebody wrote; `inner` is what it carries."""

    @property
    def author(self) -> int: ...

    @property
    def inner(self) -> Self | None: ...


@final
class Sealed[T: Judged]:
    """A thing from the store that no rule has looked at yet. It can be carried, not read."""

    __slots__ = ("_item", "_open", "_plain", "_subject")

    def __init__(self, item: T) -> None:
        self._item = item
        self._subject = item.subject  # what the law asks for, at each of many reads
        self._open = self._subject.visibility <= Visibility.UNLISTED and self._subject.inner is None
        self._plain: Visible[T] | None = None  # the gate's: the same for everyone to whom it is plain

    def counted(self, counts: Mapping[str, int | None]) -> "Sealed[T] | None":
        """The same thing, which counts otherwise by now; None where something else is named."""
        item = self._item.counted(counts)
        return None if item is None else Sealed(item)

    def __repr__(self) -> str:
        return f"<sealed {type(self._item).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("sealed things are not written down")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("sealed things are not compared")

    def __hash__(self) -> NoReturn:
        raise TypeError("sealed things are not compared")


_KEY = object()


@final
class Visible[T: Judged]:
    """A thing as one viewer may see it. Only the gate makes these; with a Placeholder, `item` has lost its words."""

    __slots__ = ("item", "verdict")

    def __init__(self, item: T, verdict: Show | Placeholder, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only policy.gate.reveal makes Visible things")
        self.item = item
        self.verdict = verdict

    @property
    def withheld(self) -> bool:
        return isinstance(self.verdict, Placeholder)

    @property
    def suspended(self) -> bool:
        return isinstance(self.verdict, Placeholder) and self.verdict.scope == "suspended"

    def __reduce__(self) -> NoReturn:
        raise TypeError("visible things are for one viewer and are not written down")
