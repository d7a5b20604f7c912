"""What every entry of a log says, to a verifier: its version, and times; and the files of law. What each kind says: `log/entries.py`."""

import msgspec
from msgspec import Raw, field

from chaupal_audit.clock import MINUTE
from chaupal_audit.minutes import minute

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
