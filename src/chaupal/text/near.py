"""Tags that may be the same word in another script or spelling: proposed to people, and never acted on by themselves.

Canonical keys (fold.py) say which spellings are one tag. What is near is a guess: हलचल and halchal, kisan and kisaan.
"""

from collections.abc import Iterable
from enum import StrEnum

import regex

LEAST = 4  # letters of a word that is compared letter by letter; shorter ones are near to everything
LEAST_SOUNDS = 3
LOOSE_FROM = 7  # letters from which on two may differ

# Brahmic blocks have one plan (Unicode 15, ch. 12): the place in its block tells the letter. Roman by everyday habit.
_CONSONANTS = (
    "k", "kh", "g", "gh", "n", "c", "ch", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th", "d", "dh", "n",
    "n", "p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "l", "v", "s", "s", "s", "h",
)  # fmt: skip
_BRAHMIC = range(0x0900, 0x0D80)
_FIRST_CONSONANT, _LAST_CONSONANT = 0x15, 0x39
_VOWELS = {*range(0x05, 0x15), *range(0x3E, 0x4D)}
_NASALS = (0x01, 0x02)
_VOWELS_OF_R = (0x0B, 0x43)  # कृषि, কৃষক: as everybody types them
_TIPPI = 0x0A70  # a nasal that Gurmukhi alone has
# Tamil writes a sound and its voiced sister with one letter: மதுரை is Madurai, பாரதி Bharati.
_TAMIL, _MALAYALAM = 0x0B80 >> 7, 0x0D00 >> 7
_ONE_LETTER = str.maketrans("gjsdbf", "kcctpp")
_NUKTA_LETTERS = {0x58: "k", 0x59: "kh", 0x5A: "g", 0x5B: "j", 0x5C: "d", 0x5D: "dh", 0x5E: "ph", 0x5F: "y"}

# One sound, however it is written: aspirates count as their plain letters, f as ph, z as j, w as v.
_SOUNDS = (
    ("chh", "c"), ("ksh", "ks"), ("ch", "c"), ("sh", "s"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("th", "t"), ("dh", "d"),
    ("ph", "f"), ("bh", "b"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("w", "v"), ("z", "j"),
)  # fmt: skip
# Vowels by their place, both the letter and the sign; and how they are written long.
_VOICES = {
    0x05: "a", 0x06: "a", 0x07: "i", 0x08: "i", 0x09: "u", 0x0A: "u", 0x0B: "ri", 0x0F: "e", 0x10: "e", 0x11: "o", 0x13: "o", 0x14: "o",
    0x3E: "a", 0x3F: "i", 0x40: "i", 0x41: "u", 0x42: "u", 0x43: "ri", 0x47: "e", 0x48: "e", 0x49: "o", 0x4B: "o", 0x4C: "o",
}  # fmt: skip
_LONG = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("ai", "e"), ("ei", "e"), ("au", "o"), ("ou", "o"))
_VOWEL_RUN = regex.compile(r"(?<!^)[aeiouy]+")
_TWICE = regex.compile(r"(.)\1+")


class Why(StrEnum):
    """In what way a tag is near another."""

    SCRIPT = "script"  # it sounds alike in another script
    SPELLING = "spelling"  # a letter or two differ
    NUMBER = "number"  # the same, with a number after it


def near(term: str, keys: Iterable[str]) -> list[tuple[str, Why]]:
    """Those of `keys` (count keys) that may be `term` (one, too) in another script or spelling, in their order."""
    sound, script = sounds(term), script_of(term)
    found: list[tuple[str, Why]] = []
    for key in keys:
        if key == term:
            continue
        if key.startswith(term) and key[len(term) :].isdigit():
            found.append((key, Why.NUMBER))
        elif min(len(term), len(key)) >= LEAST and differ_by_few(term, key):
            found.append((key, Why.SPELLING))
        elif script_of(key) != script and len(sound) >= LEAST_SOUNDS and sounds(key) == sound:
            found.append((key, Why.SCRIPT))
    return found


def sounds(key: str) -> str:
    """The consonants of a word in Roman letters, by which scripts and habits of writing vowels do not differ."""
    word = "".join(map(_roman, key.lower()))
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    if word[:1] in "aeiou":
        word = "a" + word[1:]
    return _TWICE.sub(r"\1", _VOWEL_RUN.sub("", word))


def heard_in(script: int, sound: str) -> str:
    """What `sounds` says, as far as a script (`script_of`) tells sounds apart."""
    if script in (_TAMIL, _MALAYALAM):
        sound = sound.replace("jh", "l")  # as zh is typed: மழை, മഴ
    return _TWICE.sub(r"\1", sound.translate(_ONE_LETTER)) if script == _TAMIL else sound


def skeleton(word: str) -> str:
    """The same with the vowels that are not a: as far as everyday Roman (`kisan`) and an Indian script (किसान) agree on them."""
    roman = "".join(map(_voiced, word.lower()))
    for written, sound in (*_LONG, *_SOUNDS):
        roman = roman.replace(written, sound)
    return _TWICE.sub(r"\1", roman[:1] + roman[1:].replace("a", ""))


def _voiced(letter: str) -> str:
    return _VOICES.get(ord(letter) & 0x7F, "") if ord(letter) in _BRAHMIC and _is_vowel(letter) else _roman(letter)


def _is_vowel(letter: str) -> bool:
    return (ord(letter) & 0x7F) in _VOWELS


def differ_by_few(one: str, other: str) -> bool:
    """Whether one letter (of long words two) was put in, left out, changed or swapped with its neighbour."""
    most = 2 if min(len(one), len(other)) >= LOOSE_FROM else 1
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, beside in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != beside))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == beside:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
        before, last = last, row
    return last[-1] <= most


def _roman(letter: str) -> str:
    code = ord(letter)
    if code not in _BRAHMIC:
        return letter if letter.isalnum() else ""
    place = code & 0x7F
    if _FIRST_CONSONANT <= place <= _LAST_CONSONANT:
        return _CONSONANTS[place - _FIRST_CONSONANT]
    if place in _VOWELS_OF_R:
        return "r"
    if place in _NASALS or code == _TIPPI:
        return "n"
    return "a" if place in _VOWELS else _NUKTA_LETTERS.get(place, "")


def script_of(key: str) -> int:
    """The block of the first Brahmic letter; 0 for other scripts."""
    return next((ord(letter) >> 7 for letter in key if ord(letter) in _BRAHMIC), 0)
