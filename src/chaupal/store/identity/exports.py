"""What people take along: what was asked for, how far it has been made, and how long it is kept."""

import msgspec
from sqlalchemy import text as sql

from chaupal.store.machine.claims import HELD_FOR, HeldJobs
from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import deletes, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import exports


class Export(msgspec.Struct, frozen=True, rename={"account": "account_id"}):
    """A file with all of one's own. `country`: where its owner was, for whom lists were looked at. Times in ms."""

    id: int
    account: int
    key: str
    country: str
    language: str
    state: str
    total: int
    at: int
    size: int
    created_at: int
    ends_at: int | None


_jobs = HeldJobs(exports, Export)
add, busy, one, mine, take_up = _jobs.add, _jobs.busy, _jobs.by_id, _jobs.mine, _jobs.take_up

ADVANCE = updates(exports, at="to", total="of_all", held_until="until").where(
    exports.c.state == sql("'running'"), id="of"
)
END = updates(exports, state="as", size="bytes", ends_at="until").where(_jobs.open, id="of")
OVER = selects(exports.c.id, exports.c.key).where(exports.c.ends_at <= param("now")).ordered("ends_at").limit("n")
drop = deletes(exports).where(id="of").run_of


async def advance(w: Writing, id_: int, at: int, total: int) -> bool:
    """False where nobody waits for it any more."""
    return bool(await w.run(ADVANCE, of=id_, to=at, of_all=total, until=w.now() + HELD_FOR))


async def end(w: Writing, id_: int, state: str, size: int, ends_at: int) -> bool:
    """False where nobody waits for it any more."""
    return bool(await w.run(END, of=id_, **{"as": state}, bytes=size, until=ends_at))


async def over(reading: Reading, at_most: int) -> list[tuple[int, str]]:
    """(id, key) of those that are kept no longer."""
    return [(row[0], row[1]) for row in await reading.fetch(OVER, now=reading.now(), n=at_most)]
