"""The words that typing in Latin letters offers, one file per language, made of packages; no word of them is in git.

Frequencies come from `wordfreq` (its data: CC BY-SA 4.0, told beside the files); words that are said but not in its lists, and how
English words are written in Indian scripts, from `codemix_restore-shunyalabs` (MIT); more Hindi words from `dhvani` (MIT). Languages
that wordfreq lacks also have the words of Tesseract's data (Apache 2.0; dawg.py) and frequencies that pieces.py guesses. Names of
languages, countries, months and days are from CLDR (Babel), and the words of our own pages are there too.   usage: lexicon.py FOLDER
"""

import gzip
import json
import math
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import msgspec
import regex
from babel import Locale
from babel.messages.pofile import read_po

import dawg
import pieces
from chaupal.text.fold import count_key

FREQUENCIES, SPOKEN, HINDI = "wordfreq==3.1.1", "codemix_restore-shunyalabs==0.4.0", "dhvani==0.2.5"
PIECES, PRINTED = "blingfire==0.1.8", "@tesseract.js-data/{}@1.0.0"
HOME = Path(__file__).parent.parent
CATALOGUES = HOME / "src/chaupal/web/locales"
# Language -> (first code point of its block, the list of wordfreq it has, or what Tesseract calls it).
LANGUAGES = {
    "hi": (0x0900, "small_hi", ""),
    "mr": (0x0900, "", "mar"),
    "bn": (0x0980, "large_bn", ""),
    "pa": (0x0A00, "", "pan"),
    "gu": (0x0A80, "", "guj"),
    "or": (0x0B00, "", "ori"),
    "ta": (0x0B80, "small_ta", ""),
    "te": (0x0C00, "", "tel"),
    "kn": (0x0C80, "", "kan"),
    "ml": (0x0D00, "", "mal"),
}
# Words of one language, about 220 kB: those whose rarity is guessed are packed more tightly.
MOST, MOST_GUESSED = 80_000, 100_000
MOST_RARE = 93  # tenths of a power of ten
# How rare a word counts as that a list has without a frequency: our own; what was heard; what stands in articles.
OURS, HEARD, READ = 55, 62, 68
SHORT = 7  # letters of a word that is only read: the longer ones are mostly compounds and names that are met once
TWO_SIGNS = regex.compile(r"[\u093E-\u094C]{2}")
SLIP = 6  # a word that is this much rarer than with the nasal it lacks is a slip (नही, लोगो),
SLIPPED = 5  # and counts as rarer yet
FIRST = 33  # the byte that stands for nought
MOST_SHARED = 63  # so that the byte of what is shared stays below the Latin letters
ANUSVARA = 0x02  # its place in a block
LETTERS = 0x80  # bytes from here on are letters: their place in the block

