"""What a viewer gets to see: the thing, a placeholder in its stead, or nothing; always with the reason."""

from enum import StrEnum

import msgspec

from chaupal.policy.rulings import Ruling


class Reach(StrEnum):
    """How far the server itself carries a thing to people who did not ask for it."""

    NORMAL = "normal"
    NONE = "none"


class Show(msgspec.Struct, frozen=True):
    """Show it. `banners`: what its author (or staff) is told beside it, every ruling, the most severe first.

    `without_media`: pictures of it (ids: `pictures_gone`) are withheld. `sensitive`: its pictures stand behind a cover.
    `labels` are shown to all.
    """

    banners: tuple[Ruling, ...] = ()
    without_media: Ruling | None = None
    pictures_gone: frozenset[int] = frozenset()
    sensitive: Ruling | None = None
    labels: tuple[Ruling, ...] = ()

    @property
    def banner(self) -> Ruling | None:
        """The most severe of the banners."""
        return self.banners[0] if self.banners else None

    @property
    def alters(self) -> bool:
        """Whether the thing itself is shown otherwise than it is."""
        return self.without_media is not None or self.sensitive is not None


class Placeholder(msgspec.Struct, frozen=True):
    """Show this instead. `scope` is what the ruling names (`post`, `account`, `media`), or `suspended`."""

    reason: str
    scope: str
    ruling: Ruling


class Hide(msgspec.Struct, frozen=True):
    """Show nothing, as if it did not exist."""

    reason: str


type Verdict = Show | Placeholder | Hide

PLAIN = Show()
