"""Uploads: pictures painted anew at once, films and sounds taken in to be painted; described, taken back; portraits; the sweeping."""

import asyncio
import hashlib
import math
import secrets
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeGuard

import regex
from msgspec.structs import replace

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import FilesUnwanted
from chaupal.social.media import films, painting, pictures
from chaupal.social.media.upload_types import HEAD, demuxer_of
from chaupal.social.typed import typed
from chaupal.store.identity import accounts, loose_files
from chaupal.store.machine.work import Writing
from chaupal.store.square import media
from chaupal.text.clean import trimmed

MOST_DESCRIPTION = 1_500  # clusters, as Mastodon's clients allow
MOST_DESCRIPTION_BYTES = 30_000
LOOSE_FOR = DAY  # ms until an upload that is in no post is forgotten
SWEPT_AT_ONCE = 100

_CLUSTER = regex.compile(r"\X")
# Decoding is the heaviest thing a stranger can ask for: two at a time, the rest wait their turn.
_painters = ThreadPoolExecutor(2, "pictures")


async def attach(
    square: Square,
    viewer: Viewer,
    upload: bytes | Path,
    description: str = "",
    focus: tuple[float, float] = (0.0, 0.0),
    *,
    thumbnail: bytes = b"",
    wait: bool = True,
) -> int:
    """The id of a new upload, not yet in any post. A picture is ready; a film or sound is where one waits for it.

    `upload`: its bytes, or the file that holds them. `thumbnail`: a picture that stands for it. Raises Invalid for what
    is not taken here.
    """
    me = viewer.me
    description, focus = check_description(description), check_focus(focus)
    head = upload[:HEAD] if isinstance(upload, bytes) else await asyncio.to_thread(_head, upload)
    if demuxer := demuxer_of(head):
        return await _attach_film(square, me, upload, demuxer, description, focus, thumbnail, wait=wait)
    _check_size(upload, square.settings.max_media_bytes)
    data = upload if isinstance(upload, bytes) else await asyncio.to_thread(upload.read_bytes)
    most = square.settings.max_media_pixels
    if films.ffmpeg(square.settings) is not None and await _in_thread(pictures.moves_too_long, data, most):
        return await _attach_film(square, me, data, "gif", description, focus, thumbnail, wait=wait)
    rendering = await _in_thread(pictures.render, data, most)
    small = await _in_thread(pictures.render, thumbnail, most) if thumbnail else rendering
    picture = Picture(
        id=square.make_id(),
        mime=rendering.mime,
        description=description,
        blurhash=small.blurhash,
        width=rendering.width,
        height=rendering.height,
        small_width=small.small_width,
        small_height=small.small_height,
        focus=focus,
        key=secrets.token_urlsafe(12),
    )
    digests = [hashlib.sha256(content).hexdigest() for content in (data, rendering.original)]
    async with _coming(square, picture, me, len(rendering.original), digests):
        original_key, small_key = media.file_keys(picture.id, picture.mime)
        await square.files.put(original_key, rendering.original)
        await square.files.put(small_key, small.small)
    return picture.id


@asynccontextmanager
async def _coming(
    square: Square, picture: Picture, me: int, size: int, digests: Sequence[str], demuxer: str = ""
) -> AsyncGenerator[None]:
    """The row before the files that are put within: those of a process that dies meanwhile are named by it, and swept as loose ones."""
    async with square.work.writing() as w:
        await media.add(w, picture, owner=me, size=size, demuxer=demuxer, digests=digests)
    try:
        yield
        async with square.work.writing() as w:
            if not await media.came(w, picture):
                raise NotFound  # it was swept, or went with whoever sent it: its files would stay, and nobody name them
    except Exception:  # a caller who goes away while the commit is under way takes no file of it along
        await drop_files(square, picture.id, picture.mime)
        async with square.work.writing() as w:
            await media.drop(w, picture.id, me)
        raise


