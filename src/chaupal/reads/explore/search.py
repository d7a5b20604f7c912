"""Search: posts by words and operators, people by name, tags by the start of their key; what is hidden leaves no trace.

Posts of whoever wishes not to be found by others are found by themselves alone.

Both databases answer alike: the newest post first, the most followed person first, the most used tag first.
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec
import regex

from chaupal.kernel.clock import DAY, parse_time
from chaupal.kernel.ids import first_id_at, parse_id
from chaupal.policy.facts import STRANGER
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import shown
from chaupal.reads.people import people as person_reads
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.machine.work import Reading
from chaupal.store.square import finding
from chaupal.store.square.finding import ANYTHING, Bounds, Narrowed
from chaupal.store.square.people import id_of
from chaupal.text.analyse import MAX_QUERY_TERMS, query_terms
from chaupal.text.fold import count_key, fold_words
from chaupal.text.handles import stored
from chaupal.text.language import check_language

MOST_OFFSET = 5_000
MOST_TAGS = 8  # in one query
INDIA = 19_800_000  # ms that the day begins earlier here than in UTC; dates in a query are days in India
TRAITS = {name: name for name in finding.TRAITS} | {"images": "image"}  # as they are typed
EVERYWHERE = frozenset({"all", "public"})  # as Mastodon says: only what is public is searched here
NO_ID = 2**63 - 1
_TYPED = regex.compile(r"[a-z0-9_.-]{1,100}@[a-z0-9.:-]{0,253}")
_WORDS = regex.compile(r'-["“][^"”]{0,200}["”]|\S+')  # what is left out may stand in quotes


class SearchQuery(msgspec.Struct, frozen=True):
    """A query, taken apart. `author` is a handle ("me" for one's own posts), ids bound it in time."""

    rest: str = ""  # what is not an operator or a tag
    keys: tuple[str, ...] = ()
    author: str = ""
    language: str = ""
    having: frozenset[str] = frozenset()  # what a post must have or be, of `finding.TRAITS`
    lacking: frozenset[str] = frozenset()  # and what not
    followed: bool = False  # only whom one follows
    without: tuple[str, ...] = ()  # terms that a post must not hold
    unknown: tuple[str, ...] = ()  # of `rest`: operators with what they do not know
    below: int = NO_ID
    above: int = -1

    @property
    def terms(self) -> list[str]:
        return query_terms(self.rest)


class Span(msgspec.Struct, frozen=True):
    """Which part of the answers is wanted."""

    limit: int = 20
    offset: int = 0
    max_id: int | None = None
    min_id: int | None = None
    author: int | None = None


ALL = Span()


def parse(query: str) -> SearchQuery:
    """Words, `#tags`, operators (`from:` `in:home` `language:` `before:` `after:` `on:` `has:` `is:` and `-has:` `-is:`) and `-words` to be
    left out; an operator with what it does not know is words.
    """
    asked = SearchQuery()
    rest, unknown = list[str](), list[str]()
    for word in _WORDS.findall(query):
        name, _, value = word.lower().partition(":")
        if value and name.removeprefix("-") in OPERATORS:
            taken = OPERATORS[name](asked, word[len(name) + 1 :]) if name in OPERATORS else None
            unknown += [word] if taken is None else []
        else:
            taken = _tag(asked, word) or _without(asked, word)
        if taken is None:
            rest.append(word)
        else:
            asked = taken
    return msgspec.structs.replace(asked, rest=" ".join(rest), unknown=tuple(unknown))


def _tag(query: SearchQuery, word: str) -> SearchQuery | None:
    if not word.startswith(("#", "＃")) or not (key := count_key(word[1:])):
        return None
    keys = dict.fromkeys((*query.keys, key))
    return msgspec.structs.replace(query, keys=tuple(keys)[:MOST_TAGS])


def _without(query: SearchQuery, word: str) -> SearchQuery | None:
    if not word.startswith("-"):
        return None
    shut = dict.fromkeys((*query.without, *query_terms(word[1:])))
    return msgspec.structs.replace(query, without=tuple(shut)[:MAX_QUERY_TERMS]) if shut else None


def _from(query: SearchQuery, value: str) -> SearchQuery | None:
    return msgspec.structs.replace(query, author=value.removeprefix("@"))


def _language(query: SearchQuery, value: str) -> SearchQuery | None:
    code = check_language(value)
    return None if code is None else msgspec.structs.replace(query, language=code)


def _in(query: SearchQuery, value: str) -> SearchQuery | None:
    if value.lower() in EVERYWHERE:
        return query
    return msgspec.structs.replace(query, followed=True) if value.lower() == "home" else None


def _has(query: SearchQuery, value: str) -> SearchQuery | None:
    trait = TRAITS.get(value.lower())
    return None if trait is None else msgspec.structs.replace(query, having=query.having | {trait})


def _lacks(query: SearchQuery, value: str) -> SearchQuery | None:
    trait = TRAITS.get(value.lower())
    return None if trait is None else msgspec.structs.replace(query, lacking=query.lacking | {trait})


def _before(query: SearchQuery, value: str) -> SearchQuery | None:
    day = _day(value)
    return None if day is None else msgspec.structs.replace(query, below=min(query.below, first_id_at(day)))


def _after(query: SearchQuery, value: str) -> SearchQuery | None:
    day = _day(value)
    return None if day is None else msgspec.structs.replace(query, above=max(query.above, first_id_at(day + DAY) - 1))


def _on(query: SearchQuery, value: str) -> SearchQuery | None:
    day = _day(value)
    if day is None:
        return None
    return msgspec.structs.replace(query, above=first_id_at(day) - 1, below=first_id_at(day + DAY))


def _day(value: str) -> int | None:
    """When a day begins in India (ms since 1970 UTC); None for what is not `YYYY-MM-DD`."""
    at = parse_time(value) if len(value) == 10 else None
    return None if at is None else max(0, at - INDIA)


OPERATORS: dict[str, Callable[[SearchQuery, str], SearchQuery | None]] = {
    "from": _from,
    "in": _in,
    "language": _language,
    "lang": _language,
    "has": _has,
    "is": _has,
    "-has": _lacks,
    "-is": _lacks,
    "before": _before,
    "after": _after,
    "on": _on,
    "during": _on,
}


async def posts(
    reads: Reads, viewer: Viewer, query: str, span: Span = ALL, *, surface: Surface = Surface.SEARCH
) -> list[Visible[Post]]:
    """Public posts that hold every word, newest first; or the one post whose address was given."""
    post = _post_at(reads, query)
    if post is not None:
        async with reads.work.reading() as reading:
            return [] if span.offset else await shown(reading, viewer, Surface.SEARCH, (post,))
    asked = parse(query)
    narrowed = await _narrowed(reads, viewer, asked, span)
    terms = asked.terms
    if narrowed is None or not (terms or narrowed != ANYTHING or asked.below != NO_ID or asked.above != -1):
        return []
    ids = await _ids(reads, viewer, terms, narrowed, asked, span)
    async with reads.work.reading() as reading:
        return await shown(reading, viewer, surface, ids)


async def _ids(
    reads: Reads, viewer: Viewer, terms: list[str], narrowed: Narrowed, query: SearchQuery, span: Span
) -> list[int]:
    offset = min(span.offset, MOST_OFFSET)
    below = min(query.below, NO_ID if span.max_id is None else span.max_id)
    above = max(query.above, -1 if span.min_id is None else span.min_id)
    bounds = Bounds(below, above, offset + span.limit, upward=span.min_id is not None)
    # One word is found in microseconds; what must be sifted goes off the loop.
    quick = len(terms) == 1 and narrowed == ANYTHING and not offset
    async with reads.work.reading() if quick else reads.work.scanning() as reading:
        ids = await finding.found(reading, viewer.account or 0, terms, narrowed, bounds)
    return ids[offset:] if not bounds.upward else ids[: len(ids) - offset]


async def _narrowed(reads: Reads, viewer: Viewer, query: SearchQuery, span: Span) -> Narrowed | None:
    """None where the named author does not exist, or nobody is there to follow anyone, so that nothing can be found."""
    author = span.author
    if query.author:
        named = await _author(reads, viewer, query.author)
        if named is None or author not in (None, named):
            return None
        author = named
    if query.followed and viewer.account is None:
        return None
    return Narrowed(author or 0, query.language, query.having, query.lacking, query.keys, query.followed, query.without)


async def _author(reads: Reads, viewer: Viewer, handle: str) -> int | None:
    if handle.lower() == "me":
        return viewer.account
    name = stored(handle, reads.settings.domain)
    if not name:
        return None
    async with reads.work.reading() as reading:
        return await id_of(reading, name)


async def people(
    reads: Reads,
    viewer: Viewer,
    query: str,
    span: Span = ALL,
    *,
    following: bool = False,
    surface: Surface = Surface.SEARCH,
) -> list[Visible[Person]]:
    """The one whose handle or address was given, then those whose names have words that begin so, friends first."""
    handle = stored(_person_at(reads, query) or query, reads.settings.domain)
    names, there = _names_in(query)
    async with reads.work.scanning() as reading:
        exact = await id_of(reading, handle) if handle else None
        found = await finding.beginning(reading, there, 2 * span.limit) if there else []
        found += await _called(reads, reading, names, span) if names else []
    async with reads.work.reading() as reading:
        ties = await relations_of(reading, viewer.account) if viewer.account else STRANGER
        friends = ties.following
        ids = [id_ for id_ in sorted(found, key=lambda id_: id_ not in friends) if id_ != exact]
        # Whom one blocks or mutes is found by the whole name, as on their profile: toot takes it back so.
        named = Surface.PROFILE if exact in ties.blocking or exact in ties.muting else Surface.SEARCH
        seen = await person_reads.shown(reading, viewer, named, [exact] if exact is not None else [])
        seen += await person_reads.shown(reading, viewer, surface, ids)
    chosen = [v for v in seen if not following or v.item.id in friends]
    return chosen[span.offset : span.offset + span.limit]


async def _called(reads: Reads, reading: Reading, names: Sequence[str], span: Span) -> list[int]:
    limit = 2 * span.limit + min(span.offset, MOST_OFFSET)
    return await finding.called(reading, names, limit, everywhere=reads.settings.federates)


def _names_in(query: str) -> tuple[list[str], str]:
    """The folded words of names; or how a handle begins, where one of another server is typed (`ravi@oth`)."""
    if "/" in query:
        return [], ""
    typed = query.strip().removeprefix("@").lower()
    if _TYPED.fullmatch(typed):
        return [], typed
    return sorted(fold_words(parse(query).rest), key=len, reverse=True)[:3], ""


def _path(reads: Reads, query: str) -> Sequence[str]:
    """The steps of an address on this server; empty for anything else."""
    text = query.strip()
    if not text.startswith(reads.settings.origin + "/"):
        return ()
    try:
        return [step for step in urlsplit(text).path.split("/") if step]
    except ValueError:
        return ()


def _post_at(reads: Reads, query: str) -> int | None:
    match _path(reads, query):
        case ["posts", id_]:
            return parse_id(id_)
        case [handle, id_] if handle.startswith("@"):
            return parse_id(id_)
        case _:
            return None


def _person_at(reads: Reads, query: str) -> str:
    match _path(reads, query):
        case [handle] if handle.startswith("@"):
            return handle
        case _:
            return ""
