"""Mail to people: confirmations, password resets, notifications."""

from typing import Protocol

import msgspec
import regex


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A plain-text mail in the reader's language. `stop`: the address at which a mail program ends such letters (RFC 8058).

    `telling`: what was told by it of a ruling, by its id; for whoever reads that it came back.
    """

    to: str
    subject: str
    body: str
    stop: str = ""
    telling: int = 0


# Statuses (RFC 3463) by which a mailbox is not there for good: an address, a mailbox or a domain that is no more. One that is full, and a
# rule against the sender or the words, says nothing of that.
_GONE = regex.compile(r"5\.(0\.\d+|1\.([0-6]|10)|2\.[01]|4\.\d+)\b")


def is_gone(status: str) -> bool:
    """Whether a status, with words after it or not, says that mail will never reach this address."""
    return _GONE.match(status) is not None


class NotReached(OSError):
    """Whoever keeps the mailbox says for good that there is none: trying again would help nobody."""

    def __init__(self, to: str) -> None:
        super().__init__("no such mailbox")
        self.to = to


class Mail(Protocol):
    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises OSError when the carrier does not take it; the caller's event is then tried again, after NotReached not."""
        ...
