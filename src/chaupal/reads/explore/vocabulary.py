"""The words that people here use, for whoever types their script in Latin letters: of public posts, and of several authors.

Counted as a stranger in the viewer's country may be offered posts, by the gate: a word that stands only where something is
withheld or de-amplified there is not among them, and neither is a term that is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

import regex

from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import or_not_found
from chaupal.policy.rules import term_reach
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.verdict import Reach
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cached
from chaupal.reads.context import Reads
from chaupal.reads.explore.trends import law
from chaupal.reads.page import shown
from chaupal.store.square import posts
from chaupal.text.clean import nfc
from chaupal.text.entities import find_entities
from chaupal.text.fold import count_key
from chaupal.text.language import check_language

LEAST_AUTHORS = 3  # what one or two people write may be about one person; it is nobody's vocabulary
LOOKED_AT = 1_000  # newest public posts of the language
MOST_WORDS = 2_000
CACHED_FOR = 10 * MINUTE

_WORD = regex.compile(r"[\p{L}--\p{Latin}][\p{L}\p{M}\u200c\u200d--\p{Latin}]+", regex.V1)


async def vocabulary_of(reads: Reads, viewer: Viewer, language: str) -> list[str]:
    """In their most used spelling, those of most authors first. Raises NotFound for what is no language."""
    code = or_not_found(check_language(language))
    key = ("vocabulary", code, viewer.country, reads.work.memory.rulings_version)
    return await cached(reads, key, CACHED_FOR, partial(_counted, reads, Viewer(country=viewer.country), code))


async def _counted(reads: Reads, anyone: Viewer, language: str) -> list[str]:
    async with reads.work.scanning() as reading:
        ids = await posts.skeleton(
            reading,
            posts.LISTED_IN["here"],
            below=2**63 - 1,
            above=-1,
            limit=LOOKED_AT,
            upward=False,
            language=language,
        )
        seen = await shown(reading, anyone, Surface.SUGGEST, ids[:LOOKED_AT])
    facts = await law(reads)
    found = _shared(seen)
    return [word for key, word in found if term_reach(anyone.country, key, facts) is not Reach.NONE][:MOST_WORDS]


def _shared(seen: Iterable[Visible[Post]]) -> list[tuple[str, str]]:
    """Keys and spellings of the words that enough authors use, those of most first."""
    authors: dict[str, set[int]] = {}
    spellings: dict[str, Counter[str]] = {}
    for post in seen:
        for word in _words_in(post.item.text):
            key = count_key(word)
            authors.setdefault(key, set()).add(post.item.author)
            spellings.setdefault(key, Counter())[word] += 1
    enough = [key for key, who in authors.items() if len(who) >= LEAST_AUTHORS]
    enough.sort(key=lambda key: (-len(authors[key]), key))
    return [(key, min(spellings[key], key=lambda word: (-spellings[key][word], word))) for key in enough]


def _words_in(text: str) -> Iterator[str]:
    """The words of a post that are not Latin, without addresses and handles; of a tag its parts."""
    text, end = nfc(text), 0
    for entity in find_entities(text):
        yield from _WORD.findall(text[end : entity.start])
        if entity.kind == "tag":
            yield from _WORD.findall(entity.text)
        end = entity.end
    yield from _WORD.findall(text[end:])
