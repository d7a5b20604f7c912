"""Home timelines ("homes"): ids only, resident for those who read, built on read for the rest; there is no durable home table."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

LENGTH = 400  # ids kept per resident home, newest first

type Source = int | str  # an account, or a tag


def tag_source(key: str) -> str:
    """The source that a tag is, by its count key."""
    return f"#{key}"


class Resident(NamedTuple):
    """A home as far as it is resident, or its newest, newest first. `whole`: there is nothing older in it."""

    ids: Sequence[int]
    whole: bool


type Expected = object  # a home that is about to be built, as its keeper knows it


class Homes(Protocol):
    """`owner` is whose home it is; `sources` are the accounts whose posts belong in it (themselves included), and tags."""

    async def page(self, owner: int, newest: int | None = None) -> Resident | None:
        """The resident home (where only its `newest` are asked for, so many of it), or None when it must be built."""
        ...

    async def expect(self, owner: int, sources: Iterable[Source]) -> Expected:
        """A home is about to be built: keep what is pushed for it from here on. Several who build the same one share it."""
        ...

    async def recall(self, owner: int, expected: Expected) -> Resident | None:
        """The home as another process has built it and this one knows it to be now; None where it must be built."""
        ...

    async def admit(self, owner: int, expected: Expected, ids: Sequence[int], *, whole: bool) -> bool:
        """Make a home resident. `ids` newest first; ids pushed since it was expected are merged in. False, and not kept,
        where it was dismissed or other sources were expected for it since.

        Of one that is not `whole`, what is older than all of them is never resident.
        """
        ...

    def push(self, source: Source, id_: int) -> None:
        """A new post by `source`: into every resident home that has it as a source, once. Returns at once: their own has it,
        and where there are very many others, these follow while the loop goes on.
        """
        ...

    def pull(self, id_: int, source: Source) -> None:
        """A post is gone: out of the resident homes of `source`."""
        ...

    def dismiss(self, owner: int) -> None:
        """Whom the owner follows has changed: build anew at the next read."""
        ...

    def dismiss_all(self) -> None:
        """Nobody can say what has changed: build each anew at its next read."""
        ...
