"""Tellings: who was told what about a ruling and when, or until when they are not; one per ruling, person and occasion."""

import msgspec
from sqlalchemy import select

from chaupal.store.court.docket import HIDDEN
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import counts_of, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import orders, rulings, targets, tellings

BEGUN, ENDED = "begun", "ended"


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """`about`: begun, or ended. `ways`: `app post mail`, as far as they were used. `gag`: the word that keeps it until `due_at`.

    `returned_at`: when its letter came back, or was given up.
    """

    id: int
    ruling_id: int
    account_id: int
    about: str
    language: str
    ways: str
    due_at: int
    sent_at: int | None
    gag: str
    log_index: int | None
    returned_at: int | None = None


ALL = rows_of(Telling, tellings)
# False where this was told, or put off, before.
add = ALL.add_once
by_id = ALL.by_id
_UNSENT = (tellings.c.id == param("of"), tellings.c.sent_at.is_(None))
SENT = updates(tellings, sent_at="at", ways="used", log_index="leaf").where(*_UNSENT)
LATER = updates(tellings, due_at="until", log_index="leaf").where(*_UNSENT)
# Of what was told already, `due_at` is when it was asked to be told again.
AGAIN = updates(tellings, due_at="at", returned_at=None).where(
    tellings.c.sent_at <= param("before"), tellings.c.due_at <= param("before"), id="of"
)
DUE = ALL.where(tellings.c.due_at <= param("at"), sent_at=None).ordered("due_at id").limit("n")
SPOKEN = updates(tellings, "language").where(id="of")
RETURNED = updates(tellings, returned_at="at").where(id="of", returned_at=None)
_SECRET = (
    select(rulings.c.id)
    .join_from(rulings, targets, targets.c.id == rulings.c.target_id)
    .join(orders, orders.c.id == targets.c.order_id)
    .where(HIDDEN)
)
UNSENT_OPENLY = counts_of(tellings).where(tellings.c.ruling_id.not_in(_SECRET), sent_at=None)
IS_DUE = selects(tellings.c.id).where(*_UNSENT, tellings.c.due_at <= param("at"))
ABOUT = ALL.where(among(tellings.c.ruling_id, "whose")).ordered("id")


async def sent(w: Writing, id_: int, at: int, ways: str, leaf: int) -> bool:
    """What was put off is told in this unit. False where it was already."""
    return await w.run(SENT, of=id_, at=at, used=ways, leaf=leaf) == 1


async def spoken(w: Writing, id_: int, language: str) -> None:
    await w.run(SPOKEN, of=id_, language=language)


async def put_off(w: Writing, id_: int, until: int, leaf: int) -> bool:
    return await w.run(LATER, of=id_, until=until, leaf=leaf) == 1


async def ask_again(w: Writing, id_: int, before: int) -> bool:
    """It is to be told once more. False where it was not told yet, or was (or was to be) told again after `before`."""
    return await w.run(AGAIN, of=id_, before=before, at=w.now()) == 1


async def returned(w: Writing, id_: int) -> bool:
    """The letter reached nobody. False where that is known."""
    return await w.run(RETURNED, of=id_, at=w.now()) == 1


async def due(reading: Reading, at: int, at_most: int = 100) -> list[Telling]:
    """Those whose time has come."""
    return await DUE.all(reading, at=at, n=at_most)


async def is_due(reading: Reading, id_: int, at: int) -> bool:
    """Whether it still waits, and its time has come."""
    return await reading.value(IS_DUE, of=id_, at=at) is not None


async def unsent_openly(reading: Reading) -> int:
    """How many are put off, but for those about secret orders."""
    return await reading.value(UNSENT_OPENLY)


async def about(reading: Reading, *ids: int) -> list[Telling]:
    """Of these rulings, in the order they came to be."""
    return await ABOUT.all(reading, whose=listed(ids))
