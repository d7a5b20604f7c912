"""Files of pictures, films and sounds, judged at every request: an order is obeyed here as on the page that the picture stands on."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec
import regex

from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.http.headers import CSP, FILE_CSP, is_known
from chaupal.http.paging import Number
from chaupal.kernel.errors import NotFound, Unavailable
from chaupal.kernel.shelf import Shelf
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import media
from chaupal.reads.posts.media import MediaFile
from chaupal.social.media import media as uploads, pictures

if TYPE_CHECKING:
    from chaupal.federation.context import Federation

MOST_AT_ONCE = 2_000_000  # bytes of one answer to a Range
VTT = "text/vtt; charset=utf-8"
WHOLE = (0, -1)
SMALL_KEPT = 1_000  # some 4 kB each
_small: Shelf[str, bytes] = Shelf(SMALL_KEPT)
_RANGE = regex.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", regex.ASCII)


class Picture(msgspec.Struct, kw_only=True):
    """A picture's rendition, `original` or `small`, with or without the ending that the API's addresses have (apps name
    files by it). `k`: the pass of an app that cannot say who asks.
    """

    id: Number
    rendition: str
    k: str = ""


class Captions(msgspec.Struct, kw_only=True):
    """Captions of a film or sound, by their own id. `k`: a pass, as the film's."""

    id: Number
    captions: Number
    k: str = ""


class CardImage(msgspec.Struct, kw_only=True):
    """The picture of what a post's link leads to. `k`: a pass, as a picture's."""

    id: Number
    k: str = ""


class Portrait(msgspec.Struct, kw_only=True):
    """An account's avatar or header; `small`: the avatar as it stands beside a post."""

    account: Number
    name: str
    small: bool = False


class EmojiAsked(msgspec.Struct, kw_only=True):
    """A picture that stands for a `:name:` with people of another server."""

    emoji: Number
    name: str


async def picture(call: Call[Picture]) -> Answer:
    """What is still on another server is fetched for whoever may see it: they go nowhere else for it."""
    asked, rendition = call.args, media.rendition_of(call.args.rendition)
    file = await media.picture_file(call.house.reads, call.viewer, asked.id, rendition, asked.k)
    if file.away:
        await _bring(call, lambda fed, elsewhere: elsewhere.fetch(fed, asked.id))
        file = await media.picture_file(call.house.reads, call.viewer, asked.id, rendition, asked.k)
        if file.away:
            raise Unavailable
    return await _send(call, file)


async def _bring(call: Call[Any], fetch: "Callable[[Federation, ModuleType], Awaitable[bool]]") -> None:
    """Raises Unavailable where it cannot be had now, NotFound where no other server is talked to."""
    if call.house.federation is None:
        raise NotFound
    from chaupal.federation import media as elsewhere  # brought in with the first picture of another server

    if not await fetch(call.house.federation, elsewhere):
        raise Unavailable


async def captions(call: Call[Captions]) -> Answer:
    """Judged as the film is, each time; small enough to be sent whole."""
    asked = call.args
    read = await media.captions(call.house.reads, call.viewer, asked.id, asked.captions, asked.k)
    headers = _headers(f"captions-{asked.id}.vtt", read.mark)
    if is_known(call.headers, f'"{read.mark}"'):
        return Answer(b"", 304, VTT, headers)
    return Answer(read.text.encode(), mime=VTT, headers=headers)


async def card(call: Call[CardImage]) -> Answer:
    return await _send(call, await media.card_file(call.house.reads, call.viewer, call.args.id, call.args.k))


async def portrait(call: Call[Portrait]) -> Answer:
    asked = call.args
    file = await media.portrait_file(call.house.reads, call.viewer, asked.account, asked.name)
    if call.house.federation is not None and not await media.is_here(call.house.reads, file):
        await _bring(call, lambda fed, elsewhere: elsewhere.fetch_portrait(fed, asked.account, file.key))
        _small.items.pop(file.key, None)
    return await (_send_small if asked.small and file.avatar else _send)(call, file)


