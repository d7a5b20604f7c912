"""Canonical keys: K1, whether two tags are one tag; K2, whether they count, rank, are found and are ordered as one.

K1 removes what a reader cannot see, K2 what a writer does not care about. Neither drops a virama, a vowel length or a
sibilant: those make different words (कि and की, शो and सो). Both are idempotent.
"""

import unicodedata
from functools import lru_cache

import regex

from chaupal.text.clean import ZWJ

_CACHED_POINTS = 64  # longer keys are rare and would let one post push out many common words

_IGNORABLE = regex.compile(rf"[\p{{Default_Ignorable_Code_Point}}\p{{Cf}}--{ZWJ}]+", regex.V1)
_LONG_RUN = regex.compile(r"(\p{M}{30})\p{M}+")


# Which spellings are one. Vowel letters: the Unicode Core Specification's tables of sequences not to be used (chapter 12), the
# same as the file DoNotEmit.txt of Unicode 17. Where readers could never tell two forms apart, they are one word here.
# Each line: the preferred letter, then the sequences that look like it. Spaces separate; a sequence has no spaces.
_VOWELS = """
ऄ अॆ | आ अा | ई र्इ | ऊ उु | ऍ एॅ | ऎ एॆ | ऐ एे | ऑ अॉ आॅ | ऒ अॊ आॆ | ओ अो आे | औ अौ आै | ॲ अॅ | ॳ अऺ
ॴ अऻ आऺ | ॵ अॏ | ॶ अॖ | ॷ अॗ
আ অা | ৠ ঋৃ | ৡ ঌৢ
ਆ ਅਾ | ਇ ੲਿ | ਈ ੲੀ | ਉ ੳੁ | ਊ ੳੂ | ਏ ੲੇ | ਐ ਅੈ | ਓ ੳੋ | ਔ ਅੌ
આ અા | ઍ અૅ | એ અે | ઐ અૈ | ઑ અૉ | ઓ અો આૅ | ઔ અૌ આૈ | ૉ ૅા
ଆ ଅା | ଐ ଏୗ | ଔ ଓୗ
ஆ அூ
ఓ ఒౕ | ఔ ఒౌ | ీ ిౕ | ే ెౕ | ో ొౕ
ಊ ಉಾ | ಔ ಒೌ | ೠ ಋಾ
ഈ ഇൗ | ഊ ഉൗ | ഐ എെ | ഓ ഒാ | ഔ ഒൗ ഒൌ
"""

# Tamil śrī is typed both ways and drawn alike; ൌ is the old dress of ൗ; Bengali র was once ব with a dot below.
# The last: hamza over the Urdu yeh; its letter ئ composes by itself only from the Arabic yeh (Core Specification 9.2).
_OTHERS = """
ஸ்ரீ ஶ்ரீ | ൗ ൌ | র ব\u09bc | \u0626 \u06cc\u0654
"""


def _pairs(table: str) -> dict[str, str]:
    lines = (entry.split() for entry in table.replace("\n", "|").split("|") if entry.strip())
    return {sequence: letter for letter, *sequences in lines for sequence in sequences}


DO_NOT_EMIT = _pairs(_VOWELS) | _pairs(_OTHERS)

# Before Unicode 5.1 (Malayalam, table 12-40) and 4.1 (Bengali) these letters were consonant + virama + ZWJ.
JOINED = {
    "ണ്\u200d": "ൺ",
    "ന്\u200d": "ൻ",
    "ര്\u200d": "ർ",
    "ല്\u200d": "ൽ",
    "ള്\u200d": "ൾ",
    "ക്\u200d": "ൿ",
    "ত্\u200d": "ৎ",
}

# Urdu readers see one letter; keyboards made for Arabic and for Persian send others.
ARABIC_LETTERS = {"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ە": "ہ", "ۀ": "ۂ"}

# Vowel signs and Quranic marks, which the same word has or has not. Maddah and hamza (U+0653-0655) stay until composed.
HARAKAT = "".join(map(chr, (*range(0x0610, 0x061B), *range(0x064B, 0x0653), *range(0x0656, 0x0660),
                            0x0670, *range(0x06D6, 0x06DD), *range(0x06DF, 0x06E5), 0x06E7, 0x06E8,
                            *range(0x06EA, 0x06EE)))) + "\u0640"  # fmt: skip
LOOSE_HAMZA = "\u0653\u0654\u0655"

# Count key: a nukta that writers of the language leave out at will (not ड़ ढ़, ਸ਼, nor any Bengali one: other words).
OPTIONAL_NUKTA = {"\u093c": "कखगजफर", "\u0a3c": "ਖਗਜਫਲ"}

# Count key: a nasal before a stop of its own row is also written as anusvara. Offsets from the start of a block; the
# blocks run parallel. Bengali, Tamil and Malayalam are absent: there the two are different spellings.
NASAL_ROWS = ((0x19, 0x15), (0x1E, 0x1A), (0x23, 0x1F), (0x28, 0x24), (0x2E, 0x2A))
NASAL_BLOCKS = (0x0900, 0x0A80, 0x0B00, 0x0C00, 0x0C80)
ANUSVARA, VIRAMA = 0x02, 0x4D

