"""Looking at uploads: one's own, and the bytes of a file for whoever may see them."""

from collections.abc import AsyncIterator
from typing import Literal

import msgspec

from chaupal.kernel.errors import Gone, NotFound, WithheldByLaw
from chaupal.policy import epitaph
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Judged, Sealed, Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Picture
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store import cards, media
from chaupal.store.knowledge import facts_for
from chaupal.store.people import sealed_people
from chaupal.store.work import Reading

PIECE = 500_000  # bytes

type Rendition = Literal["original", "small"]
RENDITIONS: tuple[Rendition, ...] = ("original", "small")


class File(msgspec.Struct, frozen=True):
    """A file that the viewer may see. `mark` changes with whatever the verdict rested on, and with the bytes."""

    key: str
    mime: str
    mark: str


def rendition_of(name: str) -> Rendition:
    """`original` of `original.webp`. Raises NotFound."""
    stem, dot, ending = name.partition(".")
    for rendition in RENDITIONS:
        if rendition == stem and (ending.isalnum() or not dot):
            return rendition
    raise NotFound


def name_of(picture: Picture, rendition: Rendition) -> str:
    """How the address of a rendition ends: with its type, by which apps name the file that they save."""
    original, small = media.file_keys(picture.id, picture.mime)
    return (original if rendition == "original" else small).rpartition("/")[2]


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

    Raises NotFound for what is missing or not for the viewer, WithheldByLaw where a ruling keeps it from them, Gone
    where its account is suspended.
    """
    async with reads.work.reading() as reading:
        seen = await _reveal(reads, reading, viewer, Surface.MEDIA, await media.sealed_file(reading, id_, key))
        mark = _mark(reading, viewer, f"{id_}-{rendition}-{seen.item.stamp}")
    original, small = media.file_keys(id_, seen.item.mime)
    return File(small, media.SMALL, mark) if rendition == "small" else File(original, seen.item.mime, mark)


async def card_file(reads: Reads, viewer: Viewer, post: int, key: str) -> File:
    """The picture of what a post's link leads to, judged with the post. Raises NotFound, WithheldByLaw, Gone."""
    async with reads.work.reading() as reading:
        seen = await _reveal(reads, reading, viewer, Surface.MEDIA, await cards.sealed_file(reading, post, key))
        mark = _mark(reading, viewer, f"{post}-card-{seen.item.stamp}")
    return File(seen.item.key, seen.item.mime, mark)


async def portrait_file(reads: Reads, viewer: Viewer, account: int, name: str) -> File:
    """An avatar or header that its account shows now. Raises NotFound, WithheldByLaw, Gone."""
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


async def size(reads: Reads, file: File) -> int:
    """How many bytes a file has that was judged. Raises NotFound where they are gone."""
    found = await reads.files.size(file.key)
    if found is None:
        raise NotFound
    return found


async def part(reads: Reads, file: File, start: int, length: int) -> bytes:
    """Some of the bytes of a file that was judged. Raises NotFound where they are gone."""
    data = await reads.files.part(file.key, start, length)
    if data is None:
        raise NotFound
    return data


async def whole(reads: Reads, file: File, of: int) -> AsyncIterator[bytes]:
    """All `of` bytes of it, a piece at a time, so that a film is never in memory as a whole."""
    for start in range(0, of, PIECE):
        yield await part(reads, file, start, PIECE)


async def _reveal[T: Judged](
    reads: Reads, reading: Reading, viewer: Viewer, surface: Surface, sealed: Sealed[T] | None
) -> Visible[T]:
    seen = reveal_one(viewer, surface, sealed, await facts_for(reading, viewer))
    if seen is None:
        raise NotFound
    if isinstance(seen.verdict, Placeholder) and seen.verdict.scope == "suspended":
        raise Gone("This account is suspended")
    if isinstance(seen.verdict, Placeholder):
        raise WithheldByLaw(notice_url=reads.settings.origin + epitaph.notice_path(seen.verdict.ruling))
    return seen


def _mark(reading: Reading, viewer: Viewer, what: str) -> str:
    return f"{what}-{viewer.country}-{reading.memory.rulings_version}"