NOTICE = """The files words.*.gz beside this one hold words of Indian languages, how rare each is, and how some are spelled in English.

Frequencies: wordfreq {wordfreq} by Robyn Speer, https://github.com/rspeer/wordfreq, whose data are under the Creative Commons
Attribution-ShareAlike 4.0 licence (https://creativecommons.org/licenses/by-sa/4.0/) and come from Wikipedia, the Leeds Internet
Corpus, OPUS OpenSubtitles 2018, ParaCrawl, Google Books Ngrams, Twitter and others named there. Changed here: rounded, sorted,
cut to {most} words of a language's own script ({most_guessed} of those it lacks), and put together with
- words and English spellings of codemix_restore-shunyalabs {spoken} by ShunyaLabs (MIT licence, beside this file),
- Hindi words of dhvani {hindi} (MIT licence, beside this file), which come from Wikipedia, the IIT Bombay corpus and others,
- words of the data that Tesseract has for seven languages (Google, Apache licence 2.0), as @tesseract.js-data 1.0.0 has them,
- pieces of words, and their order, of XLM-RoBERTa (Facebook, MIT licence), as blingfire {pieces} has them (MIT licence, beside this file),
- names from the Unicode CLDR (Unicode licence v3) and words of Chaupal's own pages.
These files are under the same licence, CC BY-SA 4.0.
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as into:
        bring(Path(into))
        with ProcessPoolExecutor() as cores:
            for language, packed in zip(LANGUAGES, cores.map(packed_words, LANGUAGES, repeat(Path(into))), strict=True):
                (folder / f"words.{language}.gz").write_bytes(gzip.compress(packed, 9, mtime=0))
        licences = [licence(brought(Path(into), package)) for package in (SPOKEN, HINDI, PIECES)]
    named = dict(zip(("wordfreq", "spoken", "hindi", "pieces"), (FREQUENCIES, SPOKEN, HINDI, PIECES), strict=True))
    versions = {name: package.partition("==")[2] for name, package in named.items()}
    notice = NOTICE.format(**versions, most=f"{MOST:,}", most_guessed=f"{MOST_GUESSED:,}")
    (folder / "words.licence.txt").write_text("\n\n".join([notice, *licences]), "utf-8")


def bring(into: Path) -> None:
    """All packages: Python's by the same pip that brings uv."""
    pip = [str(HOME / ".tools/bin/python"), "-m", "pip", "-q", "--disable-pip-version-check"]
    packages = FREQUENCIES, SPOKEN, HINDI, PIECES
    subprocess.run([*pip, "download", "--no-deps", "--only-binary=:all:", "-d", str(into), *packages], check=True)
    pack = [str(HOME / "tools/npm.sh"), "pack", "--silent", "--pack-destination", str(into)]
    printed = [PRINTED.format(code) for _, _, code in LANGUAGES.values() if code]
    subprocess.run([*pack, *printed], check=True, stdout=subprocess.DEVNULL)


def brought(into: Path, package: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(into.glob(package.partition("==")[0].replace("-", "_") + "-*.whl")))


def packed_words(language: str, into: Path) -> bytes:
    """One language's file, out of the packages in a folder."""
    block, name, code = LANGUAGES[language]
    spoken = brought(into, SPOKEN)
    if name:
        words = dict(read_words(brought(into, HINDI)) if language == "hi" else ()) | dict(heard_words(spoken, language))
        words |= dict(own_words(language)) | dict(frequencies(brought(into, FREQUENCIES), name))
        words |= together(words)
    else:
        learned = pieces.strings(brought(into, PIECES).read("blingfire/xlm_roberta_base.i2w"))
        words = guessed(language, block, spoken, printed_words(code, into), learned)
    return pack(fitting(words, block, MOST if name else MOST_GUESSED), block, english(spoken, language))


def together(words: dict[str, int]) -> dict[str, int]:
    """A word that is spelled in several ways (वहाँ, वहां) is as frequent as all of them: as the one that most people write."""
    spelled: dict[str, list[str]] = {}
    for word in words:
        spelled.setdefault(count_key(word), []).append(word)
    groups = ([words[word] for word in same] for same in spelled.values())
    rarities = (round(-10 * math.log10(sum(10 ** (-rare / 10) for rare in group))) for group in groups)
    return {min(same, key=words.__getitem__): rare for same, rare in zip(spelled.values(), rarities, strict=True)}


def printed_words(code: str, into: Path) -> set[str]:
    """What Tesseract expects to read, out of a package of npm's."""
    with tarfile.open(next(into.glob(f"*-{code}-*.tgz"))) as package:
        file = package.extractfile(f"package/4.0.0_best_int/{code}.traineddata.gz")
        return dawg.words(gzip.decompress(file.read() if file else b""))


def guessed(language: str, block: int, spoken: zipfile.ZipFile, printed: set[str], every: list[str]) -> dict[str, int]:
    """The words of a language that no list of frequencies has."""
    lists = [{pieces.plain(word) for word in words} for words in (dict(heard_words(spoken, language)), printed)]
    found = pieces.rarities(pieces.of_block(every, block), *lists)
    return found | {word: min(rare, found.get(word, rare)) for word, rare in own_words(language)}


def licence(wheel: zipfile.ZipFile) -> str:
    return wheel.read(next(name for name in wheel.namelist() if name.endswith("/LICENSE"))).decode()


