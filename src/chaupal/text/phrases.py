"""Words that somebody does not want to meet, found in a text as the analyser sees words, whatever their spelling.

A whole word is one to its reader: कि does not stand in किसान, since a vowel sign belongs to its letter; हिन्दी is हिंदी.
"""

from collections.abc import Iterable
from typing import NamedTuple

import regex

from chaupal.text.clean import nfc
from chaupal.text.entities import find_entities
from chaupal.text.fold import count_key, fold_words

# What parts words and says nothing; a phrase with any other sign in it (C++, a smile) is looked for as it is.
_PLAIN = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}\s[\p{P}--[@\#&*%]]]+", regex.V1)
_LETTER = r"[\p{L}\p{M}\p{N}]"


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
    pattern: regex.Pattern[str] | None = None

    def found_in(self, text: ReadText) -> bool:
        match self.kind:
            case "words":
                return (f" {self.needle} " if self.whole else self.needle) in text.line
            case "tag":
                return self.needle in text.tags or (not self.whole and any(self.needle in tag for tag in text.tags))
            case "mention":
                return self.needle in text.mentions
            case _:
                return self.pattern is not None and self.pattern.search(text.plain) is not None


def phrase(keyword: str, *, whole: bool) -> Phrase:
    """A keyword, made ready. A tag is found by its key, a mention by its handle."""
    keyword = nfc(keyword).strip()
    if keyword[:1] in ("#", "＃") and (key := count_key(keyword[1:])) and " " not in keyword:
        return Phrase("tag", key, whole)
    if keyword[:1] == "@" and regex.fullmatch(r"@[A-Za-z0-9_]+", keyword):
        return Phrase("mention", keyword[1:].lower(), whole)
    if _PLAIN.fullmatch(keyword) and (words := fold_words(keyword)):
        return Phrase("words", " ".join(words), whole)
    return Phrase("sign", keyword, whole, _as_it_is(keyword.casefold(), whole=whole))


def _as_it_is(text: str, *, whole: bool) -> regex.Pattern[str]:
    before = rf"(?<!{_LETTER})" if whole and regex.match(_LETTER, text) else ""
    after = rf"(?!{_LETTER})" if whole and regex.match(_LETTER, text[-1:]) else ""
    return regex.compile(before + regex.escape(text) + after)


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
