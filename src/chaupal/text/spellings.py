"""Tables of fold.py: which spellings are one spelling. Data only, each table with its source.

Vowel letters: the Unicode Core Specification's tables of sequences not to be used (chapter 12), the same as the file
DoNotEmit.txt of Unicode 17. Where readers could never tell two forms apart, they are one word here.
"""

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

# Letters of a tag that only separate its words.
SEPARATORS = "_·॰・\u0f0b"
