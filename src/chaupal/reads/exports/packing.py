"""One's whole data in one ZIP, written piece by piece: however much there is, little of it is in memory at once."""

import asyncio
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from chaupal.policy.things import Person, Picture, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.exports import export_files
from chaupal.reads.people import account_status as standing, filtering, hidden_servers
from chaupal.reads.people.account_status import Marks
from chaupal.reads.posts import drafts_and_scheduled
from chaupal.store.square import captions, media
from chaupal.text.handles import whole

MOST_MEDIA = 4_000_000_000  # bytes of pictures and films in one archive; of the others it has the addresses
CHUNK = 500_000  # bytes

# How far it has come: (things done, of how many). False where nobody waits any more.
type Report = Callable[[int, int], Awaitable[bool]]

_encode = msgspec.json.Encoder(order="deterministic").encode
_picture = msgspec.json.Decoder(tuple[int, Picture]).decode


class ExportUnwanted(Exception):
    """Nobody waits for it any more."""


async def pack(reads: Reads, viewer: Viewer, path: Path, report: Report) -> None:
    """Write it into `path`: all of one's own, whole, and of others addresses, stubs where they are withheld.

    Raises ExportUnwanted where `report` says so.
    """
    person, login = await standing.myself(reads, viewer)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryFile() as pictures,
        tempfile.TemporaryFile() as page,
    ):
        packing = _Packing(reads, viewer, person, archive, pictures, page, report)
        packing.add("profile.json", export_files.profile(packing.origin, person, login))
        packing.add("actor.json", export_files.actor(packing.origin, person))
        await packing.posts()
        await packing.ties()
        await packing.own_lists()
        await packing.files()


