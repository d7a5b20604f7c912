"""What a viewer gets to see: the thing, a placeholder in its stead, or nothing; always with the reason."""

from enum import StrEnum

import msgspec

from chaupal.policy.rulings import Ruling


class Reach(StrEnum):
    """How far the server itself carries a thing to people who did not ask for it."""

    NORMAL = "normal"
    REDUCED = "reduced"
    NONE = "none"


class Show(msgspec.Struct, frozen=True):
    """Show it. `banner`: what its author (or staff) is told beside it. `without_media`: pictures are withheld."""

    banner: Ruling | None = None
    reach: Reach = Reach.NORMAL
    without_media: Ruling | None = None


class Placeholder(msgspec.Struct, frozen=True):
    """Show this instead. `scope` is `post`, `account` or `media`, whichever the ruling names."""

    reason: str
    scope: str
    ruling: Ruling


class Hide(msgspec.Struct, frozen=True):
    """Show nothing, as if it did not exist."""

    reason: str


type Verdict = Show | Placeholder | Hide

PLAIN = Show()
