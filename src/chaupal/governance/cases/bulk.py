"""Many cases in one go: checked whole before anything is entered, then entered a hundred to a commit.

There is no second way around the guards: each row goes by the very function that a single act goes by, in a part of the
unit that is undone by itself where it raises. The check is the same work in units that are given up, so that it finds what
entering would find, the constraints of the database too. Two people decide as always: who proposed does not approve.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import acts, cases
from chaupal.governance.cases.acts import Act, Field
from chaupal.governance.cases.cases import Case, Moved
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.orders.resolving import MOST_TARGETS
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, or_not_found
from chaupal.kernel.marked import N_
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal.store.court import appeals as heard, knowing, ledger
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.machine.work import Reading, Writing

MOST = MOST_TARGETS  # rows in one go
AT_ONCE = 100  # rows in a commit: others wait for the log no longer than these take
BREATH = 5  # rows between which others are answered
TRIES = 3  # of a commit that another one crossed
PROPOSE, CONCUR, APPROVE, RETURN, LIFT, KEEP, APPEAL, ACT, TELL, CHANGE = (
    "propose",
    "concur",
    "approve",
    "return",
    "lift",
    "keep",
    "appeal",
    "act",
    "tell",
    "change",
)


class Item(Draft, frozen=True, kw_only=True, omit_defaults=True):
    """What to do about one target (or appeal, then `number` is its id). What is to be done is its draft.

    `seen`: the number of the case's last event that was looked at (of an appeal, how much had been written in it).
    `line`: of the file that the row came from. `kind`, `body`: of a change (`orders/changes.py`). `territory`: countries, where
    a change or an appeal makes a ruling narrower; `measure`: the lower rung that an appeal comes to, of the whole or of `parts`.
    """

    number: int
    line: int = 0
    seen: int | None = None
    outcome: str = ""
    reason: str = ""
    parts: tuple[int, ...] = ()
    territory: str = ""
    kind: str = ""
    body: str = ""
    measure: str = ""


class BulkOutcome(msgspec.Struct, frozen=True):
    """What became of one row, or would: the state that its case came to, or the problem that keeps it from being done.

    `already`: it had been done before, by the same person and in the same words; nothing was entered again.
    """

    item: Item
    problem: Problem | None = None
    state: str = ""
    already: bool = False

    @property
    def moved(self) -> bool:
        """Whether its case is not as it was when it was looked at."""
        return isinstance(self.problem, Moved)

    @property
    def word(self) -> str:
        """done, already, moved or wrong."""
        return "moved" if self.moved else "wrong" if self.problem is not None else "already" if self.already else "done"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a whole call. `entered` is false where nothing was, because a row is wrong."""

    rows: tuple[BulkOutcome, ...]
    entered: bool

    @property
    def bad(self) -> list[BulkOutcome]:
        return [one for one in self.rows if one.problem is not None]

    @property
    def counts(self) -> dict[str, int]:
        """How many are done, were already, have moved, are wrong; only those words that occur."""
        found: dict[str, int] = {}
        for one in self.rows:
            found[one.word] = found.get(one.word, 0) + 1
        return found


type Things = Mapping[int, Any]


type Progress = Callable[[str, int, int], None]
CHECKING, ENTERING = "checking", "entering"


def unwatched(phase: str, done: int, of: int) -> None:
    """Nobody watches."""


type Also = Callable[[Writing, Sequence[BulkOutcome]], Awaitable[None]]


async def _nothing_else(w: Writing, done: Sequence[BulkOutcome]) -> None:
    """Nothing is kept beside."""


