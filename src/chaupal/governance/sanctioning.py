"""Deciding by the house's own rules in one go: a matter is opened and each of its targets decided; and what strikes add up to."""

from collections.abc import Iterable

import msgspec

from chaupal.governance import decisions, house
from chaupal.governance.context import Court
from chaupal.governance.house import MatterForm
from chaupal.governance.house_rules import Threshold
from chaupal.governance.ladder import Draft
from chaupal.kernel.errors import NotFound, Problem
from chaupal.policy.viewer import Viewer
from chaupal.store import docket
from chaupal.store.rulings import RulingRow


class Decided(msgspec.Struct, frozen=True):
    """The matter, how many targets it has, and whether its measure is in force. `problem`: why the matter is open, but undecided."""

    ref: str
    targets: int
    in_force: bool
    problem: Problem | None = None


class Tally(msgspec.Struct, frozen=True):
    """Strikes that count now, and the threshold that they have reached. Nothing follows from it by itself."""

    strikes: int
    reached: Threshold | None
    ends_at: int | None


async def open_and_decide(court: Court, viewer: Viewer, form: MatterForm, draft: Draft) -> Decided:
    """Open a matter; then carry out what one person may, or propose it. Raises as `house.open_matter`, and nothing is open then."""
    ref = await house.open_matter(court, viewer, form)
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        named = [] if order is None else await docket.targets_of(reading, order.id)
    try:
        done = [await decisions.act_or_propose(court, viewer, ref, target.number, draft) for target in named]
    except Problem as problem:
        return Decided(ref, len(named), False, problem)
    return Decided(ref, len(named), all(done))


def tally(court: Court, made: Iterable[RulingRow]) -> Tally:
    """What somebody's rulings come to under the rules of today."""
    now, book = court.clock(), court.rules.current(court.clock())
    strikes = sum(_weight(court, row) for row in made if row.strike_until is not None and row.strike_until > now)
    reached = book.reached(strikes)
    return Tally(strikes, reached, None if reached is None else book.ends_at(reached, now))


def _weight(court: Court, row: RulingRow) -> int:
    try:
        return court.rules.cited(row.rule).weight
    except NotFound:  # of a version that the operator has taken away
        return 1
