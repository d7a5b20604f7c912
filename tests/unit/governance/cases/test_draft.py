"""One draft, passed on: what is looked at beforehand is what would be done, with its end and for good or not."""

import msgspec

from chaupal.governance.cases import cases, decisions, desk, house
from chaupal.governance.cases.house import MatterForm
from chaupal.policy.draft import Draft
from chaupal.store.court.case_events import CaseEventBody
from court import REASON, Bench

WHOLE = Draft(
    outcome="suspend",
    reason=REASON,
    code="unclear",
    parts=(5, 6),
    finding="x",
    until="2021-03-01T00:00:00.000Z",
    permanent=True,
    text="label",
    rule="1@1",
    despite="y",
    matter="O-1",
)


def test_what_was_said_is_the_draft_that_was_made_in_each_of_its_fields():
    said = CaseEventBody(
        **{"subjects": WHOLE.parts, "ends_at": 1614556800000}
        | {name: value for name, value in msgspec.structs.asdict(WHOLE).items() if name not in ("parts", "until")}
    )
    assert said.draft == WHOLE


async def test_the_preview_of_a_proposed_suspension_is_for_good_or_ends_as_was_proposed(bench: Bench):
    at = bench
    form = MatterForm(
        targets="@meera", rule="1@1", source="staff", grounds="Threats against a person, again and again."
    )
    for draft in (
        Draft(outcome="suspend", reason=REASON, permanent=True),
        Draft(outcome="suspend", reason=REASON, until="2021-03-01"),
    ):
        ref, alone = await house.sanction(at.court, at.owner, form, draft)
        assert not alone
        async with at.court.work.writing() as w:
            case = await cases.case_held(at.court, w, at.owner, ref, 1)
            assert case.proposal is not None
            [looked_at] = desk.supposed(at.court, case, case.proposal.body.draft)
        await decisions.approve(at.court, at.asha, ref, 1)
        made = (await at.in_force()).on(looked_at.subject)[0]
        assert (looked_at.permanent, looked_at.ends_at) == (made.permanent, made.ends_at)
        await decisions.lift(at.court, at.asha, ref, 1, reason=REASON)
