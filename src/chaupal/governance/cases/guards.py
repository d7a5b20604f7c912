"""Guards of moves: who may not act on whom, whatever their role opens. Each move of a table names those that hold for it."""

from collections.abc import Callable, Iterable

import msgspec

from chaupal.governance.cases.lifecycle import MOVES, State
from chaupal.governance.cases.machine import Move
from chaupal.governance.orders import procedure
from chaupal.governance.orders.papers import check_may
from chaupal.governance.orders.procedure import WHOLE, Stage
from chaupal.kernel.errors import Conflict, NotAllowed, Problem
from chaupal.policy.viewer import MAY, STAFF, Viewer
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.identity import accounts, moving
from chaupal.store.identity.accounts import AccountStanding
from chaupal.store.machine.work import Reading
from chaupal_audit.law.rulebook import RuleBook

NOTHING_THERE = "nothing_named_so"
YOURS = "about_yours"
NOT_NOW = "not_staff_now"
SECOND = "proposed_by_you"
TWO = "takes_two"
STUCK = "step_moves_nothing"
NO_EMERGENCY = "only_emergency"
NOBODY_ASKED = "only_from_outside"
UNHELD = "proposer_unheld"


class NeedsTwo(NotAllowed):
    """One person may not do this alone; it can be proposed instead."""


class NotAskedFor(Conflict):
    """The law asks for no such act about this thing. Only who tries it is told so; it is not listed as a reason beforehand."""


class MoveAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants to move a thing, with all that guards look at.

    `owners`: whose things it is about, by all their accounts; nobody's where it names nothing that is here. `mine`: the accounts of
    who moves it. `people`: how everybody stands now who has a hand in it, the owners too. `earlier`: the events that it seconds, each
    with the word of `roles.MAY` that opened it;
    `teams`: the roles that everybody has had since, where the house's rules ask for that.
    `speaker`: the class its owner is protected as, and whether the law asks for a third person because of it (`thrice`).
    `own`: whether it comes under the house's own rules. Of an order as a whole: where its cases stand (`left`), whether it is an
    emergency's, who let each order in that could confirm it (`takers`), and the day (ms) for which its hearing is set. `now` in ms.
    """

    by: int
    owners: frozenset[int]
    mine: frozenset[int]
    people: dict[int, AccountStanding]
    book: RuleBook
    earlier: tuple[tuple[CaseEvent, str], ...] = ()
    teams: dict[int, frozenset[str]] = {}
    speaker: str = ""
    thrice: bool = False
    own: bool = False
    left: frozenset[State] = frozenset()
    emergency: bool = False
    takers: tuple[tuple[int, ...], ...] = ()
    hearing: int | None = None
    now: int = 0
    verb: str = ""


def check(asked: MoveAsked, move: Move[State] | Move[Stage], word: str) -> None:
    """Raises NotAllowed or Conflict with the first thing that keeps this person from this move, which `word` opens."""
    check_holds(asked.people.get(asked.by), word)
    asked = msgspec.structs.replace(asked, verb=move.verb)
    for name in move.guards:
        GUARDS[name](asked)


def kept_by(asked: MoveAsked, move: Move[State] | Move[Stage], word: str) -> Problem | None:
    """The same as a value, for showing what can be done; None where nothing forbids it."""
    try:
        check(asked, move, word)
    except Problem as problem:
        return problem
    return None


async def check_not_own(reading: Reading, me: int, owners: Iterable[int | None], says: str = YOURS) -> None:
    """Nobody acts on what is their own, by whichever account of theirs: posts, accounts, cases, appeals, reports. Raises NotAllowed."""
    named = {owner for owner in owners if owner is not None}
    if named and not named.isdisjoint(await accounts_of(reading, me)):
        raise NotAllowed(says)


async def accounts_of(reading: Reading, me: int) -> frozenset[int]:
    """Somebody's account, and those from which or to which it has moved: whoever moves says that both are theirs."""
    return frozenset(await moving.moved_between(reading, me))


def check_holds(person: AccountStanding | None, word: str) -> None:
    """Whether somebody's role, as it is at this moment, opens the word, and nothing limits their account. Raises NotAllowed."""
    if not holds(person, word):
        raise NotAllowed(NOT_NOW)


def holds(person: AccountStanding | None, word: str) -> bool:
    """Whether a person's role opens the word, and nothing limits their account."""
    return person is not None and person.active and person.role in MAY.get(word, frozenset())


async def act(reading: Reading, viewer: Viewer, word: str, owners: Iterable[int | None] = ()) -> int:
    """The staff member who acts where there is no move of a table: their role opens the word now, and nothing of it is theirs.

    Raises NotAllowed.
    """
    me = check_may(viewer, word)
    check_holds((await accounts.standings(reading, [me])).get(me), word)
    await check_not_own(reading, me, owners)
    return me


