"""Evidence: what was limited or reported, as it stood, sealed; held until its time is over, then emptied. Rows are never deleted."""

from collections.abc import Sequence

import msgspec

from chaupal.store.court.appeals import FILED
from chaupal.store.machine.dialect import among, listed, param, text_param
from chaupal.store.machine.statements import rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import appeals, evidence, rulings

FOR_REPORTS = ""  # stands where the matter's reference does


class HeldEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a subject. `body`: nonce and ciphertext, None once purged; `sha256` (hex) of the plain bytes. Times in ms."""

    id: int
    subject_id: int
    kind: str
    owner_id: int | None
    order_ref: str
    body: bytes | None
    sha256: str
    taken_at: int
    hold_until: int
    purged_at: int | None = None
    log_index: int | None = None


ALL = rows_of(HeldEvidence, evidence)
add = ALL.add
held = ALL.by_id
# What is held of a subject; what was taken because of an order, purged or not.
live_of = ALL.where(subject_id="of", purged_at=None).ordered("id").all_of
of_order = ALL.where(order_ref="of").ordered("id").all_of
FOR_REPORT = ALL.where(among(evidence.c.subject_id, "ids"), order_ref="ref").ordered("id")
EXTEND_REPORTED = updates(evidence, hold_until="end").where(
    evidence.c.hold_until < param("end"), among(evidence.c.subject_id, "ids"), order_ref="ref", purged_at=None
)
APPEALED = (
    selects(appeals.c.id)
    .where(
        appeals.c.ruling_id == rulings.c.id,
        rulings.c.subject_id == param("of"),
        appeals.c.state == text_param("standing"),
    )
    .limit(1)
)
EXTEND = updates(evidence, hold_until="end").where(evidence.c.hold_until < param("end"), id="this", purged_at=None)
DUE = ALL.where(evidence.c.hold_until <= param("at"), purged_at=None).ordered("hold_until id").limit("n")
PURGE = updates(evidence, purged_at="at", log_index="leaf", body=None).where(
    evidence.c.hold_until <= param("at"), id="this", purged_at=None
)
ANY = selects(evidence.c.id).where(purged_at=None).limit(1)


async def for_reports(reading: Reading, posts: Sequence[int]) -> list[HeldEvidence]:
    """What was taken of posts because somebody reported them, purged or not."""
    return await FOR_REPORT.all(reading, ids=listed(posts), ref=FOR_REPORTS) if posts else []


async def extend_reported(w: Writing, posts: Sequence[int], until: int) -> None:
    """Hold longer what is held of posts because somebody reported them."""
    if posts:
        await w.run(EXTEND_REPORTED, ids=listed(posts), ref=FOR_REPORTS, end=until)


async def appealed(reading: Reading, subject: int) -> bool:
    """Whether an appeal waits against what was decided of a thing."""
    return await reading.value(APPEALED, of=subject, standing=FILED) is not None


async def extend(w: Writing, id_: int, until: int) -> bool:
    """Hold it longer; False where it is held that long already."""
    return await w.run(EXTEND, this=id_, end=until) == 1


async def due(reading: Reading, at: int, at_most: int = 100) -> list[HeldEvidence]:
    """What is held no longer than until `at` (ms)."""
    return await DUE.all(reading, at=at, n=at_most)


async def purge(w: Writing, id_: int, at: int, leaf: int | None) -> bool:
    """Its content is gone; that it was held stays. False where it was purged already or is held longer."""
    return await w.run(PURGE, this=id_, at=at, leaf=leaf) == 1


async def any_held(reading: Reading) -> bool:
    return await reading.value(ANY) is not None
