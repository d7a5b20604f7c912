"""A post's plain text as the HTML that Mastodon clients expect, longer texts of the house (Markdown), and foreign HTML
made harmless.

What we render is escaped by construction: only the tags written here can come out. What others send goes through nh3.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

import regex

from chaupal.text.clean import nfc
from chaupal.text.entities import Entity, find_entities

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt

MentionUrl = Callable[[str], tuple[str, str] | None]
TagUrl = Callable[[str], str]

LINK_SHOWN = 30  # characters of a link that are shown, as Mastodon does
_REL = "nofollow noopener noreferrer"

_PREFIX = regex.compile(r"https?://(?:www\.)?", regex.I)
_BLANK_LINES = regex.compile(r"\n[ \t]*+(?:\n[ \t]*+)+")
_INSIDE_A_LETTER = regex.compile(r"[\p{M}\u200c\u200d]")

_LINE_ENDS = regex.compile(r"<br\s*+/?>|</(?:li|div|h[1-6])\s*+>", regex.I)
_BLOCK_ENDS = regex.compile(r"</(?:p|blockquote|pre|ul|ol)\s*+>", regex.I)
_MANY_LINES = regex.compile(r"\n{3,}+")


def render(text: str, mention_url: MentionUrl, tag_url: TagUrl) -> str:
    """Paragraphs, line breaks, links, mentions and tags of a post as HTML; `""` for a blank one.

    `mention_url` gets a handle in small letters and gives (href, shown name), or None to leave the mention as text;
    `tag_url` gets a tag as typed, without sigil, and gives its href.
    """
    text = nfc(text).strip()
    if not text:
        return ""
    parts: list[str] = []
    end = 0
    for entity in find_entities(text):
        linked = _linked(entity, mention_url, tag_url)
        parts += escape(text[end : entity.start], quote=False), linked or escape(text[entity.start : entity.end])
        end = entity.end
    parts.append(escape(text[end:], quote=False))
    return _paragraphs("".join(parts))


@cache
def _text_only() -> "nh3.Cleaner":
    import nh3

    return nh3.Cleaner(tags=set(), attributes={})


def to_text(html: str) -> str:
    """The plain text of HTML: a blank line between paragraphs, `<br>` a line end, script and style gone."""
    marked = _LINE_ENDS.sub("\n", _BLOCK_ENDS.sub("\n\n", html))
    return _MANY_LINES.sub("\n\n", unescape(_text_only().clean(marked))).strip()


def _paragraphs(html: str) -> str:
    # Safe on finished HTML: no tag or attribute written here holds a line end.
    paragraphs = _BLANK_LINES.sub("</p><p>", html)
    return f"<p>{paragraphs.replace('\n', '<br>')}</p>"


def _linked(entity: Entity, mention_url: MentionUrl, tag_url: TagUrl) -> str | None:
    match entity.kind:
        case "url":
            return link(entity.text)
        case "tag":
            href, name = escape(tag_url(entity.text)), escape(entity.text)
            return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'
        case "mention":
            return _mention(mention_url(entity.text.lower()))


def _mention(known: tuple[str, str] | None) -> str | None:
    # A profile address may come from another server: no javascript: here.
    if known is None or not known[0].startswith(("https://", "http://", "/")):
        return None
    href, name = known
    return (
        f'<span class="h-card"><a href="{escape(href)}" class="u-url mention">@<span>{escape(name)}</span></a></span>'
    )


def link(url: str) -> str:
    """A link whose scheme and tail are there for copying but not shown."""
    found = _PREFIX.match(url)
    start = found.end() if found else 0
    cut = _cut(url, start)
    shown = "ellipsis" if cut < len(url) else ""
    return (
        f'<a href="{escape(url)}" rel="{_REL}" target="_blank"><span class="invisible">{url[:start]}</span>'
        f'<span class="{shown}">{escape(url[start:cut])}</span><span class="invisible">{escape(url[cut:])}</span></a>'
    )


def _cut(url: str, start: int) -> int:
    """Where the shown part ends: never between a letter and its marks."""
    cut = min(start + LINK_SHOWN, len(url))
    while cut < len(url) and _INSIDE_A_LETTER.match(url[cut]):
        cut += 1
    return cut


@lru_cache(maxsize=8_192)
def field_html(origin: str, value: str) -> str:
    """A value of a profile's table as HTML: links and tags, but no paragraph around it."""
    said = render(value, lambda name: (f"{origin}/@{name}", name), lambda tag: f"{origin}/tags/{tag}")
    return said.removeprefix("<p>").removesuffix("</p>")


MOST_LEVEL = 4
_LEVELS = {f"h{level}": f"h{min(level + 1, MOST_LEVEL)}" for level in range(1, 7)}  # the page's own title is the first
_TAGS = {"p", "br", "a", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr", *_LEVELS.values()}


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # brought in with the first long text: most pages have none

    return MarkdownIt("commonmark", {"html": False}).disable("image")


@cache
def _cleaner() -> "nh3.Cleaner":
    """What the reader writes is harmless by itself; this holds it to that."""
    import nh3

    return nh3.Cleaner(
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )


def markdown_html(text: str) -> str:
    """HTML; links to this server may be paths (`/about`)."""
    reader = _reader()
    tokens = reader.parse(text)
    for token in tokens:
        token.tag = _LEVELS.get(token.tag, token.tag)
    return _cleaner().clean(reader.renderer.render(tokens, reader.options, {}))
