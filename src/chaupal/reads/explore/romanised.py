"""Search for whoever types an Indian language in Latin letters: `kisan andolan` also finds किसान आंदोलन and ਕਿਸਾਨ ਅੰਦੋਲਨ, and people
by their names.

What the letters may mean is taken from the words that people here use (reads/explore/vocabulary.py) and from names of people who want
to be found: as a stranger in the viewer's country may be offered them, so no word that is withheld or de-amplified there is ever
the answer, nor two that are such a term together. What is found by a guess is offered, not asked for: the surface is SUGGEST.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec
import regex

from chaupal.kernel.clock import MINUTE
from chaupal.policy.facts import Facts
from chaupal.policy.rules import term_reach
from chaupal.policy.sealed import Judged, Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Reach
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cached
from chaupal.reads.context import Reads
from chaupal.reads.explore import search, tags as tag_reads, vocabulary
from chaupal.reads.explore.search import ALL, Span
from chaupal.reads.explore.trends import TrendingTag, law
from chaupal.reads.people import suggestions
from chaupal.store.square import finding
from chaupal.text.fold import count_key, fold_words
from chaupal.text.near import LEAST_SOUNDS, heard_in, script_of, skeleton, sounds

# Whose scripts have one plan (text/near.py).
LANGUAGES = ("hi", "mr", "ne", "bn", "as", "pa", "gu", "or", "ta", "te", "kn", "ml")
MOST_SCRIPTS = 3  # by whose words one query is searched
MOST_WORDS = 6  # of a query that are looked up
NAMES = 500  # people whose names are learnt
CACHED_FOR = 10 * MINUTE
LEAST_LETTERS = 3

SOUNDING = 200  # most used tags of each letter whose sound is listened to

_TYPED = regex.compile(r"[A-Za-z]+")
# First sound -> the letters of Devanagari with which words begin that sound so.
_BEGINS: dict[str, str] = {}
for _letter in map(chr, (*range(0x0905, 0x0915), *range(0x0915, 0x093A))):
    _BEGINS[sounds(_letter)[:1]] = _BEGINS.get(sounds(_letter)[:1], "") + _letter

type Index = dict[str, list[str]]  # sounds -> words of one script, those of most people first


class RomanisedFound[T: Judged](msgspec.Struct, frozen=True):
    """What a query found, and what it was also searched by: nothing where that found no more."""

    items: list[Visible[T]]
    also: str = ""


async def posts(reads: Reads, viewer: Viewer, query: str, span: Span = ALL) -> RomanisedFound[Post]:
    """Public posts by the words as they were typed, and by what they may mean; the newest first."""
    meant = await _meant(reads, viewer, query, names=False)
    if not meant:
        return RomanisedFound(await search.posts(reads, viewer, query, span))
    whole = msgspec.structs.replace(span, limit=span.limit + min(span.offset, search.MOST_OFFSET), offset=0)
    found = {seen.item.id: seen for seen in await search.posts(reads, viewer, query, whole)}
    also: list[str] = []
    for words in meant:
        guessed = await search.posts(reads, viewer, words, whole, surface=Surface.SUGGEST)
        if any(seen.item.id not in found for seen in guessed):
            also.append(words)
        found = {seen.item.id: seen for seen in guessed} | found
    items = sorted(found.values(), key=lambda seen: -seen.item.id)
    if span.min_id is not None:  # the nearest to it
        items = items[-whole.limit :]
        return RomanisedFound(items[: len(items) - span.offset], _told(also))
    return RomanisedFound(items[span.offset : whole.limit], _told(also))


async def people(
    reads: Reads, viewer: Viewer, query: str, span: Span = ALL, *, following: bool = False
) -> RomanisedFound[Person]:
    """People by name: those who are called so first, then those whose names may be meant."""
    meant = await _meant(reads, viewer, query, names=True)
    if not meant or span.offset:
        return RomanisedFound(await search.people(reads, viewer, query, span, following=following))
    asked = await search.people(reads, viewer, query, span, following=following)
    found, also = {seen.item.id: seen for seen in asked}, list[str]()
    for words in meant:
        guessed = await search.people(reads, viewer, words, span, following=following, surface=Surface.SUGGEST)
        more = {seen.item.id: seen for seen in guessed if seen.item.id not in found and not seen.withheld}
        if more and len(found) < span.limit:
            also.append(words)
        found |= more
    return RomanisedFound([*found.values()][: span.limit], _told(also))


async def tags(
    reads: Reads, viewer: Viewer, query: str, limit: int = 20, offset: int = 0, *, suggest: bool = False
) -> list[TrendingTag]:
    """Tags by their names; after them, for Latin letters, those in Devanagari that sound so or begin so: `kisan andolan`
    finds #किसान_आंदोलन. What is found by its sound is a guess: a tag that is offered to nobody here is not guessed.
    """
    asked = await tag_reads.find(reads, viewer, query, limit, offset, suggest=suggest)
    words = query.strip().lstrip("#＃").replace("_", " ").split()
    sound = sounds("".join(words))
    if offset or not words or len(sound) < LEAST_SOUNDS or not all(map(_TYPED.fullmatch, words)):
        return asked
    async with reads.work.scanning() as reading:
        keys = [
            key for letter in _BEGINS.get(sound[0], "") for key in await finding.tags_from(reading, letter, SOUNDING)
        ]
    like = sorted((key for key in keys if sounds(key).startswith(sound)), key=lambda key: sounds(key) != sound)
    known = {one.key for one in asked}
    for key in like[:MOST_WORDS]:
        guessed = await tag_reads.find(reads, viewer, key, 1, suggest=True)
        asked += [one for one in guessed if one.key == key and one.key not in known]
    return asked[:limit]


def _told(also: Sequence[str]) -> str:
    return " · ".join(also)


async def _meant(reads: Reads, viewer: Viewer, query: str, *, names: bool) -> list[str]:
    """The query with its Latin words in Indian scripts, as far as people here use such words: those with most of them first."""
    words = query.split()
    if not 0 < len(words) <= MOST_WORDS or not any(map(_typed, words)):
        return []
    facts, found = await law(reads), list[list[str]]()
    for script, index in (await _index(reads, viewer, names=names)).items():
        meant = [(_best(script, index, word) or word) if _typed(word) else word for word in words]
        if meant != words and not _is_quiet(viewer.country, meant, facts):
            found.append(meant)
    found.sort(key=lambda meant: sum(map(str.__eq__, meant, words)))  # in the order of LANGUAGES where as many are left
    return [" ".join(meant) for meant in found[:MOST_SCRIPTS]]


def _typed(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and _TYPED.fullmatch(word) is not None


def _best(script: int, index: Index, word: str) -> str:
    """The word that most people use of those that sound so, one with the same vowels before the others."""
    sound = heard_in(script, sounds(word))
    alike = index.get(sound, ())
    same = [one for one in alike if skeleton(one) == skeleton(word)]
    return next(iter(same), "") or (alike[0] if alike and len(sound) >= LEAST_SOUNDS else "")


def _is_quiet(country: str, words: Sequence[str], facts: Facts) -> bool:
    """Whether words that follow one another are, together, a term that is not offered in this country."""
    runs = ("".join(words[a:b]) for a, b in combinations(range(len(words) + 1), 2))
    return any(term_reach(country, count_key(run), facts) is Reach.NONE for run in runs)


async def _index(reads: Reads, viewer: Viewer, *, names: bool) -> dict[int, Index]:
    """By script."""

    async def make() -> dict[int, Index]:
        return _by_sound(await (_names if names else _words_used)(reads, Viewer(country=viewer.country)))

    key = ("romanised", names, viewer.country, reads.work.memory.rulings_version)
    return await cached(reads, key, CACHED_FOR, make)


async def _words_used(reads: Reads, anyone: Viewer) -> list[str]:
    return [word for code in LANGUAGES for word in await vocabulary.vocabulary_of(reads, anyone, code)]


async def _names(reads: Reads, anyone: Viewer) -> list[str]:
    """Words of the names of people who want to be found."""
    found = await suggestions.directory(reads, anyone, limit=NAMES)
    facts, names = await law(reads), (word for seen in found for word in fold_words(seen.item.name))
    return [name for name in names if term_reach(anyone.country, count_key(name), facts) is not Reach.NONE]


def _by_sound(words: Iterable[str]) -> dict[int, Index]:
    found: dict[int, Index] = {}
    for word in dict.fromkeys(words):
        if script := script_of(word):
            found.setdefault(script, {}).setdefault(heard_in(script, sounds(word)), []).append(word)
    return found
