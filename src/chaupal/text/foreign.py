"""HTML that others wrote, as a post of ours may hold it: harmless, bounded, its links known one by one; and its plain text.

What may stay is what Mastodon lets stay (docs.joinmastodon.org/spec/activitypub/#sanitization), so that a post looks here as it
does there. Other elements go and their words stay; of a script or style nothing stays.
"""

from collections.abc import Callable
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple

import regex

from chaupal.text import html as ours
from chaupal.text.clean import nfc

if TYPE_CHECKING:
    import nh3

MOST_READ = 100_000  # letters of HTML that are read
# In those: whoever makes it harmless takes ten times as long for three times as many inside one another
MOST_TAGS = 8_000
MOST_TEXT = 20_000  # code points of words that are kept
MOST_NESTED = 20  # elements inside one another
MOST_LINKS = 200
REL = "nofollow noopener noreferrer"

_INLINE = {"a", "span", "del", "s", "code", "b", "strong", "u", "i", "em", "ruby", "rt", "rp", "br"}
_BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "li"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
# Blocks that go, as headings do; what they kept apart stays apart.
_APART = {
    *("address", "article", "aside", "details", "div", "figcaption", "figure", "footer", "header", "hr", "main", "nav"),
    *("section", "summary"),
    *("caption", "table", "td", "th", "tr"),
    *("dd", "dl", "dt"),
}
_ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "class", "translate"},
    "span": {"class", "translate"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}

_ATTRIBUTE = r'(?:\s[\w-]+="[^"]*")*+'
_CLASS = regex.compile(r"(?:h|p|u|dt|e)-[\w-]+|mention|hashtag|ellipsis|invisible|quote-inline")
# A heading with nothing but words in it; of any other the words stay.
_HEADING = regex.compile(
    rf"<h[1-6]{_ATTRIBUTE}>((?:(?!<(?:p|pre|blockquote|ul|ol|h[1-6])\b)(?!</h[1-6]>).)*+)</h[1-6]>", regex.S
)
_LEFT_OVER = regex.compile(rf"</?h[1-6]{_ATTRIBUTE}>")
_EDGE = rf"</?(?:{'|'.join(_APART)}){_ATTRIBUTE}>"
_ANY_EDGE, _EDGES = regex.compile(_EDGE), regex.compile(rf"(?<!\s)\s*+(?:{_EDGE}\s*+)++")
_ENDS_LINE = ("<br", *(f"<{end}{name}" for name in _BLOCKS for end in ("", "/")))
_BEGINS_LINE = tuple(f"{tag}>" for tag in _ENDS_LINE)
_LINK = regex.compile(rf"<a(?<attributes>{_ATTRIBUTE})>(?<inner>.*?)</a>", regex.S)
_NAMED = regex.compile(r'\s(?<name>[\w-]+)="(?<value>[^"]*)"')
_TAG = regex.compile(rf"<(?<end>/?)(?<name>[a-z0-9]+){_ATTRIBUTE}>")
_ADDRESS = regex.compile(r"https?://[^\s/]", regex.I)
# Each looks no further than to where the next one begins: thousands that never end are read once.
_MATH = regex.compile(r"<math\b[^<>]*+>(?:(?!<math\b).)*?</math\s*+>", regex.S | regex.I)
_TEX = regex.compile(
    r"<annotation\b[^<>]*encoding=[\"']application/x-tex[\"'][^<>]*+>((?:(?!<annotation\b).)*?)</annotation\s*+>",
    regex.S | regex.I,
)
_QUOTE_INLINE = regex.compile(
    rf'<(p|span)(?={_ATTRIBUTE}>)[^>]* ?class="[^"]*\bquote-inline\b[^"]*"{_ATTRIBUTE}>.*?</\1>', regex.S
)
# A run of spaces is looked at from its beginning alone: from each of a hundred thousand it would take half a minute.
_SPACES = regex.compile(r"(?<![ \t])[ \t]*+\n\s*+")
_AT_LINE_ENDS = regex.compile(r"^ ++|(?<! ) ++$", regex.M)
_UNSEEN = regex.compile(r"[\0\p{Cs}]|[\p{Cc}--[\n\t]]", regex.V1)
_EMPTY = regex.compile(r"<p(?: [^>]*)?></p>")


class Link(NamedTuple):
    """A link of a text: where it leads, its classes, and the words on it."""

    href: str
    classes: tuple[str, ...]
    words: str


class Foreign(NamedTuple):
    """Somebody's HTML as it may be shown. `cut`: there was more of it than is kept."""

    html: str
    links: tuple[Link, ...]
    cut: bool


def read(html: str) -> Foreign:
    """Made harmless and bounded; of what is too long or too deep the words stay, as far as they go."""
    cut = len(html) > MOST_READ
    html = html[:MOST_READ]
    if html.count("<") > MOST_TAGS:
        html, cut = "<".join(html.split("<", MOST_TAGS)[:-1]), True
    clean = _clean(html)
    if len(clean) > MOST_TEXT or _nested(clean) > MOST_NESTED:
        words = text_of(clean)
        if len(words) > MOST_TEXT or len(clean) > MOST_READ or _nested(clean) > MOST_NESTED:
            cut = cut or len(words) > MOST_TEXT
            clean = from_words(words[:MOST_TEXT])
    return Foreign(clean, links_of(clean), cut)


