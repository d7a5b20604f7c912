"""Search terms: the one analyser, for both databases, for what is stored and for what is asked; and phrases that somebody does not want to
meet, found as it sees words.

A term holds only letters, marks and digits, so SQLite FTS5 never splits it when told
`tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"` (its default cuts Indic words at vowel signs).
"""

import functools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import regex

from chaupal.text.clean import nfc
from chaupal.text.entities import Entity, find_entities
from chaupal.text.fold import count_key, fold_words

MAX_QUERY_TERMS = 16
MOST_QUERY_POINTS = 500

_HOST = regex.compile(r"https?://(?:www\.)?([^/?#:]+)", regex.I)


def terms(text: str) -> list[str]:
    """The distinct folded words of a post, in order. A tag gives its words and its count key, a link its host's words.

    So `#किसान_आंदोलन` is found by किसान, by आंदोलन and by किसानआंदोलन. Mentions are people, not words: left out.
    """
    return list(dict.fromkeys(_words(nfc(text))))


def query_terms(query: str) -> list[str]:
    """The folded words of a query, at most sixteen. A tag asks for its count key alone: it finds every spelling."""
    words: dict[str, None] = {}
    text = nfc(query[:MOST_QUERY_POINTS])
    for part in _parts(text):
        asked = [count_key(part.text)] if isinstance(part, Entity) and part.kind == "tag" else _words_of(part)
        words.update(dict.fromkeys(asked))
    return list(words)[:MAX_QUERY_TERMS]


def name_words(display_name: str, handle: str) -> list[str]:
    """What one may begin to type to find a person: words of the name, and the local handle, split and whole."""
    local = handle.removeprefix("@").partition("@")[0]
    return list(dict.fromkeys((*fold_words(display_name), *_split_and_whole(local))))


def _words(text: str) -> Iterator[str]:
    for part in _parts(text):
        yield from _words_of(part)


def _parts(text: str) -> Iterator[str | Entity]:
    """The entities of an NFC text and the stretches between them, in order."""
    end = 0
    for entity in find_entities(text):
        yield text[end : entity.start]
        yield entity
        end = entity.end
    yield text[end:]


def _words_of(part: str | Entity) -> list[str]:
    if isinstance(part, str):
        return fold_words(part)
    match part.kind:
        case "tag":
            return _split_and_whole(part.text)
        case "url":
            return _host_words(part.text)
        case "mention":
            return []


def _split_and_whole(name: str) -> list[str]:
    whole = count_key(name)
    return [*fold_words(name), whole] if whole else []


def _host_words(url: str) -> list[str]:
    """The words of a host without `www` and the top domain, which half of all posts share."""
    found = _HOST.match(url)
    return fold_words(found[1].rpartition(".")[0]) if found else []


# What parts words and says nothing; a phrase with any other sign in it (C++, a smile) is looked for as it is.
_PLAIN = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}\s[\p{P}--[@\#&*%]]]+", regex.V1)
_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
MOST_PLACES = (
    50  # in a post where a phrase may stand within words: a post that is made of such places keeps nobody waiting
)


class ReadText(NamedTuple):
    """A text made ready to be looked through. `line`: its folded words, a space before and after each."""

    plain: str
    line: str
    tags: frozenset[str]
    mentions: frozenset[str]


class Phrase(NamedTuple):
    """What is looked for. `kind`: `words`, `tag` (by its count key), `mention`, or `sign` (as it is, in small letters)."""

    kind: str
    needle: str
    whole: bool

    def found_in(self, text: ReadText) -> bool:
        match self.kind:
            case "words":
                return (f" {self.needle} " if self.whole else self.needle) in text.line
            case "tag":
                return self.needle in text.tags or (not self.whole and any(self.needle in tag for tag in text.tags))
            case "mention":
                return self.needle in text.mentions
            case _:
                return _stands_in(self.needle, text.plain, whole=self.whole)


@functools.lru_cache(10_000)  # all of an account's are made ready anew where it changed one
def phrase(keyword: str, *, whole: bool) -> Phrase:
    """A keyword, made ready. A tag is found by its key, a mention by its handle."""
    keyword = nfc(keyword).strip()
    if keyword[:1] in ("#", "＃") and (key := count_key(keyword[1:])) and " " not in keyword:
        return Phrase("tag", key, whole)
    if keyword[:1] == "@" and regex.fullmatch(r"@[A-Za-z0-9_]+", keyword):
        return Phrase("mention", keyword[1:].lower(), whole)
    if _PLAIN.fullmatch(keyword) and (words := fold_words(keyword)):
        return Phrase("words", " ".join(words), whole)
    return Phrase("sign", keyword.casefold(), whole)


def _stands_in(needle: str, text: str, *, whole: bool) -> bool:
    """As it is; `whole`: where it ends with a letter none stands beside that. (Without a pattern: to make one of a long keyword takes
    longer than to look through a hundred posts.)
    """
    at = text.find(needle) if needle else -1
    for _ in range(MOST_PLACES):
        if at < 0:
            break
        if not whole or not (_parts_word(text, at) or _parts_word(text, at + len(needle))):
            return True
        at = text.find(needle, at + 1)
    return False


def _parts_word(text: str, at: int) -> bool:
    """Whether letters stand on both sides of a place."""
    return 0 < at < len(text) and all(map(_LETTER.match, text[at - 1 : at + 1]))


def read(parts: Iterable[str]) -> ReadText:
    """The texts of one post (warning, words, what its pictures show); no phrase reaches from one into the next."""
    texts = [nfc(part) for part in parts if part]
    entities = [entity for text in texts for entity in find_entities(text)]
    tags = frozenset(count_key(entity.text) for entity in entities if entity.kind == "tag")
    lines = [f" {' '.join(words)} " for text in texts if (words := fold_words(text))]
    # A tag is a word by itself, too: #किसान_आंदोलन is met by किसानआंदोलन.
    lines += [f" {tag} " for tag in sorted(tags)]
    mentions = frozenset(entity.text.lower().partition("@")[0] for entity in entities if entity.kind == "mention")
    return ReadText("\n".join(texts).casefold(), "\n".join(lines), tags, mentions)