async def run(
    court: Court,
    viewer: Viewer,
    ref: str,
    verb: str,
    items: Sequence[Item],
    *,
    wrong: Sequence[BulkOutcome] = (),
    what_can: bool = False,
    progress: Progress = unwatched,
) -> Outcome:
    """Check all rows, and enter them where none is wrong; `what_can`: enter those that are not. One row, one case, one leaf.

    `wrong`: rows of the same call that could not even be read, so that everything is said at once.
    `progress` is called with (checking or entering, rows done, of how many). Sent again, what was done is not done again.
    Raises NotFound for another verb or order, NotAllowed for whom the table lets do none of it, Invalid for too many rows.
    """
    await open_in(court, viewer, ref, verb, [*items, *(one.item for one in wrong)])
    checked = [*wrong, *await _all(court, viewer, ref, verb, items, CHECKING, progress)]
    checked.sort(key=lambda one: one.item.line)
    if not what_can and any(one.problem is not None for one in checked):
        return Outcome(tuple(checked), entered=False)
    done = await _all(court, viewer, ref, verb, fine(checked), ENTERING, progress)
    entered = {id(one.item): one for one in done}
    return Outcome(tuple(entered.get(id(one.item), one) for one in checked), entered=True)


def fine(checked: Sequence[BulkOutcome]) -> list[Item]:
    """The rows in which nothing was found wrong."""
    return [one.item for one in checked if one.problem is None]


async def check(
    court: Court, viewer: Viewer, ref: str, verb: str, items: Sequence[Item], progress: Progress = unwatched
) -> list[BulkOutcome]:
    """What would become of each row; nothing is entered. Raises as `run` does."""
    await open_in(court, viewer, ref, verb, items)
    return await _all(court, viewer, ref, verb, items, CHECKING, progress)


def open_to(viewer: Viewer, verb: str, items: Sequence[Item]) -> None:
    """Raises NotFound for a verb that there is not, NotAllowed for whom it is not, Invalid for too many rows or none."""
    if verb not in VERBS:
        raise NotFound
    check_may(viewer, "see_office")
    if not any(offered(viewer, verb, own_rules=own) for own in (False, True)):
        raise NotAllowed("not_your_role")
    if not items:
        raise Invalid("choose_one", field="items")
    if len(items) > MOST:
        raise Invalid("too_many_at_once", field="items")


async def open_in(court: Court, viewer: Viewer, ref: str, verb: str, items: Sequence[Item]) -> None:
    """The same for one order. Raises NotFound where there is no such order, too."""
    open_to(viewer, verb, items)
    if verb == APPEAL:
        return
    async with court.work.reading() as reading:
        order = or_not_found(await knowing.order_for(reading, viewer, ref))
    if not offered(viewer, verb, own_rules=order.authority_id is None):
        raise NotAllowed("not_your_role")


def offered(viewer: Viewer, verb: str, *, own_rules: bool) -> bool:
    """Whether the viewer's role opens an act; whether it is theirs about one case, the act itself looks at."""
    known = VERBS.get(verb)
    return known is not None and known.open_to(viewer, own=own_rules, many=True)


async def _all(
    court: Court, viewer: Viewer, ref: str, verb: str, items: Sequence[Item], phase: str, progress: Progress
) -> list[BulkOutcome]:
    done: list[BulkOutcome] = []
    twice = named_twice(items)
    progress(phase, 0, len(items))
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        done += await hundred(court, viewer, ref, verb, part, keep=phase == ENTERING, twice=twice)
        progress(phase, len(done), len(items))
    return done


def named_twice(items: Sequence[Item]) -> frozenset[int]:
    """Numbers that more than one row names: which of them is meant nobody can tell."""
    known: set[int] = set()
    return frozenset(item.number for item in items if item.number in known or known.add(item.number))


async def hundred(
    court: Court,
    viewer: Viewer,
    ref: str,
    verb: str,
    items: Sequence[Item],
    *,
    keep: bool,
    also: Also = _nothing_else,
    twice: frozenset[int] = frozenset(),
) -> list[BulkOutcome]:
    """One commit: each row in a part of its own. `keep` false: the unit is given up. `also` is done in the same commit.

    Raises NotFound where there is no such order.
    """
    for tried in range(TRIES):
        done: list[BulkOutcome] = []
        try:
            with suppress(_DryRunOver):
                async with court.work.writing() as w:
                    # Every move of a case writes to the log, so nobody moves one of these while it is held.
                    await ledger.hold(w)
                    done = await _in_turn(court, w, viewer, ref, verb, items, twice)
                    if not keep:
                        raise _DryRunOver
                    await also(w, done)
        except Conflict:  # of the unit, not of a row: another one crossed it
            if tried == TRIES - 1:
                raise
        else:
            return done
    raise AssertionError("the last try returns or raises")


