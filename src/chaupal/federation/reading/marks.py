"""Whom and what a post names, read from its `tag`s and its words: people, tags, pictures for `:names:`."""

from collections.abc import Sequence

import msgspec
import regex

from chaupal.federation.reading.values import Json, host_of, kinds_of, links_of, uri_of, value_of, values_of, word_of
from chaupal.policy.things import Tag
from chaupal.text import entities, fold, foreign

MOST_TAG_OBJECTS = 200
MOST_TAGS, MOST_MENTIONS, MOST_EMOJIS = 60, 50, 60
_MARKS = regex.compile(r"[^\p{L}\p{N}]+")


class MentionRead(msgspec.Struct, frozen=True):
    """Somebody whom a post mentions: their address, and `@user@host` as its author's server writes it."""

    uri: str
    name: str


class Emoji(msgspec.Struct, frozen=True):
    """A picture that stands for `:name:`."""

    name: str
    url: str


def marks_of(said: Json) -> list[Json]:
    """The objects among its tags."""
    return [one for one in values_of(said, "tag", MOST_TAG_OBJECTS) if isinstance(one, dict)]


def mentions_of(marks: Sequence[Json]) -> tuple[MentionRead, ...]:
    found: dict[str, MentionRead] = {}
    for mark in marks:
        if "Mention" in kinds_of(mark) and (uri := uri_of(value_of(mark, "href"))) and len(found) < MOST_MENTIONS:
            found.setdefault(uri, MentionRead(uri, _whole_name(word_of(mark, "name"), uri)))
    return tuple(found.values())


def _whole_name(name: str, uri: str) -> str:
    """`@user@host`; "" where it says no name."""
    user, _, host = name.strip().removeprefix("@").partition("@")
    known = user and all(letter.isascii() and (letter.isalnum() or letter in "_.-") for letter in user)
    return f"@{user}@{host.lower() if host and host_of(f'https://{host}') else host_of(uri)}" if known else ""


def tags_of(text: str, links: Sequence[foreign.Link], marks: Sequence[Json]) -> tuple[Tag, ...]:
    """Tags of the words first: some servers take vowel signs out of the names that they say beside them."""
    written = [e.text for e in entities.find_entities(text) if e.kind == "tag"]
    shown = {link.href: link.words[1:] for link in links if link.words[:1] in "#＃" and link.words[1:]}
    named = [
        shown.get(uri_of(value_of(mark, "href"))) or word_of(mark, "name").removeprefix("#")
        for mark in marks
        if "Hashtag" in kinds_of(mark)
    ]
    found: dict[str, Tag] = {}
    bones = {*map(_bones, written)}
    for name in [*written, *(one for one in named if _bones(one) not in bones)]:
        whole = name in written or entities.tags(f"#{name}") == [name]
        if whole and (key := fold.count_key(name)) and len(found) < MOST_TAGS:
            found.setdefault(key, Tag(name, key))
    return tuple(found.values())


def _bones(name: str) -> str:
    """A tag without its marks: what is left of a name from which somebody has taken some of them."""
    return _MARKS.sub("", fold.identity_key(name))


def emojis_of(said: Json) -> tuple[Emoji, ...]:
    """The pictures that a post or a person brings along for its `:names:`."""
    found: dict[str, Emoji] = {}
    for mark in values_of(said, "tag", MOST_TAG_OBJECTS):
        if "Emoji" not in kinds_of(mark) or len(found) == MOST_EMOJIS:
            continue
        name = word_of(mark, "name", 64).strip(":")
        links = links_of(mark, "icon")
        if name and links and all(one.isascii() and (one.isalnum() or one == "_") for one in name):
            found.setdefault(name, Emoji(name, links[0][0]))
    return tuple(found.values())
