"""The procedure of an order as a whole: the steps that it can take from where it stands, and what a log calls them; and what a move is."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Move[S: StrEnum](msgspec.Struct, frozen=True):
    """One way on. `may`: the word of `roles.MAY` that opens it, none for the clock. `needs`: what must come with it.

    `own`: the word under the house's own rules, where that is another. `guards`: what else is asked of who makes it, by
    name (`governance/cases/guards.py`).
    """

    source: S
    verb: str
    to: S
    may: str = ""
    needs: tuple[str, ...] = ()
    own: str = ""
    guards: tuple[str, ...] = ()


class Stage(StrEnum):
    """Where an order stands. A question, a hearing or an objection stops no clock."""

    NEW = ""
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_REVIEW = "in_review"
    RETURNED = "returned"  # defective: sent back with the list of what it lacks
    CLARIFYING = "clarifying"
    HEARING = "hearing"
    STAYED = "stayed"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    CLOSED = "closed"


type Step = Move[Stage]

BEGUN = (Stage.RECEIVED, Stage.ACKNOWLEDGED)
DECIDING = (Stage.IN_REVIEW, Stage.CLARIFYING, Stage.HEARING)  # checked, and not over: its targets are decided now
WORKED_ON = (*BEGUN, *DECIDING)
LIVE = (*WORKED_ON, Stage.STAYED)
# A closed order can still be taken back or declared void, which is said of it though nothing binds by it any more.
FINAL = frozenset({Stage.WITHDRAWN, Stage.SET_ASIDE})
OVER = FINAL | {Stage.CLOSED}


# Nobody takes a step of an order that names something of their own. A matter of the house's own was sent in by nobody: there is no
# authority to ask, to send it back to, or to take it back.
OWN = ("not_own",)
FROM_OUTSIDE = "from_outside"


def _each(
    sources: Iterable[Stage], verb: str, to: Stage, may: str, *needs: str, also: tuple[str, ...] = ()
) -> tuple[Step, ...]:
    return tuple(Move(source, verb, to, may, needs, guards=(*OWN, *also)) for source in sources)


def _beside(sources: Iterable[Stage], verb: str, may: str, *needs: str, also: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Something is noted, and the order stands where it stood."""
    return tuple(step for at in sources for step in _each((at,), verb, at, may, *needs, also=also))


STEPS: tuple[Step, ...] = (
    *_each((Stage.NEW,), "receive", Stage.RECEIVED, "receive_order", "leaf"),
    *_each((Stage.NEW,), "open", Stage.IN_REVIEW, "sanction", "leaf"),  # a matter of the house's own: nobody sent it in
    *_each((Stage.RECEIVED,), "acknowledge", Stage.ACKNOWLEDGED, "work_on_order", "leaf"),
    *_each(BEGUN, "check", Stage.IN_REVIEW, "work_on_order", "leaf"),
    *_each(
        WORKED_ON,
        "return_order",
        Stage.RETURNED,
        "decide",
        "codes",
        "reason",
        "leaf",
        also=(FROM_OUTSIDE, "nothing_left"),
    ),
    *_each((Stage.RETURNED,), "mend", Stage.ACKNOWLEDGED, "work_on_order", "reason", "leaf"),  # and is checked anew
    # Its mended version came as an order of its own: entered with that one, and by nothing else.
    *_each((Stage.RETURNED,), "replace", Stage.WITHDRAWN, "receive_order", "leaf"),
    *_each(DECIDING, "ask", Stage.CLARIFYING, "work_on_order", "text", "leaf", also=(FROM_OUTSIDE,)),
    *_each((Stage.CLARIFYING,), "answer", Stage.IN_REVIEW, "work_on_order", "text", "leaf"),
    *_each(DECIDING, "set_hearing", Stage.HEARING, "work_on_order", "until", "leaf"),
    *_each((Stage.HEARING,), "hold_hearing", Stage.IN_REVIEW, "work_on_order", "text", "leaf", also=("its_day",)),
    *_beside((*LIVE, Stage.RETURNED), "meet", "work_on_order", "text", "leaf"),
    *_beside((*LIVE, Stage.RETURNED), "write", "work_on_order", "text", "leaf"),
    *_beside(LIVE, "verify_origin", "work_on_order", "reason", "leaf", also=(FROM_OUTSIDE,)),
    *_beside(LIVE, "object", "decide", "text", "leaf", also=(FROM_OUTSIDE,)),
    *_beside(LIVE, "challenge", "decide", "body", "leaf"),
    *_beside(
        DECIDING, "confirm", "decide", "confirms", "body", "reason", "leaf", also=("emergency", "another_took_in")
    ),
    *_beside(LIVE, "report_effect", "work_on_order", "leaf", also=(FROM_OUTSIDE,)),
    *_each(
        (*LIVE, Stage.RETURNED, Stage.CLOSED), "withdraw", Stage.WITHDRAWN, "carry_out", "leaf", also=(FROM_OUTSIDE,)
    ),
    *_each((*LIVE, Stage.RETURNED, Stage.CLOSED), "set_aside", Stage.SET_ASIDE, "carry_out", "body", "leaf"),
    *_each(DECIDING, "stay", Stage.STAYED, "carry_out", "body", "leaf"),
    *_each((Stage.STAYED,), "end_stay", Stage.IN_REVIEW, "carry_out", "body", "leaf"),
    # The same about some of the things that it names; the order stands where it stood.
    *_beside(
        (*LIVE, Stage.RETURNED), "withdraw_some", "carry_out", "targets", "leaf", also=(FROM_OUTSIDE, "some_can_move")
    ),
    *_beside(
        (*LIVE, Stage.RETURNED), "set_aside_some", "carry_out", "targets", "body", "leaf", also=("some_can_move",)
    ),
    *_beside(DECIDING, "stay_some", "carry_out", "targets", "body", "leaf", also=("some_can_move",)),
    *_beside(DECIDING, "end_stay_some", "carry_out", "targets", "body", "leaf", also=("some_can_move",)),
    # Entered by the decision of two about each of those things, and by nothing else.
    *_beside(DECIDING, "extend", "approve", "targets", "body", "leaf"),
    *_beside(DECIDING, "renew", "approve", "targets", "body", "leaf"),
    *_beside(DECIDING, "amend", "approve", "targets", "body", "leaf"),
    *_each((*DECIDING, Stage.RETURNED), "close", Stage.CLOSED, "decide", "leaf", also=("nothing_left",)),
)

# What the public log calls each verb.
LOGGED = {
    "acknowledge": "acknowledged", "check": "checked", "return_order": "returned", "mend": "mended", "replace": "replaced",
    "ask": "clarification_requested", "answer": "clarified", "set_hearing": "hearing_set", "hold_hearing": "hearing_held",
    "meet": "meeting", "write": "correspondence",
    "verify_origin": "origin_verified", "object": "objection_filed", "challenge": "challenged_in_court", "confirm": "confirmed",
    "report_effect": "effect_reported", "withdraw": "withdrawn", "set_aside": "set_aside", "stay": "stayed", "end_stay": "stay_ended",
    "close": "closed", "extend": "extended", "renew": "renewed", "amend": "amended",
}  # fmt: skip
# What a verb is where it is about some of the targets only.
SOME = {"withdraw": "withdraw_some", "set_aside": "set_aside_some", "stay": "stay_some", "end_stay": "end_stay_some"}
WHOLE = {some: verb for verb, some in SOME.items()}