async def _send_small(call: Call[Portrait], file: MediaFile) -> Answer:
    """Painted by whoever asks until it is kept. A new picture has a new key, unless another server puts it at the old address."""
    mark = f"{file.mark}-small"
    headers = _headers(file.key.replace("/", "-"), mark)
    if is_known(call.headers, f'"{mark}"'):
        return Answer(b"", 304, file.mime, headers)
    small = _small.items.get(file.key)
    if small is None:
        whole = await media.contents(call.house.reads, file)
        small = await uploads.portrait(call.house.square, whole, pictures.SMALL_AVATAR)
        _small.put(file.key, small)
    return Answer(small, mime=file.mime, headers=headers)


async def emoji(call: Call[EmojiAsked]) -> Answer:
    """Fetched when it is first looked at, as all that is of other servers."""
    asked = call.args
    file = await media.emoji_file(call.house.reads, call.viewer, asked.emoji, asked.name)
    if not await media.is_here(call.house.reads, file):
        await _bring(call, lambda fed, elsewhere: elsewhere.fetch_emoji(fed, asked.emoji))
    return await _send(call, file)


async def _send(call: Call[Any], file: MediaFile) -> Answer:
    # Only what may be shown at this moment gets here, so "not modified" never outlives a ruling.
    headers = headers_of(file)
    if is_known(call.headers, f'"{file.mark}"'):
        return Answer(b"", 304, file.mime, headers)
    reads = call.house.reads
    size = await media.size(reads, file)
    asked = call.headers.get("range", "")
    if asked and call.headers.get("if-range", f'"{file.mark}"') == f'"{file.mark}"':
        span = span_of(asked, size)
        if span is None:
            return Answer(b"", 416, file.mime, [*headers, ("content-range", f"bytes */{size}")])
        if span != WHOLE:
            start, end = span
            headers.append(("content-range", f"bytes {start}-{end - 1}/{size}"))
            if end - start > media.PIECE:
                there = media.pieces(reads, file, start, end)
                return Answer(status=206, mime=file.mime, headers=headers, pieces=there, length=end - start)
            return Answer(await media.bytes_of(reads, file, start, end - start), 206, file.mime, headers)
    if size > media.PIECE:
        return Answer(mime=file.mime, headers=headers, pieces=media.pieces(reads, file, 0, size), length=size)
    return Answer(await media.contents(reads, file), mime=file.mime, headers=headers)


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """Which bytes a Range header asks for (RFC 9110 §14.2): from, to (not included). None: there are no such bytes.

    WHOLE for what is no range of one piece: such a header is as none. No more than a part is given at once, so that a
    film is asked for again and again while it is played, and judged each time.
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return WHOLE
    if not found[1]:  # the last so many
        last = int(found[2])
        return (max(0, size - last), min(size, max(0, size - last) + MOST_AT_ONCE)) if last and size else None
    start, end = int(found[1]), int(found[2]) + 1 if found[2] else size
    if found[2] and end <= start:
        return WHOLE
    return (start, min(end, size, start + MOST_AT_ONCE)) if start < size else None


def headers_of(file: MediaFile) -> list[tuple[str, str]]:
    """Of a file that is sent in parts, too."""
    return [*_headers("-".join(file.key.split("/")[1:]), file.mark), ("accept-ranges", "bytes")]


def _headers(name: str, mark: str) -> list[tuple[str, str]]:
    """Kept by the reader's own browser, and asked about each time: verdicts change, and differ by country."""
    return [
        ("cache-control", "private, no-cache"),
        ("content-disposition", f'inline; filename="{name}"'),
        ("etag", f'"{mark}"'),
        # Web apps of other origins show pictures too, and may read those that anybody may see.
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        (CSP, FILE_CSP),
    ]


FILE: dict[str, Any] = {"shape": Shape.FILE, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/media/{id}/{rendition}", picture, Surface.MEDIA, **FILE),
    get("/media/{id}/captions/{captions}", captions, Surface.MEDIA, **FILE),
    get("/media/emoji/{emoji}/{name}", emoji, Surface.MEDIA, **FILE),
    get("/cards/{id}", card, Surface.MEDIA, **FILE),
    get("/media/portraits/{account}/{name}", portrait, Surface.PROFILE, **FILE),
)
