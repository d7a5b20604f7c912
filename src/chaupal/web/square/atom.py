"""Atom (RFC 4287): a feed and its entries as XML, for posts and for the record alike."""

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call
from chaupal.http.headers import is_known
from chaupal.kernel.clock import iso

MIME = "application/atom+xml; charset=utf-8"


class AtomEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `id` is a URI for good; times in ms since 1970 UTC; `html` is what may be shown as it is.

    `enclosures`: (address, type) of files beside it.
    """

    id: str
    link: str
    title: str
    updated: int
    published: int | None = None
    author: str = ""
    language: str = ""
    html: str = ""
    enclosures: tuple[tuple[str, str], ...] = ()


class AtomFeed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the entries. `address`: its own; `link`: the page it tells of."""

    address: str
    title: str
    author: str
    language: str
    link: str = ""


def answer(
    call: Call[Any], feed: AtomFeed, entries: Sequence[AtomEntry], headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """The feed; nothing but its mark for a reader who has these very bytes. It is made anew each time, for verdicts change."""
    body = _written(feed, entries)
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    marked = [*headers, ("etag", mark)]
    return Answer(b"", 304, MIME, marked) if is_known(call.headers, mark) else Answer(body, 200, MIME, marked)


def _written(feed: AtomFeed, entries: Sequence[AtomEntry]) -> bytes:
    """The feed as a document; without entries its time is 1970, so that the same feed is the same bytes."""
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(feed.language)}">'
        f"<id>{escape(feed.address)}</id><title>{_text(feed.title)}</title>"
        f"<updated>{iso(max((entry.updated for entry in entries), default=0))}</updated>"
        f'<link rel="self" href="{escape(feed.address)}"/>'
    )
    page = f'<link href="{escape(feed.link)}"/>' if feed.link else ""
    author = f"<author><name>{_text(feed.author)}</name></author>"
    return f"{head}{page}{author}{''.join(map(_entry, entries))}</feed>\n".encode()


def _entry(entry: AtomEntry) -> str:
    language = f' xml:lang="{escape(entry.language)}"' if entry.language else ""
    parts = [
        f"<entry{language}><id>{escape(entry.id)}</id><title>{_text(entry.title)}</title><updated>{iso(entry.updated)}</updated>",
        f"<published>{iso(entry.published)}</published>" if entry.published is not None else "",
        f"<author><name>{_text(entry.author)}</name></author>" if entry.author else "",
        f'<link href="{escape(entry.link)}"/>',
        *(f'<link rel="enclosure" href="{escape(url)}" type="{escape(mime)}"/>' for url, mime in entry.enclosures),
        f'<content type="html">{_text(entry.html)}</content>' if entry.html else "",
        "</entry>",
    ]
    return "".join(parts)


def _text(text: str) -> str:
    """XML takes no control characters, escaped or not."""
    return escape("".join(c for c in text if c.isprintable() or c in "\n\t\u200c\u200d"), quote=False)
