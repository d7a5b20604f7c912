"""Canonical keys: K1, whether two tags are one tag; K2, whether they count, rank, are found and are ordered as one.

K1 removes what a reader cannot see, K2 what a writer does not care about. Neither drops a virama, a vowel length or a
sibilant: those make different words (कि and की, शो and सो). Both are idempotent.
"""

import unicodedata
from functools import lru_cache

import regex

from chaupal.text import spellings
from chaupal.text.normal import ZWJ

_CACHED_POINTS = 64  # longer keys are rare and would let one post push out many common words

_IGNORABLE = regex.compile(rf"[\p{{Default_Ignorable_Code_Point}}\p{{Cf}}--{ZWJ}]+", regex.V1)
_LONG_RUN = regex.compile(r"(\p{M}{30})\p{M}+")
_JOINED = regex.compile("|".join(spellings.JOINED))
_SEQUENCES = sorted(spellings.DO_NOT_EMIT, key=len, reverse=True)
_SEQUENCE = regex.compile("|".join([*_SEQUENCES, f"[{spellings.LOOSE_HAMZA}]"]))
_MEDIAL = frozenset(spellings.SEPARATORS)
_KEPT = frozenset(("Mn", "Mc"))
_WORD = regex.compile(
    r"[\p{L}\p{N}] (?:[\p{L}\p{N}\p{Mn}\p{Mc}]++ | [\p{Cf}\u034f]++(?=[\p{L}\p{M}\p{N}]) | [\u200c\u200d])*+",
    regex.V1 | regex.X,
)
_ASCII_WORD = regex.compile(r"[a-z0-9]+")
_ASCII_KEY = {code: chr(code).lower() if chr(code).isalnum() or chr(code) == "_" else None for code in range(128)}


class _Letters(dict[int, str]):
    """What K1 makes of one code point: kept, its digit, its Urdu letter, or nothing. Filled as letters are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        category = unicodedata.category(letter)
        if category == "Nd":
            kept = str(unicodedata.decimal(letter))
        else:
            kept = letter if category[0] == "L" or category in _KEPT or letter in _MEDIAL else ""
        self[code] = kept
        return kept


_LETTERS = _Letters(str.maketrans(spellings.ARABIC_LETTERS | dict.fromkeys(spellings.HARAKAT, "")))


def _nasals() -> dict[str, str]:
    """Half nasal + stop of its row to anusvara + stop, for every block that writes both."""
    pairs: dict[str, str] = {}
    for block in spellings.NASAL_BLOCKS:
        virama, anusvara = chr(block + spellings.VIRAMA), chr(block + spellings.ANUSVARA)
        for nasal, first in spellings.NASAL_ROWS:
            stops = map(chr, range(block + first, block + first + 4))
            pairs |= {chr(block + nasal) + virama + stop: anusvara + stop for stop in stops}
    return pairs


_NASALS = _nasals()
_NASAL = regex.compile("|".join(_NASALS))
_NUKTA = regex.compile("|".join(f"(?<=[{letters}]){nukta}+" for nukta, letters in spellings.OPTIONAL_NUKTA.items()))
_SIGNS = str.maketrans(spellings.NASAL_SIGNS)
_TOGETHER = str.maketrans(dict.fromkeys(spellings.SEPARATORS, ""))


def identity_key(text: str) -> str:
    """K1: the same for two spellings that look the same. Letters, marks, ASCII digits and `_ · ॰ ・` only."""
    if text.isascii():
        return text.translate(_ASCII_KEY)
    return _identity_cached(text) if len(text) <= _CACHED_POINTS else _identity(text)


def count_key(text: str) -> str:
    """K2: the same for spellings that writers use as one. The key of a tag's row, count, page, and of orders."""
    if text.isascii():
        return text.translate(_ASCII_KEY).replace("_", "")
    return _count_cached(text) if len(text) <= _CACHED_POINTS else _count(text)


def fold_words(text: str) -> list[str]:
    """The count key of each word of a running text, in order, none empty."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [key for word in _WORD.findall(text) if (key := count_key(word))]


def _identity(text: str) -> str:
    text = _LONG_RUN.sub(r"\1", _IGNORABLE.sub("", text))
    # NFKC before casefold: #ＫＩＳＡＮ and #kisan are one tag, and full-width spelling is used to dodge a count.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Chillus and khanda ta while their ZWJ is still there.
    text = _JOINED.sub(lambda found: spellings.JOINED[found[0]], text).replace(ZWJ, "")
    return _settled(unicodedata.normalize("NFC", text.translate(_LETTERS)))


def _settled(text: str) -> str:
    """Replace look-alike sequences until none is left: one replacement can make the next, as in अ + ा + े."""
    while (mended := _SEQUENCE.sub(lambda found: spellings.DO_NOT_EMIT.get(found[0], ""), text)) != text:
        text = unicodedata.normalize("NFC", mended)
    return text


def _count(text: str) -> str:
    # What a separator kept apart now touches (अ_ा), so composition and look-alikes are settled once more.
    text = unicodedata.normalize("NFC", identity_key(text).translate(_TOGETHER))
    text = _settled(_NUKTA.sub("", text.translate(_SIGNS)))
    return _NASAL.sub(lambda found: _NASALS[found[0]], text)


_identity_cached = lru_cache(maxsize=8_192)(_identity)
_count_cached = lru_cache(maxsize=32_768)(_count)
