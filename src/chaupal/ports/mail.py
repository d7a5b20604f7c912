"""Mail to people: confirmations, password resets, notifications."""

from typing import Protocol

import msgspec


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A plain-text mail in the reader's language. `stop`: the address at which a mail program ends such letters (RFC 8058)."""

    to: str
    subject: str
    body: str
    stop: str = ""


class Mail(Protocol):
    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises OSError when the carrier does not take it; the caller's event is then tried again."""
        ...
