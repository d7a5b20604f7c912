"""Looking at uploads: one's own, and the bytes of a file for whoever may see them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Literal

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.filed import Filed, bearer_of
from chaupal.policy.gate import check_open, reveal_one, subjects_of
from chaupal.policy.measures import HIDING
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.sealed import Judged, Sealed, Visible
from chaupal.policy.things import Picture
from chaupal.policy.verdict import Show
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.store.federation import limits, media as elsewhere, synchronising
from chaupal.store.identity.facts_cache import facts_for, rulings_in_force
from chaupal.store.machine.work import Reading
from chaupal.store.square import captions as captions_store, link_cards, media
from chaupal.store.square.people import sealed_people

MOST_TOLD = 100  # of a server who are looked at before it is said that a picture is for nobody there
PIECE = 1_000_000  # bytes: so much at once is read and sent, and before the next so much it is judged again

type Rendition = Literal["original", "small"]
RENDITIONS: tuple[Rendition, ...] = ("original", "small")


class CaptionsRead(msgspec.Struct, frozen=True):
    """Captions that the viewer may read, as WebVTT. `mark`: as a file's."""

    text: str
    mark: str


class MediaFile(msgspec.Struct, frozen=True):
    """A file that the viewer may see; `away`: still on another server. `mark` changes with the bytes, and with nothing else: who
    gets them gets the same ones, and who does not gets no mark. `again` judges it anew, and raises where it is not for them."""

    key: str
    mime: str
    mark: str
    again: Callable[[], Awaitable[object]]
    away: bool = False
    avatar: bool = False


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


async def own_upload(reads: Reads, viewer: Viewer, id_: int) -> Picture:
    """One's own upload. Raises NotFound."""
    if viewer.account is None:
        raise NotFound
    async with reads.work.reading() as reading:
        kept = or_not_found(await media.own(reading, id_, viewer.account))
    return kept.picture


async def picture_file(reads: Reads, viewer: Viewer, id_: int, rendition: Rendition, given: str) -> MediaFile:
    """A rendition of a picture, judged at this moment. `given`: a pass, by which an app says who asks (`policy.filed`).

    Raises NotFound for what is missing or not for the viewer, WithheldByLaw where a ruling keeps it from them, Gone
    where its account is suspended.
    """
    async with reads.work.reading() as reading:
        seen = await _reveal_to(reads, reading, viewer, await media.sealed_file(reading, id_), given, id_)
    original, small = media.file_keys(id_, seen.item.mime)
    found, mime = (small, media.SMALL) if rendition == "small" else (original, seen.item.mime)
    again = partial(picture_file, reads, viewer, id_, rendition, given)
    return MediaFile(found, mime, f"{id_}-{rendition}-{seen.item.stamp}", again, seen.item.away)


async def captions(reads: Reads, viewer: Viewer, id_: int, which: int, given: str) -> CaptionsRead:
    """What is said in a film or sound, judged as that is at this moment. Raises NotFound, WithheldByLaw, Gone."""
    async with reads.work.reading() as reading:
        await _reveal_to(reads, reading, viewer, await media.sealed_file(reading, id_), given, id_)
        text = or_not_found(await captions_store.body(reading, id_, which))
    return CaptionsRead(text, f"{id_}-captions-{which}")


async def card_file(reads: Reads, viewer: Viewer, post: int, given: str) -> MediaFile:
    """The picture of what a post's link leads to, judged with the post. Raises NotFound, WithheldByLaw, Gone."""
    async with reads.work.reading() as reading:
        seen = await _reveal_to(reads, reading, viewer, await link_cards.sealed_file(reading, post), given)
    again = partial(card_file, reads, viewer, post, given)
    return MediaFile(seen.item.key, seen.item.mime, f"{post}-card-{seen.item.stamp}", again)


async def portrait_file(reads: Reads, viewer: Viewer, account: int, name: str) -> MediaFile:
    """An avatar or header that its account shows now. Raises NotFound, WithheldByLaw, Gone."""
    key = f"portraits/{account}/{name}"
    async with reads.work.reading() as reading:
        people = await sealed_people(reading, [account])
        seen = await _reveal(reads, reading, viewer, Surface.PROFILE, people.get(account))
    if not name or key not in (seen.item.avatar, seen.item.header):
        raise NotFound
    again = partial(portrait_file, reads, viewer, account, name)
    return MediaFile(key, "image/webp", name, again, avatar=key == seen.item.avatar)