class _DryRunOver(Exception):
    """What was only tried is undone."""


async def _in_turn(
    court: Court, w: Writing, viewer: Viewer, ref: str, verb: str, items: Sequence[Item], twice: frozenset[int]
) -> list[BulkOutcome]:
    done: list[BulkOutcome] = []
    found = await _find(court, w, ref, verb, items)
    for at, item in enumerate(items):
        done.append(await _one(court, w, viewer, verb, found, item, twice))
        if at % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    return done


async def _one(
    court: Court, w: Writing, viewer: Viewer, verb: str, found: Things, item: Item, twice: frozenset[int]
) -> BulkOutcome:
    try:
        if item.number in twice:
            raise Invalid("named_twice", field="number")
        thing = found.get(item.number)
        if thing is None:
            raise Invalid("names_nothing", field="number")
        if item.seen is None:
            raise Invalid("version_missing", field="version")
        if thing.number != item.seen:
            if _done_before(viewer, verb, thing, item):
                return BulkOutcome(item, state=thing.state, already=True)
            raise Moved
        async with w.part():
            state = await VERBS[verb].done(court, w, viewer, thing, item)
    except Problem as problem:
        return BulkOutcome(item, problem)
    return BulkOutcome(item, state=state or item.outcome)


# --- what rows are about ---


class AppealSeen(msgspec.Struct, frozen=True):
    """An appeal, and how much had been written in it."""

    id: int
    number: int
    state: str
    decided_by: int | None
    outcome: str


async def _find(court: Court, reading: Reading, ref: str, verb: str, items: Sequence[Item]) -> Things:
    numbers = [item.number for item in items]
    if verb != APPEAL:
        return await cases.cases_at(court, reading, ref, numbers)
    return {
        row.id: AppealSeen(row.id, len(await heard.messages(reading, row.id)), row.state, row.decided_by, row.outcome)
        for number in numbers
        if (row := await heard.appeal(reading, number)) is not None
    }


def _done_before(viewer: Viewer, verb: str, thing: Case | AppealSeen, item: Item) -> bool:
    """Whether the one move since `seen` is this very act, by the same person in the same words: the row was sent twice."""
    if isinstance(thing, AppealSeen):
        return False
    last: CaseEvent = thing.events[-1]
    if (thing.number, last.by) != ((item.seen or 0) + 1, viewer.account) or thing.state not in VERBS[verb].ends:
        return False
    said = last.body
    same_words = "reason" not in VERBS[verb].says or said.reason == Paper().page("reason", item.reason, needed=False)
    if verb == CHANGE:
        return same_words and (said.change, said.subjects) == (item.kind, item.parts)
    return same_words and (verb not in (PROPOSE, ACT) or (said.outcome, said.subjects) == (item.outcome, item.parts))


# --- the acts ---


async def _appeal(
    court: Court,
    w: Writing,
    viewer: Viewer,
    row: AppealSeen,
    *,
    outcome: str,
    reason: str,
    until: str,
    territory: str,
    measure: str,
    parts: tuple[int, ...],
) -> None:
    typed = appeals.Decision(
        outcome=outcome, reason=reason, ends_at=until, territory=territory, measure=measure, parts=parts
    )
    await appeals.decide_in(court, w, viewer, row.id, typed)


_FIELDS = [Field(name=name, hint="") for name in ("outcome", "reason", "until", "territory", "measure")]
VERBS: dict[str, Act] = acts.by_way("many") | {
    APPEAL: Act(
        name=APPEAL,
        run=_appeal,
        fields=(*_FIELDS, Field(name="parts", hint="", kind="ids")),
        words=("hear_appeal", "hear_appeal"),
        do=N_("Decide appeals"),
        help="Decide appeals, each with its own outcome and reason.",
    )
}
