"""Matters of the house: what breaks its own rules is a matter under them, decided and appealed like any other; and what strikes come to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chaupal.governance.cases import bulk, decisions, ladder
from chaupal.governance.cases.bulk import Item, Progress, unwatched
from chaupal.governance.cases.lifecycle import IN_FORCE
from chaupal.governance.context import Court
from chaupal.governance.orders import csv_targets, orders, resolving
from chaupal.governance.orders.order_forms import MatterForm as MatterForm
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.regimes import OWN_RULES
from chaupal.kernel.errors import Invalid, NotFound, Problem
from chaupal.kernel.faults import Wrong
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal.store.court import authorities, docket
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Target
from chaupal.store.court.rulings import RulingRow
from chaupal_audit.law.rulebook import Threshold


async def flaggers(court: Court, viewer: Viewer) -> list[Authority]:
    """Whose hints the house can follow: every office in the register, agreed to by two. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        known = await authorities.all_authorities(reading)
    return [one for one in known if one.agreed_by is not None and one.issuer_class != "person"]


async def open_matter(court: Court, viewer: Viewer, form: MatterForm) -> str:
    """Open a matter under the house's own rules; its reference. Raises NotAllowed, Invalid by field."""
    me, paper = check_may(viewer, "sanction"), Paper()
    ladder.check_rule(court, paper, form.rule)
    return await orders.enter_own(court, paper, form, me, court.regimes.current(OWN_RULES, court.clock()))


async def sanction(
    court: Court, viewer: Viewer, form: MatterForm, draft: Draft, *, alone: bool = True
) -> tuple[str, bool]:
    """Open a matter about one thing and decide it: carried out at once where one person may, else proposed. (reference, carried out).

    `alone`: whether one person may; else it is proposed, whatever it is.
    """
    ref = await open_matter(court, viewer, form)
    if not alone:
        await decisions.propose(court, viewer, ref, 1, draft)
    return ref, alone and await decisions.act_or_propose(court, viewer, ref, 1, draft)


MOST_SAID = 50  # complaints about rows in one answer


class MatterOutcome(msgspec.Struct, frozen=True):
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


async def open_and_decide(
    court: Court,
    viewer: Viewer,
    form: MatterForm,
    draft: Draft,
    *,
    outcomes: Sequence[str] = (),
    progress: Progress = unwatched,
) -> MatterOutcome:
    """Open a matter; then carry out what one person may, or propose it, about all of its targets or about none.

    `outcomes`: for each target its own, where it is not the draft's. Raises as `open_matter`, and nothing is open then.
    """
    ref = await open_matter(court, viewer, form)
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        named = [] if order is None else await docket.targets_of(reading, order.id)
    items = [_item(target, draft, outcomes) for target in named]
    done = await bulk.run(court, viewer, ref, bulk.ACT, items, progress=progress)
    if done.bad:
        return MatterOutcome(ref, len(named), False, done.bad[0].problem)
    return MatterOutcome(ref, len(named), all(one.state in IN_FORCE for one in done.rows))


def _item(target: Target, draft: Draft, outcomes: Sequence[str]) -> Item:
    own = outcomes[target.number - 1] if target.number <= len(outcomes) else ""
    said: dict[str, Any] = msgspec.structs.asdict(draft) | {
        "outcome": own or draft.outcome,
        "parts": tuple(draft.parts),
    }
    return Item(number=target.number, line=target.number, seen=1, **said)


async def with_list(
    court: Court, form: MatterForm, data: bytes, spoken: Mapping[str, str] = resolving.CODES
) -> tuple[MatterForm, tuple[str, ...]]:
    """The form with the rows of a CSV file after its own lines, and for each target the outcome that its row asks for.

    `spoken` is as in `resolving.unlisted`. Raises Invalid (field `csv`) with every row that names nothing here.
    """
    seen = await csv_targets.preview(court.work, court.settings.origin, data, spoken=spoken)
    if bad := [one for one in seen.rows if one.wrong]:
        said = [Wrong(one.wrong, {}, f"{one.row.line}: {one.row.target}") for one in bad[:MOST_SAID]]
        raise Invalid("rows_cannot_be_taken", many=len(bad)).about({"csv": said})
    typed = [line for line in form.targets.splitlines() if line.strip()]
    targets = "\n".join([*typed, *(one.row.target for one in seen.rows)])
    return msgspec.structs.replace(form, targets=targets), (*[""] * len(typed), *seen.demanded())


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
