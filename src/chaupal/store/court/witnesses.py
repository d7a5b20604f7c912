"""Witnessing: what other servers signed under our checkpoints, and how far we have seen their logs."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func

from chaupal.store.machine.dialect import param, text_param, upsert
from chaupal.store.machine.marks import KEPT
from chaupal.store.machine.statements import inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.log import cosignatures, witnessed

KEEP = inserts_once(cosignatures)
LINES = selects(cosignatures.c.line).where(size="of").ordered("name")
LAST_BY = (
    selects(cosignatures.c.name, func.max(cosignatures.c.size), func.max(cosignatures.c.at))
    .where(cosignatures.c.size > KEPT)
    .group_by(cosignatures.c.name)
)
FINAL = (
    selects(cosignatures.c.size, func.max(cosignatures.c.at))
    .where(cosignatures.c.size > KEPT)
    .group_by(cosignatures.c.size)
    .having(func.count() >= param("needed"))
    .ordered("-size")
    .limit(1)
)
HOLD = upsert(
    lambda insert: (
        insert(witnessed)
        .values(origin=text_param("of"), size=0, root="", at=0)
        .on_conflict_do_update(index_elements=["origin"], set_={"at": witnessed.c.at})
        .returning(witnessed.c.size, witnessed.c.root, witnessed.c.at)
    )
)
SEE = updates(witnessed, size="new_size", root="new_root", at="now_at").where(origin="of")


class WitnessedCheckpoint(msgspec.Struct, frozen=True):
    """The newest checkpoint of a log that we cosigned: its size and root (base64); size 0 where there is none."""

    size: int
    root: str
    at: int


class LastCosigned(msgspec.Struct, frozen=True):
    """How far a witness has followed us: the largest size it signed, and when (ms)."""

    name: str
    size: int
    at: int


async def keep(w: Writing, size: int, name: str, line: str, at: int) -> None:
    """A cosignature line, as it is served; the first of a witness under a size stays."""
    await w.run(KEEP, size=size, name=name, line=line, at=at)


async def lines(reading: Reading, size: int) -> Sequence[str]:
    """The cosignature lines under the checkpoint of this size."""
    return [row[0] for row in await reading.fetch(LINES, of=size)]


async def last_by(reading: Reading) -> dict[str, LastCosigned]:
    """Witness -> how far it has followed us."""
    return {name: LastCosigned(name, size, at) for name, size, at in await reading.fetch(LAST_BY)}


async def final(reading: Reading, needed: int) -> LastCosigned | None:
    """The newest checkpoint that at least `needed` witnesses signed, and when the last of them did."""
    row = await reading.first(FINAL, needed=needed)
    return None if row is None else LastCosigned("", row[0], row[1])


async def hold_seen(w: Writing, origin: str) -> WitnessedCheckpoint:
    """How far we have seen this log; nobody else cosigns it before this unit is committed or given up."""
    row = await w.first(HOLD, of=origin)
    return WitnessedCheckpoint(*row) if row is not None else WitnessedCheckpoint(0, "", 0)


async def see(w: Writing, origin: str, size: int, root: str) -> None:
    """In the unit that holds it: from now on this is the newest."""
    await w.run(SEE, of=origin, new_size=size, new_root=root, now_at=w.now())
