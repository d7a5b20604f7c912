"""Many cases in one go: checked whole before anything is entered, then entered a hundred to a commit.

There is no second way around the guards: each row goes by the very function that a single act goes by, in a part of the
unit that is undone by itself where it raises. The check is the same work in units that are given up, so that it finds what
entering would find, the constraints of the database too. Two people decide as always: who proposed does not approve.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import acts, cases
from chaupal.governance.cases.acts import Act, Field
from chaupal.governance.cases.cases import Case, Moved
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.orders.resolving import MOST_TARGETS
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, or_not_found
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal.store.court import appeals as heard, knowing, ledger
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit.marked import N_

MOST = MOST_TARGETS  # rows in one go
AT_ONCE = 100  # rows in a commit: others wait for the log no longer than these take
BREATH = 5  # rows between which others are answered
TRIES = 3  # of a commit that another one crossed
PROPOSE, APPROVE, RETURN, LIFT, APPEAL, ACT, CHANGE = "propose", "approve", "return", "lift", "appeal", "act", "change"


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
        """Whether its case has changed since it was looked at."""
        return isinstance(self.problem, Moved)

    @property
    def word(self) -> str:
        """done, already, moved or wrong."""
        return "moved" if self.moved else "wrong" if self.problem is not None else "already" if self.already else "done"


class BulkCall(NamedTuple):
    """Who asks for which act about the cases of an order. `twice`: numbers that more than one row of the call names."""

    court: Court
    viewer: Viewer
    ref: str
    verb: str
    twice: frozenset[int] = frozenset()


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
        return dict(Counter(one.word for one in self.rows))


type Progress = Callable[[str, int, int], None]
CHECKING, ENTERING = "checking", "entering"


def unwatched(phase: str, done: int, of: int) -> None:
    """The `progress` of a call that nobody watches."""


type Also = Callable[[Writing, Sequence[BulkOutcome]], Awaitable[None]]


async def _nothing_else(w: Writing, done: Sequence[BulkOutcome]) -> None:
    """The `also` of a call that does nothing else."""


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
    """Check all rows, and do them if none is wrong; `what_can`: do those that are not wrong. Each row has its own log entry.

    `wrong`: rows of the same call that could not even be read, so that everything is said at once.
    `progress` is called with (checking or entering, rows done, of how many). Sent again, what was done is not done again.
    Raises NotFound for another verb or order, NotAllowed for whom the table lets do none of it, Invalid for too many rows.
    """
    await open_in(court, viewer, ref, verb, [*items, *(one.item for one in wrong)])
    call = BulkCall(court, viewer, ref, verb, named_twice(items))
    checked = [*wrong, *await _all(call, items, CHECKING, progress)]
    checked.sort(key=lambda one: one.item.line)
    if not what_can and any(one.problem is not None for one in checked):
        return Outcome(tuple(checked), entered=False)
    done = await _all(call, fine(checked), ENTERING, progress)
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
    return await _all(BulkCall(court, viewer, ref, verb, named_twice(items)), items, CHECKING, progress)


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
    """Whether the viewer's role may do an act at all. Whether they may do it about one case, the act itself checks."""
    known = VERBS.get(verb)
    return known is not None and known.open_to(viewer, own=own_rules, many=True)


async def _all(call: BulkCall, items: Sequence[Item], phase: str, progress: Progress) -> list[BulkOutcome]:
    done: list[BulkOutcome] = []
    progress(phase, 0, len(items))
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        done += await hundred(call, part, keep=phase == ENTERING)
        progress(phase, len(done), len(items))
    return done


def named_twice(items: Sequence[Item]) -> frozenset[int]:
    """Numbers that more than one row names: nobody can tell which row is meant."""
    known: set[int] = set()
    return frozenset(item.number for item in items if item.number in known or known.add(item.number))


async def hundred(
    call: BulkCall, items: Sequence[Item], *, keep: bool, also: Also = _nothing_else
) -> list[BulkOutcome]:
    """Do some rows in one unit, each in a part of its own. `keep` false: the unit is rolled back. `also` is done in the same unit.

    Raises NotFound where there is no such order.
    """
    for tried in range(TRIES):
        done: list[BulkOutcome] = []
        try:
            with suppress(_DryRunOver):
                async with call.court.work.writing() as w:
                    # Every move of a case writes to the log, so nobody moves one of these while it is held.
                    await ledger.hold(w)
                    done = await _in_turn(call, w, items)
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
    """Raised to roll back a unit in which rows were only checked."""


async def _in_turn(call: BulkCall, w: Writing, items: Sequence[Item]) -> list[BulkOutcome]:
    done: list[BulkOutcome] = []
    found = await _find(call, w, items)
    for at, item in enumerate(items):
        done.append(await _one(call, w, found.get(item.number), item))
        if at % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    return done


async def _one(call: BulkCall, w: Writing, thing: Any, item: Item) -> BulkOutcome:
    try:
        if item.number in call.twice:
            raise Invalid("named_twice", field="number")
        if thing is None:
            raise Invalid("names_nothing", field="number")
        if item.seen is None:
            raise Invalid("version_missing", field="version")
        if thing.number != item.seen:
            if _done_before(call, thing, item):
                return BulkOutcome(item, state=thing.state, already=True)
            raise Moved(by=None if isinstance(thing, AppealSeen) else thing.events[-1].by)
        async with w.part():
            state = await VERBS[call.verb].done(call.court, w, call.viewer, thing, item)
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


async def _find(call: BulkCall, reading: Reading, items: Sequence[Item]) -> Mapping[int, Any]:
    numbers = [item.number for item in items]
    if call.verb != APPEAL:
        return await cases.cases_at(call.court, reading, call.ref, numbers)
    return {
        row.id: AppealSeen(row.id, len(await heard.messages(reading, row.id)), row.state, row.decided_by, row.outcome)
        for number in numbers
        if (row := await heard.appeal(reading, number)) is not None
    }


def _done_before(call: BulkCall, thing: Case | AppealSeen, item: Item) -> bool:
    """Whether the one move since `seen` is this very act, by the same person in the same words: the row was sent twice."""
    if isinstance(thing, AppealSeen):
        return False
    last: CaseEvent = thing.events[-1]
    verb = call.verb
    if (thing.number, last.by) != ((item.seen or 0) + 1, call.viewer.account) or thing.state not in VERBS[verb].ends:
        return False
    said = last.body
    same_words = "reason" not in VERBS[verb].says or said.reason == Paper().page("reason", item.reason, needed=False)
    if verb == CHANGE:
        return same_words and (said.change, said.subjects) == (item.kind, item.parts)
    return same_words and (verb not in (PROPOSE, ACT) or (said.outcome, said.subjects) == (item.outcome, item.parts))


# --- the acts ---


async def _appeal(court: Court, w: Writing, viewer: Viewer, row: AppealSeen, *, until: str, **said: Any) -> None:
    await appeals.decide_in(court, w, viewer, row.id, appeals.Decision(ends_at=until, **said))


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
