"""Home feeds: ids only, resident for those who read, built on read for the rest; there is no durable home table."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

LENGTH = 400  # ids kept per resident feed, newest first

type Source = int | str  # an account, or a tag


def tag_source(key: str) -> str:
    """The source that a tag is, by its count key."""
    return f"#{key}"


class Resident(NamedTuple):
    """A home as far as it is resident, newest first. `whole`: there is nothing older in it."""

    ids: Sequence[int]
    whole: bool


class Feeds(Protocol):
    """`owner` is whose home it is; `sources` are the accounts whose posts belong in it (themselves included), and tags."""

    async def page(self, owner: int) -> Resident | None:
        """The resident feed, or None when it must be built."""
        ...

    async def admit(self, owner: int, sources: Iterable[Source], ids: Sequence[int], *, whole: bool) -> None:
        """Make a feed resident. `ids` newest first; ids pushed while it was being built are merged in.

        Of one that is not `whole`, what is older than all of them is never resident.
        """
        ...

    async def expect(self, owner: int, sources: Iterable[Source]) -> None:
        """A feed is about to be built: keep what is pushed for it meanwhile."""
        ...

    def push(self, source: Source, id_: int) -> None:
        """A new post by `source`: into every resident feed that has it as a source, once. Returns at once."""
        ...

    def pull(self, id_: int, source: Source) -> None:
        """A post is gone: out of the resident feeds of `source`."""
        ...

    def dismiss(self, owner: int) -> None:
        """Whom the owner follows has changed: build anew at the next read."""
        ...

    def dismiss_all(self) -> None:
        """Nobody can say what has changed: build each anew at its next read."""
        ...
