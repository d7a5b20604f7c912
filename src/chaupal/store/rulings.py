"""Rulings as rows: one begins in the commit of its decision and leaf, ends by a row's change, and is never deleted."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from chaupal.policy.rulings import Measure, Ruling
from chaupal.store.dialect import among, listed, param, statement
from chaupal.store.tables import rulings
from chaupal.store.work import Reading, Row, Writing


class RulingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ruling with what the gate need not know: who decided, for whose target, when and where it was lifted."""

    id: int
    subject_id: int
    term: str
    measure: str
    territory: str
    starts_at: int
    ends_at: int | None
    lifted_at: int | None
    target_id: int | None
    owner_id: int | None
    order_ref: str
    authority: str
    authority_hi: str
    legal_basis: str
    reason: str
    decided_by: int
    approved_by: int
    log_index: int
    lift_log_index: int | None = None

    @property
    def ruling(self) -> Ruling:
        """As the law sees it."""
        return Ruling(
            id=self.id, subject=self.subject_id, term=self.term, measure=Measure(self.measure), territory=tuple(self.territory.split(",")),
            starts_at=self.starts_at, ends_at=self.ends_at, log_index=self.log_index, reason=self.reason,
            order_ref=self.order_ref, authority=self.authority, authority_hi=self.authority_hi, legal_basis=self.legal_basis,
        )  # fmt: skip


BEGIN = statement(insert(rulings))
LIFT = statement(
    update(rulings)
    .where(rulings.c.id == param("of"), rulings.c.lifted_at.is_(None))
    .values(lifted_at=param("at"), lift_log_index=param("leaf"))
)
BY_ID = statement(select(*rulings.c).where(rulings.c.id == param("of")))
BY_TARGETS = statement(select(*rulings.c).where(among(rulings.c.target_id, "ids")).order_by(rulings.c.id))
ENDED = statement(
    select(*rulings.c)
    .where(rulings.c.lifted_at.is_(None), rulings.c.ends_at <= param("at"), rulings.c.target_id.is_not(None))
    .order_by(rulings.c.id)
    .limit(param("n"))
)


async def begin(w: Writing, row: RulingRow) -> None:
    """From this commit every look obeys it."""
    await w.run(BEGIN, **msgspec.structs.asdict(row))
    w.touch("rulings", 0)


async def lift(w: Writing, id_: int, leaf: int, at: int) -> bool:
    """End it; `leaf` is the log's index of the reversal. False where it was not in force."""
    w.touch("rulings", 0)
    return await w.run(LIFT, of=id_, at=at, leaf=leaf) == 1


async def ruling(reading: Reading, id_: int) -> RulingRow | None:
    row = await reading.first(BY_ID, of=id_)
    return None if row is None else _row(row)


async def by_targets(reading: Reading, target_ids: Sequence[int]) -> dict[int, RulingRow]:
    """Target -> its latest ruling, in force or not."""
    rows = await reading.fetch(BY_TARGETS, ids=listed(target_ids)) if target_ids else ()
    return {found.target_id: found for found in map(_row, rows) if found.target_id is not None}


async def ended(reading: Reading, at: int, at_most: int = 100) -> list[RulingRow]:
    """Rulings whose time has run out and for which nobody has written that down yet."""
    return [_row(row) for row in await reading.fetch(ENDED, at=at, n=at_most)]


def _row(row: Row) -> RulingRow:
    named: dict[str, Any] = dict(zip(rulings.c.keys(), row, strict=True))
    return RulingRow(**named)
