"""Bringing one's past along: a file is taken in, then worked through bit by bit beside everything else, and may be stopped."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.kernel.errors import Conflict, Invalid, or_not_found
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.written import write
from chaupal.kernel.logger import log
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.viewer import ACTIVE, Role, Viewer
from chaupal.social.archives import past_mastodon, past_posts, past_ties, past_twitter
from chaupal.social.archives.archives import Archive, BadArchive
from chaupal.social.archives.past_posts import Item
from chaupal.social.context import Square
from chaupal.store.identity import accounts, imports
from chaupal.store.identity.imports import MOST_FAULTS, Fault, Import

MOST_BYTES = 100_000_000
AT_ONCE = 100  # posts in one commit
OFTEN = (30, 3_600)  # files in so many seconds: a move brings some nine, and what was the wrong one comes again
MOST_TRIES = 5  # of a file that ends each process that reads it
SHOWN = 20  # imports
SHOWN_FAULTS = 500  # of one import; all that are kept stand in a file
ARCHIVE = "archive"
BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b")  # of ZIP and gzip
INSIDE = (b"window.YTD.", b"{", b"[")  # of what lies in an archive of Twitter, and of Mastodon


class ImportFile(msgspec.Struct, frozen=True):
    """A file as it comes. `kind` empty: to be found out; that of a list: of an archive that list alone. `visibility` empty: posts are
    for whom they were.
    """

    name: str
    data: bytes
    kind: str = ""
    visibility: str = ""


async def take_in(square: Square, viewer: Viewer, brought: ImportFile) -> int:
    """Keep it to be worked through; its number. Raises Invalid by field, Conflict while another one is worked through."""
    kind, me = _kind(brought), viewer.me
    visibility = FROM_WIRE.get(brought.visibility) if brought.visibility else None
    if brought.visibility and visibility is None:
        raise Invalid("archive_for_unknown")
    id_ = square.make_id()
    one = Import(
        id=id_, account=me, kind=kind, name=brought.name.replace("\0", "")[:200], key=f"imports/{id_}", size=len(brought.data),
        visibility="" if visibility is None else str(int(visibility)), country=viewer.country, language=viewer.language,
        state="waiting", why="", total=0, at=0, done=0, skipped=0, failed=0, created_at=0, finished_at=None, tries=0,
    )  # fmt: skip
    # The row first, and nobody takes it up yet: of a process that dies meanwhile it names the file, and is ended by whoever comes later.
    async with square.work.writing() as w:
        await accounts.hold(w, me)
        if await imports.busy(w, me):
            raise Conflict("import_running")
        await imports.add(w, one, square.clock() + imports.HELD_FOR)
    try:
        await square.files.put(one.key, brought.data)
        async with square.work.writing() as w:
            await imports.came(w, id_)
    except Exception:  # a caller who goes away while the commit is under way takes no file of it along
        await square.files.drop(one.key)
        async with square.work.writing() as w:
            await imports.drop(w, id_)
        raise
    return id_


def _kind(brought: ImportFile) -> str:
    if not brought.data:
        raise Invalid("file_blank")
    if len(brought.data) > MOST_BYTES:
        raise Invalid("archive_too_large", most=MOST_BYTES)
    if brought.data.startswith(BEGINNINGS) and brought.kind not in past_ties.KINDS:
        return ARCHIVE
    kind = brought.kind or past_ties.kind_of(brought.name, brought.data)
    if kind not in past_ties.KINDS:
        if brought.data.lstrip().startswith(INSIDE):
            raise Invalid("archive_part")
        raise Invalid("archive_kind_unknown")
    return kind


async def of_viewer(square: Square, viewer: Viewer) -> list[Import]:
    """What one brought lately, the newest first."""
    async with square.work.reading() as reading:
        return await imports.mine(reading, viewer.me, SHOWN)


async def by_id(square: Square, viewer: Viewer, id_: int, most: int = SHOWN_FAULTS) -> tuple[Import, list[Fault]]:
    """One's own, with at most so many of what could not be brought. Raises NotFound."""
    async with square.work.reading() as reading:
        found = or_not_found(await imports.one(reading, viewer.me, id_))
        return found, await imports.faults(reading, id_, most)


async def all_faults(square: Square, viewer: Viewer, id_: int) -> list[Fault]:
    """All that is kept of what could not be brought. Raises NotFound."""
    async with square.work.reading() as reading:
        or_not_found(await imports.one(reading, viewer.me, id_))
        return await imports.faults(reading, id_, MOST_FAULTS)


