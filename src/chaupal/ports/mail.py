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


# Statuses (RFC 3463, RFC 7505) by which a mailbox is not there for good: no such mailbox (1.1) or machine (1.2), no address (1.3), moved
# away (1.6), a domain that takes no mail (1.10), a mailbox that was closed (2.1), a domain to which nothing leads (4.4). One that is full,
# a rule against the sender or the words, and a way that was too long or took too long, say nothing of that.
_GONE = regex.compile(r"5\.(1\.([1236]|10)|2\.1|4\.4)\b")


def is_gone(status: str) -> bool:
    """Whether a status, with words after it or not, says that mail will never reach this address."""
    return _GONE.match(status) is not None


class NotReached(OSError):
    """Whoever keeps the mailbox says for good that there is none: trying again would help nobody."""

    def __init__(self, to: str) -> None:
        super().__init__("no such mailbox")
        self.to = to


class NotAsked(OSError):
    """The carrier hung a moment ago and is left alone for `wait` ms more: the letter was not tried."""

    def __init__(self, wait: int) -> None:
        super().__init__("the mail server hung just now")
        self.wait = wait


class Mail(Protocol):
    carries: bool  # whether what it takes leaves for the mailbox: no record may say "by mail" of what does not

    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises OSError when the carrier does not take it; the caller's event is then tried again, after NotReached not.
        NotAsked is no try of it.
        """
        ...

    async def try_out(self) -> None:
        """Go as far as one can without a letter. Raises OSError where no letter could be handed over."""
        ...
