"""Films and sounds that wait are painted: once each, also after a restart, and what cannot be painted is said to have failed."""

import asyncio
import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from chaupal.kernel.clock import SECOND
from chaupal.kernel.logger import log
from chaupal.policy.things import Picture
from chaupal.social.context import Square
from chaupal.social.media import films
from chaupal.social.media.films import Film, NotPainted, UploadKind
from chaupal.store.square import media
from chaupal.store.square.media import UnpaintedUpload

HELD = 60 * SECOND  # somebody else's to paint after this, where whoever took it up has died
RENEWED = 20.0  # seconds
MOST_TRIES = 3  # a file on which the machine itself fails that often is not tried again


async def paint_waiting(square: Square) -> int:
    """Paint what waits, one after the other; how many were taken up."""
    async with square.work.reading() as reading:
        found = await media.waiting(reading, square.clock(), 10)
    return sum([await _take_up(square, one) for one in found])


async def paint(square: Square, id_: int) -> bool:
    """Paint this one now, where nobody does; False where it has failed."""
    async with square.work.reading() as reading:
        found = await media.waiting_one(reading, id_, square.clock())
    if found is not None:
        await _take_up(square, found)
    async with square.work.reading() as reading:
        return await media.state_of(reading, id_) != "failed"


async def _take_up(square: Square, waiting: UnpaintedUpload) -> bool:
    async with square.work.writing() as w:
        if not await media.hold(w, waiting.id, square.clock() + HELD):
            return False
        if waiting.tries >= MOST_TRIES:
            await media.failed(w, waiting.id)
    if waiting.tries >= MOST_TRIES:
        await square.files.drop(media.sent_key(waiting.id))
        return True
    try:
        async with _holding(square, waiting.id):
            await _paint(square, waiting)
    except NotPainted as problem:
        log.info("an upload cannot be painted", media=waiting.id, why=problem.message)
        async with square.work.writing() as w:
            await media.failed(w, waiting.id)
        await square.files.drop(media.sent_key(waiting.id))
    except asyncio.CancelledError:
        # The server is closing: whoever opens it next need not wait until the hold is over.
        async with square.work.writing() as w:
            await media.let_go(w, waiting.id)
        raise
    return True


async def _paint(square: Square, waiting: UnpaintedUpload) -> None:
    original, small = media.file_keys(waiting.id, waiting.mime)
    with tempfile.TemporaryDirectory(prefix="chaupal-film-") as folder:
        source, target = Path(folder) / "sent", Path(folder) / "kept"
        if not await square.files.fetch(media.sent_key(waiting.id), source):
            raise NotPainted("the file that was sent is gone")
        film = await films.paint(square.settings, source, UploadKind(waiting.kind, waiting.demuxer), target)
        await square.files.put_file(original, target)
        size = await asyncio.to_thread(lambda: target.stat().st_size)
        digest = await asyncio.to_thread(digest_of, target)
        if not waiting.has_small:
            await square.files.put(small, film.poster)
        async with square.work.writing() as w:
            ready = await media.painted(w, _painted(waiting, film), size, digest)
    await square.files.drop(media.sent_key(waiting.id))
    if not ready:  # taken back meanwhile
        for key in (original, small):
            await square.files.drop(key)


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of what a file holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _painted(waiting: UnpaintedUpload, film: Film) -> Picture:
    picture = Picture(
        waiting.id,
        waiting.mime,
        "",
        film.blurhash,
        film.width,
        film.height,
        film.poster_width,
        film.poster_height,
        kind=waiting.kind,
        length=film.length,
        frame_rate=film.frame_rate,
        bitrate=film.bitrate,
    )
    if not waiting.has_small:
        return picture
    return replace(
        picture, blurhash=waiting.blurhash, small_width=waiting.small_width, small_height=waiting.small_height
    )


@asynccontextmanager
async def _holding(square: Square, id_: int) -> AsyncGenerator[None]:
    """Renew the claim on a film while it is painted, which takes longer than one claim lasts."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEWED)
            async with square.work.writing() as w:
                await media.hold_on(w, id_, square.clock() + HELD)

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def as_file(upload: bytes | Path, folder: Path) -> Path:
    """A copy in a folder of its own, where nothing else lies."""
    path = folder / "sent"
    if isinstance(upload, bytes):
        path.write_bytes(upload)
    else:
        shutil.copyfile(upload, path)
    return path
