"""Home feeds: ids only, resident for those who read, built on read for the rest; there is no durable home table."""

from collections.abc import Iterable, Sequence
from typing import Protocol

LENGTH = 400  # ids kept per resident feed, newest first


class Feeds(Protocol):
    """`owner` is whose home it is; `sources` are the accounts whose posts belong in it (themselves included)."""

    async def page(self, owner: int) -> Sequence[int] | None:
        """The resident feed, newest first, or None when it must be built."""
        ...

    async def admit(self, owner: int, sources: Iterable[int], ids: Sequence[int]) -> None:
        """Make a feed resident. `ids` newest first; ids pushed while it was being built are merged in."""
        ...

    async def expect(self, owner: int, sources: Iterable[int]) -> None:
        """A feed is about to be built: keep what is pushed for it meanwhile."""
        ...

    def push(self, source: int, id_: int) -> None:
        """A new post by `source`: into every resident feed that has it as a source, once. Returns at once."""
        ...

    def pull(self, id_: int, source: int) -> None:
        """A post is gone: out of the resident feeds of `source`."""
        ...

    def dismiss(self, owner: int) -> None:
        """Whom the owner follows has changed: build anew at the next read."""
        ...
