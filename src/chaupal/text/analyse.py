"""Search terms: the one analyser, for both databases, for what is stored and for what is asked.

A term holds only letters, marks and digits, so SQLite FTS5 never splits it when told
`tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"` (its default cuts Indic words at vowel signs).
"""

from collections.abc import Iterator

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