async def _attach_film(
    square: Square,
    me: int,
    upload: bytes | Path,
    demuxer: str,
    description: str,
    focus: tuple[float, float],
    thumbnail: bytes,
    *,
    wait: bool,
) -> int:
    settings = square.settings
    _check_size(upload, settings.max_film_bytes)
    small = await _in_thread(pictures.render, thumbnail, settings.max_media_pixels) if thumbnail else None
    with tempfile.TemporaryDirectory(prefix="chaupal-film-") as folder:
        path = await asyncio.to_thread(painting.as_file, upload, Path(folder))
        sent = await films.probe(settings, path, demuxer)
        picture = Picture(
            id=square.make_id(),
            mime=sent.mime,
            description=description,
            blurhash=small.blurhash if small else "",
            width=0,
            height=0,
            small_width=small.small_width if small else 0,
            small_height=small.small_height if small else 0,
            focus=focus,
            kind=sent.kind,
            key=secrets.token_urlsafe(12),
            state="waiting",
        )
        digest = await asyncio.to_thread(painting.digest_of, path)
        size = await asyncio.to_thread(lambda: path.stat().st_size)
        async with _coming(square, picture, me, size, [digest], demuxer):
            await square.files.put_file(media.sent_key(picture.id), path)
            if small:
                await square.files.put(media.file_keys(picture.id, picture.mime)[1], small.small)
    if wait and not await painting.paint(square, picture.id):
        raise Invalid("file_unprocessed")
    return picture.id


async def describe(
    square: Square,
    viewer: Viewer,
    id_: int,
    description: str | None,
    focus: tuple[float, float] | None,
    thumbnail: bytes = b"",
) -> None:
    """Change what was given, of one's own upload that is in no post yet. Raises NotFound, Invalid."""
    me = viewer.me
    said = None if description is None else check_description(description)
    aim = None if focus is None else check_focus(focus)
    small = await _in_thread(pictures.render, thumbnail, square.settings.max_media_pixels) if thumbnail else None
    async with square.work.writing() as w:
        await accounts.hold(w, me)  # what two say of it at once stands in one row
        picture = await _own_upload(w, id_, me)
        if small and picture.state != "ready":
            raise Invalid("thumbnail_too_soon")
        changed = replace(
            picture,
            description=picture.description if said is None else said,
            focus=picture.focus if aim is None else aim,
        )
        if not await media.describe(w, changed, me):
            raise NotFound
    if small:
        await _new_small(square, picture, me, small)


async def _new_small(square: Square, picture: Picture, me: int, small: pictures.Rendering) -> None:
    await square.files.put(media.file_keys(picture.id, picture.mime)[1], small.small)
    changed = replace(picture, blurhash=small.blurhash, small_width=small.small_width, small_height=small.small_height)
    async with square.work.writing() as w:
        if not await media.new_small(w, changed, me):
            raise NotFound


