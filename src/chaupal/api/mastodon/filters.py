"""Filters in the API, both versions: with their keywords and posts; and FilterResult, which says why a post is folded."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chaupal.http.call import Call, Nothing, Route, delete, get, post, put
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import iso_or_none
from chaupal.policy.viewer import Surface
from chaupal.reads.people import filtering
from chaupal.reads.people.filtering import Filter, FilteredPost, Filters, Keyword, Match
from chaupal.social.people import filters
from chaupal.social.people.filters import FilterWish, KeywordWish


class KeywordShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterKeyword/"""

    id: str
    keyword: str
    whole_word: bool


class FilteredShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterStatus/"""

    id: str
    status_id: str


class FilterNamed(msgspec.Struct, kw_only=True):
    """A filter as a post tells of it: without what it holds."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str


class FilterShown(FilterNamed, kw_only=True):
    """https://docs.joinmastodon.org/entities/Filter/"""

    keywords: list[KeywordShown]
    statuses: list[FilteredShown]


class FilterResult(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterResult/"""

    filter: FilterNamed
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class FilterV1(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/V1_Filter/: one keyword of a filter."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class KeywordSent(msgspec.Struct, rename={"drop": "_destroy"}, kw_only=True):
    """A keyword within a filter: new, or by its `id` to change or to drop."""

    id: Number | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    drop: bool = False


class FilterSent(msgspec.Struct, kw_only=True):
    """What is not sent stays as it is; `expires_in` in seconds, null for no end. `keywords_attributes`: a list, or numbered."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: str | None = None
    expires_in: Number | UnsetType | None = UNSET
    keywords_attributes: list[KeywordSent] = []


class FilterChanged(FilterSent, kw_only=True):
    id: Number


class KeywordAdded(msgspec.Struct, kw_only=True):
    """`id`: of the filter."""

    id: Number
    keyword: str
    whole_word: bool = True


class KeywordChanged(msgspec.Struct, kw_only=True):
    id: Number
    keyword: str | None = None
    whole_word: bool | None = None


class PostAdded(msgspec.Struct):
    """`id`: of the filter."""

    id: Number
    status_id: Number


class FilterV1Sent(msgspec.Struct, kw_only=True):
    """A filter of the first version: one phrase. `irreversible`: hide it altogether."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: Number | UnsetType | None = UNSET


class FilterV1Changed(FilterV1Sent, kw_only=True):
    id: Number


def _named(f: Filter) -> dict[str, Any]:
    return {
        "id": str(f.id),
        "title": f.title,
        "context": list(f.contexts),
        "expires_at": iso_or_none(f.ends_at),
        "filter_action": f.action,
    }


def _keyword(k: Keyword) -> KeywordShown:
    return KeywordShown(str(k.id), k.text, k.whole)


def _entry(p: FilteredPost) -> FilteredShown:
    return FilteredShown(str(p.id), str(p.post))


def _filter(f: Filter) -> FilterShown:
    return FilterShown(**_named(f), keywords=[_keyword(k) for k in f.keywords], statuses=[_entry(p) for p in f.posts])


def results(met: Sequence[Match]) -> list[FilterResult]:
    """Why a post is folded, for its `filtered`."""
    return [
        FilterResult(
            FilterNamed(**_named(m.filter)), list(m.keywords) or None, None if m.post is None else [str(m.post)]
        )
        for m in met
    ]


def _wish(sent: FilterSent) -> FilterWish:
    lasts = None if sent.expires_in is UNSET else (sent.expires_in or 0)
    return FilterWish(title=sent.title, contexts=sent.context, action=sent.filter_action, lasts=lasts)


def _keywords(sent: FilterSent) -> list[KeywordWish]:
    return [KeywordWish(id=k.id, text=k.keyword, whole=k.whole_word, drop=k.drop) for k in sent.keywords_attributes]


# --- the second version ----------------------------------------------------------------------------------------------


async def _own(call: Call[Any]) -> Filters:
    return await filtering.of_viewer(call.house.reads, call.viewer)


async def every(call: Call[Nothing]) -> list[FilterShown]:
    """All of one's filters."""
    return [_filter(f) for f in (await _own(call)).every]


async def show(call: Call[ById]) -> FilterShown:
    """One filter."""
    return _filter((await _own(call)).one(call.args.id))


async def create(call: Call[FilterSent]) -> FilterShown:
    """A new filter."""
    args = call.args
    wish = _wish(msgspec.structs.replace(args, title=args.title or "", context=args.context or []))
    id_ = await filters.create(call.house.square, call.viewer, wish, _keywords(args))
    return _filter((await _own(call)).one(id_))


async def change(call: Call[FilterChanged]) -> FilterShown:
    """Change a filter, and its keywords with it."""
    await filters.change(call.house.square, call.viewer, call.args.id, _wish(call.args), _keywords(call.args))
    return _filter((await _own(call)).one(call.args.id))


async def remove(call: Call[ById]) -> None:
    """Drop a filter."""
    await filters.remove(call.house.square, call.viewer, call.args.id)


async def keywords(call: Call[ById]) -> list[KeywordShown]:
    """The keywords of a filter."""
    return [_keyword(k) for k in (await _own(call)).one(call.args.id).keywords]


async def keyword(call: Call[ById]) -> KeywordShown:
    """One keyword."""
    return _keyword((await _own(call)).keyword(call.args.id)[1])


async def add_keyword(call: Call[KeywordAdded]) -> KeywordShown:
    """One more keyword."""
    args = call.args
    id_ = await filters.add_keyword(call.house.square, call.viewer, args.id, args.keyword, whole=args.whole_word)
    return _keyword((await _own(call)).keyword(id_)[1])


async def change_keyword(call: Call[KeywordChanged]) -> KeywordShown:
    """Another word for a keyword, or another way to look for it."""
    args = call.args
    await filters.change_keyword(call.house.square, call.viewer, args.id, args.keyword, args.whole_word)
    return _keyword((await _own(call)).keyword(args.id)[1])


async def remove_keyword(call: Call[ById]) -> None:
    """Drop a keyword."""
    await filters.remove_keyword(call.house.square, call.viewer, call.args.id)


async def posts(call: Call[ById]) -> list[FilteredShown]:
    """The posts that a filter names."""
    return [_entry(p) for p in (await _own(call)).one(call.args.id).posts]


async def post_entry(call: Call[ById]) -> FilteredShown:
    """A post that a filter names."""
    return _entry((await _own(call)).post(call.args.id))


async def add_post(call: Call[PostAdded]) -> FilteredShown:
    """Filter one post by itself."""
    id_ = await filters.add_post(call.house.square, call.viewer, call.args.id, call.args.status_id)
    return _entry((await _own(call)).post(id_))


async def remove_post(call: Call[ById]) -> FilteredShown:
    """Filter a post no more; the entry as it was."""
    entry = (await _own(call)).post(call.args.id)
    await filters.remove_post(call.house.square, call.viewer, call.args.id)
    return _entry(entry)


# --- the first version -----------------------------------------------------------------------------------------------


def _first(f: Filter, k: Keyword) -> FilterV1:
    return FilterV1(str(k.id), k.text, list(f.contexts), k.whole, iso_or_none(f.ends_at), f.action == "hide")


def _first_wish(sent: FilterV1Sent) -> FilterWish:
    lasts = None if sent.expires_in is UNSET else (sent.expires_in or 0)
    action = None if sent.irreversible is None else "hide" if sent.irreversible else "warn"
    return FilterWish(contexts=sent.context, action=action, lasts=lasts)


async def firsts(call: Call[Nothing]) -> list[FilterV1]:
    """All keywords, each as a filter of its own."""
    return [_first(f, k) for f in (await _own(call)).every for k in f.keywords]


async def first(call: Call[ById]) -> FilterV1:
    """One keyword as a filter."""
    return _first(*(await _own(call)).keyword(call.args.id))


async def create_first(call: Call[FilterV1Sent]) -> FilterV1:
    """A new filter with one keyword, which is its title."""
    args = call.args
    wish = msgspec.structs.replace(_first_wish(args), title=args.phrase or "", contexts=args.context or [])
    keyword_ = KeywordWish(text=args.phrase or "", whole=bool(args.whole_word))
    id_ = await filters.create(call.house.square, call.viewer, wish, [keyword_])
    made = (await _own(call)).one(id_)
    return _first(made, made.keywords[0])


async def change_first(call: Call[FilterV1Changed]) -> FilterV1:
    """Change the keyword, and the filter that it stands in."""
    args, square = call.args, call.house.square
    found, known = (await _own(call)).keyword(args.id)
    changed = KeywordWish(id=known.id, text=args.phrase, whole=args.whole_word)
    await filters.change(square, call.viewer, found.id, _first_wish(args), [changed])
    return _first(*(await _own(call)).keyword(args.id))


async def remove_first(call: Call[ById]) -> None:
    """Drop the keyword, and with the last one the filter."""
    await filters.remove_keyword(call.house.square, call.viewer, call.args.id, last=True)


READ: dict[str, Any] = {"scope": "read:filters"}
WRITE: dict[str, Any] = {"scope": "write:filters"}
TWO, ONE = "/api/v2/filters", "/api/v1/filters"

ROUTES: tuple[Route, ...] = (
    get(TWO, every, Surface.OWN, **READ, kept=True),
    post(TWO, create, Surface.OWN, **WRITE),
    get(f"{TWO}/keywords/{{id}}", keyword, Surface.OWN, **READ),
    put(f"{TWO}/keywords/{{id}}", change_keyword, Surface.OWN, **WRITE),
    delete(f"{TWO}/keywords/{{id}}", remove_keyword, Surface.OWN, **WRITE),
    get(f"{TWO}/statuses/{{id}}", post_entry, Surface.OWN, **READ),
    delete(f"{TWO}/statuses/{{id}}", remove_post, Surface.OWN, **WRITE),
    get(f"{TWO}/{{id}}", show, Surface.OWN, **READ),
    put(f"{TWO}/{{id}}", change, Surface.OWN, **WRITE),
    delete(f"{TWO}/{{id}}", remove, Surface.OWN, **WRITE),
    get(f"{TWO}/{{id}}/keywords", keywords, Surface.OWN, **READ),
    post(f"{TWO}/{{id}}/keywords", add_keyword, Surface.OWN, **WRITE),
    get(f"{TWO}/{{id}}/statuses", posts, Surface.OWN, **READ),
    post(f"{TWO}/{{id}}/statuses", add_post, Surface.OWN, **WRITE),
    get(ONE, firsts, Surface.OWN, **READ),
    post(ONE, create_first, Surface.OWN, **WRITE),
    get(f"{ONE}/{{id}}", first, Surface.OWN, **READ),
    put(f"{ONE}/{{id}}", change_first, Surface.OWN, **WRITE),
    delete(f"{ONE}/{{id}}", remove_first, Surface.OWN, **WRITE),
)