def frequencies(wheel: zipfile.ZipFile, name: str) -> Iterator[tuple[str, int]]:
    """Word -> how rare it is, in tenths of a power of ten. wordfreq keeps hundredths: one list of words for each."""
    if not name:
        return
    lists = msgspec.msgpack.decode(gzip.decompress(wheel.read(f"wordfreq/data/{name}.msgpack.gz")))
    for rare, words in enumerate(lists[1:]):
        for word in words:
            yield word, round(rare / 10)


def heard_words(wheel: zipfile.ZipFile, language: str) -> Iterator[tuple[str, int]]:
    """What a recogniser of speech wrote down: everyday forms that lists made of articles lack."""
    for line in wheel.read(f"codemix_restore/data/{language}_common.txt").decode().splitlines():
        if not line.startswith("#"):
            yield line.strip(), HEARD
    for word in english(wheel, language):
        yield word, HEARD


def english(wheel: zipfile.ZipFile, language: str) -> dict[str, str]:
    """Words that are English -> how English spells them: ट्रेन, train."""
    pairs: dict[str, str] = json.loads(
        wheel.read(f"codemix_restore/data/known_transliterations/{language}_merged.json")
    )
    return {
        unicodedata.normalize("NFC", word): spelling
        for word, spelling in pairs.items()
        if regex.fullmatch("[a-z]+", spelling)
    }


def read_words(wheel: zipfile.ZipFile) -> Iterator[tuple[str, int]]:
    """Hindi words out of articles; two vowel signs on one letter are a slip of whoever typed them."""
    for word in json.loads(wheel.read("dhvani/lexicon/correction_map.json")).values():
        if len(word) <= SHORT and not TWO_SIGNS.search(word):
            yield word, READ


def own_words(language: str) -> Iterator[tuple[str, int]]:
    """What the pages say in this language, and what CLDR calls languages, countries, months and days in it."""
    catalogue = CATALOGUES / language / "LC_MESSAGES/messages.po"
    said: list[str] = []
    if catalogue.exists():
        with catalogue.open("rb") as file:
            said = [text for message in read_po(file) for text in [message.string] if isinstance(text, str)]
    locale = Locale(language)
    names = [*locale.languages.values(), *locale.territories.values()]
    for calendar in (locale.months, locale.days):
        names += calendar["format"]["wide"].values()
    for text in (*said, *names):
        for word in regex.findall(r"[\p{L}\p{M}]+", text):
            yield word, OURS


def fitting(words: dict[str, int], block: int, most: int = MOST) -> dict[str, int]:
    """The most frequent of those that are written in the block alone, composed as people type them."""
    letters = regex.compile(rf"(?V1)(?=\p{{L}})[[\u{block:04x}-\u{block + 0x7F:04x}]--[\p{{Nd}}\p{{Po}}]]+")
    kept: dict[str, int] = {}
    for word, rare in words.items():
        composed = unicodedata.normalize("NFC", word)
        if letters.fullmatch(composed):
            kept[composed] = min(rare, kept.get(composed, MOST_RARE))
    for word, rare in [*kept.items()]:
        if rare - kept.get(word + chr(block + ANUSVARA), MOST_RARE) >= SLIP:
            kept[word] = rare + SLIPPED
        elif (today := pieces.newer(word)) in kept and kept[today] <= rare + pieces.doubt(word):
            kept[word] = max(rare, kept[today] + SLIPPED)
    return dict(sorted(kept.items(), key=lambda one: (one[1], len(one[0]), one[0]))[:most])


def pack(words: dict[str, int], block: int, spelled: dict[str, str]) -> bytes:
    """Sorted, each as: a byte for how many letters it shares with the one before, its other letters, a byte for its rarity, and
    where the word is English, how it is spelled there."""
    packed, before = bytearray(), ""
    for word, rare in sorted(words.items()):
        shared = min(pieces.shared(before, word), MOST_SHARED)
        packed.append(FIRST + shared)
        packed += bytes(LETTERS + ord(letter) - block for letter in word[shared:])
        packed.append(FIRST + min(rare, MOST_RARE))
        packed += spelled.get(word, "").encode()
        before = word
    return bytes(packed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
