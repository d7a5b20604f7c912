"""Taking one's data along: asked for, made beside everything else, kept for some days, then swept away."""

from pathlib import Path

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, NotFound, or_not_found
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.context import Square
from chaupal.store.identity import accounts, exports, imports
from chaupal.store.identity.exports import Export

KEPT_FOR = 7 * DAY
SHOWN = 10
AT_ONCE = 100  # files that are swept away

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


async def ask(square: Square, viewer: Viewer) -> int:
    """Have a file made of all that is one's own; its number. Raises Conflict while another one is made."""
    id_ = square.make_id()
    one = Export(
        id=id_,
        account=viewer.me,
        key=f"exports/{id_}.zip",
        country=viewer.country,
        language=viewer.language,
        state=WAITING,
        total=0,
        at=0,
        size=0,
        created_at=0,
        ends_at=None,
    )
    async with square.work.writing() as w:
        await accounts.hold(w, viewer.me)
        if await exports.busy(w, viewer.me):
            raise Conflict("export_running")
        await exports.add(w, one)
    return id_


async def of_viewer(square: Square, viewer: Viewer) -> list[Export]:
    """What one asked for and can still fetch, the newest first."""
    async with square.work.reading() as reading:
        found = await exports.mine(reading, viewer.me, SHOWN)
        return [one for one in found if one.ends_at is None or one.ends_at > reading.now()]


async def by_id(square: Square, viewer: Viewer, id_: int) -> Export:
    """One's own, made or still being made. Raises NotFound."""
    return or_not_found(next((one for one in await of_viewer(square, viewer) if one.id == id_), None))


async def ready(square: Square, viewer: Viewer, id_: int) -> Export:
    """One's own that can be fetched now, where one was when it was made. Raises NotFound."""
    found = await by_id(square, viewer, id_)
    if found.state != DONE or found.country != viewer.country:
        raise NotFound
    return found


async def take_up(square: Square) -> Export | None:
    """What is to be made next; it is this process's for a while."""
    async with square.work.writing() as w:
        return await exports.take_up(w)


async def viewer_of(square: Square, held: Export) -> Viewer:
    """Whoever asked, as they stand now, suspended or not, and where they were."""
    async with square.work.reading() as reading:
        role, _ = await imports.brings(reading, held.account)
    return Viewer(account=held.account, country=held.country, role=Role(role), language=held.language)


async def advance(square: Square, held: Export, at: int, total: int) -> bool:
    """False where nobody waits for it any more."""
    async with square.work.writing() as w:
        return await exports.advance(w, held.id, at, total)


async def finish(square: Square, held: Export, made: Path | None, size: int = 0) -> None:
    """It lies ready, or could not be made (None)."""
    if made is not None:
        await square.files.put_file(held.key, made)
    async with square.work.writing() as w:
        kept = await exports.end(w, held.id, FAILED if made is None else DONE, size, square.clock() + KEPT_FOR)
    if not kept:
        await square.files.drop(held.key)


async def sweep(square: Square) -> int:
    """Some of those whose days are over go; how many went."""
    async with square.work.reading() as reading:
        found = await exports.over(reading, AT_ONCE)
    for id_, key in found:
        await square.files.drop(key)
        async with square.work.writing() as w:
            await exports.drop(w, id_)
    return len(found)
