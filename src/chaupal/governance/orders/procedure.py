"""The procedure of an order as a machine, and which moves of its cases each stage allows: both check themselves when they are loaded."""

from collections.abc import Iterable, Iterator, Mapping

from chaupal.governance.cases.lifecycle import IN_FORCE, MOVES as CASE_MOVES, PROPOSED, State
from chaupal.governance.cases.machine import Machine
from chaupal.kernel.errors import Conflict

# The table stands in the verifier, which judges logs by it.
from chaupal_audit.law.procedure import (
    BEGUN,
    DECIDING,
    FINAL,
    LIVE,
    LOGGED,
    OVER,
    SOME,
    STEPS,
    WHOLE,
    WORKED_ON,
    Stage,
    Step,
)

__all__ = [
    "BEGUN", "BY_DECISION", "CARRIED", "DECIDING", "FINAL", "LIVE", "LOGGED", "MACHINE", "OVER", "SOME", "STEPS", "WHOLE", "WORKED_ON",
    "Stage", "Step", "logged", "standing",
]  # fmt: skip

MACHINE = Machine("This order", "order_stands_elsewhere", STEPS, Stage.NEW, FINAL)
# Verbs that move the cases of its targets along.
CARRIED = ("withdraw", "set_aside", "stay", "end_stay", "confirm", "close", "replace")
REPLACE = "replace"  # entered with the mended version, and by nothing else
BY_DECISION = frozenset({"extend", "renew", "amend"})


def standing(states: Iterable[str]) -> Stage:
    """Where an order stands after its events. Those of the first version have none: they were received."""
    return MACHINE.fold(states) if (states := tuple(states)) else Stage.RECEIVED


def logged(verb: str) -> str:
    """What the public log calls a verb, whether it is about all of the order or about some of it."""
    return LOGGED[WHOLE.get(verb, verb)]


ENTERING = (Stage.NEW,)
ANY = tuple(stage for stage in Stage if stage is not Stage.NEW)

# What only ends a measure, or goes with the end of the order, is never kept waiting by the order's stage. All else decides
# about somebody, or lets a measure begin, go on or begin anew: it belongs to an order that was checked and is not over.
AT_ANY = frozenset({"confirm", "lift", "lapse", "follow_log", "overturn", "withdraw", "set_aside", "stay", "leave"})
AT_FIRST = frozenset({"receive", "miss"})
# States to which a case comes only by a move of DECIDING: the database refuses their events, and new rulings, elsewhere.
DECIDED_STATES = frozenset({*PROPOSED, *IN_FORCE, State.REFUSED, State.CLOSED})

BINDING = (*IN_FORCE, State.STAYED)
# A step by which an order ends, or is nobody's to decide: states in which none of its cases may be then.
LEFT_OPEN: Mapping[str, frozenset[State]] = {
    "close": frozenset({*PROPOSED, *BINDING}),
    "return_order": frozenset(BINDING),
}
UNCHECKED = "order_unchecked"
SENT_BACK = "order_sent_back"
HALTED = "order_stayed"
ENDED = "order_ended"
WHY_NOT: Mapping[Stage, str] = {
    Stage.NEW: UNCHECKED,
    Stage.RECEIVED: UNCHECKED,
    Stage.ACKNOWLEDGED: UNCHECKED,
    Stage.RETURNED: SENT_BACK,
    Stage.STAYED: HALTED,
    Stage.WITHDRAWN: ENDED,
    Stage.SET_ASIDE: ENDED,
    Stage.CLOSED: ENDED,
}
STILL_BINDS = "still_binds"
STILL_OPEN = "still_open"


def allows(stage: Stage, verb: str) -> bool:
    """Whether a case may make a move while its order is there."""
    return stage in _allowed_in(verb)


def _allowed_in(verb: str) -> tuple[Stage, ...]:
    return ENTERING if verb in AT_FIRST else ANY if verb in AT_ANY else DECIDING


def open_to(stage: Stage, state: State) -> frozenset[str]:
    """The verbs by which a case can move now, by whoever may."""
    return frozenset(move.verb for move in CASE_MOVES if move.source is state and allows(stage, move.verb))


def check(stage: Stage, verb: str) -> None:
    """Raises Conflict where the order stands elsewhere than the move asks for."""
    if not allows(stage, verb):
        raise Conflict(WHY_NOT[stage])


def check_over(verb: str, states: Iterable[State]) -> None:
    """Raises Conflict where a step would end an order that still binds, or under which something is proposed."""
    left = set(states) & LEFT_OPEN.get(verb, frozenset())
    if left:
        raise Conflict(STILL_BINDS if left.intersection(BINDING) else STILL_OPEN)


def drawn() -> str:
    """The table in Markdown, for the docs: verbs of a case that the same stages allow share a row."""
    rows: dict[str, list[str]] = {}
    for verb in dict.fromkeys(move.verb for move in CASE_MOVES if move.verb not in AT_FIRST):
        rows.setdefault(", ".join(stage.value for stage in ANY if allows(stage, verb)), []).append(verb)
    return "\n".join(("| stages | verbs |", "|---|---|", *(f"| {at} | {', '.join(of)} |" for at, of in rows.items())))


def _faults() -> Iterator[str]:
    verbs = {move.verb for move in CASE_MOVES}
    yield from (f"{verb} is no move of a case" for verb in (AT_ANY | AT_FIRST) - verbs)
    for move in CASE_MOVES:
        if move.to in DECIDED_STATES and _allowed_in(move.verb) != DECIDING:
            yield f"{move.verb} decides outside the stages that allow it"


if found := list(_faults()):
    raise ValueError("; ".join(found))
