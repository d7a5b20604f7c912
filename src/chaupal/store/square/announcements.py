"""What staff tell everybody: texts in two languages, when they are told and end, who has read them and how people react."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from chaupal.kernel.event import Event
from chaupal.store.machine.dialect import among, listed, param, statement, upsert, words as text
from chaupal.store.machine.noted import NEVER, note_until
from chaupal.store.machine.shelves import ANNOUNCED, ONLY
from chaupal.store.machine.tables import announcement_reactions as reactions, announcement_reads as reads, announcements
from chaupal.store.machine.work import Reading, Row, Writing

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

    def words(self, language: str) -> str:
        return self.text_hi if language == "hi" else self.text


class Reaction(msgspec.Struct, frozen=True):
    """An emoji, how many chose it, and whether the viewer did."""

    name: str
    count: int
    me: bool


ADD = statement(insert(announcements))
CHANGE = statement(
    update(announcements)
    .where(announcements.c.id == param("of"), announcements.c.updated_at == param("was"))
    .values(
        text=text("english"), text_hi=text("hindi"), at=param("begins"), ends_at=param("until"), updated_at=param("now")
    )
)  # fmt: skip
NEWEST = statement(select(*announcements.c).order_by(announcements.c.id.desc()).limit(param("n")))
BY_ID = statement(select(*announcements.c).where(announcements.c.id == param("of")))
IN_FORCE = statement(
    select(*announcements.c)
    .where(announcements.c.told_at.is_not(None), announcements.c.ended_at.is_(None))
    .order_by(announcements.c.id.desc())
    .limit(param("n"))
)
DUE = statement(
    select(announcements.c.id).where(
        announcements.c.told_at.is_(None), announcements.c.ended_at.is_(None), announcements.c.at <= param("now")
    )
)
OVER = statement(
    select(announcements.c.id).where(announcements.c.ended_at.is_(None), announcements.c.ends_at <= param("now"))
)
TELL = statement(
    update(announcements)
    .where(announcements.c.id == param("of"), announcements.c.told_at.is_(None), announcements.c.ended_at.is_(None))
    .values(told_at=param("now"))
)
END = statement(
    update(announcements)
    .where(announcements.c.id == param("of"), announcements.c.ended_at.is_(None))
    .values(ended_at=param("now"))
)
READ = upsert(lambda i: i(reads).values(account_id=param("me"), announcement_id=param("of")).on_conflict_do_nothing())
FORGET_READS = statement(delete(reads).where(reads.c.announcement_id == param("of")))
HAS_READ = statement(
    select(reads.c.announcement_id).where(reads.c.account_id == param("me"), among(reads.c.announcement_id, "ids"))
)
_mine = reactions.alias("mine")
REACTIONS = statement(
    select(reactions.c.announcement_id, reactions.c.name, func.count(), func.count(_mine.c.account_id))
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
NAMES = statement(select(reactions.c.name).where(reactions.c.announcement_id == param("of")).distinct())
COUNT = statement(
    select(func.count())
    .select_from(reactions)
    .where(reactions.c.announcement_id == param("of"), reactions.c.name == text("which"))
)
REACT = upsert(
    lambda i: (
        i(reactions)
        .values(announcement_id=param("of"), name=text("which"), account_id=param("me"), id=param("new"))
        .on_conflict_do_nothing()
    )
)
UNREACT = statement(
    delete(reactions).where(
        reactions.c.announcement_id == param("of"),
        reactions.c.name == text("which"),
        reactions.c.account_id == param("me"),
    )
)


async def add(w: Writing, one: Announcement) -> None:
    await w.run(ADD, **msgspec.structs.asdict(one) | {"all_day": int(one.all_day)})
    w.touch(ANNOUNCED, ONLY)


async def change(w: Writing, new: Announcement) -> bool:
    """`new` holds the `updated_at` that it had; False where somebody else has changed it meanwhile."""
    w.touch(ANNOUNCED, ONLY)
    return await w.run(
        CHANGE, of=new.id, was=new.updated_at, english=new.text, hindi=new.text_hi, begins=new.at, until=new.ends_at, now=w.now()
    ) == 1  # fmt: skip


async def newest(reading: Reading) -> list[Announcement]:
    """Those that are over and those to come, too: for staff."""
    return [_announcement(row) for row in await reading.fetch(NEWEST, n=MOST)]


async def announcement(reading: Reading, id_: int) -> Announcement | None:
    row = await reading.first(BY_ID, of=id_)
    return None if row is None else _announcement(row)


async def in_force(reading: Reading) -> list[Announcement]:
    """What is told now, the newest first; remembered until one is written, told or ended."""
    kept: list[Announcement] | None = reading.memory.announced.get(ONLY)
    if kept is None:
        generation = reading.memory.generation
        kept = [_announcement(row) for row in await reading.by(ANNOUNCED, ONLY).fetch(IN_FORCE, n=MOST)]
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


async def forget_reads(w: Writing, id_: int) -> None:
    """As if nobody had put it away."""
    await w.run(FORGET_READS, of=id_)


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


def _announcement(row: Row) -> Announcement:
    named: dict[str, Any] = dict(zip(announcements.c.keys(), row, strict=True))
    named["all_day"] = bool(named["all_day"])
    return Announcement(**named)
