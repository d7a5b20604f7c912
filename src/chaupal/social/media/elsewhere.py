"""Files of other servers: painted anew as uploads are, kept for some days, and let go of."""

import asyncio
import hashlib
import tempfile
from pathlib import Path

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid
from chaupal.policy.things import Picture
from chaupal.social.context import Square
from chaupal.social.media import films, media, painting, pictures
from chaupal.social.media.upload_types import HEAD, demuxer_of
from chaupal.store.federation import media as store
from chaupal.store.federation.media import FetchedFile, FileElsewhere
from chaupal.store.identity import loose_files
from chaupal.store.square import media as media_store

SWEPT_AT_ONCE = 100


async def keep(square: Square, away: FileElsewhere, data: bytes) -> None:
    """A file that was fetched is here from now on. Raises Invalid for what is not taken here."""
    demuxer = demuxer_of(data[:HEAD])
    if not demuxer and films.ffmpeg(square.settings) is not None:
        demuxer = (
            "gif" if await asyncio.to_thread(pictures.moves_too_long, data, square.settings.max_media_pixels) else ""
        )
    await (_keep_film(square, away, data, demuxer) if demuxer else _keep_picture(square, away, data))


async def _keep_picture(square: Square, away: FileElsewhere, data: bytes) -> None:
    painted = await media.painted(square, data)
    picture = Picture(
        id=away.id,
        mime=painted.mime,
        description="",
        blurhash=painted.blurhash,
        width=painted.width,
        height=painted.height,
        small_width=painted.small_width,
        small_height=painted.small_height,
        remote_url=away.url,
    )
    original, small = media_store.file_keys(away.id, painted.mime)
    await square.files.put(original, painted.original)
    await square.files.put(small, painted.small)
    async with square.work.writing() as w:
        digest = hashlib.sha256(painted.original).hexdigest()
        await store.fetched(w, picture, away.post, len(painted.original), digest)
        gone = not await store.is_known(w, away.id)  # with its post, meanwhile
        if gone:
            await loose_files.unwanted(w, (original, small))
        else:
            await loose_files.named(w, media.any_keys_of(away.id))  # of a process that died as it let go of them
    if gone:
        await media.drop_loose(square, (original, small))


async def _keep_film(square: Square, away: FileElsewhere, data: bytes, demuxer: str) -> None:
    with tempfile.TemporaryDirectory(prefix="chaupal-film-") as folder:
        path = await asyncio.to_thread(painting.as_file, data, Path(folder))
        sent = await films.probe(square.settings, path, demuxer)
        await square.files.put_file(media_store.sent_key(away.id), path)
    async with square.work.writing() as w:
        waits = await store.to_paint(w, away.id, sent.mime, sent.kind, sent.demuxer)
    painted = waits and await painting.paint(square, away.id)
    async with square.work.writing() as w:
        if painted:
            await store.painted(w, away.id, away.post)
            await loose_files.named(w, media.any_keys_of(away.id))
        else:
            await store.back(w, away.id)
    if not painted:
        await square.files.drop(media_store.sent_key(away.id))
        raise Invalid("file_unprocessed")


async def sweep(square: Square) -> int:
    """Let go of files that were fetched long ago; how many went. What is held as evidence stays."""
    before = square.clock() - square.settings.remote_media_days * DAY
    async with square.work.reading() as reading:
        old = await store.old(reading, before, SWEPT_AT_ONCE)
        portraits = await store.old_portraits(reading, before, SWEPT_AT_ONCE)
    async with square.work.writing() as w:
        await store.forget_portraits(w, portraits)
        await loose_files.unwanted(w, portraits)
    await media.drop_loose(square, portraits)
    return await _let_go(square, old) + len(portraits)


async def drop_all_of(square: Square, server: int) -> int:
    """Let go of all that was fetched of a server's people; how many files went."""
    gone = 0
    while True:
        async with square.work.reading() as reading:
            found = await store.of_server(reading, server, SWEPT_AT_ONCE)
        went = await _let_go(square, found)
        gone += went
        if not went:
            return gone


async def _let_go(square: Square, found: list[FetchedFile]) -> int:
    async with square.work.writing() as w:
        gone = [one for one in found if await store.let_go(w, one)]
        keys = [key for one in gone for key in media.keys_of(one.id, one.mime)]
        await loose_files.unwanted(w, keys)
    await media.drop_loose(square, keys)
    return len(gone)
