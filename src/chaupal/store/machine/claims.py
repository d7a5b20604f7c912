"""Timed tasks and long jobs as rows: one process carries each out.

The claim of a task is renewed while its holder lives, and then another's. Who was stopped meanwhile and goes on finds the row another's
at its next commit, in that very commit: the row is held until it is true, so that nobody takes the task over in between. All by the
database's clock. PostgreSQL alone: the embedded store is one process's. A job is held for a minute at a time, on either database.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, text

from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Conflict
from chaupal.store.machine.dialect import DATABASE_TIME, is_one_of, listed, param, statement, text_param
from chaupal.store.machine.statements import rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing

LASTS = 15 * SECOND  # how long a claim is good that is not renewed

ENSURE = statement(
    text(
        "INSERT INTO acts (name) SELECT value FROM json_array_elements_text(CAST(:names AS json)) ON CONFLICT DO NOTHING"
    ).bindparams(text_param("names"))
)
# Whoever had it last has it again where it asks in time; what another unit holds is left to it.
TAKE = statement(
    text(f"""
    WITH free AS (
        SELECT a.name, wanted.every FROM acts a
        JOIN json_to_recordset(CAST(:wanted AS json)) AS wanted(name text, every bigint) ON wanted.name = a.name
        WHERE a.due_at <= {DATABASE_TIME} AND (a.until <= {DATABASE_TIME} OR a.holder = :me) FOR UPDATE OF a SKIP LOCKED
    )
    UPDATE acts SET turn = acts.turn + CASE WHEN acts.holder = :me THEN 0 ELSE 1 END, holder = :me,
        until = {DATABASE_TIME} + :lasts, due_at = {DATABASE_TIME} + free.every
    FROM free WHERE acts.name = free.name RETURNING acts.name, acts.turn
    """).bindparams(text_param("wanted"), text_param("me"), param("lasts"))  # noqa: S608 - words of ours
)
RENEW = statement(
    text(f"""
    UPDATE acts SET until = {DATABASE_TIME} + :lasts WHERE holder = :me AND name IN (
        SELECT a.name FROM acts a WHERE a.holder = :me
        AND a.name IN (SELECT value FROM json_array_elements_text(CAST(:names AS json))) FOR UPDATE SKIP LOCKED
    )
    """).bindparams(text_param("me"), param("lasts"), text_param("names"))  # noqa: S608 - words of ours
)
LET_GO = statement(text("UPDATE acts SET until = 0 WHERE holder = :me").bindparams(text_param("me")))
LET_GO_OF = statement(
    text("UPDATE acts SET until = 0 WHERE name = :name AND holder = :me AND turn = :turn").bindparams(
        text_param("name"), text_param("me"), param("turn")
    )
)
STILL = statement(
    text("SELECT turn FROM acts WHERE name = :name AND holder = :me AND turn = :turn FOR SHARE").bindparams(
        text_param("name"), text_param("me"), param("turn")
    )
)


class Claim(msgspec.Struct, frozen=True):
    """A task that `holder` has; `turn` tells this claim from earlier ones of the same holder."""

    act: str
    holder: str
    turn: int


class Overtaken(Conflict):
    """Another process carries this act out now: nothing of what this unit would have done is kept."""


# Set in the task that carries an act out, and with it in whatever that begins.
CLAIM: ContextVar[Claim | None] = ContextVar("claim", default=None)


async def ensure(w: Writing, acts: Iterable[str]) -> None:
    """Make a row for each task, free for any process."""
    await w.run(ENSURE, names=listed(acts))


async def take(w: Writing, holder: str, wanted: Mapping[str, int]) -> list[Claim]:
    """Of the acts `wanted` (by their names; how long from one time to the next, ms) those that are due and nobody else's."""
    if not wanted:
        return []
    asked = msgspec.json.encode([{"name": name, "every": every} for name, every in wanted.items()]).decode()
    return [Claim(name, holder, turn) for name, turn in await w.fetch(TAKE, wanted=asked, me=holder, lasts=LASTS)]


async def renew(w: Writing, holder: str, acts: Iterable[str]) -> None:
    """Those of the acts that are still the holder's stay so."""
    await w.run(RENEW, me=holder, names=listed(acts), lasts=LASTS)


async def let_go(w: Writing, holder: str) -> None:
    """Free all that the holder has at once."""
    await w.run(LET_GO, me=holder)


async def let_go_of(w: Writing, claim: Claim) -> None:
    """Free this one, for when it is due again."""
    await w.run(LET_GO_OF, name=claim.act, me=claim.holder, turn=claim.turn)


async def check(w: Writing) -> None:
    """Called at the end of every unit. Raises Overtaken where the unit belongs to a task that another process has by now."""
    claim = CLAIM.get()
    if claim is not None and not await w.fetch(STILL, name=claim.act, me=claim.holder, turn=claim.turn):
        raise Overtaken("changed_at_once")


HELD_FOR = 60_000  # ms after which another process goes on with what this one has left


class HeldJobs[Job: msgspec.Struct]:
    """One kind of them. Its Struct has the columns of its table, without `held_until`.

    `can`: which of them this process can do, by parameters that `take_up` is told; others are a newer one's.
    """

    def __init__(self, table: Table, kind: type[Job], can: ColumnElement[bool] | None = None) -> None:
        self._rows = rows = rows_of(kind, table)
        free = table.c.held_until < param("now")
        self.open = is_one_of(table.c.state, ("waiting", "running"))
        self._one = rows.where(id="of", account_id="me")
        self._mine = rows.where(account_id="me").ordered("-id").limit("n")
        self._busy = selects(table.c.id).where(self.open, account_id="me").limit(1)
        waits = (self.open, free) if can is None else (self.open, free, can)
        self._next = rows.where(*waits).ordered("id").limit(1)
        tried = {"tries": table.c.tries + 1} if "tries" in table.c else {}
        self._hold = updates(table, held_until="until", **tried).where(self.open, free, id="of").values(state="running")

    async def add(self, w: Writing, one: Job, held_until: int = 0) -> None:
        await self._rows.add(w, msgspec.structs.replace(one, created_at=w.now()), held_until=held_until)

    async def busy(self, reading: Reading, account: int) -> bool:
        """Whether one of theirs is still under way."""
        return await reading.value(self._busy, me=account) is not None

    async def by_id(self, reading: Reading, account: int, id_: int) -> Job | None:
        return await self._one.first(reading, me=account, of=id_)

    async def mine(self, reading: Reading, account: int, at_most: int) -> list[Job]:
        """The newest first."""
        return await self._mine.all(reading, me=account, n=at_most)

    async def take_up(self, w: Writing, **can: Any) -> Job | None:
        """The oldest that waits, or that somebody left; it is this process's for a minute, and longer with every step."""
        row = await w.first(self._next, now=w.now(), **can)
        if row is None:
            return None
        held = await w.run(self._hold, of=row[0], now=w.now(), until=w.now() + HELD_FOR)
        return self._rows.read(row) if held else None
