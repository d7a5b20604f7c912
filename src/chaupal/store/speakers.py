"""Protected speakers: the class that an account was granted, by two people and with evidence, and until when."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from chaupal.store.dialect import among, listed, param, statement
from chaupal.store.tables import protected_speakers as speakers
from chaupal.store.work import Reading, Row, Writing


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """A grant. Without `seconded_by` it is a proposal and protects nobody yet. Times in ms."""

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


_LIVE = (speakers.c.ended_at.is_(None), speakers.c.ends_at.is_(None) | (speakers.c.ends_at > param("at")))
CLASSES = statement(
    select(speakers.c.account_id, speakers.c["class"])
    .where(among(speakers.c.account_id, "ids"), speakers.c.seconded_by.is_not(None), *_LIVE)
    .order_by(speakers.c.id)
)
ADD = statement(insert(speakers))
BY_ID = statement(select(*speakers.c).where(speakers.c.id == param("of")))
LIVE = statement(select(*speakers.c).where(*_LIVE).order_by(speakers.c.id.desc()))
SECOND = statement(
    update(speakers)
    .where(speakers.c.id == param("of"), speakers.c.seconded_by.is_(None), speakers.c.ended_at.is_(None))
    .values(seconded_by=param("second"), log_index=param("leaf"))
)
END = statement(
    update(speakers).where(speakers.c.id == param("of"), speakers.c.ended_at.is_(None)).values(ended_at=param("at"))
)


async def classes_of(reading: Reading, accounts: Collection[int], at: int) -> dict[int, str]:
    """Account -> the class it is protected as at `at` (ms)."""
    if not accounts:
        return {}
    return {row[0]: row[1] for row in await reading.fetch(CLASSES, ids=listed(sorted(accounts)), at=at)}


async def add(w: Writing, speaker: Speaker) -> None:
    row: dict[str, Any] = msgspec.structs.asdict(speaker)
    row["class"] = row.pop("speaker_class")
    await w.run(ADD, **row)


async def speaker(reading: Reading, id_: int) -> Speaker | None:
    row = await reading.first(BY_ID, of=id_)
    return None if row is None else _row(row)


async def live(reading: Reading, at: int) -> list[Speaker]:
    """All grants and proposals that have not ended, newest first."""
    return [_row(row) for row in await reading.fetch(LIVE, at=at)]


async def second(w: Writing, id_: int, by: int, leaf: int) -> bool:
    """False where it was seconded or ended meanwhile."""
    return await w.run(SECOND, of=id_, second=by, leaf=leaf) == 1


async def end(w: Writing, id_: int, at: int) -> bool:
    """False where it has ended already."""
    return await w.run(END, of=id_, at=at) == 1


def _row(row: Row) -> Speaker:
    named: dict[str, Any] = dict(zip(speakers.c.keys(), row, strict=True))
    return Speaker(**named | {"speaker_class": named.pop("class")})
