"""Bulk calls that run in the background: sent once, done a hundred rows at a time, with their progress to be looked up.

What became of a row is written in the commit in which it is entered, so whoever goes on after a crash enters nothing twice.
Who sent it acts with the role that they have when each hundred is entered, not with the one of the day when it was sent.
"""

from collections.abc import Sequence

import msgspec

from chaupal.governance.cases import bulk
from chaupal.governance.cases.bulk import AT_ONCE, BulkCall, BulkOutcome, Item
from chaupal.governance.cases.cases import Moved
from chaupal.governance.context import Court
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Coded, Conflict, Invalid, NotAllowed, NotFound, Problem, all_wrong, coded
from chaupal.kernel.faults import Wrong
from chaupal.policy.viewer import Viewer
from chaupal.store.court import bulk as kept
from chaupal.store.court.bulk import CHECKING, DONE, ENTERING, REFUSED, BulkRow, Job
from chaupal.store.machine.dialect import in_json
from chaupal.store.machine.work import Writing

KEPT_FOR = 30 * DAY  # after its end; the reasons stand with the cases
MOST_WAITING = 10  # of one person
MOVED = "moved"  # the word of a row
SHOWN = 200  # bad rows on one page

_item = msgspec.json.Decoder(Item).decode


class RowOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a row, as it is kept: the state its case came to, or what was wrong."""

    state: str = ""
    slug: str = ""
    code: str = ""
    values: dict[str, str | int] = {}
    # By field: code, values, the line that was typed.
    wrong: dict[str, list[tuple[str, dict[str, str | int], str]]] = {}


_said = msgspec.json.Decoder(RowOutcome).decode
_PROBLEMS = {kind.slug: kind for kind in (Invalid, NotAllowed, NotFound, Conflict)}


class Progress(msgspec.Struct, frozen=True):
    """How far a call is. `counts`: rows done, already, moved, wrong; `bad`: the first of those that are one of the last two."""

    job: Job
    counts: dict[str, int]
    bad: tuple[BulkOutcome, ...]
    next: int | None  # from which row on there are more bad ones

    @property
    def entered(self) -> int:
        """Rows that are through, however they came out."""
        return self.counts.get("done", 0) + self.counts.get("already", 0)


async def start(
    court: Court,
    viewer: Viewer,
    ref: str,
    verb: str,
    items: Sequence[Item],
    *,
    wrong: Sequence[BulkOutcome] = (),
    untouched: int = 0,
    what_can: bool = False,
) -> Job:
    """Send it; nothing is done about any case yet. `wrong`: rows that could not be read. Raises as `bulk.run` does."""
    await bulk.open_in(court, viewer, ref, verb, [*items, *(one.item for one in wrong)])
    ordered = sorted([*map(BulkOutcome, items), *wrong], key=lambda one: one.item.line)
    job = Job(
        court.make_id(), viewer.me, ref, verb, CHECKING, what_can, len(ordered), 0, untouched, court.clock(), None
    )
    async with court.work.writing() as w:
        if await kept.waiting(w, viewer.me) >= MOST_WAITING:
            raise Conflict("calls_waiting", most=MOST_WAITING)
        rows = [_row(at, one) if one.problem else BulkRow(at, in_json(one.item)) for at, one in enumerate(ordered)]
        await kept.add(w, job, rows)
    return job


async def progress(court: Court, viewer: Viewer, id_: int, first: int = 0) -> Progress:
    """How far it is, for whoever sent it. Raises NotFound for everybody else."""
    async with court.work.reading() as reading:
        job = await kept.by_id(reading, id_)
        if job is None or job.account_id != viewer.account:
            raise NotFound
        counts = await kept.counts(reading, id_)
        bad = await kept.bad(reading, id_, first, SHOWN + 1)
    counts.pop("", None)
    shown = tuple(BulkOutcome(_item(row.item), _problem(row)) for row in bad[:SHOWN])
    return Progress(job, counts, shown, bad[SHOWN].at if len(bad) > SHOWN else None)


# --- going on ---


async def carry_on(court: Court) -> bool:
    """Work through the oldest waiting call, or one that a dead process had begun. False where there is none."""
    async with court.work.writing() as w:
        job = await kept.take_up(w)
    if job is None:
        return False
    if job.state == CHECKING:
        await _check(court, job)
    else:
        await _enter(court, job)
    return True


async def _check(court: Court, job: Job) -> None:
    twice = await _twice(court, job)
    start = job.checked
    while rows := await _waiting(court, job, start):
        items = [_item(row.item) for row in rows]
        call = BulkCall(court, await _who(court, job.account_id), job.ref, job.verb, twice)
        found = await bulk.hundred(call, items, keep=False)
        start = rows[-1].at + 1
        async with court.work.writing() as w:
            bad = [_row(row.at, one) for row, one in zip(rows, found, strict=True) if one.problem is not None]
            await kept.say(w, job.id, bad)
            await kept.checked(w, job.id, start)
    async with court.work.writing() as w:
        await kept.checked(w, job.id, job.total)
        counts = await kept.counts(w, job.id)
        refused = not job.what_can and bool(counts.get("wrong") or counts.get("moved"))
        going_on = await kept.move(w, job.id, CHECKING, REFUSED if refused else ENTERING)
    if going_on and not refused:
        await _enter(court, job)


async def _enter(court: Court, job: Job) -> None:
    while rows := await _waiting(court, job, 0):
        items = [_item(row.item) for row in rows]

        async def also(w: Writing, done: Sequence[BulkOutcome], rows: list[BulkRow] = rows) -> None:
            await kept.say(w, job.id, [_row(row.at, one) for row, one in zip(rows, done, strict=True)])

        call = BulkCall(court, await _who(court, job.account_id), job.ref, job.verb)
        await bulk.hundred(call, items, keep=True, also=also)
    async with court.work.writing() as w:
        await kept.move(w, job.id, ENTERING, DONE)


async def _waiting(court: Court, job: Job, start: int) -> list[BulkRow]:
    async with court.work.reading() as reading:
        return await kept.rows(reading, job.id, start, AT_ONCE)


async def _twice(court: Court, job: Job) -> frozenset[int]:
    async with court.work.scanning() as reading:
        rows = await kept.rows(reading, job.id, 0, job.total)
    return bulk.named_twice([_item(row.item) for row in rows])


async def _who(court: Court, account: int) -> Viewer:
    """The viewer who sent it, with the role of now; without one if their account is not open any more."""
    home = court.settings.home_country
    return await role_grants.as_now(court, account) or Viewer(account=account, country=home)


async def sweep(court: Court) -> int:
    """Forget calls that ended a month ago; what came of them stands with the cases. How many."""
    async with court.work.reading() as reading:
        over = await kept.over(reading, court.clock() - KEPT_FOR, 100)
    for id_ in over:
        async with court.work.writing() as w:
            await kept.drop(w, id_)
    return len(over)


# --- rows ---


def _row(at: int, one: BulkOutcome) -> BulkRow:
    said = RowOutcome(state=one.state) if one.problem is None else _kept(coded(one.problem))
    return BulkRow(at, in_json(one.item), one.word, in_json(said))


def _kept(problem: Coded) -> RowOutcome:
    wrong = {
        field: [(one.code, dict(one.values), one.typed) for one in found] for field, found in problem.wrong.items()
    }
    return RowOutcome(slug=problem.slug, code=problem.code, values=dict(problem.values), wrong=wrong)


def _problem(row: BulkRow) -> Problem:
    said = _said(row.said)
    if row.word == MOVED:
        return Moved()
    wrong = {field: [Wrong(*one) for one in found] for field, found in said.wrong.items()}
    if wrong and said.slug == Invalid.slug:
        return all_wrong(wrong)
    return _PROBLEMS.get(said.slug, Conflict)(said.code, field="", **said.values).about(wrong)
