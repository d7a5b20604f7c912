"""What waits in an order, in groups that share class, kind, age, measure and reason: alike things are read together."""

import hashlib
from collections.abc import Sequence

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import or_not_found
from chaupal.kernel.ids import made_at
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court.dossier import EVERY
from chaupal.store.court import case_events, knowing
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.court.docket import Order, Target

# How old a thing was when the order came: the name of each age, and where it ends.
AGES = (("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY), ("year", 365 * DAY))
OLDER = "older"

type Alike = tuple[str, str, str, str, str]  # class, kind, age, measure or outcome, reason


class AlikeTargets(msgspec.Struct, frozen=True, kw_only=True):
    """Things that are alike. `outcome`: what is proposed, or what was asked for; `reason`: of the proposal, word for word.

    `key` names the group in an address, and is the same while its things are alike; `age` is empty for what has none.
    """

    key: str
    speaker: str
    kind: str
    age: str
    outcome: str
    reason: str
    numbers: tuple[int, ...]


async def groups(reads: Reads, viewer: Viewer, ref: str, states: Sequence[str]) -> list[AlikeTargets]:
    """The things of an order that stand in one of `states`, protected speakers first, then by how many. Raises NotFound."""
    async with reads.work.reading() as reading:
        order = or_not_found(await knowing.order_for(reading, viewer, ref))
        there = await case_events.standing_there(reading, order.id, states, 1, EVERY)
        events = await case_events.events_of(reading, [target.id for target in there])
    alike: dict[Alike, list[int]] = {}
    for target in there:
        alike.setdefault(_alike(order, target, events[target.id]), []).append(target.number)
    found = [
        AlikeTargets(
            key=_key(of), speaker=of[0], kind=of[1], age=of[2], outcome=of[3], reason=of[4], numbers=tuple(numbers)
        )
        for of, numbers in alike.items()
    ]
    return sorted(found, key=lambda one: (not one.speaker, -len(one.numbers), one.numbers))


def _alike(order: Order, target: Target, events: Sequence[CaseEvent]) -> Alike:
    proposed = events[-1].state.endswith(("_proposed", "_concurred"))
    said = next((one.body for one in reversed(events) if one.state.endswith("_proposed")), None) if proposed else None
    return (
        target.speaker,
        target.kind,
        _age(order, target),
        said.outcome if said else target.demanded,
        said.reason if said else "",
    )


def _age(order: Order, target: Target) -> str:
    """How old the thing was: its id knows when it was made."""
    if not target.subject_id:  # not found here, or a tag
        return ""
    age = order.received_at - made_at(target.subject_id)
    return next((name for name, end in AGES if age < end), OLDER)


def _key(alike: Alike) -> str:
    return hashlib.sha256("\0".join(alike).encode()).hexdigest()[:12]