def from_words(words: str) -> str:
    """Plain words as HTML: paragraphs, line ends and links."""
    return _clean(ours.render(words, lambda _: None, lambda _: "")) if words.strip() else ""


def links_of(html: str) -> tuple[Link, ...]:
    """Every link of HTML that `read` made, in order."""
    if "<a" not in html:
        return ()
    return tuple(_link(found) for found, _ in zip(_LINK.finditer(html), range(MOST_LINKS), strict=False))


def lead(html: str, to: Callable[[Link], str | None]) -> str:
    """HTML that `read` made with some of its links leading elsewhere: where `to` says; None: as before."""

    def led(found: "regex.Match[str]") -> str:
        href = to(_link(found))
        if href is None:
            return found[0]
        classes = " ".join(_link(found).classes)
        return f'<a href="{escape(href)}" class="{classes}">{found["inner"]}</a>'

    return _LINK.sub(led, html) if "<a" in html else html


def without_quote(html: str) -> str:
    """Without the `RE: …` that servers add for those who show no quotes (FEP-044f)."""
    return _EMPTY.sub("", _QUOTE_INLINE.sub("", html)).strip()


def text_of(html: str, words: Callable[[Link], str | None] = lambda _: None) -> str:
    """The plain text of HTML that `read` made, composed (NFC). `words`: what stands for a link; None: the words on it."""

    def said(found: "regex.Match[str]") -> str:
        other = words(_link(found))
        return found["inner"] if other is None else escape(other, quote=False)

    html = _LINK.sub(said, html) if "<a" in html else html
    # A line end between elements is a space, but for where it is as typed.
    if "\n" in html and "<pre>" not in html:
        html = _SPACES.sub(" ", html)
    text = _paragraphs(html) or ours.to_text(html)
    return nfc(_AT_LINE_ENDS.sub("", text) if " \n" in text or "\n " in text else text)


def _paragraphs(html: str) -> str:
    """What `ours.to_text` makes of one paragraph or some without any other element, as most posts are; "" of anything else."""
    words = html.replace("<p>", "").replace("</p>", "\n\n")
    return "" if "<" in words or "\n\n\n" in words else unescape(words).strip()


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3  # brought in with the first foreign text

    return nh3.Cleaner(
        tags=_INLINE | _BLOCKS | _HEADINGS | _APART,
        clean_content_tags={"script", "style", "template", "iframe", "noscript"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=REL,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    match name:
        case "class":
            return " ".join(one for one in value.split()[:8] if _CLASS.fullmatch(one)) or None
        case "href":
            return value if _ADDRESS.match(value) and len(value) <= 2_048 else None
        case "translate":
            return value if value == "no" else None
        case "start" | "value":
            return value if value.isascii() and value.isdigit() and len(value) < 7 else None
        case _:
            return value[:35]


def _clean(html: str) -> str:
    if "<math" in html:
        html = _MATH.sub(_as_tex, html)
    clean = _cleaner().clean(_UNSEEN.sub("", html))
    if "<h" in clean:
        clean = _LEFT_OVER.sub("", _HEADING.sub(r"<p><strong>\1</strong></p>", clean))
    if _ANY_EDGE.search(clean):  # which finds that there is none five times as fast
        clean = _EDGES.sub(_line_end, clean)
    if "<a" in clean:
        clean = _LINK.sub(_only_if_it_leads, clean)
    return nfc(clean).strip()


def _as_tex(found: "regex.Match[str]") -> str:
    """Formulas in the words of TeX, where they bring them along (FEP-dc88)."""
    tex = _TEX.search(found[0])
    if tex is None:
        return found[0]
    mark = "$$" if 'display="block"' in found[0][:200] else "$"
    return f"{mark}{escape(unescape(tex[1]), quote=False)}{mark}"


def _line_end(found: "regex.Match[str]") -> str:
    """Where a line begins or ends anyway there is nothing to keep apart."""
    words, begins, ends = found.string, found.start(), found.end()
    begun = not begins or words.endswith(_BEGINS_LINE, 0, begins)
    return "" if begun or ends == len(words) or words.startswith(_ENDS_LINE, ends) else "<br>"


def _only_if_it_leads(found: "regex.Match[str]") -> str:
    return found[0] if ' href="' in found["attributes"] else found["inner"]


def _link(found: "regex.Match[str]") -> Link:
    attributes = {one["name"]: unescape(one["value"]) for one in _NAMED.finditer(found["attributes"])}
    words = unescape(_TAG.sub("", found["inner"]))
    return Link(attributes.get("href", ""), tuple(attributes.get("class", "").split()), words.strip())


def _nested(html: str) -> int:
    """How deep the deepest element stands."""
    deepest = depth = 0
    if html.count("<") <= MOST_NESTED:
        return 0  # whatever it is, it is not too deep
    for found in _TAG.finditer(html):
        if found["name"] == "br":
            continue
        depth += -1 if found["end"] else 1
        deepest = max(deepest, depth)
    return deepest
