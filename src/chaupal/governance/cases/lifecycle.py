"""The lifecycle of a case as a table, checked when it is loaded. People and the clock move a case by the same table."""

from collections.abc import Iterable
from enum import StrEnum

from chaupal.governance.cases.machine import Machine, Move as AnyMove


class State(StrEnum):
    """Where a case stands: its last event has this value."""

    NEW = ""  # named by an order that is being taken in
    RECEIVED = "received"
    NOT_FOUND = "not_found"  # nor is what is not for everybody, as far as anybody outside is told
    MEASURE_PROPOSED = "measure_proposed"
    MEASURE_CONCURRED = "measure_concurred"  # of a protected speaker: a second reviewer has agreed, an approver has not
    REFUSAL_PROPOSED = "refusal_proposed"
    CLOSING_PROPOSED = "closing_proposed"
    RETURNED = "returned"
    IN_FORCE = "in_force"
    UNSECONDED = "unseconded"  # in force by one person's word; over by itself unless a second agrees in time
    CHANGE_PROPOSED = "change_proposed"  # in force as it was, until somebody else approves the change
    CHANGE_CONCURRED = "change_concurred"  # the same, of a protected speaker, with a second reviewer's agreement
    REFUSED = "refused"
    CLOSED = "closed"
    LEFT = "undecided"  # its order was closed, or replaced, before anything was decided about it
    LIFTED = "lifted"
    LAPSED = "lapsed"
    STAYED = "stayed"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    OVERTURNED = "overturned"
    CONFIRMED = "confirmed"  # goes on under the order that confirmed this one
    # As entries say that were lost here and came back from a copy of the log (decision 75).
    ENDED_BY_LOG = "ended_by_log"


type Move = AnyMove[State]

PROPOSAL = ("outcome", "reason", "leaf")
SECONDED = ("second_person", "leaf")
UNDECIDED = (State.RECEIVED, State.RETURNED)
PROPOSED = (State.MEASURE_PROPOSED, State.MEASURE_CONCURRED, State.REFUSAL_PROPOSED, State.CLOSING_PROPOSED)
OPEN = (*UNDECIDED, *PROPOSED)
CHANGING = (State.CHANGE_PROPOSED, State.CHANGE_CONCURRED)  # in force, and something else is proposed
IN_FORCE = (State.IN_FORCE, State.UNSECONDED, *CHANGING)  # a ruling binds
AGREED = (State.MEASURE_CONCURRED, State.CHANGE_CONCURRED)  # by a second reviewer, whom a third person follows
SECONDED_IN_FORCE = (State.IN_FORCE, *CHANGING)  # and two people stand behind it
FINAL = frozenset(
    {
        State.REFUSED,
        State.CLOSED,
        State.LIFTED,
        State.LAPSED,
        State.WITHDRAWN,
        State.SET_ASIDE,
        State.OVERTURNED,
        State.CONFIRMED,
        State.ENDED_BY_LOG,
        State.LEFT,
    }
)


# What is asked of whoever makes a move, beside their role (`guards.py`). Nobody acts on what is their own.
OWN = ("not_own",)
THERE = (*OWN, "there")
ALONE = (*OWN, "not_alone_on_protected", "not_alone_on_staff")
OWN_ALONE = (*OWN, "own_rules", "not_alone_on_protected", "not_alone_on_staff")
SECOND = (*OWN, "another", "other_team", "still_staff")
CONCURS = (*OWN, "protected", "another", "other_team", "still_staff")


def _each(
    sources: Iterable[State],
    verb: str,
    to: State,
    may: str,
    needs: tuple[str, ...],
    own: str = "",
    guards: tuple[str, ...] = OWN,
) -> tuple[Move, ...]:
    return tuple(AnyMove(source, verb, to, may, needs, own, guards) for source in sources)


