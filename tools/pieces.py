"""How rare a word is in a language that has no list of frequencies, guessed from the pieces of words that a tokeniser learned.

XLM-RoBERTa's 250,000 pieces (MIT licence, as `blingfire` has them) were learned on web pages of a hundred languages and stand in the
order of how often they are met: a frequent word is one piece, a rare one many.
"""

import math
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

COUNT_AT = 96  # where a file of blingfire's says how many strings it has; what stands before is the same in all
UNKNOWN = 7.0  # what a letter costs that is no piece, in powers of ten as all here
JOIN = 1.0  # what it costs to go on with another piece
BLANK = 0.8  # the piece that is nothing but the beginning of a word

# Where a piece is a whole word, its rarity in tenths of a power of ten is EACH times its place's logarithm, and less: a line through the
# words of Hindi, Bengali and Tamil that wordfreq knows. Words of more pieces are rarer than any such.
EACH, LESS = 8, 1
SPLIT = 40
# What is added for a word that only one list of words has, and for a piece that none has: it may be a stem.
ONE_LIST, NO_LIST = 12, 16
RAREST = 80

# Letters that older texts write in two, with a joiner: Malayalam's chillus.
CHILLUS = {"ണ്": "ൺ", "ന്": "ൻ", "ര്": "ർ", "ല്": "ൽ", "ള്": "ൾ"}
SURE, DOUBT = ("ന്", "ല്", "ള്"), 4  # in these it nearly always was; in tenths of a power of ten
JOINERS = ("\u200c", "\u200d")

# A blank stands before a piece that begins a word -> the logarithm of its place; of what only begins pieces, infinity.
type Pieces = dict[str, float]


def strings(file: bytes) -> list[str]:
    """What an .i2w file holds: a head, how many, where each begins, and the letters of all."""
    (count,) = struct.unpack_from("<i", file, COUNT_AT)
    begins = struct.unpack_from(f"<{count + 1}i", file, COUNT_AT + 4)
    letters = file[COUNT_AT + 4 * (count + 2) :]
    return [letters[start:end].decode(errors="replace") for start, end in pairwise(begins)]


def of_block(found: list[str], block: int) -> Pieces:
    """The pieces that one script writes; of two that are spelled alike the more frequent."""
    pieces: Pieces = {" ": BLANK}
    written = re.compile(f" ?[{''.join(JOINERS)}{chr(block)}-{chr(block + 0x7F)}]+")
    for place, piece in enumerate(found, 1):
        if written.fullmatch(piece) and (text := plain(piece)).strip():
            pieces.setdefault(text, math.log10(place))
    for begun in {piece[:end] for piece in pieces for end in range(1, len(piece))}:
        pieces.setdefault(begun, UNKNOWN if len(begun) == 1 else math.inf)
    return pieces


def plain(word: str) -> str:
    """A word as it is typed: composed, without joiners."""
    if any(joiner in word for joiner in JOINERS):
        for two, one in CHILLUS.items():
            word = word.replace(two + "\u200d", one)
        for joiner in JOINERS:
            word = word.replace(joiner, "")
    return unicodedata.normalize("NFC", word)


def newer(word: str) -> str:
    """The word as it is written today, where Malayalam had a vowel killer at the end or after r, and now has a chillu; else nothing."""
    if "്" not in word:
        return ""
    today = re.sub("ര്(?=[ക-ഹ])(?![യരവ])", "ർ", word)
    today = today[:-2] + CHILLUS.get(today[-2:], today[-2:])
    return "" if today == word else today


def doubt(word: str) -> int:
    """How much rarer the newer spelling may be and still be the same word: a final r or ṇ without a vowel is often meant."""
    return RAREST if word.endswith(SURE) else DOUBT


def shared(one: str, other: str) -> int:
    """With how many letters two words begin alike."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def surprises(words: Iterable[str], pieces: Pieces) -> Iterator[tuple[str, float]]:
    """Each word and the least that it costs to put it together from pieces; in their order, as what it shares with the one before
    is put together once.
    """
    # Up to each letter of the word: the least cost, and where pieces begin that may go on.
    before, least, open_at = "", [0.0], [list[int]()]
    for word in sorted(words):
        text = f" {word}"
        alike = shared(before, text)
        del least[alike + 1 :], open_at[alike + 1 :]
        for end in range(alike + 1, len(text) + 1):
            cheapest, begun = math.inf, list[int]()
            for start in (*open_at[-1], end - 1):
                cost = pieces.get(text[start:end], UNKNOWN if start == end - 1 else None)
                if cost is not None:
                    begun.append(start)
                    cheapest = min(cheapest, least[start] + JOIN + cost)
            least.append(cheapest)
            open_at.append(begun)
        yield word, least[-1]
        before = text


def rarities(pieces: Pieces, *lists: set[str]) -> dict[str, int]:
    """Each word of the lists, and each piece that may be one -> how rare it is, in tenths of a power of ten."""
    whole = {piece[1:] for piece, cost in pieces.items() if piece[0] == " " and len(piece) > 2 and cost < math.inf}
    every = whole.union(*lists)
    put_together = dict(surprises(every - whole, pieces))
    found: dict[str, int] = {}
    for word in sorted(every):
        held = sum(word in one for one in lists)
        rare = EACH * pieces[f" {word}"] - LESS if word in whole else SPLIT + put_together[word]
        rare += 0 if held == len(lists) else ONE_LIST if held else NO_LIST
        found[word] = round(rare if word in whole else min(RAREST, rare))
    return found
