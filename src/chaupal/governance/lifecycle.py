"""The lifecycle of a case, as a table that checks itself when it is loaded; people and the clock use the same door."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from chaupal.kernel.errors import Conflict


class State(StrEnum):
    """Where a case stands. The value is what each of its events says the case came to."""

    NEW = ""  # named by an order that is being taken in
    RECEIVED = "received"
    NOT_FOUND = "not_found"
    WITHHOLDING_PROPOSED = "withholding_proposed"
    REFUSAL_PROPOSED = "refusal_proposed"
    RETURNED = "returned"
    WITHHELD = "withheld"
    REFUSED = "refused"
    LIFTED = "lifted"
    LAPSED = "lapsed"


class Move(msgspec.Struct, frozen=True):
    """One way on. `may`: the word of `policy.may` that opens it, none for the clock. `needs`: what must come with it."""

    source: State
    verb: str
    to: State
    may: str = ""
    needs: tuple[str, ...] = ()


PROPOSAL = ("outcome", "reason")
SECONDED = ("second_person", "leaf")

MOVES = (
    Move(State.NEW, "receive", State.RECEIVED, "receive_order"),
    Move(State.NEW, "miss", State.NOT_FOUND, "receive_order"),
    Move(State.RECEIVED, "propose_withholding", State.WITHHOLDING_PROPOSED, "decide", (*PROPOSAL, "leaf")),
    Move(State.RECEIVED, "propose_refusal", State.REFUSAL_PROPOSED, "decide", (*PROPOSAL, "ground", "leaf")),
    Move(State.RETURNED, "propose_withholding", State.WITHHOLDING_PROPOSED, "decide", (*PROPOSAL, "leaf")),
    Move(State.RETURNED, "propose_refusal", State.REFUSAL_PROPOSED, "decide", (*PROPOSAL, "ground", "leaf")),
    Move(State.WITHHOLDING_PROPOSED, "serve", State.WITHHELD, "approve", (*SECONDED, "ruling")),
    Move(State.WITHHOLDING_PROPOSED, "return", State.RETURNED, "approve", (*SECONDED, "reason")),
    Move(State.REFUSAL_PROPOSED, "refuse", State.REFUSED, "approve", SECONDED),
    Move(State.REFUSAL_PROPOSED, "return", State.RETURNED, "approve", (*SECONDED, "reason")),
    Move(State.WITHHELD, "lift", State.LIFTED, "lift", ("reason", "leaf")),
    Move(State.WITHHELD, "lapse", State.LAPSED, "", ("leaf",)),
)
FINAL = frozenset({State.NOT_FOUND, State.REFUSED, State.LIFTED, State.LAPSED})
OPEN = (State.RECEIVED, State.RETURNED, State.WITHHOLDING_PROPOSED, State.REFUSAL_PROPOSED)


def faults(moves: Iterable[Move], start: State, final: frozenset[State]) -> Iterator[str]:
    """What is wrong with a table: states out of reach or without a way on, verbs that lead two ways."""
    moves = tuple(moves)
    reached = {start}
    while more := {m.to for m in moves if m.source in reached} - reached:
        reached |= more
    yield from (f"{state.name} cannot be reached" for state in State if state not in reached)
    leading: dict[str, State] = {}
    for move in moves:
        if leading.setdefault(move.verb, move.to) is not move.to:
            yield f"{move.verb} leads two ways"
    if len({(m.source, m.verb) for m in moves}) < len(moves):
        yield "a move is written twice"
    sources = {m.source for m in moves}
    yield from (f"{state.name} has no way on" for state in State if state not in final and state not in sources)
    yield from (f"{state.name} is final and has a way on" for state in State if state in final and state in sources)


def check(moves: Iterable[Move], start: State, final: frozenset[State]) -> None:
    """Raises ValueError with everything that is wrong."""
    if found := list(faults(moves, start, final)):
        raise ValueError("; ".join(found))


check(MOVES, State.NEW, FINAL)
_WAYS = {(move.source, move.verb): move for move in MOVES}


def move(source: State, verb: str) -> Move:
    """The move that a verb means in a state. Raises Conflict where there is none: the case stands elsewhere."""
    found = _WAYS.get((source, verb))
    if found is None:
        raise Conflict(f"This case has moved meanwhile: it is now {source.replace('_', ' ') or 'new'}")
    return found


def fold(states: Iterable[str]) -> State:
    """Where a case stands after its events. Raises ValueError where one does not follow from the one before."""
    standing = State.NEW
    for came_to in map(State, states):
        if not any(m.source is standing and m.to is came_to for m in MOVES):
            raise ValueError(f"no move leads from {standing.name} to {came_to.name}")
        standing = came_to
    return standing


def drawn() -> str:
    """The table in Markdown, for the docs."""
    rows = (
        f"| {m.source.value or '·'} | {m.verb} | {m.to.value} | {m.may or 'the clock'} | "
        f"{', '.join(m.needs).replace('_', ' ') or '·'} |"
        for m in MOVES
    )
    return "\n".join(("| from | verb | to | who may | needs |", "|---|---|---|---|---|", *rows))
