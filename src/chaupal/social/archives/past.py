"""Posts as they come from elsewhere, in one shape; and which reader knows an archive."""

from typing import Any

import msgspec

from chaupal.policy.facts import Visibility


class Attached(msgspec.Struct, frozen=True):
    """A file of the archive that belongs to a post."""

    name: str
    description: str = ""
    captions: tuple[tuple[str, str], ...] = ()  # (language, name of a WebVTT file)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One post as it was elsewhere. `at`: ms since 1970 UTC; `why`: it cannot be brought, for this reason."""

    source: str  # its address or id there: it comes once
    at: int = 0
    text: str = ""
    spoiler: str = ""
    language: str = ""
    sensitive: bool = False
    visibility: Visibility = Visibility.PUBLIC
    answers: str = ""  # the source of what it answers
    files: tuple[Attached, ...] = ()
    why: str = ""
    but: str = ""  # it can be brought, and something of it is missing: what


# Codes of `kernel/faults/archives.py`.
OTHERS = "past_others"
BROKEN = "past_broken"
SHORT = "past_short"
UNDATED = "past_undated"


def text_in(thing: dict[Any, Any], name: str) -> str:
    """A field's words; none where it holds something else."""
    value = thing.get(name)
    return value if isinstance(value, str) else ""
