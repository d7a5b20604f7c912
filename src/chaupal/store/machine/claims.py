"""Timed tasks as rows: of many processes one carries a task out, and a process that lost its claim commits nothing more of it.

A claim is renewed while its holder lives, and then another's. Who was stopped meanwhile and goes on finds the row another's at
its next commit, in that very commit: the row is held until it is true, so that nobody takes the act over in between. All by the
database's clock. PostgreSQL alone: the embedded store is one process's.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar

import msgspec
from sqlalchemy import text

from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Conflict
from chaupal.store.machine.dialect import DATABASE_TIME, listed, param, statement, text_param
from chaupal.store.machine.work import Writing

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