async def stop(square: Square, viewer: Viewer, id_: int) -> None:
    """No further; what has come stays. Raises NotFound."""
    found, _ = await by_id(square, viewer, id_)
    await _end(square, found, "stopped", Wrong("import_withdrawn"))


async def carry_on(square: Square) -> bool:
    """Work through what waits, or what a process that is no more had begun. False where nothing waits."""
    async with square.work.writing() as w:
        held = await imports.take_up(w, (ARCHIVE, *past_ties.KINDS))
    if held is None:
        return False
    try:
        if held.tries >= MOST_TRIES:
            raise BadArchive("import_in_vain")
        await _work_through(square, held)
    except BadArchive as error:
        await _end(square, held, "refused", error.why)
    except MemoryError:
        raise
    except Exception:  # what else the machine is short of comes again, and the file is not to blame
        async with square.work.writing() as w:
            await imports.untry(w, held.id)
        raise
    return True


async def _work_through(square: Square, held: Import) -> None:
    data = await square.files.get(held.key)
    if data is None:
        raise BadArchive("archive_gone")
    if held.kind == ARCHIVE:
        archive = await _reading(lambda: Archive(data))
        with contextlib.closing(archive):
            items = await _reading(lambda: _read(archive))
            await _steps(
                square, held, items, lambda v, one, some: past_posts.bring(square, v, one, archive, some, len(items))
            )
    else:
        lines = await _reading(lambda: past_ties.read(held.kind, _list_in(held.kind, data)))
        await _steps(square, held, lines, lambda v, one, some: past_ties.bring(square, v, one, some, len(lines)))


async def _reading[T](read: Callable[[], T]) -> T:
    """What is read of the file, in a thread. Raises BadArchive, also for what nobody foresaw: it would be met at each turn anew."""
    try:
        return await asyncio.to_thread(read)
    except (BadArchive, MemoryError):
        raise
    except Exception as error:
        log.exception("a file to import cannot be read")
        raise BadArchive("archive_file_damaged") from error


def _list_in(kind: str, data: bytes) -> bytes:
    """The list of this kind: the file itself, or in an archive the file of its name, or what stands for it. Raises BadArchive."""
    if not data.startswith(BEGINNINGS):
        return data
    with contextlib.closing(Archive(data)) as archive:
        # Where there are both, the JSON says more.
        ends = (".json", ".csv") if kind in past_ties.JSON_READERS else (".csv",)
        named = [name for name in archive.under("") if past_ties.kind_of(name, b"") == kind]
        if found := next((name for end in ends for name in named if name.endswith(end)), None):
            return archive.read(found, MOST_BYTES)
        saved = past_mastodon.saved(archive) if kind == "bookmarks" else None
        if saved is None:
            raise BadArchive("archive_no_list")
        return saved


def _read(archive: Archive) -> list[Item]:
    """The oldest first, so that what is answered comes before its answers; always in the same order."""
    reader = next((one.read for one in (past_mastodon, past_twitter) if one.is_one(archive)), None)
    if reader is None:
        raise BadArchive("archive_unknown")
    return sorted(reader(archive), key=lambda item: (item.at, item.source))


async def _steps(
    square: Square, held: Import, things: list[Any], bring: Callable[[Viewer, Import, list[Any]], Awaitable[bool]]
) -> None:
    at = held.at
    while at < len(things) or at == 0:
        viewer = await _viewer(square, held)
        if viewer is None:
            await _end(square, held, "stopped", Wrong("import_account_limited"))
            return
        some = things[at : at + AT_ONCE]
        if not some or not await bring(viewer, msgspec.structs.replace(held, at=at), some):
            break
        at += len(some)
        await asyncio.sleep(0)  # others have their turn
    await _end(square, held, "done")


async def _viewer(square: Square, held: Import) -> Viewer | None:
    """Whoever brings it, as they stand now; None for whom may not write."""
    async with square.work.reading() as reading:
        role, state = await imports.brings(reading, held.account)
    if state != ACTIVE:
        return None
    return Viewer(account=held.account, country=held.country, role=Role(role), language=held.language)


async def _end(square: Square, held: Import, state: str, *why: Wrong) -> None:
    async with square.work.writing() as w:
        ended = await imports.end(w, held.id, state, write(*why) if why else "")
    if ended:
        await square.files.drop(held.key)
