"""Whose turn an order is, and what the next step is: for the queue, and on top of the order's own page."""

from collections.abc import Callable, Sequence

import msgspec

from chaupal.policy.may import may
from chaupal.policy.viewer import Viewer
from chaupal.reads.court.record import WAITS
from chaupal.store.court.desk import Open
from chaupal.store.court.docket import Order

# States of cases: those that wait for a proposal, and those in which somebody has proposed or acted alone.
TO_PROPOSE = ("received", "returned")
TO_APPROVE = tuple(state for state in WAITS if state not in TO_PROPOSE)
TO_CONCUR = ("measure_proposed", "change_proposed")
# Stages of orders.
BEGUN = ("received", "acknowledged")
# A stage in which the next word is somebody else's: whose.
OUTSIDE = {"returned": "authority", "clarifying": "authority", "stayed": "court"}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done next. `act`: check, approve, concur, propose, report_effect; nothing where the staff have nothing to do.

    `many` things, from number `first` on; `mine`: this viewer may; `whose`: worker, reviewer, approver, authority, court, or
    nobody's ("").
    """

    act: str = ""
    many: int = 0
    first: int = 1
    mine: bool = False
    whose: str = ""


def turn(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], *, reported: bool) -> Turn:
    """The first step that is this viewer's, else the first that is anybody's. `reported`: the authority knows what was done."""
    steps = [step for look in STEPS if (step := look(viewer, order, stage, opens, reported)) is not None]
    mine = next((step for step in steps if step.mine), None)
    return mine or next(iter(steps), Turn(whose=OUTSIDE.get(stage, "")))


def _check(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    return _of_whole(viewer, "check", opens) if stage in BEGUN else None


def _approve(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """What somebody else proposed, about others; one's own waits for another."""
    waiting = [one for one in opens if one.state in TO_APPROVE and stage not in (*BEGUN, *OUTSIDE)]
    if not waiting:
        return None
    others = sum(one.others for one in waiting)
    allowed = may(viewer, "approve" if order.authority_id is not None else "approve_sanction")
    if not (allowed and others):
        return Turn(act="approve", many=sum(one.many for one in waiting), first=_first(waiting), whose="approver")
    return Turn(
        act="approve", many=others, first=min(one.first_of_others for one in waiting), mine=True, whose="approver"
    )


def _concur(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """A proposal about a protected speaker that waits for a second reviewer."""
    waiting = [one for one in opens if one.state in TO_CONCUR and one.guarded and one.others]
    if not waiting or not may(viewer, "decide"):
        return None
    return Turn(
        act="concur", many=sum(one.guarded for one in waiting), first=_first(waiting), mine=True, whose="reviewer"
    )


def _propose(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    waiting = [one for one in opens if one.state in TO_PROPOSE and stage not in (*BEGUN, *OUTSIDE)]
    if not waiting:
        return None
    allowed = may(viewer, "decide" if order.authority_id is not None else "sanction")
    mine = allowed and any(one.many > one.own for one in waiting)
    return Turn(
        act="propose", many=sum(one.many for one in waiting), first=_first(waiting), mine=mine, whose="reviewer"
    )


def _report(viewer: Viewer, order: Order, stage: str, opens: Sequence[Open], reported: bool) -> Turn | None:
    """Everything is decided, and the authority is yet to be told; a matter of the house's own has none."""
    # Also a change of what is in force, which the authority will have to be told.
    undecided = any(one.state in WAITS for one in opens)
    if undecided or reported or order.authority_id is None or stage not in ("in_review", "hearing"):
        return None
    return _of_whole(viewer, "report_effect", opens)


def _of_whole(viewer: Viewer, act: str, opens: Sequence[Open]) -> Turn:
    """A step of the order, which nobody takes whose things it names."""
    mine = may(viewer, "work_on_order") and not any(one.own for one in opens)
    return Turn(act=act, mine=mine, whose="worker")


def _first(waiting: Sequence[Open]) -> int:
    return min(one.first for one in waiting)


type Look = Callable[[Viewer, Order, str, Sequence[Open], bool], Turn | None]
STEPS: tuple[Look, ...] = (_check, _approve, _concur, _propose, _report)
