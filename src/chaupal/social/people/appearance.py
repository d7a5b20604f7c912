"""How pages look to somebody: theme, size of text, contrast, digits, the letters of Urdu. Kept as a few words."""

from typing import Literal

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.identity import apps, logins


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody chose; the first of each is what everybody starts with."""

    theme: Literal["auto", "light", "dark"] = "auto"
    size: Literal["medium", "small", "large", "huge"] = "medium"
    contrast: Literal["auto", "more"] = "auto"
    digits: Literal["ascii", "native"] = "ascii"
    urdu: Literal["naskh", "nastaliq"] = "naskh"


USUAL = Appearance()


def read(text: str) -> Appearance:
    """From words as `written` makes them (`theme-dark.size-large`); what cannot be read is as everybody starts."""
    if not text or len(text) > 200:
        return USUAL
    pairs = (part.partition("-") for part in text.split("."))
    try:
        return msgspec.convert({name: value for name, _, value in pairs}, Appearance)
    except msgspec.ValidationError:
        return USUAL


def written(appearance: Appearance) -> str:
    """What differs from the usual, in letters that a cookie may hold."""
    chosen = ((name, getattr(appearance, name)) for name in Appearance.__struct_fields__)
    return ".".join(f"{name}-{value}" for name, value in chosen if value != getattr(USUAL, name))


async def choose(square: Square, viewer: Viewer, appearance: Appearance) -> None:
    """Pages look so to the account from now on, wherever it signs in."""
    async with square.work.writing() as w:
        await logins.set_appearance(w, viewer.me, written(appearance))
        await apps.forget_callers(w, viewer.me)