async def withdraw(square: Square, viewer: Viewer, id_: int) -> None:
    """Take back one's own upload. Raises Invalid where it is in a post, NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        kept = await media.own(w, id_, me)
        if kept is not None and kept.post is not None:
            raise Invalid("file_in_use")
        if kept is None or not await media.drop(w, id_, me):
            raise NotFound
        let_go(w, [(id_, kept.picture.mime)])


async def keep_portrait(square: Square, viewer: Viewer, upload: bytes, kind: Literal["avatar", "header"]) -> str:
    """The file key of a new avatar or header, for the profile to name. Raises Invalid."""
    me = viewer.me
    _check_size(upload, square.settings.max_media_bytes)
    size = pictures.AVATAR if kind == "avatar" else pictures.HEADER
    painted = await _in_thread(pictures.portrait, upload, square.settings.max_media_pixels, size)
    # A new name each time: the old picture is not looked up under the new one's address, and nobody guesses either.
    key = f"portraits/{me}/{secrets.token_hex(10)}.webp"
    async with square.work.writing() as w:
        await loose_files.comes(w, key)
    try:
        await square.files.put(key, painted)
    except Exception:
        await drop_loose(square, [key])
        raise
    return key


async def name_portraits(w: Writing, named: Iterable[str | None], unnamed: Iterable[str | None]) -> None:
    """In the unit in which a profile names portraits, or others no more."""
    await loose_files.named(w, [key for key in named if is_portrait(key)])
    await loose_files.unwanted(w, filter(is_portrait, unnamed))


def is_portrait(key: str | None) -> TypeGuard[str]:
    """Whether it is a file of ours; "" is none, and of other servers a profile has the address."""
    return key is not None and key.startswith("portraits/")


async def drop_portrait(square: Square, key: str | None) -> None:
    """Forget an avatar or header that no profile names any longer."""
    if is_portrait(key):
        await square.files.drop(key)


async def sweep(square: Square) -> int:
    """Forget uploads that have been in no post for a day; how many went. A day is time to write a deleted post anew."""
    async with square.work.writing() as w:
        gone = await media.drop_loose(w, w.now() - LOOSE_FOR, SWEPT_AT_ONCE)
        let_go(w, gone)
    return len(gone) + await _sweep_files(square)


async def _sweep_files(square: Square) -> int:
    async with square.work.reading() as reading:
        over = await loose_files.over(reading, square.clock() - LOOSE_FOR, SWEPT_AT_ONCE)
    if over:
        await drop_loose(square, over)
    return len(over)


async def drop_loose(square: Square, keys: Sequence[str]) -> None:
    """The files first: of a process that dies before their rows go, the next one asks for them once more."""
    for key in keys:
        await square.files.drop(key)
    async with square.work.writing() as w:
        await loose_files.named(w, keys)


def check_description(text: str) -> str:
    """The alt text as it is stored. Raises Invalid when it is too long or holds what no one typed."""
    text = trimmed(typed(text[: MOST_DESCRIPTION_BYTES + 1], "description_unreadable"))
    if len(text.encode()) > MOST_DESCRIPTION_BYTES or len(_CLUSTER.findall(text)) > MOST_DESCRIPTION:
        raise Invalid("description_too_long", most=MOST_DESCRIPTION)
    return text


def check_focus(focus: tuple[float, float]) -> tuple[float, float]:
    """A point within the picture, from -1 to 1 on both axes; what lies beyond is moved to the edge. Raises Invalid."""
    if not all(math.isfinite(at) for at in focus):
        raise Invalid("focus_invalid")
    x, y = (max(-1.0, min(1.0, at)) for at in focus)
    return x, y


async def _own_upload(w: Writing, id_: int, me: int) -> Picture:
    kept = await media.own(w, id_, me)
    if kept is None or kept.post is not None:
        raise NotFound
    return kept.picture


async def painted(square: Square, data: bytes) -> pictures.Rendering:
    """A picture from elsewhere, painted anew as uploads are. Raises Invalid."""
    return await _in_thread(pictures.render, data, square.settings.max_media_pixels)


async def portrait(square: Square, data: bytes, size: tuple[int, int]) -> bytes:
    """An avatar or header in another size, or from elsewhere, painted as our own are. Raises Invalid."""
    return await _in_thread(pictures.portrait, data, square.settings.max_media_pixels, size)


async def _in_thread[**P, R](paint: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await asyncio.get_running_loop().run_in_executor(_painters, lambda: paint(*args, **kwargs))


def let_go(w: Writing, gone: Sequence[tuple[int, str]]) -> None:
    """The rows of these (id, type) go in this unit; their files once it is committed, whatever dies then, and not where it is not."""
    if gone:
        w.tell(FilesUnwanted(files=tuple(gone)))


def keys_of(id_: int, mime: str) -> tuple[str, ...]:
    """All files that there can be of an upload."""
    return (*media.file_keys(id_, mime), media.sent_key(id_))


def any_keys_of(id_: int) -> tuple[str, ...]:
    """The same, whatever it is painted as."""
    return tuple({key for mime in media.SUFFIX for key in keys_of(id_, mime)})


async def drop_files(square: Square, id_: int, mime: str) -> None:
    for key in keys_of(id_, mime):
        await square.files.drop(key)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _check_size(upload: bytes | Path, most: int) -> None:
    size = len(upload) if isinstance(upload, bytes) else upload.stat().st_size
    if not size:
        raise Invalid("file_blank")
    if size > most:
        raise Invalid("file_too_large", most=most)
