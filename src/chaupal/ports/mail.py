"""Mail to people: confirmations, password resets, notices."""

from typing import Protocol

import msgspec


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A plain-text mail in the reader's language."""

    to: str
    subject: str
    body: str


class Mail(Protocol):
    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises OSError when the carrier does not take it; the caller's event is then tried again."""
        ...
