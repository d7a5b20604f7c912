"""What in a post is a tag, a mention or a link: one grammar, read in one pass, for display, counting and orders alike.

Tags follow UAX #31 R8 without emoji, and with two Indian customs: tags written without a space between them, and the
invisible letters of Indic typing. Stdlib `\\w` would cut #हिन्दी at its first vowel sign.
"""

import functools
from collections.abc import Iterator
from typing import Literal, NamedTuple

import regex

from chaupal.text.clean import VIRAMAS, nfc

Kind = Literal["tag", "mention", "url"]


class Entity(NamedTuple):
    """A stretch `[start, end)` of the NFC text. `text` is as typed: without sigil, `name[@domain]`, or the link."""

    kind: Kind
    start: int
    end: int
    text: str


MAX_TAG_CLUSTERS = 100
# A cluster may hold any number of marks; no honest tag of a hundred clusters comes near this many code points.
MAX_TAG_POINTS = 1_000

# Variation selectors are marks, but must not bridge `#` and a keycap; CGJ is invisible and goes with those below.
_MARK = r"[\p{Mn}\p{Mc}--[\p{Variation_Selector}\u034f]]"
# Transparent, so that a direction mark inside #मोदी cannot hide it from a count or from an order.
_INVISIBLE = r"[\p{Cf}\u034f]"
# A joiner after a virama may end a tag: Malayalam chillus were once written so. `·` `॰` `・` and Tibetan tshegs only
# join words. What `://` follows is the beginning of an address.
_TAG = rf"""
    [#＃﹟] [\p{{L}}\p{{Nd}}_]
    (?: [\p{{L}}\p{{Nd}}_]++ | {_MARK}++ | (?<=[{VIRAMAS}])[\u200c\u200d]
      | [·॰・\u0f0b\u0f0c](?=[\p{{L}}\p{{Nd}}]) | {_INVISIBLE}++(?=[\p{{L}}\p{{M}}\p{{Nd}}_]) )*+ (?!://)
"""
# A tag may touch the tag before it and a picture, but no word, entity, address or other sigil. The selector of ❤️ and
# the keycap of 1️⃣ are marks by their category, and part of the picture.
_PICTURE = r"(?<=\p{Extended_Pictographic}[\ufe0e\ufe0f]|[0-9\#*]\u20e3|[0-9\#*]\ufe0f\u20e3)"
_TAGS = rf"(?:(?<![\p{{L}}\p{{M}}\p{{N}}_&/@\#＃=\u200c\u200d])|{_PICTURE})(?:{_TAG})++"

# A label is parts between hyphens; each part is all ASCII, or Indian letters with digits of any kind, so that in
# `x.inको` the postposition is no part of the host. No label is longer than 63 (RFC 1035 §2.3.4). The last is of one
# kind throughout. compose/length.ts reads hosts by the same rules; tests/unit/text/vectors.json holds both to them.
_FOREIGN = r"[\p{L}\p{M}\p{Nd}\u200c\u200d--\p{ASCII}]"
_PART = rf"(?: [0-9]*+{_FOREIGN}(?:{_FOREIGN}|[0-9])*+ | [a-zA-Z0-9]++ )"
_LABEL = rf"(?![\p{{L}}\p{{M}}\p{{Nd}}\u200c\u200d_\-]{{64}}) _*+{_PART}(?:[\-_]++{_PART})*+_*+"
_LAST = rf"(?: (?![a-zA-Z0-9\-]{{64}})[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?+ | (?!{_FOREIGN}{{64}}){_FOREIGN}++ )"
_DOMAIN = rf"(?:{_LABEL}\.(?=[\p{{L}}\p{{Nd}}]))++{_LAST}"
# A name on another server may have points and hyphens within; a port stands in its host on one's own machine alone.
_ELSEWHERE = rf"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?@(?:(?:localhost|127(?:\.[0-9]{{1,3}}){{3}}):[0-9]{{1,5}}+|{_DOMAIN})"
# Handles are ASCII, hence no `\b`: it sees none in `@raviने`, where it is needed, nor before `को@ravi`.
_MENTION = rf"(?<![A-Za-z0-9_/@＠])@(?<handle>(?>{_ELSEWHERE}|[A-Za-z0-9_]{{1,30}}+))(?![A-Za-z0-9_])"
# No space, quote, angle, danda, control or bidi mark in a link: none is needed, and each lets one link pose as another.
_IN_PATH = r"[^\s<>\"“”«»।॥\p{C}--[\u200c\u200d]]"
_URL = rf"(?<![A-Za-z0-9_])[hH][tT][tT][pP][sS]?+://(?:{_DOMAIN}|localhost)(?::[0-9]{{1,5}}+)?+(?:[/?\#]{_IN_PATH}*+)?+"

_ONE_TAG = regex.compile(_TAG, regex.V1 | regex.X)
_LETTER = regex.compile(r"[\p{L}--\p{Default_Ignorable_Code_Point}]", regex.V1)
_CLUSTER = regex.compile(r"\X")
_SIGILS = ("#", "@", "://", "＃", "﹟")

_TRAILING = ".,:;!?'*~|…’‘،۔؟؛"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def find_entities(text: str) -> list[Entity]:
    """The tags, mentions and links of a text, in order, none inside another. Offsets are in its NFC form."""
    text = nfc(text)
    if not any(sigil in text for sigil in _SIGILS):
        return []
    return list(_found(text))


@functools.lru_cache(64)  # one post is gone through for its tags, its links, its words
def _found(text: str) -> tuple[Entity, ...]:
    return tuple(_scan(text))


def tags(text: str) -> list[str]:
    """Each tag once per spelling, as typed, without its sigil."""
    return list(dict.fromkeys(entity.text for entity in find_entities(text) if entity.kind == "tag"))


def is_tag(name: str) -> bool:
    """Whether this, without its sigil, is one tag and nothing else."""
    return [(e.kind, e.text) for e in find_entities(f"#{name}")] == [("tag", nfc(name))]


@functools.cache
def _entity() -> regex.Pattern[str]:
    """Eight milliseconds of a start that need not wait for it."""
    return regex.compile(rf"(?<url>{_URL}) | (?<mention>{_MENTION}) | (?<tags>{_TAGS})", regex.V1 | regex.X)


def _scan(text: str) -> Iterator[Entity]:
    for found in _entity().finditer(text):
        start, end = found.span()
        match found.lastgroup:
            case "url":
                link = _trimmed(found[0])
                yield Entity("url", start, start + len(link), link)
            case "tags":
                yield from _split(text, start, end)
            case _:
                yield Entity("mention", start, end, found["handle"])


def _split(text: str, start: int, end: int) -> Iterator[Entity]:
    """The valid tags of a run such as #भारत#चुनाव."""
    for found in _ONE_TAG.finditer(text, start, end):
        name = found[0][1:]
        if _is_valid(name):
            yield Entity("tag", found.start(), found.end(), name)


def _is_valid(name: str) -> bool:
    if len(name) > MAX_TAG_POINTS or not _LETTER.search(name):
        return False
    return len(name) <= MAX_TAG_CLUSTERS or len(_CLUSTER.findall(name)) <= MAX_TAG_CLUSTERS


def _trimmed(link: str) -> str:
    """The link without the punctuation of the sentence it stands in; a bracket stays when it was opened inside."""
    surplus = {close: link.count(close) - link.count(opened) for close, opened in _BRACKETS.items()}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in _BRACKETS:
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return link[:end]
