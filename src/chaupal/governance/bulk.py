"""Many targets of one order in one form: each is decided by itself, with its own reason, event and leaf, or not at all."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from chaupal.governance import decisions
from chaupal.governance.context import Court
from chaupal.governance.papers import check_may
from chaupal.kernel.errors import Invalid, NotFound, Problem
from chaupal.policy.viewer import Viewer

MOST = 40  # targets at once
PROPOSE, APPROVE, RETURN = "propose", "approve", "return"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about one target. `seen`: the number of the last event that was looked at."""

    number: int
    seen: int | None = None
    outcome: str = ""
    code: str = ""
    reason: str = ""
    finding: str = ""


class Done(msgspec.Struct, frozen=True):
    """What became of one item: done, or the problem that kept it from being done."""

    item: Item
    problem: Problem | None = None


type Act = Callable[[Court, Viewer, str, Item], Awaitable[object]]


async def each(court: Court, viewer: Viewer, ref: str, act: str, items: Sequence[Item]) -> list[Done]:
    """Do the same act about each item, one after the other, each in its own unit; what failed does not touch the others.

    `act`: propose, approve or return. Raises NotFound for another act, NotAllowed for who only looks, Invalid for too many.
    """
    do = ACTS.get(act)
    if do is None:
        raise NotFound
    check_may(viewer, "write_notes")
    if len(items) > MOST:
        raise Invalid(f"At most {MOST} at once", items="are too many at once")
    return [await _one(court, viewer, ref, do, item) for item in items]


async def _one(court: Court, viewer: Viewer, ref: str, do: Act, item: Item) -> Done:
    try:
        await do(court, viewer, ref, item)
    except Problem as problem:
        return Done(item, problem)
    return Done(item)


async def _propose(court: Court, viewer: Viewer, ref: str, item: Item) -> None:
    await decisions.propose(
        court, viewer, ref, item.number, outcome=item.outcome, reason=item.reason, code=item.code, finding=item.finding, seen=item.seen
    )  # fmt: skip


async def _approve(court: Court, viewer: Viewer, ref: str, item: Item) -> None:
    await decisions.approve(court, viewer, ref, item.number, seen=item.seen)


async def _return(court: Court, viewer: Viewer, ref: str, item: Item) -> None:
    await decisions.return_(court, viewer, ref, item.number, reason=item.reason, seen=item.seen)


ACTS: dict[str, Act] = {PROPOSE: _propose, APPROVE: _approve, RETURN: _return}
