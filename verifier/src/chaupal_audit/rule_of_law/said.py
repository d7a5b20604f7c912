"""What the entries of a log say, to a verifier: the types by which they are written, an entry with its version, and times."""

import msgspec
from msgspec import Raw, field

from chaupal_audit.clock import MINUTE
from chaupal_audit.log.entries import (
    Act,
    AddressBlock,
    Appeal,
    Authority,
    Decision,
    Key,
    Measure,
    Notice,
    Opened,
    Order,
    Protected,
    Public,
    Reversal,
    Role,
    Server,
    Snapshot,
    Statement,
    Step,
    Tally,
)
from chaupal_audit.minutes import minute

__all__ = [
    "VERSION",
    "Act",
    "AddressBlock",
    "Appeal",
    "Authority",
    "Decision",
    "Entry",
    "Key",
    "Law",
    "Measure",
    "Notice",
    "Opened",
    "Order",
    "Protected",
    "Public",
    "Reversal",
    "Role",
    "Server",
    "Snapshot",
    "Statement",
    "Step",
    "Tally",
    "moment",
]  # fmt: skip

VERSION = 2


class Entry(msgspec.Struct, gc=False, frozen=True):
    """What every entry has; `public` is decoded by what `t` says."""

    v: int
    t: str
    ref: str
    at: str
    public: Raw
    regime: str | None = None
    prev: int | None = None
    sd: tuple[str, ...] = field(default=(), name="_sd")


class Law(msgspec.Struct, gc=False, frozen=True):
    """A file of law (`regime`), or (`policy`) of the house's rules, by which is judged from now on."""

    sha256: str = ""
    version: int = 0


def moment(text: str | None) -> int | None:
    """Milliseconds since 1970 from an entry's minute or day; None for what is neither."""
    found = minute(text)
    return None if found is None else found * MINUTE
