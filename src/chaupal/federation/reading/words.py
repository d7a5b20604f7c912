"""The words of a post, read: what it says as harmless HTML and as plain text, its warning, its language."""

from collections.abc import Callable, Sequence
from html import escape

import msgspec

from chaupal.federation.reading.marks import MentionRead
from chaupal.federation.reading.values import Json, first_word, value_of, word_of
from chaupal.text import foreign, html, language
from chaupal.text.clean import clean_line

MOST_SPOILER, MOST_TITLE, MOST_SHORT = 500, 200, 600  # clusters


class TextRead(msgspec.Struct, frozen=True):
    html: str
    text: str
    spoiler: str
    language: str
    cut: bool


def words_of(
    said: Json, url: str, mentions: Sequence[MentionRead], *, linked: bool, beside: Sequence[tuple[str, str]], cut: bool
) -> TextRead:
    content, tongue = first_word(said, "content")
    title, title_tongue = first_word(said, "name")
    summary, summary_tongue = first_word(said, "summary")
    if linked:
        about = summary or _as_html(content, word_of(said, "mediaType"))
        body, more = _linked(title, about, url), False
        spoiler = ""
    else:
        read = foreign.read(
            _as_html(content, word_of(said, "mediaType")) if content.strip() else foreign.from_words(title)
        )
        body, more = read.html, read.cut
        spoiler = plain(summary, MOST_SPOILER)
    body += "".join(_led(at, name) for at, name in beside if escape(at) not in body)
    if cut or more:
        body += _led(url)
    text = foreign.text_of(body, _names(mentions))
    chosen = tongue or title_tongue or summary_tongue or _language_named(said)
    return TextRead(
        body,
        text,
        spoiler,
        (language.check_language(chosen) if chosen else None) or language.detect(text) or "und",
        cut or more,
    )


def _language_named(said: Json) -> str:
    """By an object of its own, as Lemmy and PeerTube do."""
    named = value_of(said, "language")
    return word_of(named, "identifier") if isinstance(named, dict) else ""


def _as_html(content: str, mime: str) -> str:
    """Content is HTML unless it says otherwise (ActivityStreams 2.0 vocabulary, `mediaType`)."""
    match mime.partition(";")[0].strip().lower():
        case "text/plain":
            return foreign.from_words(content[: foreign.MOST_READ])
        case "text/markdown":
            return html.markdown_html(content[: foreign.MOST_TEXT])
        case _:
            return content


def _linked(title: str, about: str, url: str) -> str:
    """What is no short text: what it is called, what it is about in a few words, and where it is."""
    heading = plain(title, MOST_TITLE)
    parts = [f"<p><strong>{escape(heading, quote=False)}</strong></p>"] if heading else []
    if short := plain(about, MOST_SHORT):
        parts.append(foreign.from_words(short))
    return "".join((*parts, _led(url)))


def _led(url: str, name: str = "") -> str:
    shown = escape(name or url, quote=False)
    return f'<p><a href="{escape(url)}" target="_blank" rel="{foreign.REL}">{shown}</a></p>'


def plain(words: str, most: int) -> str:
    """One paragraph of plain words of what may be HTML."""
    text = foreign.text_of(foreign.read(words).html) if "<" in words or "&" in words else words
    return clean_line(text, most)


def _names(mentions: Sequence[MentionRead]) -> Callable[[foreign.Link], str | None]:
    """Who is mentioned stands in the plain text as `@user@host`: `@user` alone would be somebody of ours."""
    by_uri = {one.uri: one.name for one in mentions}
    by_words: dict[str, set[str]] = {}
    for one in mentions:
        by_words.setdefault(one.name.split("@")[1].lower() if one.name else "", set()).add(one.name)

    def name(link: foreign.Link) -> str | None:
        if found := by_uri.get(link.href):
            return found
        if "hashtag" in link.classes or not link.words.startswith("@"):
            return None
        same = by_words.get(link.words.removeprefix("@").partition("@")[0].lower(), set())
        return next(iter(same)) if len(same) == 1 else None

    return name
