"""Announcements: staff write what everybody should know, in Hindi and English, now or at a time, and end it."""

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store.machine.work import Reading
from chaupal.store.square import announcements
from chaupal.store.square.announcements import Announcement as Announcement, AnnouncementTold

MAY = "announce"
MOST_TEXT = 2_000  # characters
CHANGED = "announcement_changed"


class AnnouncementForm(msgspec.Struct, kw_only=True):
    """`at`: when it is told (empty: now); `ends_at`: until when (empty: until it is ended). Indian time where no offset is given."""

    text: str = ""
    text_hi: str = ""
    at: str = ""
    ends_at: str = ""


class AnnouncementEdit(AnnouncementForm, kw_only=True):
    """Other words for one that is there. `again`: also to those who have put it away. `seen`: its `updated_at` as it was
    looked at; 0: whatever it says now. `at` counts only until it is told."""

    again: bool = False
    seen: int = 0


async def listed(court: Court, viewer: Viewer) -> list[Announcement]:
    """The newest, with those to come and those that are over. Raises NotAllowed."""
    check_may(viewer, MAY)
    async with court.work.reading() as reading:
        return await announcements.newest(reading)


async def write(court: Court, viewer: Viewer, form: AnnouncementForm) -> int:
    """A new one; told at once, unless a time is named. Raises NotAllowed, Invalid by field."""
    me, now = check_may(viewer, MAY), court.clock()
    english, hindi, at, ends_at = _read(form, now)
    made = Announcement(id=court.make_id(), text=english, text_hi=hindi, ends_at=ends_at, at=at, by=me, updated_at=now)
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        await announcements.add(w, made)
        if at <= now:
            await announcements.tell(w, made.id)
    return made.id


async def by_id(court: Court, viewer: Viewer, id_: int) -> Announcement:
    """One that has not ended, to be changed. Raises NotAllowed, NotFound."""
    check_may(viewer, MAY)
    async with court.work.reading() as reading:
        return await _open(reading, id_)


async def change(court: Court, viewer: Viewer, id_: int, form: AnnouncementEdit) -> None:
    """Other words, another end; whoever has put it away does not meet it again unless that is asked for.

    Raises NotAllowed, NotFound, Invalid by field, Conflict where somebody else has changed it meanwhile.
    """
    check_may(viewer, MAY)
    english, hindi, at, ends_at = _read(form, court.clock())
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        was = await _open(w, id_)
        if form.seen and form.seen != was.updated_at:
            raise Conflict(CHANGED)
        new = msgspec.structs.replace(
            was, text=english, text_hi=hindi, ends_at=ends_at, at=was.at if was.told_at else at
        )
        if not await announcements.change(w, new):
            raise Conflict(CHANGED)
        if form.again:
            await announcements.forget_reads(w, id_)
        if was.told_at is not None:
            w.tell(AnnouncementTold(announcement=id_, at=w.now()))
        elif new.at <= w.now():
            await announcements.tell(w, id_)


async def end(court: Court, viewer: Viewer, id_: int) -> None:
    """Told no more, or never. Raises NotAllowed, NotFound."""
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        if not await announcements.end(w, id_):
            raise NotFound


async def tell_due(court: Court) -> int:
    """What time does: those whose hour has come are told, those whose time is over end. How many."""
    async with court.work.reading() as reading:
        come, over = await announcements.due(reading)
    if come or over:
        async with court.work.writing() as w:
            for id_ in over:
                await announcements.end(w, id_)
            for id_ in come:
                await announcements.tell(w, id_)
    return len(come) + len(over)


async def _open(reading: Reading, id_: int) -> Announcement:
    found = await announcements.announcement(reading, id_)
    if found is None or found.ended_at is not None:
        raise NotFound
    return found


def _read(form: AnnouncementForm, now: int) -> tuple[str, str, int, int | None]:
    paper = Paper()
    english, hindi = paper.page("text", form.text, most=MOST_TEXT), paper.page("text_hi", form.text_hi, most=MOST_TEXT)
    at, ends_at = paper.moment("at", form.at) or now, paper.moment("ends_at", form.ends_at)
    if ends_at is not None and ends_at <= max(at, now):
        paper.complain("ends_at", "ends_before_it_begins")
    paper.check()
    return english, hindi, at, ends_at
