"""What a web page says about itself: OpenGraph, the meta tags of old, its title; and where its oEmbed answer is."""

from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec
import regex

from chaupal.text.clean import clean_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

MOST_TITLE = 200  # clusters
MOST_DESCRIPTION = 300
MOST_NAME = 80
MOST_URL = 2_000

_CHARSET = regex.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", regex.I)
_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}")


class PageHead(msgspec.Struct, frozen=True):
    """Words cleaned and cut; addresses whole (http, https), or "". `oembed`: where more may be asked for.

    `creator`: `@name@host`, whom it names as its author (`fediverse:creator`).
    """

    title: str
    description: str = ""
    image: str = ""
    author: str = ""
    author_url: str = ""
    provider: str = ""
    language: str = ""
    oembed: str = ""
    creator: str = ""


def read_head(body: bytes, charset: str, url: str) -> PageHead:
    """The head of the page that was found at `url`. Never raises: a page may be anything."""
    page = _parsed(decoded(body, charset))
    metas: dict[str, str] = {}
    for meta in page.css("meta[content]"):
        name = (meta.attributes.get("property") or meta.attributes.get("name") or "").lower()
        if name:
            metas.setdefault(name, meta.attributes.get("content") or "")

    def first(*names: str) -> str:
        return next((metas[name] for name in names if metas.get(name, "").strip()), "")

    title = page.css_first("title")
    link = page.css_first('link[type="application/json+oembed"][href]')
    html = page.css_first("html")
    language = _LANGUAGE.match((html.attributes.get("lang") or "") if html is not None else "")
    author = first("author", "article:author", "twitter:creator")
    return PageHead(
        title=clean_line(first("og:title", "twitter:title") or (title.text() if title is not None else ""), MOST_TITLE),
        description=clean_line(first("og:description", "twitter:description", "description"), MOST_DESCRIPTION),
        image=whole(url, first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")),
        author="" if "://" in author else clean_line(author, MOST_NAME),
        author_url=whole(url, author) if "://" in author else "",
        provider=clean_line(first("og:site_name", "application-name"), MOST_NAME),
        language=language.group().lower() if language else "",
        oembed=whole(url, link.attributes.get("href") or "") if link is not None else "",
        creator=clean_line(first("fediverse:creator"), MOST_NAME),
    )


def links_of_me(body: bytes, charset: str, url: str) -> list[str]:
    """Where the page that was found at `url` says that its author is, too (rel="me"): whole addresses, without fragments."""
    page = _parsed(decoded(body, charset))
    found = (
        whole(url, link.attributes.get("href") or "")
        for link in page.css("a[rel][href], link[rel][href]")
        if "me" in (link.attributes.get("rel") or "").lower().split()
    )
    return [urldefrag(address).url for address in found if address]


def activity_of(body: bytes, url: str) -> str:
    """Where the page that was found at `url` says that the same stands for servers; "" where it does not."""
    link = _parsed(decoded(body, "")).css_first('link[rel~="alternate"][type="application/activity+json"][href]')
    return whole(url, link.attributes.get("href") or "") if link is not None else ""


def _parsed(page: str) -> "LexborHTMLParser":
    from selectolax.lexbor import LexborHTMLParser  # brought in with the first page that is looked at

    return LexborHTMLParser(page)


def whole(base: str, address: str) -> str:
    """An address as it stands on a page, as a whole one; "" for anything but http and https."""
    try:
        found = urljoin(base, address.strip()) if address.strip() else ""
        parts = urlsplit(found)
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and parts.hostname and len(found) <= MOST_URL and found.isprintable()
    return found if fine else ""


def decoded(body: bytes, charset: str) -> str:
    """As the header says, else as the page does, else UTF-8; what does not fit is left out."""
    named = _CHARSET.search(body[:4_000])
    for name in (charset, named[1].decode("ascii") if named else "", "utf-8"):
        try:
            return body.decode(name, "replace") if name else body.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")