class _Packing:
    def __init__(
        self,
        reads: Reads,
        viewer: Viewer,
        person: Person,
        archive: zipfile.ZipFile,
        pictures: IO[bytes],
        page: IO[bytes],
        report: Report,
    ) -> None:
        self.origin = reads.settings.origin
        self._reads, self._viewer, self._person = reads, viewer, person
        self._archive, self._pictures, self._page, self._report = archive, pictures, page, report
        self._at, self._total, self._shown = 0, 0, 0

    def add(self, name: str, content: Any) -> None:
        """Something small."""
        self._archive.writestr(
            name, content if isinstance(content, str) else msgspec.json.format(_encode(content), indent=1)
        )

    async def posts(self) -> None:
        """Twice through one's posts: as this server knows them, then as others take them in. Pictures are noted."""
        count = 0
        self._total = 2 * await standing.how_many(self._reads, self._viewer)
        self._page.write(export_files.head(self.origin, self._person, self._viewer.language).encode())
        with self._archive.open("posts.json", "w", force_zip64=True) as file:
            async for some in standing.my_posts(self._reads, self._viewer):
                lines = [export_files.post_of(self.origin, self._person, post) for post in some]
                await asyncio.to_thread(_write, file, lines, count == 0, b"[")
                await asyncio.to_thread(self._to_be_read, some)
                count += len(some)
                for picture in ((post.id, one) for post in some if not post.inner for one in post.pictures):
                    self._pictures.write(_encode(picture) + b"\n")
                    self._shown += 1
                await self._tell(len(some))
            file.write(b"]" if count else b"[]")
        self._total = 2 * count + self._shown
        self._page.seek(0)
        with self._archive.open("index.html", "w", force_zip64=True) as file:
            await asyncio.to_thread(shutil.copyfileobj, self._page, file, CHUNK)
        await self._outbox(count)

    def _to_be_read(self, some: Sequence[Post]) -> None:
        """Of others' posts, which one reposted, nothing stands here."""
        for post in some:
            if post.boost_of is None:
                told = export_files.article(self.origin, self._person, post, self._viewer.language)
                self._page.write(told.encode())

    async def _outbox(self, count: int) -> None:
        first, head = True, _encode(export_files.outbox_head(count))[:-1] + b',"orderedItems":['
        with self._archive.open("outbox.json", "w", force_zip64=True) as file:
            async for some in standing.my_posts(self._reads, self._viewer, upward=True):
                own = [
                    export_files.activity(self.origin, self._reads.settings.domain, self._person, post)
                    for post in some
                    if post.boost_of is None
                ]
                await asyncio.to_thread(_write, file, own, first, head)
                first = first and not own
                await self._tell(len(some))
            file.write((head if first else b"") + b"]}")

    async def ties(self) -> None:
        """Whom one follows, blocks and mutes, and posts that one marked, in the sheets that Mastodon takes in."""
        domain, people = self._reads.settings.domain, self._people
        await self._sheet(
            "following_accounts.csv",
            export_files.FOLLOWING,
            (export_files.followed(whole(who, domain), tie) async for who, tie in people("following")),
        )
        await self._sheet(
            "followers.csv", export_files.FOLLOWERS, ((whole(who, domain),) async for who, _ in people("followers"))
        )
        hidden = await hidden_servers.newest(self._reads, self._viewer)
        self.add("blocked_domains.csv", export_files.sheet((), ((server.domain,) for server in hidden)))
        await self._sheet("blocked_accounts.csv", (), ((whole(who, domain),) async for who, _ in people("blocks")))
        await self._sheet(
            "muted_accounts.csv",
            export_files.MUTED,
            (
                (whole(who, domain), export_files.true_or_false(tie.mutes_notifications))
                async for who, tie in people("mutes")
            ),
        )
        await self._marks("bookmarks")
        await self._marks("likes")

    async def own_lists(self) -> None:
        """Lists, filters, tags, drafts and what waits for its time."""
        reads, viewer = self._reads, self._viewer
        lists = await standing.my_lists(reads, viewer)
        lists = [(list_, [whole(who, reads.settings.domain) for who in people]) for list_, people in lists]
        self.add("lists.csv", export_files.sheet((), ((list_.title, who) for list_, people in lists for who in people)))
        self.add("lists.json", [export_files.list_of(list_, people) for list_, people in lists])
        filters = (await filtering.of_viewer(reads, viewer)).every
        self.add("filters.json", {"custom_filters": [export_files.filter_of(self.origin, each) for each in filters]})
        self.add("followed_tags.json", await standing.my_tags(reads, viewer))
        self.add(
            "drafts.json",
            [export_files.draft_of(draft) for draft in await drafts_and_scheduled.all_drafts(reads, viewer)],
        )
        self.add(
            "scheduled.json",
            [export_files.plan_of(plan) for plan in await drafts_and_scheduled.all_scheduled(reads, viewer)],
        )

    def _people(self, which: standing.People) -> AsyncIterable[tuple[str, Any]]:
        return standing.my_people(self._reads, self._viewer, which)

    async def _sheet(self, name: str, head: tuple[str, ...], rows: AsyncIterable[tuple[str, ...]]) -> None:
        with self._archive.open(name, "w", force_zip64=True) as file:
            if head:
                file.write(export_files.sheet((), (head,)).encode())
            async for row in rows:
                file.write(export_files.sheet((), (row,)).encode())
        await self._tell(0)

    async def _marks(self, which: Marks) -> None:
        """Addresses, and a stub where it is withheld at this moment and place; what can be given again as a sheet, too."""
        first = True
        with tempfile.TemporaryFile() as saved:
            with self._archive.open(f"{which}.json", "w", force_zip64=True) as file:
                async for one in standing.my_marks(self._reads, self._viewer, which):
                    at = one.uri or export_files.address(self.origin, one.handle, one.post)
                    told = {"withheld": True} if one.withheld else {"address": at}
                    _write(file, [{"id": str(one.post)} | told], first, b"[")
                    first = False
                    if not one.withheld:
                        saved.write(export_files.sheet((), ((at,),)).encode())
                file.write(b"[]" if first else b"]")
            if which == "bookmarks":
                saved.seek(0)
                with self._archive.open("bookmarks.csv", "w", force_zip64=True) as sheet:
                    shutil.copyfileobj(saved, sheet, CHUNK)
        await self._tell(0)

    async def files(self) -> None:
        """What was noted of pictures and films, and themselves as long as there is room."""
        first = True
        with self._archive.open("pictures.json", "w", force_zip64=True) as file:
            for post, one in self._noted():
                _write(file, [export_files.picture_of(self.origin, post, one)], first, b"[")
                first = False
            file.write(b"[]" if first else b"]")
        room = MOST_MEDIA
        for _, one in self._noted():
            room -= await self._file(one, room) + await self._captions(one, room)
            await self._tell(1)

    def _noted(self) -> Iterable[tuple[int, Picture]]:
        self._pictures.seek(0)
        return (_picture(line) for line in self._pictures)

    async def _file(self, picture: Picture, room: int) -> int:
        """How many bytes were put in; none where it is gone or there is no room."""
        key = media.file_keys(picture.id, picture.mime)[0]
        size = await self._reads.files.size(key)
        if size is None or size > room:
            return 0
        with tempfile.NamedTemporaryFile() as beside:
            if not await self._reads.files.fetch(key, Path(beside.name)):
                return 0
            await asyncio.to_thread(self._archive.write, beside.name, export_files.name_of(picture), zipfile.ZIP_STORED)
        return size

    async def _captions(self, picture: Picture, room: int) -> int:
        """How many bytes the captions of a film or sound were that were put in."""
        if not picture.captions:
            return 0
        async with self._reads.work.reading() as reading:
            texts = await captions.bodies(reading, [told.id for told in picture.captions])
        size = sum(len(text.encode()) for text in texts.values())
        if size > room:
            return 0
        for told in picture.captions:
            if told.id in texts:
                self.add(export_files.captions_name(picture, told), texts[told.id])
        return size

    async def _tell(self, more: int) -> None:
        self._at += more
        if not await self._report(self._at, max(self._total, self._at)):
            raise ExportUnwanted


def _write(file: IO[bytes], things: Iterable[Any], first: bool, head: bytes) -> None:
    """More things of a JSON list; before the first one what the file begins with."""
    for thing in things:
        file.write((head if first else b",\n") + _encode(thing))
        first = False
