"""Protected speakers: the class that an account was granted, by two people and with evidence, and until when."""

from collections.abc import Collection

import msgspec

from chaupal.store.identity import moving
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import protected_speakers as speakers


class Speaker(msgspec.Struct, frozen=True, kw_only=True, rename={"speaker_class": "class"}):
    """A grant. Without `seconded_by` it is a proposal and protects nobody yet. Times in ms.

    `ending_by`: who asks for its end, for which another's word (`ended_by`) is needed; until then it protects.
    """

    id: int
    account_id: int
    speaker_class: str
    evidence: str
    granted_by: int
    seconded_by: int | None
    granted_at: int
    ends_at: int | None
    ended_at: int | None
    log_index: int | None
    ending_by: int | None = None
    ending_at: int | None = None
    ended_by: int | None = None

    @property
    def waits(self) -> bool:
        """Whether a second person is asked: to protect them, or to end that."""
        return self.seconded_by is None or self.ending_by is not None


_LIVE = (speakers.c.ended_at.is_(None), speakers.c.ends_at.is_(None) | (speakers.c.ends_at > param("at")))
CLASSES = (
    selects(speakers.c.account_id, speakers.c["class"])
    .where(among(speakers.c.account_id, "ids"), speakers.c.seconded_by.is_not(None), *_LIVE)
    .ordered("id")
)
ALL = rows_of(Speaker, speakers)
add = ALL.add
speaker = ALL.by_id
# All that two people ever granted, those that ended too.
granted = ALL.where(speakers.c.seconded_by.is_not(None)).ordered("id").all
LIVE = ALL.where(*_LIVE).ordered("-id")
SECOND = updates(speakers, seconded_by="second", log_index="leaf").where(id="of", seconded_by=None, ended_at=None)
DROP = updates(speakers, ended_at="at").where(id="of", seconded_by=None, ended_at=None)
ASK_END = updates(speakers, ending_by="by", ending_at="at", log_index="leaf").where(
    id="of", ended_at=None, ending_by=None
)
# It does not end after all. False where nobody asked that it should.
keep = (
    updates(speakers, ending_by=None, ending_at=None)
    .where(speakers.c.ending_by.is_not(None), id="of", ended_at=None)
    .done_of
)
END = updates(speakers, ended_at="at", ended_by="by", log_index="leaf").where(
    speakers.c.ending_by.is_not(None), id="of", ended_at=None
)


async def classes_of(reading: Reading, accounts: Collection[int], at: int) -> dict[int, str]:
    """Account -> the class as which whoever has it is protected at `at` (ms), by whichever account of theirs."""
    if not accounts:
        return {}
    lines = await moving.lines_of(reading, accounts)
    everybody = frozenset[int]().union(*lines.values())
    granted = {row[0]: row[1] for row in await reading.fetch(CLASSES, ids=listed(sorted(everybody)), at=at)}
    found = {one: [granted[own] for own in (one, *sorted(line)) if own in granted] for one, line in lines.items()}
    return {one: names[0] for one, names in found.items() if names}


async def live(reading: Reading, at: int) -> list[Speaker]:
    """All grants and proposals that have not ended, newest first."""
    return await LIVE.all(reading, at=at)


async def second(w: Writing, id_: int, by: int, leaf: int) -> bool:
    """False where it was seconded or ended meanwhile."""
    return await w.run(SECOND, of=id_, second=by, leaf=leaf) == 1


async def drop(w: Writing, id_: int, at: int) -> bool:
    """A proposal is taken back. False where it protects somebody, or is gone."""
    return await w.run(DROP, of=id_, at=at) == 1


async def ask_end(w: Writing, id_: int, by: int, at: int, leaf: int) -> bool:
    """Somebody asks that a protection ends; it protects on. False where somebody has asked, or it has ended."""
    return await w.run(ASK_END, of=id_, by=by, at=at, leaf=leaf) == 1


async def end(w: Writing, id_: int, by: int, at: int, leaf: int) -> bool:
    """Another agrees, and it is over. False where nobody asked for it, or it has ended already."""
    return await w.run(END, of=id_, by=by, at=at, leaf=leaf) == 1
