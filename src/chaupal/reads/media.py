"""Looking at pictures: one's own uploads, and the bytes of a file for whoever may see them."""

from typing import Literal

import msgspec

from chaupal.kernel.errors import NotFound, WithheldByLaw
from chaupal.policy import epitaph
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Judged, Sealed, Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Picture
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store import media
from chaupal.store.knowledge import facts_for
from chaupal.store.people import sealed_people
from chaupal.store.work import Reading

type Rendition = Literal["original", "small"]


class File(msgspec.Struct, frozen=True):
    """A file that the viewer may see. `mark` changes with whatever the verdict rested on, and with the bytes."""

    key: str
    mime: str
    mark: str


async def own(reads: Reads, viewer: Viewer, id_: int) -> Picture:
    """One's own upload. Raises NotFound."""
    if viewer.account is None:
        raise NotFound
    async with reads.work.reading() as reading:
        kept = await media.own(reading, id_, viewer.account)
    if kept is None:
        raise NotFound
    return kept.picture


async def picture_file(reads: Reads, viewer: Viewer, id_: int, rendition: Rendition, key: str) -> File:
    """A rendition of a picture, judged at this moment. `key` stands for being in the audience of its post.

    Raises NotFound for what is missing or not for the viewer, WithheldByLaw where a ruling keeps it from them.
    """
    async with reads.work.reading() as reading:
        seen = await _reveal(reads, reading, viewer, Surface.MEDIA, await media.sealed_file(reading, id_, key))
        mark = _mark(reading, viewer, f"{id_}-{rendition}")
    original, small = media.file_keys(id_, seen.item.mime)
    return File(small, media.SMALL, mark) if rendition == "small" else File(original, seen.item.mime, mark)


async def portrait_file(reads: Reads, viewer: Viewer, account: int, name: str) -> File:
    """An avatar or header that its account shows now. Raises NotFound, WithheldByLaw."""
    key = f"portraits/{account}/{name}"
    async with reads.work.reading() as reading:
        people = await sealed_people(reading, [account])
        seen = await _reveal(reads, reading, viewer, Surface.PROFILE, people.get(account))
        mark = _mark(reading, viewer, name)
    if not name or key not in (seen.item.avatar, seen.item.header):
        raise NotFound
    return File(key, "image/webp", mark)


async def contents(reads: Reads, file: File) -> bytes:
    """The bytes of a file that was judged. Raises NotFound where they are gone."""
    data = await reads.files.get(file.key)
    if data is None:
        raise NotFound
    return data


async def _reveal[T: Judged](
    reads: Reads, reading: Reading, viewer: Viewer, surface: Surface, sealed: Sealed[T] | None
) -> Visible[T]:
    seen = reveal_one(viewer, surface, sealed, await facts_for(reading, viewer))
    if seen is None:
        raise NotFound
    if isinstance(seen.verdict, Placeholder):
        raise WithheldByLaw(notice_url=reads.settings.origin + epitaph.notice_path(seen.verdict.ruling))
    return seen


def _mark(reading: Reading, viewer: Viewer, what: str) -> str:
    return f"{what}-{viewer.country}-{reading.memory.rulings_version}"
