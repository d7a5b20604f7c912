"""The outbox: events that are true but not yet carried out, in the order they happened."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from chaupal.kernel.event import Event, decode_event, encode_event
from chaupal.store.dialect import Statement, among, listed, param, statement, words
from chaupal.store.tables import outbox
from chaupal.store.work import Reading, Writing

ADD = statement(insert(outbox).values(name=words("name"), body=words("body"), at=param("at")))

_WAITING = (
    select(outbox.c.seq, outbox.c.name, outbox.c.body)
    .where(outbox.c.failed_at.is_(None))
    .order_by(outbox.c.seq)
    .limit(param("n"))
)
# SKIP LOCKED lets several workers share the outbox on PostgreSQL; SQLite has one writer and no such clause.
WAITING: Statement = statement(_WAITING.with_for_update(skip_locked=True))
DONE = statement(delete(outbox).where(among(outbox.c.seq, "seqs")))
TRIED = statement(update(outbox).where(outbox.c.seq == param("of")).values(tries=outbox.c.tries + 1))
TRIES = statement(select(outbox.c.tries).where(outbox.c.seq == param("of")))
GIVE_UP = statement(update(outbox).where(outbox.c.seq == param("of")).values(failed_at=param("at")))
ANY = statement(select(outbox.c.seq).where(outbox.c.failed_at.is_(None)).limit(1))

GIVE_UP_AFTER = 5


def rows(events: Sequence[Event], at: int) -> list[dict[str, Any]]:
    """Events as parameters of ADD; `at` in ms."""
    return [{"name": name, "body": body, "at": at} for name, body in map(encode_event, events)]


async def waiting(w: Writing, at_most: int) -> list[tuple[int, Event | None]]:
    """The next events (sequence number, event), locked for this unit. None: a name this version does not know."""
    rows = await w.fetch(WAITING, n=at_most)
    return [(row[0], decode_event(row[1], row[2])) for row in rows]


async def is_empty(reading: Reading) -> bool:
    return await reading.value(ANY) is None


async def done(w: Writing, seqs: Sequence[int]) -> None:
    """They were carried out, in the very unit that says so."""
    await w.run(DONE, seqs=listed(seqs))


async def failed(w: Writing, seq: int) -> bool:
    """One more failed try; True when it is given up and left for the operator to see."""
    await w.run(TRIED, of=seq)
    if await w.value(TRIES, of=seq) < GIVE_UP_AFTER:
        return False
    await w.run(GIVE_UP, of=seq, at=w.now())
    return True
