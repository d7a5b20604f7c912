"""The outbox: events that were committed and whose consequences are still to be carried out, in order.

Where many processes carry it out, each event stands in a lane by what it is about. Whoever carries out a batch holds its lanes
until that is committed: the order of what is about one thing is kept, and a process that is stopped in the middle holds its lanes
or, once the database has given its unit up, has changed nothing.
"""

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, literal_column, select, update

from chaupal.kernel.clock import HOUR, MINUTE, SECOND
from chaupal.kernel.event import Event, decode_event, encode_event
from chaupal.kernel.logger import log
from chaupal.store.machine.dialect import DATABASE_TIME, Statement, among, listed, param, statement
from chaupal.store.machine.statements import deletes, inserts, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.machine import outbox

LANES = 16
LANES_AT_ONCE = LANES // 2  # of those in which something waits; the others are for whoever else has a hand free
LANED = 0x4348504C  # the space of advisory locks in which lanes are held

ADD = inserts(outbox, "name body at lane")

_DUE = (outbox.c.failed_at.is_(None), outbox.c.due_at <= param("at"))
_WAITING = select(outbox.c.seq, outbox.c.name, outbox.c.body).where(*_DUE).order_by(outbox.c.seq).limit(param("n"))
# SKIP LOCKED: a process of a version that knows no lanes may be at it, too; SQLite has one writer and no such clause.
WAITING: Statement = statement(_WAITING.with_for_update(skip_locked=True))
WAITING_IN = statement(_WAITING.where(among(outbox.c.lane, "lanes")).with_for_update(skip_locked=True))


