"""Matters of the house: what breaks its own rules is a matter under them, with targets, decisions and appeals like any other."""

from collections.abc import Sequence

import msgspec

from chaupal.governance.cases import decisions, ladder
from chaupal.governance.context import Court
from chaupal.governance.orders import orders
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.regimes import OWN_RULES
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal.store.court import authorities
from chaupal.store.court.authorities import Authority


class MatterForm(msgspec.Struct, kw_only=True):
    """What breaks which rule (`2@1`), and who pointed it out. `targets`: addresses, handles or #tags, one to a line.

    `flagged_by`: the authority (id) whose hint it follows, where `source` is `state_flag`; everybody reads its name.
    `report_id`: the report that it answers. `grounds`: what happened, in the words of staff; it becomes public.
    """

    targets: str = ""
    rule: str = ""
    source: str = "staff"
    flagged_by: int | None = None
    grounds: str = ""
    report_id: int | None = None
    territory: str = ""


async def flaggers(court: Court, viewer: Viewer) -> list[Authority]:
    """Whose hints the house can follow: every office in the register, agreed to by two. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        known = await authorities.all_authorities(reading)
    return [one for one in known if one.agreed_by is not None and one.issuer_class != "person"]


async def open_matter(court: Court, viewer: Viewer, form: MatterForm) -> str:
    """Open a matter under the house's own rules; its reference. Raises NotAllowed, Invalid by field."""
    me = check_may(viewer, "sanction")
    paper = Paper()
    ladder.check_rule(court, paper, form.rule)
    if form.source not in orders.SOURCES:
        paper.complain("source", "no_choice")
    grounds = paper.reason("grounds", form.grounds)
    return await orders.enter_own(
        court,
        paper,
        form.targets,
        me,
        rule=form.rule,
        source=form.source,
        grounds=grounds,
        flagged_by=form.flagged_by,
        report_id=form.report_id,
        territory=form.territory,
        regime=court.regimes.current(OWN_RULES, court.clock()),
    )


async def sanction(
    court: Court, viewer: Viewer, form: MatterForm, draft: Draft, *, numbers: Sequence[int] = (1,), alone: bool = True
) -> tuple[str, bool]:
    """Open a matter and decide it: carried out at once where one person may, else proposed. (reference, carried out).

    `alone`: whether one person may; else it is proposed, whatever it is.
    """
    ref = await open_matter(court, viewer, form)
    if not alone:
        for number in numbers:
            await decisions.propose(court, viewer, ref, number, draft)
        return ref, False
    done = [await decisions.act_or_propose(court, viewer, ref, number, draft) for number in numbers]
    return ref, all(done)
