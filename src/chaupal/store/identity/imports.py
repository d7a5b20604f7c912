"""What people bring along: the files as rows, how far each is taken in, what could not be, and where posts came from."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, or_, text as sql

from chaupal.store.machine.claims import HELD_FOR, HeldJobs
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import rulings
from chaupal.store.tables.identity import accounts, import_faults, imported, imports
from chaupal.store.tables.square import posts

MOST_FAULTS = 10_000  # that are kept of one file, the first ones; how many there were is counted all the same


class Import(msgspec.Struct, frozen=True, rename={"account": "account_id"}):
    """A file and how far it has been taken in. Times in ms since 1970 UTC; `at`: how many of `total` were looked at; `tries`: how
    often it was taken up and nothing came of it."""

    id: int
    account: int
    kind: str
    name: str
    key: str
    size: int
    visibility: str
    country: str
    language: str
    state: str
    why: str
    total: int
    at: int
    done: int
    skipped: int
    failed: int
    created_at: int
    finished_at: int | None
    tries: int


_jobs = HeldJobs(imports, Import, among(imports.c.kind, "kinds"))
add, busy, one, mine = _jobs.add, _jobs.busy, _jobs.by_id, _jobs.mine

ADVANCE = updates(
    imports,
    at="to",
    total="of_all",
    done=imports.c.done + param("more"),
    skipped=imports.c.skipped + param("twice"),
    failed=imports.c.failed + param("wrong"),
    held_until="until",
    tries=0,
).where(imports.c.state == sql("'running'"), id="of")
# That it was taken up does not count: what it was given up for is not in the file.
untry = updates(imports, tries=imports.c.tries - 1).where(_jobs.open, imports.c.tries > 0, id="of").run_of
# Its file is there.
came = updates(imports, held_until=0).where(id="of").run_of
drop = deletes(imports).where(id="of").run_of
END = updates(imports, state="as", why="because", finished_at="now").where(_jobs.open, id="of").values(key="")
WHO = selects(accounts.c.role, accounts.c.state).where(id="me")
COUNT_FAULTS = counts_of(import_faults).where(import_id="of")
ADD_SOURCE = inserts_once(imported)
BROUGHT = selects(imported.c.source, imported.c.post_id).where(among(imported.c.source, "sources"), account_id="me")
PARENTS = selects(posts, "id root visibility").where(among(posts.c.id, "ids"), author="me", boost_of=None)
TAKEN = selects(posts.c.id).where(among(posts.c.id, "ids"))
LIMITED = selects(rulings.c.subject_id).where(
    among(rulings.c.subject_id, "ids"),
    and_(rulings.c.lifted_at.is_(None), or_(rulings.c.ends_at.is_(None), rulings.c.ends_at > param("now"))),
)


async def take_up(w: Writing, kinds: Sequence[str]) -> Import | None:
    """The next file of these kinds: what a newer process took in beside this one waits for such a one."""
    return await _jobs.take_up(w, kinds=listed(kinds))


class Fault(msgspec.Struct, frozen=True):
    """One thing that could not be taken in: its place in the file (from 1), what it is called there, and why."""

    number: int
    item: str
    why: str


ALL_FAULTS = rows_of(Fault, import_faults)
FAULTS = ALL_FAULTS.where(import_id="of").ordered("number").limit("n")


class Step(msgspec.Struct):
    """What became of the next few things of a file."""

    at: int
    total: int
    done: int = 0
    skipped: int = 0
    failed: int = 0
    faults: list[Fault] = []


class Root(msgspec.Struct, frozen=True):
    """What an answer must know of the post it answers."""

    id: int
    root: int
    visibility: int


async def advance(w: Writing, id_: int, step: Step) -> bool:
    """In the commit of what was taken in. False where it was ended meanwhile."""
    room = MOST_FAULTS - await w.value(COUNT_FAULTS, of=id_) if step.faults else 0
    for fault in step.faults[: max(0, room)]:
        await ALL_FAULTS.add_once(w, fault, import_id=id_)
    return bool(
        await w.run(
            ADVANCE,
            of=id_,
            to=step.at,
            of_all=step.total,
            more=step.done,
            twice=step.skipped,
            wrong=step.failed,
            until=w.now() + HELD_FOR,
        )
    )


async def end(w: Writing, id_: int, state: str, why: str = "") -> bool:
    return bool(await w.run(END, of=id_, **{"as": state}, because=why, now=w.now()))


async def brings(reading: Reading, account: int) -> tuple[str, str]:
    """(role, state) of whoever brings something; two empty words for whom there is no account."""
    row = await reading.first(WHO, me=account)
    return (row[0], row[1]) if row else ("", "")


async def faults(reading: Reading, id_: int, at_most: int) -> list[Fault]:
    return await FAULTS.all(reading, of=id_, n=at_most)


async def brought(reading: Reading, account: int, sources: Sequence[str]) -> dict[str, int]:
    """Source -> the post that it became."""
    rows = await reading.fetch(BROUGHT, me=account, sources=listed(sources))
    return {row[0]: row[1] for row in rows}


async def note_source(w: Writing, account: int, source: str, post: int) -> bool:
    """False where it has come before."""
    return bool(await w.run(ADD_SOURCE, account_id=account, source=source, post_id=post))


async def parents(reading: Reading, account: int, ids: Sequence[int]) -> dict[int, Root]:
    """The account's own posts among these."""
    return {row[0]: Root(*row) for row in await reading.fetch(PARENTS, me=account, ids=listed(ids))}


async def taken(reading: Reading, ids: Sequence[int]) -> frozenset[int]:
    """Those among the ids that are posts."""
    return frozenset(row[0] for row in await reading.fetch(TAKEN, ids=listed(ids)))


async def limited(reading: Reading, ids: Sequence[int]) -> frozenset[int]:
    """Those among the ids on which a ruling is in force."""
    return frozenset(row[0] for row in await reading.fetch(LIMITED, ids=listed(ids), now=reading.now()))
