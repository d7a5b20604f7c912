"""Texts of the house as rows: each version as it was published, never changed."""

import msgspec
from sqlalchemy import select

from chaupal.store.machine.dialect import statement, words
from chaupal.store.machine.statements import inserts_once
from chaupal.store.machine.tables import house_texts as texts
from chaupal.store.machine.work import Reading, Writing


class HouseText(msgspec.Struct, frozen=True, kw_only=True):
    """One version, in Markdown. `effective_on`: from which day it holds, of terms alone; `log_index`: its entry, where it has one."""

    id: int
    kind: str
    version: int
    text: str
    text_hi: str
    effective_on: str = ""
    published_at: int
    by: int
    log_index: int | None = None

    def words(self, language: str) -> str:
        return self.text_hi if language == "hi" else self.text


_all = select(*(texts.c[name] for name in HouseText.__struct_fields__))
ADD = inserts_once(texts)
NEWEST = statement(_all.where(texts.c.kind == words("what")).order_by(texts.c.version.desc()).limit(1))
EVERY = statement(_all.where(texts.c.kind == words("what")).order_by(texts.c.version.desc()))


async def add(w: Writing, new: HouseText) -> bool:
    """False where that version is there already: somebody else published meanwhile."""
    return await w.run(ADD, **msgspec.structs.asdict(new)) == 1


async def newest(reading: Reading, kind: str) -> HouseText | None:
    row = await reading.first(NEWEST, what=kind)
    return None if row is None else HouseText(**dict(zip(HouseText.__struct_fields__, row, strict=True)))


async def every(reading: Reading, kind: str) -> list[HouseText]:
    """All versions, the newest first."""
    rows = await reading.fetch(EVERY, what=kind)
    return [HouseText(**dict(zip(HouseText.__struct_fields__, row, strict=True))) for row in rows]