async def emoji_file(reads: Reads, viewer: Viewer, id_: int, name: str) -> MediaFile:
    """A picture for a `:name:` of another server, judged as all that is of that server. Raises NotFound, WithheldByLaw, Gone."""
    async with reads.work.reading() as reading:
        found = await elsewhere.sealed_emoji(reading, id_)
        seen = await _reveal(reads, reading, viewer, Surface.MEDIA, found[0] if found else None)
    if seen.item.key.rpartition("/")[2] != name:
        raise NotFound
    return MediaFile(
        seen.item.key, seen.item.mime, f"emoji-{id_}-{name}", partial(emoji_file, reads, viewer, id_, name)
    )


async def contents(reads: Reads, file: MediaFile) -> bytes:
    """The bytes of a file that was judged. Raises NotFound where they are gone."""
    return or_not_found(await reads.files.get(file.key))


async def size(reads: Reads, file: MediaFile) -> int:
    """How many bytes a file has that was judged. Raises NotFound where they are gone."""
    return or_not_found(await reads.files.size(file.key))


async def is_here(reads: Reads, file: MediaFile) -> bool:
    """Whether its bytes are here; those of a portrait may still be on another server."""
    return await reads.files.size(file.key) is not None


async def bytes_of(reads: Reads, file: MediaFile, start: int, length: int) -> bytes:
    """Some of the bytes of a file that was judged. Raises NotFound where they are gone."""
    return or_not_found(await reads.files.part(file.key, start, length))


async def pieces(reads: Reads, file: MediaFile, start: int, end: int) -> AsyncIterator[bytes]:
    """Its bytes from `start` to before `end`, a piece at a time, so that a film is never in memory as a whole.

    Each piece but the first is judged anew: an order is obeyed by a download under way, which raises then.
    """
    for at in range(start, end, PIECE):
        if at != start:
            await reads.work.fresh()  # the answer began long ago, by what was known then
            await file.again()
        yield await bytes_of(reads, file, at, min(PIECE, end - at))


async def _reveal[T: Judged](
    reads: Reads, reading: Reading, viewer: Viewer, surface: Surface, sealed: Sealed[T] | None
) -> Visible[T]:
    seen = or_not_found(reveal_one(viewer, surface, sealed, await facts_for(reading, viewer)))
    check_open(seen, reads.settings.origin)
    return seen


async def _reveal_to(
    reads: Reads,
    reading: Reading,
    viewer: Viewer,
    found: tuple[Sealed[Filed], str] | None,
    given: str,
    picture: int = 0,
) -> Visible[Filed]:
    """Whoever is signed in asks for themselves; else the one for whom the address was written, from where it is asked.

    Of people of another server one stands for all to whom its `picture` is shown there: the post came to them all with this address.
    """
    if found is None:
        raise NotFound
    sealed, key = found
    if viewer.account is None and (bearer := bearer_of(key, given)) is not None:
        server = await synchronising.server_of(reading, bearer)
        if not server or await limits.may_speak(reads.settings, reading, server):
            if await _lets_in(reading, viewer, bearer, sealed):
                return await _reveal(reads, reading, replace(viewer, account=bearer), Surface.MEDIA, sealed)
            for other in await _others_at(reading, server, picture):
                if await _lets_in(reading, viewer, other, sealed):
                    return await _reveal(reads, reading, replace(viewer, account=other), Surface.MEDIA, sealed)
    return await _reveal(reads, reading, viewer, Surface.MEDIA, sealed)


async def _others_at(reading: Reading, server: int, picture: int) -> list[int]:
    """Who else on a server is told of the post that a picture is in."""
    post = await media.post_of(reading, picture) if server and picture else None
    return [] if post is None else await synchronising.told_at(reading, server, post, MOST_TOLD)


async def _lets_in(reading: Reading, viewer: Viewer, account: int, sealed: Sealed[Filed]) -> bool:
    """Whether something is said to that account; whoever is suspended has no way in, by no address either.

    Of what is for everybody an author's address shows no more than anybody's where they were told that it is hidden there: others to
    whom they pass it on would see it.
    """
    held = (await rulings_in_force(reading)).on(account)
    if any(ruling.measure in SUSPENSION for ruling in held):
        return False
    asking = replace(viewer, account=account)
    seen = reveal_one(asking, Surface.MEDIA, sealed, await facts_for(reading, asking))
    if seen is None or subjects_of([sealed])[0].visibility not in FOR_EVERYBODY or not isinstance(seen.verdict, Show):
        return seen is not None
    return not any(ruling.measure in HIDING and ruling.binds(viewer.country) for ruling in seen.verdict.banners)
