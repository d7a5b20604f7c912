"""How pages look to somebody (theme, size of text, contrast, digits, the letters of Urdu), and the languages that they read: the square,
its trends and its front page begin with those. Kept as a few words and codes.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.identity import apps, logins
from chaupal.store.identity.facts_cache import ALL_LANGUAGES
from chaupal.text.language import check_language


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody chose; the first of each is what everybody starts with."""

    theme: Literal["auto", "light", "dark"] = "auto"
    size: Literal["medium", "small", "large", "huge"] = "medium"
    contrast: Literal["auto", "more"] = "auto"
    digits: Literal["ascii", "native"] = "ascii"
    urdu: Literal["naskh", "nastaliq"] = "naskh"


USUAL = Appearance()
MOST_LANGUAGES = 20


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


# --- the languages that somebody reads ---


def read_tongues(text: str) -> tuple[str, ...] | None:
    """From words as `written_tongues` makes them (`hi.bn`). Empty: all languages; None: nobody has chosen yet."""
    if not text or len(text) > 200:
        return None
    if text == ALL_LANGUAGES:
        return ()
    return _known_codes(text.split(".")) or None


def written_tongues(codes: Iterable[str]) -> str:
    """In letters that a cookie may hold."""
    return ".".join(_known_codes(codes)) or ALL_LANGUAGES


async def choose_tongues(square: Square, viewer: Viewer, codes: Iterable[str], *, at_home: bool | None = None) -> None:
    """What the account reads from now on, wherever it signs in. `at_home`: whether its home is to hold nothing else (None: as it was);
    whoever reads all languages has all at home, too.
    """
    reads = written_tongues(codes)
    async with square.work.writing() as w:
        await logins.set_reads(w, viewer.me, reads, at_home=False if reads == ALL_LANGUAGES else at_home)
        await apps.forget_callers(w, viewer.me)


def _known_codes(codes: Iterable[str]) -> tuple[str, ...]:
    found = (check_language(code) for code in list(codes)[:MOST_LANGUAGES])
    return tuple(dict.fromkeys(code for code in found if code))
