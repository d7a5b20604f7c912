"""The outbox: events that are true but not yet carried out, in the order they happened."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, delete, func, insert, select, update

from chaupal.kernel.clock import HOUR, MINUTE, SECOND
from chaupal.kernel.event import Event, decode_event, encode_event
from chaupal.store.machine.dialect import Statement, among, listed, param, statement, words
from chaupal.store.machine.tables import outbox
from chaupal.store.machine.work import Reading, Writing

ADD = statement(insert(outbox).values(name=words("name"), body=words("body"), at=param("at")))

_WAITING = (
    select(outbox.c.seq, outbox.c.name, outbox.c.body)
    .where(outbox.c.failed_at.is_(None), outbox.c.due_at <= param("at"))
    .order_by(outbox.c.seq)
    .limit(param("n"))
)
# SKIP LOCKED lets several workers share the outbox on PostgreSQL; SQLite has one writer and no such clause.
WAITING: Statement = statement(_WAITING.with_for_update(skip_locked=True))
DONE = statement(delete(outbox).where(among(outbox.c.seq, "seqs")))
TRIED = statement(
    update(outbox).where(outbox.c.seq == param("of")).values(tries=outbox.c.tries + 1, due_at=param("due"))
)
TRIES = statement(select(outbox.c.tries).where(outbox.c.seq == param("of")))
GIVE_UP = statement(update(outbox).where(outbox.c.seq == param("of")).values(failed_at=param("at")))
HOLD = statement(update(outbox).where(outbox.c.seq == param("of")).values(due_at=param("due")))
ANY = statement(select(outbox.c.seq).where(outbox.c.failed_at.is_(None), outbox.c.due_at <= param("at")).limit(1))

DEPTH = statement(
    select(
        func.count(case((outbox.c.failed_at.is_(None), 1))), func.count(case((outbox.c.failed_at.is_not(None), 1))),
        func.min(case((outbox.c.failed_at.is_(None), outbox.c.at))),
    ).select_from(outbox)
)  # fmt: skip

GIVE_UP_AFTER = 5
# How long after each vain try of something outside the next one comes: a mail server may be down for an hour.
BACK_OFF = (30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR)


def rows(events: Sequence[Event], at: int) -> list[dict[str, Any]]:
    """Events as parameters of ADD; `at` in ms."""
    return [{"name": name, "body": body, "at": at} for name, body in map(encode_event, events)]


async def waiting(w: Writing, at_most: int) -> list[tuple[int, Event | None]]:
    """The next events (sequence number, event), locked for this unit. None: a name this version does not know."""
    rows = await w.fetch(WAITING, n=at_most, at=w.now())
    return [(row[0], decode_event(row[1], row[2])) for row in rows]


async def is_empty(reading: Reading) -> bool:
    """Whether nothing is to be carried out now; what is tried again later waits outside of this."""
    return await reading.value(ANY, at=reading.now()) is None


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
    """Somebody is at it, or nobody has a hand free: it is not taken up before then (ms)."""
    await w.run(HOLD, of=seq, due=until)


async def failed(w: Writing, seq: int, *, outside: bool = False) -> bool:
    """One more failed try; True when it is given up and left for the operator to see.

    `outside`: it was the world's fault (a mail carrier), which gets better with time; else the next try comes at once.
    """
    tries = await w.value(TRIES, of=seq)
    if tries + 1 < GIVE_UP_AFTER:
        await w.run(TRIED, of=seq, due=w.now() + BACK_OFF[tries] if outside else 0)
        return False
    await w.run(TRIED, of=seq, due=0)
    await w.run(GIVE_UP, of=seq, at=w.now())
    return True