async def check_second(reading: Reading, me: int, first: int, word: str, proposed: str) -> None:
    """Another person than the `first`, who proposed it; the one may second it still (`word`), the other propose it.

    Raises NotAllowed, Conflict.
    """
    await check_not_own(reading, me, [first], SECOND)
    people = await accounts.standings(reading, [me, first])
    check_holds(people.get(me), word)
    if not holds(people.get(first), proposed):
        raise Conflict(UNHELD)


# --- each guard ---


def _not_own(asked: MoveAsked) -> None:
    if not asked.mine.isdisjoint(asked.owners):
        raise NotAllowed(YOURS)


def _there(asked: MoveAsked) -> None:
    if not asked.owners:
        raise Conflict(NOTHING_THERE)


def _another(asked: MoveAsked) -> None:
    """Who proposed it, or did it alone, cannot approve it."""
    if asked.earlier and asked.earlier[0][0].by in asked.mine:
        raise NotAllowed(SECOND)


def _third(asked: MoveAsked) -> None:
    """Who agreed as second reviewer cannot approve it, too."""
    if any(event.by in asked.mine for event, _ in asked.earlier[1:]):
        raise NotAllowed("third_person")


def _concurred(asked: MoveAsked) -> None:
    """Where the law asks for a second reviewer because of who speaks, one must have agreed."""
    if asked.thrice and len(asked.earlier) < 2:
        raise Conflict("second_reviewer_missing")


def _protected(asked: MoveAsked) -> None:
    """A second reviewer is asked only where the law wants one: who has agreed as such can no longer approve."""
    if not asked.thrice:
        raise NotAskedFor("no_protected_speaker")


def _own_rules(asked: MoveAsked) -> None:
    """In a matter of an order nobody decides alone, except in an emergency."""
    if not asked.own:
        raise NeedsTwo(TWO)


def _still_staff(asked: MoveAsked) -> None:
    """Who proposed must still have the role at the moment of approval; else it is to be proposed anew."""
    if not all(holds(asked.people.get(event.by), word) for event, word in asked.earlier):
        raise Conflict(UNHELD)


def _other_team(asked: MoveAsked) -> None:
    """Where the house's rules say so, nobody decides about what somebody of their own role did."""
    if asked.verb in asked.book.conflicts.own_team:
        check_other_team(asked.by, [event.by for event, _ in asked.earlier], asked.teams)


def _not_alone_on_protected(asked: MoveAsked) -> None:
    if asked.speaker:
        raise NeedsTwo("protected_takes_two")


def _not_alone_on_staff(asked: MoveAsked) -> None:
    if any(owner in asked.people and asked.people[owner].role in STAFF for owner in asked.owners):
        raise NeedsTwo("staff_takes_two")


# --- of a step of an order ---


def _nothing_left(asked: MoveAsked) -> None:
    procedure.check_over(asked.verb, asked.left)


def _some_can_move(asked: MoveAsked) -> None:
    """A step about some of the things is about those whose cases it can move."""
    verb = WHOLE[asked.verb]
    if not any(move.verb == verb and move.source in asked.left for move in MOVES):
        raise NotAskedFor(STUCK)


def _from_outside(asked: MoveAsked) -> None:
    if asked.own:
        raise NotAskedFor(NOBODY_ASKED)


def _emergency(asked: MoveAsked) -> None:
    if not asked.emergency:
        raise NotAskedFor(NO_EMERGENCY)


def _another_took_in(asked: MoveAsked) -> None:
    """Who took in the confirming order, or let in whoever filed it, cannot confirm by it: one person could then prolong anything."""
    if asked.takers and not any(asked.mine.isdisjoint(some) for some in asked.takers):
        raise NotAllowed("confirms_own_intake")


def _its_day(asked: MoveAsked) -> None:
    """A hearing is noted on its day or later; to hold it earlier, another day is set first."""
    if asked.hearing is not None and asked.now < asked.hearing:
        raise Conflict("hearing_later")


def check_other_team(me: int, others: Iterable[int], teams: dict[int, frozenset[str]]) -> None:
    """Raises NotAllowed about what one's own team did. Whoever had the role then, or since, is of the team: leaving it for an hour
    does not help.
    """
    if any(teams.get(me, frozenset()) & teams.get(other, frozenset()) for other in others):
        raise NotAllowed("own_team")


GUARDS: dict[str, Callable[[MoveAsked], None]] = {
    "not_own": _not_own,
    "there": _there,
    "another": _another,
    "third": _third,
    "concurred": _concurred,
    "still_staff": _still_staff,
    "other_team": _other_team,
    "not_alone_on_protected": _not_alone_on_protected,
    "not_alone_on_staff": _not_alone_on_staff,
    "protected": _protected,
    "own_rules": _own_rules,
    "nothing_left": _nothing_left,
    "some_can_move": _some_can_move,
    "from_outside": _from_outside,
    "emergency": _emergency,
    "another_took_in": _another_took_in,
    "its_day": _its_day,
}