def _held(lane: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a lane is this unit's until it ends (PostgreSQL)."""
    return func.pg_try_advisory_xact_lock(literal_column(str(LANED)), cast(lane, Integer))


# The lock is tried for rows of the inner query, in their order, until enough were had. What is in the lanes is read by another
# statement: this one may have begun before their last holder's unit was committed.
_LANES = (
    select(outbox.c.lane, func.random().label("turn")).where(*_DUE).group_by(outbox.c.lane).order_by("turn").subquery()
)
HOLD_LANES = selects(_LANES.c.lane).where(_held(_LANES.c.lane)).limit("n")
HOLD_ONE = selects(outbox.c.seq).where(outbox.c.seq == param("of"), _held(outbox.c.lane))
STILL = selects(outbox.c.seq).where(seq="of", failed_at=None).with_for_update()
# By the database's clock: a process whose own is wrong takes nothing that another one is at.
_NOW = literal_column(DATABASE_TIME, BigInteger)
CLAIM = statement(
    update(outbox)
    .where(outbox.c.seq == param("of"), outbox.c.failed_at.is_(None), outbox.c.due_at <= _NOW)
    .values(due_at=_NOW + param("ms"))
)
DONE = deletes(outbox).where(among(outbox.c.seq, "seqs"))
TRIED = updates(outbox, tries=outbox.c.tries + 1, due_at="due").where(seq="of")
TRIES = selects(outbox.c.tries).where(seq="of")
GIVE_UP = updates(outbox, failed_at="at").where(seq="of")
DROP_GIVEN_UP = deletes(outbox).where(outbox.c.failed_at < param("before"), name="kind")
HOLD = updates(outbox, due_at="due").where(seq="of")
FREE = statement(
    update(outbox)
    .where(outbox.c.failed_at.is_(None), outbox.c.due_at > param("at"), outbox.c.due_at <= param("until"))
    .values(due_at=0)
)
LAST = selects(func.coalesce(func.max(outbox.c.seq), 0))
ANY = selects(outbox.c.seq).where(outbox.c.failed_at.is_(None), outbox.c.due_at <= param("at")).limit(1)

DEPTH = selects(
    func.count(case((outbox.c.failed_at.is_(None), 1))),
    func.count(case((outbox.c.failed_at.is_not(None), 1))),
    func.min(case((outbox.c.failed_at.is_(None), outbox.c.at))),
).select_from(outbox)

GIVE_UP_AFTER = 5
# How long after each vain try of something outside the next one comes: a mail server may be down for an hour.
BACK_OFF = (30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR)


def rows(events: Sequence[Event], at: int) -> list[dict[str, Any]]:
    """Events as parameters of ADD; `at` in ms."""
    return [
        dict(zip(("name", "body"), encode_event(event), strict=True), at=at, lane=lane_of(event)) for event in events
    ]


def lane_of(event: Event) -> int:
    """Below LANES; the same in every process."""
    return zlib.crc32(str(event.concerns).encode()) % LANES


async def waiting(w: Writing, at_most: int) -> list[tuple[int, Event | None]]:
    """The next events (sequence number, event), locked for this unit. None: a name this version does not know."""
    return await _read(w, await w.fetch(WAITING, n=at_most, at=w.now()))


async def hold_lanes(w: Writing) -> list[int]:
    """Lanes in which something waits and that nobody else holds: this unit's until it ends. Of one of many processes."""
    return [row[0] for row in await w.fetch(HOLD_LANES, at=w.now(), n=LANES_AT_ONCE)]


async def waiting_in(w: Writing, lanes: Sequence[int], at_most: int) -> list[tuple[int, Event | None]]:
    """As `waiting`, of lanes that this unit holds."""
    rows = await w.fetch(WAITING_IN, lanes=listed(lanes), n=at_most, at=w.now()) if lanes else ()
    return await _read(w, rows)


async def _read(w: Writing, rows: Sequence[Row]) -> list[tuple[int, Event | None]]:
    """(sequence number, event), None for a name this version does not know. One that cannot be read is left out, to be tried again."""
    found: list[tuple[int, Event | None]] = []
    for seq, name, body in rows:
        try:
            found.append((seq, decode_event(name, body)))
        except msgspec.DecodeError as error:
            log.error("an event cannot be read", event_name=name, seq=seq, error=error)
            await failed(w, seq, outside=True)  # a newer version beside us may know better
    return found


async def hold_one(w: Writing, seq: int) -> bool:
    """Whether an event still waits and its lane is this unit's until it ends. Of one of many processes."""
    return await w.value(HOLD_ONE, of=seq) is not None and await w.value(STILL, of=seq) is not None


async def claim(w: Writing, seq: int, ms: int) -> bool:
    """Whether it is this process's to carry out for so long: nobody else's of many."""
    return await w.run(CLAIM, of=seq, ms=ms) == 1


async def is_empty(reading: Reading) -> bool:
    """Whether nothing is to be carried out now; what is tried again later waits outside of this."""
    return await reading.value(ANY, at=reading.now()) is None


async def last(reading: Reading) -> int:
    """The place of the newest event; 0: there is none."""
    return int(await reading.value(LAST))


class Depth(NamedTuple):
    """How many events wait, how many were given up, and since when (ms) the oldest of those that wait does."""

    waiting: int = 0
    given_up: int = 0
    since: int | None = None


async def depth(reading: Reading) -> Depth:
    """What is in it."""
    row = await reading.first(DEPTH)
    return Depth(*row) if row else Depth()


async def done(w: Writing, seqs: Sequence[int]) -> None:
    """They were carried out, in the very unit that says so."""
    await w.run(DONE, seqs=listed(seqs))


async def hold(w: Writing, seq: int, until: int) -> None:
    """Put it off until then (ms): somebody is at it, or nobody has room for it."""
    await w.run(HOLD, of=seq, due=until)


async def free(w: Writing, ms: int) -> None:
    """Free what the only process held when it died."""
    await w.run(FREE, at=w.now(), until=w.now() + ms)


async def failed(w: Writing, seq: int, *, outside: bool = False, hurry: int = 1) -> bool:
    """One more failed try; True when it is given up and left for the operator to see.

    `outside`: it was the world's fault (a mail carrier), which gets better with time, so many times (`hurry`) faster than usual; else
    the next try comes at once.
    """
    tries = await w.value(TRIES, of=seq)
    if tries + 1 < GIVE_UP_AFTER:
        await w.run(TRIED, of=seq, due=w.now() + BACK_OFF[tries] // hurry if outside else 0)
        return False
    await w.run(TRIED, of=seq, due=0)
    await w.run(GIVE_UP, of=seq, at=w.now())
    return True


async def drop_given_up(w: Writing, kind: type[Event], before: int) -> None:
    """Events of a kind that were given up before then (ms) are kept for the operator no longer."""
    await w.run(DROP_GIVEN_UP, kind=kind.__name__, before=before)
