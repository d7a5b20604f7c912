"""Pictures, films and sounds that come with a post, read: where they are, what they are, what is said of them."""

from collections.abc import Sequence
from urllib.parse import unquote

import msgspec
import regex

from chaupal.federation.reading.values import (
    Json,
    first_word,
    flag_of,
    kinds_of,
    links_of,
    number_of,
    value_of,
    values_of,
    word_of,
)
from chaupal.text.clean import clean_line, trimmed

MOST_FILES = 16
MOST_BESIDE = 4  # links that are attached
MOST_DESCRIPTION = 1_500  # clusters
_DURATION = regex.compile(
    r"P?T?(?:(\d{1,6}(?:\.\d{1,6})?)H)?(?:(\d{1,6}(?:\.\d{1,6})?)M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?"
)


class FileRead(msgspec.Struct, frozen=True):
    """A picture, film or sound that is attached. `kind`: image, video, audio, or "" where nothing tells."""

    url: str
    mime: str
    kind: str
    description: str = ""
    blurhash: str = ""
    focus: tuple[float, float] = (0.0, 0.0)
    width: int = 0
    height: int = 0
    length: int = 0  # ms


_ENDS = {
    "image": ("jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif", "jxl", "tif", "tiff", "bmp"),
    "video": ("mp4", "webm", "mov", "m4v", "mkv", "ogv"),
    "audio": ("mp3", "ogg", "oga", "opus", "m4a", "flac", "wav", "aac"),
}
_KIND_OF_END = {end: kind for kind, ends in _ENDS.items() for end in ends}
_KIND_OF_TYPE = {"Image": "image", "Video": "video", "Audio": "audio"}
_OF_PEOPLE = frozenset({"PropertyValue", "Note", "Question"})
_NO_FILES = frozenset({"Note", "Article", "Page", "Link", "PropertyValue", "Question"})


def files_of(said: Json) -> tuple[tuple[FileRead, ...], bool]:
    """What is attached and can be shown, and whether there was more."""
    given = [one for one in values_of(said, "attachment", MOST_FILES * 2) if isinstance(one, dict)]
    found = [file for one in given if (file := _file(one)) is not None]
    distinct = {file.url: file for file in reversed(found)}
    files = tuple(reversed(distinct.values()))
    return files[:MOST_FILES], len(files) > MOST_FILES


def _file(said: Json) -> FileRead | None:
    kinds = kinds_of(said)
    links = links_of(said, "url") or links_of(said, "href")
    own = word_of(said, "mediaType").lower()
    shown = [(at, mime, _kind(at, mime or own, kinds)) for at, mime in links]
    url, mime, kind = next((one for one in shown if one[2]), shown[0] if shown else ("", "", ""))
    if not url or _NO_FILES & {*kinds} or not (kind or kinds or own):
        return None
    if not kind and (mime or own or "Document" not in kinds or _end(url)):
        return None  # a text, a table: no picture of it can be shown
    return FileRead(
        url,
        mime or own,
        kind,
        _description(said),
        word_of(said, "blurhash", 100),
        _focus(said),
        number_of(value_of(said, "width"), 65_535),
        number_of(value_of(said, "height"), 65_535),
        _length(said),
    )


def _kind(url: str, mime: str, kinds: Sequence[str]) -> str:
    family, _, form = mime.partition("/")
    if form.startswith("svg") or _end(url) in ("svg", "eps"):
        return ""  # programs rather than pictures
    if family in _ENDS:
        return family
    return (
        ""
        if mime
        else next((_KIND_OF_TYPE[one] for one in kinds if one in _KIND_OF_TYPE), _KIND_OF_END.get(_end(url), ""))
    )


def _end(url: str) -> str:
    """What the name of a file ends in, after its point; "" where it has none."""
    name = unquote(url.partition("?")[0].partition("#")[0].rpartition("/")[2])
    return name.rpartition(".")[2].lower() if "." in name[1:] else ""


def _description(said: Json) -> str:
    words = next((one for name in ("name", "summary", "content") if (one := first_word(said, name)[0]).strip()), "")
    lines = [clean_line(line, MOST_DESCRIPTION) for line in words[: MOST_DESCRIPTION * 8].splitlines()]
    return trimmed("\n".join(lines))[:MOST_DESCRIPTION]


def _focus(said: Json) -> tuple[float, float]:
    point = value_of(said, "focalPoint")
    if not isinstance(point, list) or len(point) != 2 or not all(isinstance(at, int | float) for at in point):
        return (0.0, 0.0)
    x, y = (float(max(-1, min(1, at))) for at in point)
    return x, y


def _length(said: Json) -> int:
    """Milliseconds of an `xsd:duration`, as far as films and sounds go: hours, minutes, seconds."""
    found = _DURATION.fullmatch(word_of(said, "duration", 40))
    if found is None:
        return 0
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return min(int(((hours * 60 + minutes) * 60 + seconds) * 1_000), 10**9)


def beside_of(said: Json) -> list[tuple[str, str]]:
    """(address, what it is called) of what is attached and is no picture, film or sound: pages, texts, tables."""
    found: list[tuple[str, str]] = []
    for one in values_of(said, "attachment", MOST_FILES):
        links = (links_of(one, "href") or links_of(one, "url")) if isinstance(one, dict) else []
        if links and not _OF_PEOPLE & {*kinds_of(one)} and _file(one) is None and len(found) < MOST_BESIDE:
            found.append((links[0][0], word_of(one, "name")))
    return found


def is_shy(said: Json) -> bool:
    """Some say of each file by itself that not everybody wants to see it; here it is said of the post."""
    return any(isinstance(one, dict) and flag_of(one, "sensitive") for one in values_of(said, "attachment", MOST_FILES))
