"""The languages somebody reads: the square, its trends and its front page begin with them. Kept as a few codes."""

from collections.abc import Iterable

from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.identity import apps, logins
from chaupal.store.square.wants import ALL_LANGUAGES
from chaupal.text.language import check_language

MOST = 20


def read(text: str) -> tuple[str, ...] | None:
    """From words as `written` makes them (`hi.bn`). Empty: all languages; None: nobody has chosen yet."""
    if not text or len(text) > 200:
        return None
    if text == ALL_LANGUAGES:
        return ()
    return _known_codes(text.split(".")) or None


def written(codes: Iterable[str]) -> str:
    """In letters that a cookie may hold."""
    return ".".join(_known_codes(codes)) or ALL_LANGUAGES


async def choose(square: Square, viewer: Viewer, codes: Iterable[str], *, at_home: bool | None = None) -> None:
    """What the account reads from now on, wherever it signs in. `at_home`: whether its home is to hold nothing else (None: as it was);
    whoever reads all languages has all at home, too.
    """
    reads = written(codes)
    async with square.work.writing() as w:
        await logins.set_reads(w, viewer.me, reads, at_home=False if reads == ALL_LANGUAGES else at_home)
        await apps.forget_callers(w, viewer.me)


def _known_codes(codes: Iterable[str]) -> tuple[str, ...]:
    found = (check_language(code) for code in list(codes)[:MOST])
    return tuple(dict.fromkeys(code for code in found if code))