MOVES: tuple[Move, ...] = (
    *_each((State.NEW,), "receive", State.RECEIVED, "receive_order", ("leaf",), "sanction"),
    *_each((State.NEW,), "miss", State.NOT_FOUND, "receive_order", ("leaf",), "sanction"),
    *_each(UNDECIDED, "propose_measure", State.MEASURE_PROPOSED, "decide", PROPOSAL, "sanction"),
    *_each(UNDECIDED, "propose_refusal", State.REFUSAL_PROPOSED, "decide", (*PROPOSAL, "ground"), "sanction"),
    *_each(UNDECIDED, "propose_closing", State.CLOSING_PROPOSED, "decide", PROPOSAL, "sanction"),
    *_each(UNDECIDED, "act_alone", State.UNSECONDED, "sanction", (*PROPOSAL, "ruling"), guards=OWN_ALONE),
    *_each(UNDECIDED, "act_in_emergency", State.UNSECONDED, "act_in_emergency", (*PROPOSAL, "ruling"), guards=ALONE),
    # A thing that is not for everybody stands as not found. It is left there, or something is done about it.
    *_each((State.NOT_FOUND,), "propose_measure", State.MEASURE_PROPOSED, "decide", PROPOSAL, "sanction", THERE),
    *_each((State.NOT_FOUND,), "act_in_emergency", State.UNSECONDED, "act_in_emergency", (*PROPOSAL, "ruling"), guards=("there", *ALONE)),
    *_each((State.NOT_FOUND,), "take_over", State.IN_FORCE, "carry_out", ("leaf", "ruling"), guards=THERE),
    *_each((State.MEASURE_PROPOSED,), "concur", State.MEASURE_CONCURRED, "decide", SECONDED, guards=CONCURS),
    *_each((State.MEASURE_PROPOSED, State.MEASURE_CONCURRED), "serve", State.IN_FORCE, "approve", (*SECONDED, "ruling"),
           "approve_sanction", (*SECOND, "concurred", "third")),
    *_each((State.REFUSAL_PROPOSED,), "refuse", State.REFUSED, "approve", SECONDED, "approve_sanction", SECOND),
    *_each((State.CLOSING_PROPOSED,), "close", State.CLOSED, "approve", SECONDED, "approve_sanction", SECOND),
    *_each(PROPOSED, "return", State.RETURNED, "decide", (*SECONDED, "reason"), "approve_sanction", (*OWN, "another")),
    *_each((State.UNSECONDED,), "second", State.IN_FORCE, "decide", SECONDED, "approve_sanction", SECOND),
    *_each(IN_FORCE, "lift", State.LIFTED, "lift", ("reason", "leaf"), "sanction"),
    *_each(IN_FORCE, "lapse", State.LAPSED, "", ("leaf",), guards=()),
    *_each(IN_FORCE, "follow_log", State.ENDED_BY_LOG, "", ("leaf",), guards=()),  # whoever decided it then is known by the log alone
    *_each(IN_FORCE, "overturn", State.OVERTURNED, "hear_appeal", ("reason", "leaf")),
    # A change of what is in force takes two, as the measure did; a narrower one by an appeal is whoever's who hears it.
    *_each((State.IN_FORCE,), "propose_change", State.CHANGE_PROPOSED, "decide", PROPOSAL, "sanction"),
    *_each((State.CHANGE_PROPOSED,), "concur", State.CHANGE_CONCURRED, "decide", SECONDED, guards=CONCURS),
    *_each(CHANGING, "change", State.IN_FORCE, "approve", (*SECONDED, "ruling"), "approve_sanction", (*SECOND, "concurred", "third")),
    *_each(CHANGING, "return_change", State.IN_FORCE, "decide", (*SECONDED, "reason"), "approve_sanction",
           (*OWN, "another")),
    *_each((State.IN_FORCE,), "keep", State.IN_FORCE, "decide", ("reason", "leaf"), "sanction"),
    *_each(SECONDED_IN_FORCE, "modify", State.IN_FORCE, "hear_appeal", ("reason", "leaf", "ruling")),
    *_each((State.UNSECONDED,), "modify", State.UNSECONDED, "hear_appeal", ("reason", "leaf", "ruling")),
    *_each((*OPEN, *IN_FORCE), "withdraw", State.WITHDRAWN, "carry_out", ("leaf",)),
    *_each((*OPEN, *IN_FORCE), "set_aside", State.SET_ASIDE, "carry_out", ("leaf",)),
    *_each((*OPEN, *IN_FORCE), "stay", State.STAYED, "carry_out", ("leaf",)),
    *_each(OPEN, "leave", State.LEFT, "decide", ("leaf",)),
    *_each((State.STAYED,), "withdraw", State.WITHDRAWN, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "set_aside", State.SET_ASIDE, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "lapse", State.LAPSED, "", ("leaf",), guards=()),
    *_each((State.STAYED,), "end_reversed", State.OVERTURNED, "carry_out", ("leaf",)),  # by an appeal, while it was halted
    *_each((State.STAYED,), "end_stay", State.RETURNED, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "resume", State.IN_FORCE, "carry_out", ("leaf", "ruling")),
    *_each((State.STAYED,), "resume_unseconded", State.UNSECONDED, "carry_out", ("leaf", "ruling")),
    *_each((State.STAYED,), "resume_measure", State.MEASURE_PROPOSED, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "resume_refusal", State.REFUSAL_PROPOSED, "carry_out", ("leaf",)),
    *_each((State.STAYED,), "resume_closing", State.CLOSING_PROPOSED, "carry_out", ("leaf",)),
    # What an emergency order brought about goes on under the order that confirms it.
    *_each(SECONDED_IN_FORCE, "confirm", State.CONFIRMED, "carry_out", ("leaf",)),
    *_each(UNDECIDED, "take_over", State.IN_FORCE, "carry_out", ("leaf", "ruling")),
)  # fmt: skip

# After a stay everything stands as it stood: by which move, from where it was. (Who agreed as second reviewer agrees anew.)
RESUMED = {
    State.IN_FORCE: "resume",
    **dict.fromkeys(CHANGING, "resume"),
    State.UNSECONDED: "resume_unseconded",
    State.MEASURE_PROPOSED: "resume_measure",
    State.MEASURE_CONCURRED: "resume_measure",
    State.REFUSAL_PROPOSED: "resume_refusal",
    State.CLOSING_PROPOSED: "resume_closing",
}

MACHINE = Machine("This case", "case_stands_elsewhere", MOVES, State.NEW, FINAL)
move, may = MACHINE.move, MACHINE.may
fold = MACHINE.fold
