"""Deadlines of orders, appeals and reports as rows: one clock per matter and kind, running until it is stopped."""

import secrets

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select, text as sql

from chaupal.policy.deadline_alerts import SHARES
from chaupal.store.court.docket import HIDDEN
from chaupal.store.machine.dialect import param, text_param
from chaupal.store.machine.statements import rows_of, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import appeals, clocks, orders, rulings, targets


class ClockRow(msgspec.Struct, frozen=True):
    """`kind` of deadline of a matter (`what`, its id `of`). Times in ms; `alerted`: the last share that staff were told of."""

    id: int
    what: str
    of: int
    kind: str
    starts_at: int
    due_at: int
    stopped_at: int | None
    alerted: int


_THIS = (clocks.c.what == text_param("of_what"), clocks.c.of == param("whose"))
_KIND = clocks.c.kind == text_param("of_kind")

START = upserts(clocks, "what of kind", "starts_at due_at alerted", kept="id", id="new", stopped_at=None)
STOP = updates(clocks, stopped_at="at").where(*_THIS, _KIND, stopped_at=None)
STOP_ALL = updates(clocks, stopped_at="at").where(*_THIS, stopped_at=None)
NEXT_FIRST = rows_of(ClockRow, clocks).ordered("due_at id")
OF = NEXT_FIRST.where(*_THIS)
RUNNING = NEXT_FIRST.where(stopped_at=None).limit("n")
# What stands outside the office: of a secret order nobody there learns that its hours run, nor those of an appeal.
_APPEALED_IN_SECRET = (
    select(appeals.c.id)
    .join_from(appeals, rulings, rulings.c.id == appeals.c.ruling_id)
    .join(targets, targets.c.id == rulings.c.target_id)
    .join(orders, orders.c.id == targets.c.order_id)
    .where(HIDDEN)
)
RUNNING_OPENLY = RUNNING.where(
    or_(clocks.c.what != sql("'order'"), clocks.c.of.not_in(select(orders.c.id).where(HIDDEN))),
    or_(clocks.c.what != sql("'appeal'"), clocks.c.of.not_in(_APPEALED_IN_SECRET)),
)


def _passed(share: int, before: int) -> ColumnElement[bool]:
    """Over `share` per cent of its time, and staff were last told at `before`. Multiplied out: integers on both databases."""
    gone, span = param("at") - clocks.c.starts_at, clocks.c.due_at - clocks.c.starts_at
    return and_(clocks.c.alerted == before, gone * 100 >= span * share)


ALERTING = RUNNING.where(or_(*(_passed(s, b) for s, b in zip(SHARES, (0, *SHARES), strict=False))))
ALERTED = updates(clocks, alerted="share").where(clocks.c.alerted < param("share"), id="this", stopped_at=None)


async def start(w: Writing, what: str, of: int, kind: str, starts_at: int, due_at: int) -> None:
    """From now on staff are told as the end comes near. One that ran already begins anew. Times in ms."""
    # Nobody ever names a clock by its id, so it needs no time in it and no maker of ids.
    new = secrets.randbits(62)
    await w.run(START, new=new, what=what, of=of, kind=kind, starts_at=starts_at, due_at=due_at, alerted=0)


async def stop(w: Writing, what: str, of: int, kind: str, at: int) -> bool:
    """What was due is done. False where no such clock runs."""
    return bool(await w.run(STOP, of_what=what, whose=of, of_kind=kind, at=at))


async def stop_all(w: Writing, what: str, of: int, at: int) -> int:
    """Every clock of a matter that has come to its end; how many ran."""
    return await w.run(STOP_ALL, of_what=what, whose=of, at=at)


async def of_matter(reading: Reading, what: str, of: int) -> list[ClockRow]:
    """The clocks of one matter, the next due first, stopped ones too."""
    return await OF.all(reading, of_what=what, whose=of)


async def running(reading: Reading, at_most: int = 1_000) -> list[ClockRow]:
    """Every clock that runs, the next due first."""
    return await RUNNING.all(reading, n=at_most)


async def running_openly(reading: Reading, at_most: int) -> list[ClockRow]:
    """The same without those of secret orders."""
    return await RUNNING_OPENLY.all(reading, n=at_most)


async def alerting(reading: Reading, now: int) -> list[ClockRow]:
    """Clocks that have passed a share of their time of which nobody was told yet."""
    return await ALERTING.all(reading, at=now, n=100)


async def alerted(w: Writing, id_: int, share: int) -> bool:
    """Staff are told of `share` per cent in this unit. False where they were already, or the clock was stopped."""
    return bool(await w.run(ALERTED, this=id_, share=share))
