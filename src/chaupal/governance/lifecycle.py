"""The lifecycle of a case, as a table that checks itself when it is loaded; people and the clock use the same door."""

from collections.abc import Iterable
from enum import StrEnum

from chaupal.governance.machine import Machine
from chaupal.governance.machine import Move as AnyMove


class State(StrEnum):
    """Where a case stands. The value is what each of its events says the case came to."""

    NEW = ""  # named by an order that is being taken in
    RECEIVED = "received"
    NOT_FOUND = "not_found"
    MEASURE_PROPOSED = "measure_proposed"
    MEASURE_CONCURRED = "measure_concurred"  # of a protected speaker: a second reviewer has agreed, an approver has not
    REFUSAL_PROPOSED = "refusal_proposed"
    CLOSING_PROPOSED = "closing_proposed"
    RETURNED = "returned"
    IN_FORCE = "in_force"
    UNSECONDED = "unseconded"  # in force by one person in an emergency; over by itself unless a second agrees in time
    REFUSED = "refused"
    CLOSED = "closed"
    LIFTED = "lifted"
    LAPSED = "lapsed"
    STAYED = "stayed"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    OVERTURNED = "overturned"


type Move = AnyMove[State]

PROPOSAL = ("outcome", "reason", "leaf")
SECONDED = ("second_person", "leaf")
UNDECIDED = (State.RECEIVED, State.RETURNED)
PROPOSED = (State.MEASURE_PROPOSED, State.MEASURE_CONCURRED, State.REFUSAL_PROPOSED, State.CLOSING_PROPOSED)
OPEN = (*UNDECIDED, *PROPOSED)
IN_FORCE = (State.IN_FORCE, State.UNSECONDED)  # a ruling binds
FINAL = frozenset({
    State.NOT_FOUND, State.REFUSED, State.CLOSED, State.LIFTED, State.LAPSED, State.WITHDRAWN, State.SET_ASIDE, State.OVERTURNED,
})  # fmt: skip


def _each(sources: Iterable[State], verb: str, to: State, may: str, needs: tuple[str, ...]) -> tuple[Move, ...]:
    return tuple(AnyMove(source, verb, to, may, needs) for source in sources)


MOVES: tuple[Move, ...] = (
    AnyMove(State.NEW, "receive", State.RECEIVED, "receive_order", ("leaf",)),
    AnyMove(State.NEW, "miss", State.NOT_FOUND, "receive_order", ("leaf",)),
    *_each(UNDECIDED, "propose_measure", State.MEASURE_PROPOSED, "decide", PROPOSAL),
    *_each(UNDECIDED, "propose_refusal", State.REFUSAL_PROPOSED, "decide", (*PROPOSAL, "ground")),
    *_each(UNDECIDED, "propose_closing", State.CLOSING_PROPOSED, "decide", PROPOSAL),
    *_each(UNDECIDED, "act_alone", State.IN_FORCE, "sanction", (*PROPOSAL, "ruling")),
    *_each(UNDECIDED, "break_glass", State.UNSECONDED, "break_glass", (*PROPOSAL, "ruling")),
    AnyMove(State.MEASURE_PROPOSED, "concur", State.MEASURE_CONCURRED, "decide", SECONDED),
    *_each((State.MEASURE_PROPOSED, State.MEASURE_CONCURRED), "serve", State.IN_FORCE, "approve", (*SECONDED, "ruling")),
    AnyMove(State.REFUSAL_PROPOSED, "refuse", State.REFUSED, "approve", SECONDED),
    AnyMove(State.CLOSING_PROPOSED, "close", State.CLOSED, "approve", SECONDED),
    *_each(PROPOSED, "return", State.RETURNED, "decide", (*SECONDED, "reason")),
    AnyMove(State.UNSECONDED, "second", State.IN_FORCE, "decide", SECONDED),
    *_each(IN_FORCE, "lift", State.LIFTED, "lift", ("reason", "leaf")),
    *_each(IN_FORCE, "lapse", State.LAPSED, "", ("leaf",)),
    *_each(IN_FORCE, "overturn", State.OVERTURNED, "hear_appeal", ("reason", "leaf")),
    AnyMove(State.IN_FORCE, "keep", State.IN_FORCE, "decide", ("reason", "leaf")),
    AnyMove(State.IN_FORCE, "modify", State.IN_FORCE, "hear_appeal", ("reason", "leaf", "ruling")),
    *_each((*OPEN, *IN_FORCE), "withdraw", State.WITHDRAWN, "carry_out", ("leaf",)),
    *_each((*OPEN, *IN_FORCE), "set_aside", State.SET_ASIDE, "carry_out", ("leaf",)),
    *_each((*OPEN, *IN_FORCE), "stay", State.STAYED, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "withdraw", State.WITHDRAWN, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "set_aside", State.SET_ASIDE, "carry_out", ("leaf",)),
    AnyMove(State.STAYED, "end_stay", State.RETURNED, "carry_out", ("leaf",)),
)  # fmt: skip

MACHINE = Machine("This case", MOVES, State.NEW, FINAL)
move, may = MACHINE.move, MACHINE.may
fold = MACHINE.fold
drawn = MACHINE.drawn
