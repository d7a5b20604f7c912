"""Calls about many cases: who sent them, how far they are, and what became of each row."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, text as sql

from chaupal.store.machine.claims import HELD_FOR
from chaupal.store.machine.dialect import is_one_of, param
from chaupal.store.machine.statements import counts_of, deletes, inserts, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import bulk_jobs, bulk_rows

CHECKING, ENTERING, DONE, REFUSED = "checking", "entering", "done", "refused"


class Job(msgspec.Struct, frozen=True):
    """One call. `ref`: the order, or nothing for appeals. `untouched`: rows of its file that said nothing. Times in ms."""

    id: int
    account_id: int
    ref: str
    verb: str
    state: str
    what_can: bool
    total: int
    checked: int
    untouched: int
    created_at: int
    ended_at: int | None

    @property
    def open(self) -> bool:
        return self.state in (CHECKING, ENTERING)


class BulkRow(msgspec.Struct, frozen=True):
    """One row, as JSON; `word` and `said` are empty while it waits."""

    at: int
    item: str
    word: str = ""
    said: str = ""


_open = is_one_of(bulk_jobs.c.state, (CHECKING, ENTERING))
ALL = rows_of(Job, bulk_jobs)
by_id = ALL.by_id
ALL_ROWS = rows_of(BulkRow, bulk_rows)
ADD_ROWS = inserts(bulk_rows)
# How many of theirs are not done.
waiting = counts_of(bulk_jobs).where(_open, account_id="of").number_of
NEXT = ALL.where(_open, bulk_jobs.c.held_until < param("now")).ordered("id").limit(1)
HOLD = updates(bulk_jobs, held_until="until").where(_open, bulk_jobs.c.held_until < param("now"), id="of")
KEEP_HOLD = updates(bulk_jobs, held_until="until").where(id="of")
CHECKED = updates(bulk_jobs, checked="to", held_until="until").where(id="of")
MOVE = updates(bulk_jobs, state="to", ended_at="at", held_until="until").where(id="of", state="was")
ROWS = (
    ALL_ROWS.where(bulk_rows.c.word == sql("''"), bulk_rows.c.at >= param("start"), job_id="of")
    .ordered("at")
    .limit("n")
)
SAY = updates(bulk_rows, word="became", said="told").where(bulk_rows.c.word == sql("''"), job_id="of", at="which")
COUNTS = selects(bulk_rows.c.word, func.count()).where(job_id="of").group_by(bulk_rows.c.word)
BAD = (
    ALL_ROWS.where(is_one_of(bulk_rows.c.word, ("wrong", "moved")), bulk_rows.c.at >= param("start"), job_id="of")
    .ordered("at")
    .limit("n")
)
OVER = selects(bulk_jobs.c.id).where(bulk_jobs.c.ended_at < param("before")).limit("n")
DROP_ROWS = deletes(bulk_rows).where(job_id="of")
DROP = deletes(bulk_jobs).where(id="of")


async def add(w: Writing, job: Job, rows: Sequence[BulkRow]) -> None:
    await ALL.add(w, job, held_until=0)
    await w.run_many(ADD_ROWS, [msgspec.structs.asdict(row) | {"job_id": job.id} for row in rows])


async def take_up(w: Writing) -> Job | None:
    """The oldest that waits, or that somebody left; it is this process's for a minute, and longer with every step."""
    job = await NEXT.first(w, now=w.now())
    held = job is not None and await w.run(HOLD, of=job.id, now=w.now(), until=w.now() + HELD_FOR)
    return job if held else None


async def rows(reading: Reading, id_: int, start: int, at_most: int) -> list[BulkRow]:
    """Those that wait, in order, from `start` on."""
    return await ROWS.all(reading, of=id_, start=start, n=at_most)


async def say(w: Writing, id_: int, said: Sequence[BulkRow]) -> None:
    """What became of rows; the job stays with this process."""
    await w.run_many(SAY, [{"of": id_, "which": row.at, "became": row.word, "told": row.said} for row in said])
    await w.run(KEEP_HOLD, of=id_, until=w.now() + HELD_FOR)


async def checked(w: Writing, id_: int, to: int) -> None:
    await w.run(CHECKED, of=id_, to=to, until=w.now() + HELD_FOR)


async def move(w: Writing, id_: int, was: str, to: str) -> bool:
    """On to the next state. False where another process was faster."""
    over = to in (DONE, REFUSED)
    return bool(await w.run(MOVE, of=id_, was=was, to=to, at=w.now() if over else None, until=w.now() + HELD_FOR))


async def counts(reading: Reading, id_: int) -> dict[str, int]:
    """How many rows are done, already, moved, wrong; and, under an empty word, wait."""
    return {row[0]: row[1] for row in await reading.fetch(COUNTS, of=id_)}


async def bad(reading: Reading, id_: int, start: int, at_most: int) -> list[BulkRow]:
    """Rows that were wrong or had moved, from `start` on."""
    return await BAD.all(reading, of=id_, start=start, n=at_most)


async def over(reading: Reading, before: int, at_most: int) -> list[int]:
    """Ids of those that ended before."""
    return [row[0] for row in await reading.fetch(OVER, before=before, n=at_most)]


async def drop(w: Writing, id_: int) -> None:
    await w.run(DROP_ROWS, of=id_)
    await w.run(DROP, of=id_)
