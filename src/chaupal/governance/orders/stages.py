"""Which moves of a case the stage of its order allows, and what must be over before an order ends: tables beside the two machines."""

from collections.abc import Iterable, Iterator, Mapping

from chaupal.governance.cases.lifecycle import IN_FORCE, MOVES as CASE_MOVES, PROPOSED, State
from chaupal.governance.orders.procedure import DECIDING, Stage
from chaupal.kernel.errors import Conflict

ENTERING = (Stage.NEW,)
ANY = tuple(stage for stage in Stage if stage is not Stage.NEW)

# What only ends a measure, or goes with the end of the order, is never kept waiting by the order's stage. All else decides
# about somebody, or lets a measure begin, go on or begin anew: it belongs to an order that was checked and is not over.
AT_ANY = frozenset({"confirm", "lift", "lapse", "overturn", "withdraw", "set_aside", "stay", "leave"})
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
OVER = "order_ended"
WHY_NOT: Mapping[Stage, str] = {
    Stage.NEW: UNCHECKED,
    Stage.RECEIVED: UNCHECKED,
    Stage.ACKNOWLEDGED: UNCHECKED,
    Stage.RETURNED: SENT_BACK,
    Stage.STAYED: HALTED,
    Stage.WITHDRAWN: OVER,
    Stage.SET_ASIDE: OVER,
    Stage.CLOSED: OVER,
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