# Count key: chandrabindu with anusvara where writers swap them; Gurmukhi tippi and adak bindi; eyelash ra.
NASAL_SIGNS = {"ँ": "ं", "ઁ": "ં", "ੰ": "ਂ", "ਁ": "ਂ", "ऱ": "र"}

# Greek and Cyrillic letters that are drawn as a Latin one (Unicode's confusables, UTS #39). Only where a word has letters of both, and
# none that is drawn otherwise: so somebody poses as the word, or writes an order's tag past it. A Russian word is another one, beside
# a Latin one, too: of most only the capital poses, and a tag is the same in small letters. So a word whose capitals all pose (ТВ_RT) is
# read so in small letters as well, which pose as nothing: UTS #39 compares what is seen, and a tag may be seen in either. Two Greek
# letters pose as one letter small and as another one large (ν, υ): a word with these is told by how it is written.
_POSING = str.maketrans(
    "ͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυϳϺЅІЈАВЕКМНОРСТУХаеорсухѕіјѴѵҮүһӀӏԁԌԛԜԝ",
    "jabezhikmnoptyxaivopujmsijabekmhopctyxaeopcyxsijvvyyhlidgqww",
)
_POSING_FOLDED = {ord(chr(code).casefold()): latin for code, latin in _POSING.items()} | _POSING

# Letters of a tag that only separate its words.
SEPARATORS: str = "_·॰・\u0f0b"


_LATIN, _GREEK_OR_CYRILLIC = regex.compile("[A-Za-z]"), regex.compile(r"[\p{Greek}\p{Cyrillic}]")
_JOINED = regex.compile("|".join(JOINED))
_SEQUENCES = sorted(DO_NOT_EMIT, key=len, reverse=True)
_SEQUENCE = regex.compile("|".join([*_SEQUENCES, f"[{LOOSE_HAMZA}]"]))
_MEDIAL = frozenset(SEPARATORS)
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


_LETTERS = _Letters(str.maketrans(ARABIC_LETTERS | dict.fromkeys(HARAKAT, "")))


def _nasals() -> dict[str, str]:
    """Half nasal + stop of its row to anusvara + stop, for every block that writes both."""
    pairs: dict[str, str] = {}
    for block in NASAL_BLOCKS:
        virama, anusvara = chr(block + VIRAMA), chr(block + ANUSVARA)
        for nasal, first in NASAL_ROWS:
            stops = map(chr, range(block + first, block + first + 4))
            pairs |= {chr(block + nasal) + virama + stop: anusvara + stop for stop in stops}
    return pairs


_NASALS = _nasals()
_NASAL = regex.compile("|".join(_NASALS))
_NUKTA = regex.compile("|".join(f"(?<=[{letters}]){nukta}+" for nukta, letters in OPTIONAL_NUKTA.items()))
_SIGNS = str.maketrans(NASAL_SIGNS)
_TOGETHER = str.maketrans(dict.fromkeys(SEPARATORS, ""))


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
    # NFKC before casefold: #ＫＩＳＡＮ and #kisan are one tag, and full-width spelling is used to dodge a count.
    text = unicodedata.normalize("NFKC", _LONG_RUN.sub(r"\1", _IGNORABLE.sub("", text)))
    text = _unmasked(text, _POSING)  # while capitals are there: Н is no n
    text = _unmasked(unicodedata.normalize("NFKC", text.casefold()), _POSING_FOLDED)
    # Chillus and khanda ta while their ZWJ is still there.
    text = _JOINED.sub(lambda found: JOINED[found[0]], text).replace(ZWJ, "")
    return _settled(unicodedata.normalize("NFC", text.translate(_LETTERS)))


def _unmasked(text: str, posing: dict[int, int]) -> str:
    """A Latin word without the letters that pose as Latin ones in it."""
    if not (_GREEK_OR_CYRILLIC.search(text) and _LATIN.search(text)):
        return text
    latin = text.translate(posing)
    return text if _GREEK_OR_CYRILLIC.search(latin) else latin


def _settled(text: str) -> str:
    """Replace look-alike sequences until none is left: one replacement can make the next, as in अ + ा + े."""
    while (mended := _SEQUENCE.sub(lambda found: DO_NOT_EMIT.get(found[0], ""), text)) != text:
        text = unicodedata.normalize("NFC", mended)
    return text


def _count(text: str) -> str:
    # What a separator kept apart now touches (अ_ा), so composition and look-alikes are settled once more.
    text = unicodedata.normalize("NFC", identity_key(text).translate(_TOGETHER))
    text = _settled(_NUKTA.sub("", text.translate(_SIGNS)))
    return _NASAL.sub(lambda found: _NASALS[found[0]], text)


_identity_cached = lru_cache(maxsize=8_192)(_identity)
_count_cached = lru_cache(maxsize=32_768)(_count)
