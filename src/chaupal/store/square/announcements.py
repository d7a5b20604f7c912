"""What staff tell everybody: texts in two languages, when they are told and end, who has read them and how people react."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func

from chaupal.kernel.event import Event
from chaupal.store.machine.dialect import among, listed, param, text_param as text
from chaupal.store.machine.shelves import ANNOUNCED, NEVER, ONLY, note_until
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.square import announcement_reactions as reactions, announcement_reads as reads, announcements

MOST = 50  # that are in force at once, or shown to staff


class AnnouncementTold(Event, frozen=True):
    """It is told, or reads otherwise than before."""

    announcement: int
    at: int


class AnnouncementEnded(Event, frozen=True):
    """It is told no more."""

    announcement: int


class ReactionMoved(Event, frozen=True):
    """How many react with `name` has changed; heard by open connections, and by nobody later."""

    lasting = False

    announcement: int
    name: str
    count: int


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """`at`: when it is to be told; `told_at`: when it was; `starts_at`, `ends_at`: of what it is about. Times in ms."""

    id: int
    text: str
    text_hi: str
    starts_at: int | None = None
    ends_at: int | None = None
    all_day: bool = False
    at: int
    told_at: int | None = None
    ended_at: int | None = None
    by: int
    updated_at: int

    def text_in(self, language: str) -> str:
        return self.text_hi if language == "hi" else self.text


class Reaction(msgspec.Struct, frozen=True):
    """An emoji, how many chose it, and whether the viewer did."""

    name: str
    count: int
    me: bool


ALL = rows_of(Announcement, announcements)
announcement = ALL.by_id
CHANGE = updates(announcements, "text text_hi at ends_at", updated_at="now").where(id="of", updated_at="was")
NEWEST = ALL.ordered("-id").limit("n")
IN_FORCE = ALL.where(announcements.c.told_at.is_not(None), ended_at=None).ordered("-id").limit("n")
DUE = selects(announcements.c.id).where(announcements.c.at <= param("now"), told_at=None, ended_at=None)
OVER = selects(announcements.c.id).where(announcements.c.ends_at <= param("now"), ended_at=None)
TELL = updates(announcements, told_at="now").where(id="of", told_at=None, ended_at=None)
END = updates(announcements, ended_at="now").where(id="of", ended_at=None)
READ = inserts_once(reads, account_id="me", announcement_id="of")
# As if nobody had put it away.
forget_reads = deletes(reads).where(announcement_id="of").run_of
HAS_READ = selects(reads.c.announcement_id).where(among(reads.c.announcement_id, "ids"), account_id="me")
_mine = reactions.alias("mine")
REACTIONS = (
    selects(reactions.c.announcement_id, reactions.c.name, func.count(), func.count(_mine.c.account_id))
    .outerjoin(
        _mine,
        (_mine.c.announcement_id == reactions.c.announcement_id)
        & (_mine.c.name == reactions.c.name)
        & (_mine.c.account_id == param("me"))
        & (reactions.c.account_id == param("me")),
    )
    .where(among(reactions.c.announcement_id, "ids"))
    .group_by(reactions.c.announcement_id, reactions.c.name)
    .order_by(func.min(reactions.c.id))
)
NAMES = selects(reactions.c.name).where(announcement_id="of").distinct()
COUNT = counts_of(reactions).where(reactions.c.name == text("which"), announcement_id="of")
REACT = inserts_once(reactions, announcement_id="of", name=text("which"), account_id="me", id="new")
UNREACT = deletes(reactions).where(reactions.c.name == text("which"), announcement_id="of", account_id="me")


async def add(w: Writing, one: Announcement) -> None:
    await ALL.add(w, one)
    w.touch(ANNOUNCED, ONLY)


async def change(w: Writing, new: Announcement) -> bool:
    """`new` holds the `updated_at` that it had; False where somebody else has changed it meanwhile."""
    w.touch(ANNOUNCED, ONLY)
    return await w.run(CHANGE, of=new.id, was=new.updated_at, now=w.now(), **ALL.written(new)) == 1


async def newest(reading: Reading) -> list[Announcement]:
    """Those that are over and those to come, too: for staff."""
    return await NEWEST.all(reading, n=MOST)


async def in_force(reading: Reading) -> list[Announcement]:
    """What is told now, the newest first; remembered until one is written, told or ended."""
    kept: list[Announcement] | None = reading.memory.announced.get(ONLY)
    if kept is None:
        generation = reading.memory.generation
        kept = await IN_FORCE.all(reading.by(ANNOUNCED, ONLY), n=MOST)
        if generation == reading.memory.generation:
            reading.memory.announced.put(ONLY, kept)
    now = reading.now()
    note_until(min((one.ends_at for one in kept if one.ends_at is not None and now < one.ends_at), default=NEVER))
    return [one for one in kept if one.ends_at is None or now < one.ends_at]


async def due(reading: Reading) -> tuple[list[int], list[int]]:
    """Those to be told now, and those whose time is over."""
    now = reading.now()
    return [row[0] for row in await reading.fetch(DUE, now=now)], [row[0] for row in await reading.fetch(OVER, now=now)]


async def tell(w: Writing, id_: int) -> bool:
    w.touch(ANNOUNCED, ONLY)
    if await w.run(TELL, of=id_, now=w.now()) != 1:
        return False
    w.tell(AnnouncementTold(announcement=id_, at=w.now()))
    return True


async def end(w: Writing, id_: int) -> bool:
    w.touch(ANNOUNCED, ONLY)
    if await w.run(END, of=id_, now=w.now()) != 1:
        return False
    w.tell(AnnouncementEnded(announcement=id_))
    return True


async def read(w: Writing, account: int, id_: int) -> None:
    await w.run(READ, me=account, of=id_)


async def has_read(reading: Reading, account: int, ids: Sequence[int]) -> set[int]:
    return {row[0] for row in await reading.fetch(HAS_READ, me=account, ids=listed(ids))}


async def reactions_on(reading: Reading, account: int, ids: Sequence[int]) -> dict[int, list[Reaction]]:
    """By announcement, the oldest kind of reaction first."""
    found: dict[int, list[Reaction]] = {}
    for id_, name, count, mine in await reading.fetch(REACTIONS, me=account, ids=listed(ids)):
        found.setdefault(id_, []).append(Reaction(name, count, bool(mine)))
    return found


async def names(reading: Reading, id_: int) -> set[str]:
    """The kinds of reactions that an announcement has."""
    return {row[0] for row in await reading.fetch(NAMES, of=id_)}


async def react(w: Writing, account: int, id_: int, name: str, new: int) -> bool:
    """False where the account did so before."""
    if await w.run(REACT, of=id_, which=name, me=account, new=new) != 1:
        return False
    w.tell(ReactionMoved(announcement=id_, name=name, count=await w.value(COUNT, of=id_, which=name)))
    return True


async def unreact(w: Writing, account: int, id_: int, name: str) -> bool:
    """False where the account did not."""
    if await w.run(UNREACT, of=id_, which=name, me=account) != 1:
        return False
    w.tell(ReactionMoved(announcement=id_, name=name, count=await w.value(COUNT, of=id_, which=name)))
    return True
