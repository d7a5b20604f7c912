"""Pictures: taken in and painted anew, described, taken back; portraits; the sweeping of those nobody used."""

import asyncio
import math
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import regex
from msgspec.structs import replace

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Viewer
from chaupal.social import pictures
from chaupal.social.context import Square
from chaupal.store import media
from chaupal.store.work import Writing
from chaupal.text.clean import BadText, normalise_post

MOST_DESCRIPTION = 1_500  # clusters, as Mastodon's clients allow
MOST_DESCRIPTION_BYTES = 30_000
LOOSE_FOR = DAY  # ms until an upload that is in no post is forgotten
SWEPT_AT_ONCE = 100

_CLUSTER = regex.compile(r"\X")
# Decoding is the heaviest thing a stranger can ask for: two at a time, the rest wait their turn.
_painters = ThreadPoolExecutor(2, "pictures")


async def attach(
    square: Square, viewer: Viewer, upload: bytes, description: str = "", focus: tuple[float, float] = (0.0, 0.0)
) -> int:
    """The id of a new picture, not yet in any post. Raises Invalid for what is not an image that is taken here."""
    me = viewer.me
    description, focus = check_description(description), check_focus(focus)
    _check_size(square, upload)
    rendering = await _in_thread(pictures.render, upload, square.settings.max_media_pixels)
    picture = Picture(
        square.make_id(), rendering.mime, description, rendering.blurhash, rendering.width, rendering.height,
        rendering.small_width, rendering.small_height, focus, key=secrets.token_urlsafe(12),
    )  # fmt: skip
    original, small = media.file_keys(picture.id, picture.mime)
    try:
        await square.files.put(original, rendering.original)
        await square.files.put(small, rendering.small)
        async with square.work.writing() as w:
            await media.add(w, picture, owner=me, size=len(rendering.original))
    except BaseException:
        await _drop_files(square, picture.id, picture.mime)
        raise
    return picture.id


async def describe(
    square: Square, viewer: Viewer, id_: int, description: str | None, focus: tuple[float, float] | None
) -> None:
    """Change what was not None, of one's own upload that is in no post yet. Raises NotFound, Invalid."""
    me = viewer.me
    said = None if description is None else check_description(description)
    aim = None if focus is None else check_focus(focus)
    async with square.work.writing() as w:
        picture = await _own(w, id_, me)
        changed = replace(
            picture,
            description=picture.description if said is None else said,
            focus=picture.focus if aim is None else aim,
        )
        if not await media.describe(w, changed, me):
            raise NotFound


async def withdraw(square: Square, viewer: Viewer, id_: int) -> None:
    """Take back one's own upload that is in no post. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        picture = await _own(w, id_, me)
        if not await media.drop(w, id_, me):
            raise NotFound
    await _drop_files(square, id_, picture.mime)


async def keep_portrait(square: Square, viewer: Viewer, upload: bytes, kind: Literal["avatar", "header"]) -> str:
    """The file key of a new avatar or header, for the profile to name. Raises Invalid."""
    me = viewer.me
    _check_size(square, upload)
    size = pictures.AVATAR if kind == "avatar" else pictures.HEADER
    painted = await _in_thread(pictures.portrait, upload, square.settings.max_media_pixels, size)
    # A new name each time: the old picture is not looked up under the new one's address, and nobody guesses either.
    key = f"portraits/{me}/{secrets.token_hex(10)}.webp"
    await square.files.put(key, painted)
    return key


async def drop_portrait(square: Square, key: str) -> None:
    """Forget an avatar or header that no profile names any longer; "" is none."""
    if key.startswith("portraits/"):
        await square.files.drop(key)


async def sweep(square: Square) -> int:
    """Forget uploads that have been in no post for a day; how many went. A day is time to write a deleted post anew."""
    async with square.work.writing() as w:
        gone = await media.drop_loose(w, w.now() - LOOSE_FOR, SWEPT_AT_ONCE)
    for id_, mime in gone:
        await _drop_files(square, id_, mime)
    return len(gone)


def check_description(text: str) -> str:
    """The alt text as it is stored. Raises Invalid when it is too long or holds what no one typed."""
    try:
        text = normalise_post(text[: MOST_DESCRIPTION_BYTES + 1]).strip()
    except BadText as error:
        raise Invalid(f"Validation failed: Description {error}", description=error.reason) from error
    if len(text.encode()) > MOST_DESCRIPTION_BYTES or len(_CLUSTER.findall(text)) > MOST_DESCRIPTION:
        raise Invalid(
            f"Validation failed: Description is longer than {MOST_DESCRIPTION} characters", description="too long"
        )
    return text


def check_focus(focus: tuple[float, float]) -> tuple[float, float]:
    """A point within the picture, from -1 to 1 on both axes; what lies beyond is moved to the edge. Raises Invalid."""
    if not all(math.isfinite(at) for at in focus):
        raise Invalid("Validation failed: Focus must be two numbers from -1 to 1", focus="not a point")
    x, y = (max(-1.0, min(1.0, at)) for at in focus)
    return x, y


async def _own(w: Writing, id_: int, me: int) -> Picture:
    kept = await media.own(w, id_, me)
    if kept is None or kept.post is not None:
        raise NotFound
    return kept.picture


async def _in_thread[**P, R](paint: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await asyncio.get_running_loop().run_in_executor(_painters, lambda: paint(*args, **kwargs))


async def _drop_files(square: Square, id_: int, mime: str) -> None:
    for key in media.file_keys(id_, mime):
        await square.files.drop(key)


def _check_size(square: Square, upload: bytes) -> None:
    if not upload:
        raise Invalid("Validation failed: File can't be blank", file="can't be blank")
    if len(upload) > square.settings.max_media_bytes:
        raise Invalid(
            f"Validation failed: File is larger than {square.settings.max_media_bytes} bytes", file="too large"
        )
