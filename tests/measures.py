"""Measures put in force for tests that look at what they do, without the court that hands them down."""

from typing import Any

from chaupal.policy.measures import ACCOUNT_LEVEL, OF_SERVERS, Measure
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import accounts
from village import Village

OWN = (
    Measure.WARN,
    Measure.FREEZE,
    Measure.SUSPEND,
    Measure.LIMIT,
    Measure.REMOVE_POST,
    Measure.MARK_SENSITIVE,
    Measure.LABEL,
    *OF_SERVERS,
)


async def begin(v: Village, measure: Measure, subject: int = 0, territory: str = "", **more: Any) -> int:
    """The ruling's id. The house's own measures hold everywhere, those of orders in India."""
    return await insert(v, measure, subject, **{"territory": territory or ("XX" if measure in OWN else "IN")} | more)


async def insert(v: Village, measure: Measure, subject: int = 0, **more: Any) -> int:
    """The same, with every column as given."""
    square, own = v.running.house.square, measure in OWN
    given: dict[str, Any] = {
        "id": square.make_id(), "subject_id": subject, "term": "", "measure": measure.value,
        "starts_at": v.clock(), "ends_at": None, "lifted_at": None, "target_id": None, "owner_id": None, "order_ref": "CH-2021-0007",
        "authority": "" if own else "Ministry of Information", "authority_hi": "" if own else "सूचना मंत्रालय",
        "legal_basis": "" if own else "s. 69A",
        "reason": "धमकी दी गई थी।", "decided_by": 1, "approved_by": 2, "log_index": 0, "review_at": 2**45,
        "basis": "own_rules" if own else "legal_order", "rule": "1@1" if own else "",
    }  # fmt: skip
    row = RulingRow(**given | more)
    async with square.work.writing() as w:
        await rulings.begin(w, row)
        if measure in ACCOUNT_LEVEL and subject:
            await accounts.settle(w, subject)
    return row.id


async def lift(v: Village, ruling: int, leaf: int = 1) -> None:
    """It is in force no more. `leaf`: the entry of the log that says so."""
    async with v.running.house.square.work.writing() as w:
        row = await rulings.ruling(w, ruling)
        assert row is not None
        assert await rulings.lift(w, ruling, leaf, w.now())
        await accounts.settle(w, row.subject_id)


async def lapse(v: Village, subject: int) -> None:
    """What the clock's errand does when a ruling on an account has run out."""
    async with v.running.house.square.work.writing() as w:
        await accounts.settle(w, subject)
