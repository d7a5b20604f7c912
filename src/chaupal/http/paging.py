"""Pages of ids, as Mastodon's clients walk them: max_id, since_id, min_id, and the Link header."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from chaupal.http.call import Answer, Call, json
from chaupal.kernel.argument_sizes import Number
from chaupal.reads.page import LONGEST, Cursor, Page, rows_page


class ById(msgspec.Struct):
    """What the path or the form names, by its id, and nothing else."""

    id: Number


class ByIds(msgspec.Struct):
    """Several, by their ids."""

    id: list[Number] = []


class ByRef(msgspec.Struct):
    """An order or a matter by its reference."""

    ref: str


class TextById(msgspec.Struct):
    """Something that is said about what the path names."""

    id: Number
    text: str = ""


class Paged(msgspec.Struct, kw_only=True):
    """What every list takes. `limit` beyond the most allowed is cut, as clients expect."""

    max_id: Number | None = None
    since_id: Number | None = None
    min_id: Number | None = None
    limit: Number | None = None

    def cursor(self, usual: int = 20, most: int = LONGEST) -> Cursor:
        limit = usual if self.limit is None else min(self.limit, most)
        return Cursor(self.max_id, self.since_id, self.min_id, max(1, limit))


class PagedById(Paged, kw_only=True):
    """A page of what belongs to one thing. Of a list's people, `limit=0` asks for all."""

    id: Number


CURSORS = ("max_id", "since_id", "min_id", "offset")


@functools.lru_cache(500)
def _quoted(link: str) -> str:
    """The path was decoded on its way in; a header is ASCII, and a tag may be in any script."""
    return quote(link, safe=":/@[]")


@functools.lru_cache(500)
def _without_cursors(query: str) -> str:
    """What of a query goes on to the next page."""
    return urlencode([(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k not in CURSORS])


def link_header(call: Call[Any], page: Page[Any]) -> list[tuple[str, str]]:
    """`next` is left out on the last page: clients follow it until it is absent."""
    return links(address_of(call), page.next, page.prev)


def links(address: str, following: int | None, previous: int | None) -> list[tuple[str, str]]:
    """The same of a page that is not at hand. `address`: of `address_of`."""
    found: list[str] = []
    if following is not None:
        found.append(f'{address}max_id={following}>; rel="next"')
    if previous is not None:
        found.append(f'{address}min_id={previous}>; rel="prev"')
    return [("link", ", ".join(found))] if found else []


def offset_header(call: Call[Any], offset: int) -> list[tuple[str, str]]:
    """The same of a list that is walked by offset, where it goes on."""
    return [("link", f'{address_of(call)}offset={offset}>; rel="next"')]


def address_of(call: Call[Any]) -> str:
    """The address of another page, up to where its place goes."""
    kept = _without_cursors(call.query) if call.query else ""
    link = _quoted(call.link)
    return f"<{link}?{kept}&" if kept else f"<{link}?"


class _WithId(Protocol):
    @property
    def id(self) -> int: ...


def whole_list[T: _WithId](call: Call[Paged], found: Sequence[T], shown: Callable[[T], msgspec.Struct]) -> Answer:
    """A page of what is at hand whole, the newest first."""
    cursor = call.args.cursor(100, 200)
    inside = [one for one in sorted(found, key=lambda one: -one.id) if cursor.above < one.id < cursor.below]
    page = rows_page(inside[-(cursor.limit + 1) :] if cursor.upward else inside[: cursor.limit + 1], cursor)
    return json([shown(one) for one in page.items], headers=link_header(call, page))
