"""Bodies outside the house that hear what it decided: a grievance committee, a dispute settlement body, a court.

The house notes what was brought there and what came of it, as entries of the log; carrying out is an act of its own.
"""

import msgspec

from chaupal.governance.appeals import notices
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.errors import Conflict
from chaupal.policy.viewer import Viewer
from chaupal.store.court import appeals, ledger
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries

FILED, DECIDED = "filed", "decided"
FOR, AGAINST = "for", "against"  # the house


class OutsideAppeal(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought before a `body` (its code in the law). `outcome`: for or against the house, "" while it is heard."""

    index: int
    body: str
    filed_at: str
    outcome: str = ""
    decided_at: str = ""
    complied_in_time: bool | None = None


async def of_ruling(court: Court, viewer: Viewer, ruling_id: int) -> list[OutsideAppeal]:
    """What was brought before others about a ruling: for the person concerned, and for staff. Raises NotFound."""
    strike = await notices.by_id(court, viewer, ruling_id)
    async with court.work.reading() as reading:
        return await _of(reading, strike)


async def note(
    court: Court,
    viewer: Viewer,
    ruling_id: int,
    *,
    step: str,
    body: str,
    outcome: str = "",
    complied_in_time: bool = False,
) -> None:
    """Note that something was filed with, or decided by, a body that the law of the ruling names.

    Raises Invalid by field, NotAllowed for whoever says of what they decided that others found it right, Conflict where it was
    noted already, or nothing was filed there.
    """
    check_may(viewer, "hear_appeal")
    strike = await notices.by_id(court, viewer, ruling_id)
    _check(strike, step, body, outcome)
    async with court.work.writing() as w:
        await ledger.hold(w)
        me = await guards.act(w, viewer, "hear_appeal", [strike.ruling.owner_id])
        if step == DECIDED and outcome == FOR:
            await guards.check_not_own(w, me, await appeals.hands_in(w, ruling_id), "found_right_by_you")
        standing = next((one for one in await _of(w, strike) if one.body == body and not one.outcome), None)
        if (standing is None) == (step == DECIDED):
            raise Conflict("noted_already" if step == FILED else "nothing_filed_there")
        over = step == DECIDED
        public = entries.External(
            step=step,
            body=body,
            at=tlog.at_minute(court.clock()),
            by=pseudonym(court, me),
            outcome=outcome if over else "",
            complied_in_time=complied_in_time if over else None,
        )
        prev = strike.ruling.log_index if standing is None else standing.index
        await notices.enter(court, w, strike, public, prev)


def _check(strike: Strike, step: str, body: str, outcome: str) -> None:
    paper = Paper()
    if step not in (FILED, DECIDED):
        paper.complain("step", "no_choice")
    if body not in {one.code for one in strike.regime.appeals.external}:
        paper.complain("body", "no_choice")
    if step == DECIDED and outcome not in (FOR, AGAINST):
        paper.complain("outcome", "no_choice")
    paper.check()


async def _of(reading: Reading, strike: Strike) -> list[OutsideAppeal]:
    """Put it together from the log alone: filings that follow the measure, and decisions that follow the filings."""
    found: dict[int, OutsideAppeal] = {}
    start = strike.ruling.log_index
    told = await log.entries_about(reading, entries.External, start, strike.order)
    for index, prev, said in sorted(told, key=lambda one: one[2].step != FILED):
        if said.step == FILED and prev == start:
            found[index] = OutsideAppeal(index=index, body=said.body, filed_at=said.at or "")
        elif said.step == DECIDED and prev in found:
            found[prev] = msgspec.structs.replace(
                found[prev], outcome=said.outcome, decided_at=said.at or "", complied_in_time=said.complied_in_time
            )
    return list(found.values())
