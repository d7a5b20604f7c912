"""Longer texts of the house, typed as Markdown (CommonMark), as HTML: headings, lists, links, emphasis; no foreign HTML, no pictures."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt

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


def render(text: str) -> str:
    """HTML; links to this server may be paths (`/about`)."""
    reader = _reader()
    tokens = reader.parse(text)
    for token in tokens:
        token.tag = _LEVELS.get(token.tag, token.tag)
    return _cleaner().clean(reader.renderer.render(tokens, reader.options, {}))
