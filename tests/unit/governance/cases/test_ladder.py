"""What may be decided about a target, by how many people, and what ends it: the ladder, emergencies, stays and withdrawals."""

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.cases import bulk, cases, csv_cases, decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import steps
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import report_desk, reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import clocks, docket, rulings, speakers
from chaupal.store.court.rulings import RulingRow
from chaupal.store.court.speakers import Speaker
from chaupal.store.machine.dialect import statement
from court import FINDING, REASON, Bench

WHY = "The ministry wrote that it takes this demand back."
THREAT = "Post three names a house and a time, and calls for people to come armed."


async def state(bench: Bench, ref: str, number: int = 1) -> State:
    async with bench.court.work.reading() as reading:
        return (await cases.case_of(bench.court, reading, ref, number)).state


async def made(bench: Bench, ref: str, number: int = 1) -> list[RulingRow]:
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, number)
        return (await rulings.by_targets(reading, [case.target.id]))[case.target.id]


async def running(bench: Bench, ref: str) -> set[str]:
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        return {row.kind for row in await clocks.of_matter(reading, "order", order.id) if row.stopped_at is None}


async def third(bench: Bench) -> Viewer:
    return await bench.hire("lata", Role.APPROVER)


async def protect(bench: Bench, account: int, kind: str = "journalist") -> None:
    async with bench.court.work.writing() as w:
        await speakers.add(
            w,
            Speaker(
                id=bench.court.make_id(),
                account_id=account,
                speaker_class=kind,
                evidence="press card",
                granted_by=1,
                seconded_by=2,
                granted_at=0,
                ends_at=None,
                ended_at=None,
                log_index=None,
            ),
        )


async def propose(bench: Bench, ref: str, outcome: str, **more: Any) -> None:
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome=outcome, reason=REASON, **more)


# --- the ladder ---


async def test_a_whole_account_needs_a_finding_that_single_posts_would_not_do(bench: Bench):
    ref = await bench.order(targets="@meera")
    with pytest.raises(Invalid) as caught:
        await propose(bench, ref, "withhold_account")
    assert set(caught.value.details) == {"finding"}
    await propose(bench, ref, "withhold_account", finding=FINDING)
    assert await state(bench, ref) is State.MEASURE_PROPOSED


async def test_an_order_against_an_account_can_be_narrowed_to_posts_of_its_own(bench: Bench):
    ref = await bench.order(targets="@meera")
    other = await bench.street.say(bench.dev.account or 0, "somebody else's words")
    with pytest.raises(Invalid) as caught:
        await propose(bench, ref, "withhold_post", parts=[bench.post, other])
    assert caught.value.details == {"parts": f"are not of this target: {other}"}
    await propose(bench, ref, "withhold_post", parts=[bench.post])
    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert [(r.subject_id, r.measure) for r in await made(bench, ref)] == [(bench.post, "withhold_post")]
    index = await bench.in_force()
    assert index.on(bench.post)
    assert not index.on(bench.meera)


async def test_a_part_of_which_no_id_can_be_is_none_of_the_target(bench: Bench):
    """Files and the prompt take numbers of any length; a database does not."""
    ref, nothing = await bench.order(targets="@meera"), (-1, 2**63 - 1, 2**63, 10**30)
    with pytest.raises(Invalid) as caught:
        await propose(bench, ref, "withhold_post", parts=nothing)
    assert caught.value.details == {"parts": f"are not of this target: {', '.join(map(str, nothing))}"}
    sent = f"target;outcome;reason;parts;version\n1;withhold_post;{REASON};{'9' * 19};1\n".encode()
    found = await bulk.run(bench.court, bench.asha, ref, bulk.PROPOSE, csv_cases.read(sent, bulk.PROPOSE).items)
    assert [[*one.problem.details] for one in found.bad if one.problem] == [["parts"]]


async def test_an_order_against_a_post_never_takes_the_account_nor_suspends_nor_removes(bench: Bench):
    ref = await bench.order()
    for outcome in ("withhold_account", "suspend", "remove_post", "limit", "freeze"):
        with pytest.raises(Invalid) as caught:
            await propose(bench, ref, outcome, finding=FINDING)
        assert "outcome" in caught.value.details


async def test_a_label_says_something(bench: Bench):
    ref = await bench.order()
    with pytest.raises(Invalid) as caught:
        await propose(bench, ref, "label")
    assert set(caught.value.details) == {"text"}
    await propose(bench, ref, "label", text="Disputed by the police of Delhi")
    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert [r.text for r in await made(bench, ref)] == ["Disputed by the police of Delhi"]


async def test_what_nobody_made_sure_of_limits_nothing_until_somebody_did(bench: Bench):
    ref = await bench.order(origin_note="")
    with pytest.raises(Conflict, match="genuine"):
        await propose(bench, ref, "withhold_post")
    note = StepForm(verb="verify_origin", reason="The section officer confirmed number and date on the telephone.")
    await steps.take(bench.court, bench.clerk, ref, note)
    await propose(bench, ref, "withhold_post")


async def test_every_measure_ends_or_is_looked_at_again(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    (row,) = await made(bench, ref)
    assert row.ends_at is None
    assert row.review_at is not None
    assert row.review_at > row.starts_at


# --- protected speakers ---


async def test_a_protected_speaker_keeps_the_account(bench: Bench):
    await protect(bench, bench.meera)
    ref = await bench.order(targets="@meera")
    with pytest.raises(Invalid) as caught:
        await propose(bench, ref, "withhold_account", finding=FINDING)
    assert "outcome" in caught.value.details


async def test_a_protected_speakers_post_takes_two_reviewers_and_an_approver(bench: Bench):
    await protect(bench, bench.meera)
    ref, lata = await bench.order(), await third(bench)
    await propose(bench, ref, "withhold_post")
    with pytest.raises(Conflict, match="protected speaker"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    with pytest.raises(NotAllowed):
        await decisions.concur(bench.court, bench.asha, ref, 1)
    await decisions.concur(bench.court, bench.dev, ref, 1)
    for viewer in (bench.asha, bench.dev):
        with pytest.raises(NotAllowed):
            await decisions.approve(bench.court, viewer, ref, 1)
    assert await decisions.approve(bench.court, lata, ref, 1) is State.IN_FORCE


# --- one person in an emergency ---


async def emergency(bench: Bench) -> str:
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    return ref


async def test_what_one_person_did_is_over_after_a_day_by_itself(bench: Bench):
    ref = await emergency(bench)
    assert await state(bench, ref) is State.UNSECONDED
    bench.street.clock.move(DAY - 1)
    assert (await bench.in_force()).on(bench.post)
    bench.street.clock.move(1)
    assert not (await bench.in_force()).on(bench.post)
    await decisions.lapse_ended(bench.court)
    assert await state(bench, ref) is State.LAPSED


async def test_a_row_that_the_database_refuses_to_end_keeps_no_other_from_its_end(bench: Bench):
    await emergency(bench)
    async with bench.court.work.writing() as w:
        await w.run(statement(text("UPDATE rulings SET lift_log_index = 1")))
    other = await bench.street.say(bench.meera, "the gate is open again")
    ref = await bench.order(targets=f"http://localhost:8000/@meera/{other}")
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    bench.street.clock.move(DAY)
    assert await decisions.lapse_ended(bench.court) == 1
    assert await state(bench, ref) is State.LAPSED


async def test_a_second_person_makes_it_stand(bench: Bench):
    ref = await emergency(bench)
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.approve(bench.court, bench.asha, ref, 1)
    bench.street.clock.move(2 * DAY)
    await decisions.lapse_ended(bench.court)
    assert await state(bench, ref) is State.IN_FORCE
    (row,) = await made(bench, ref)
    assert (row.decided_by, row.approved_by) == (bench.dev.account, bench.asha.account)


async def test_only_an_approver_acts_in_an_emergency(bench: Bench):
    ref = await bench.order()
    for viewer in (bench.asha, bench.clerk):
        with pytest.raises(NotAllowed):
            await decisions.act_in_emergency(bench.court, viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))


# --- what ends an order ---


@pytest.mark.parametrize(
    ("verb", "case", "stage"),
    [
        ("withdraw", State.WITHDRAWN, Stage.WITHDRAWN),
        ("set_aside", State.SET_ASIDE, Stage.SET_ASIDE),
        ("stay", State.STAYED, Stage.STAYED),
    ],
)
async def test_what_ends_an_order_ends_it_for_all_its_targets_at_once(
    bench: Bench, verb: str, case: State, stage: Stage
):
    other = await bench.street.say(bench.meera, "a second post")
    ref = await bench.order(targets=f"/@meera/{bench.post}\n/@meera/{other}")
    await bench.withhold(ref)
    form = StepForm(verb=verb, reason=WHY, body="High Court of Delhi")
    assert await steps.take(bench.court, bench.asha, ref, form) is stage
    assert [await state(bench, ref, n) for n in (1, 2)] == [case, case]
    assert not (await bench.in_force()).on(bench.post)
    if verb != "stay":
        assert await running(bench, ref) == set()


async def test_an_order_moves_by_its_procedure_alone(bench: Bench):
    ref = await bench.order()
    with pytest.raises(Conflict):
        await steps.take(bench.court, bench.asha, ref, StepForm(verb="hold_hearing", text="minutes of the hearing"))
    with pytest.raises(Invalid) as caught:
        await steps.take(bench.court, bench.asha, ref, StepForm(verb="return_order"))
    assert set(caught.value.details) == {"codes", "reason"}
    for code in ("no_rule_broken", "no_such_ground"):  # nor on what no order can lack: it would be public for good
        with pytest.raises(Invalid) as caught:
            await steps.take(bench.court, bench.asha, ref, StepForm(verb="return_order", codes=(code,), reason=WHY))
        assert set(caught.value.details) == {"codes"}
    with pytest.raises(Conflict, match="moved"):
        # Its origin was noted since
        await steps.take(bench.court, bench.asha, ref, StepForm(verb="acknowledge"), seen=1)


async def test_clocks_begin_with_the_order_and_stop_when_it_is_done(bench: Bench):
    ref = await bench.order(checked=False)
    assert await running(bench, ref) == {"acknowledge", "act"}
    await bench.step(ref, "acknowledge", bench.clerk)
    await bench.step(ref, "check")
    assert await running(bench, ref) == {"act"}
    await bench.withhold(ref)
    assert await running(bench, ref) == set()
    assert await running(bench, await bench.order()) == {"act"}, "what is checked is not acknowledged any more"


async def test_an_emergency_order_restores_by_itself(bench: Bench):
    ref = await bench.order(regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary")
    await bench.withhold(ref)
    (row,) = await made(bench, ref)
    assert row.ends_at is not None
    assert row.ends_at - row.starts_at <= 48 * HOUR
    bench.street.clock.move(48 * HOUR)
    assert not (await bench.in_force()).on(bench.post)


# --- the house's own rules ---


async def moderator(bench: Bench) -> Viewer:
    return await bench.hire("mod", Role.MODERATOR)


def matter(bench: Bench, **more: str) -> MatterForm:
    return MatterForm(**{"targets": "@meera", "rule": rule(bench, Measure.WARN), "grounds": THREAT} | more)


def rule(bench: Bench, measure: Measure) -> str:
    """A rule whose breach may bring the measure."""
    book = bench.court.rules.current(bench.court.clock())
    return book.cite(next(r.id for r in book.rules if measure in r.measures))


async def test_one_moderator_warns_and_the_strike_runs_out(bench: Bench):
    mod = await moderator(bench)
    ref, done = await house.sanction(
        bench.court, mod, matter(bench), Draft(outcome="warn", reason=THREAT, until="2021-03-10")
    )
    assert done
    (row,) = await made(bench, ref)
    assert (row.basis, row.alone, row.approved_by, row.territory) == ("own_rules", True, None, "XX")
    assert row.strike_until is not None


async def test_a_suspension_takes_two_even_under_the_houses_rules(bench: Bench):
    mod = await moderator(bench)
    form = matter(bench, rule=rule(bench, Measure.SUSPEND))
    ref, done = await house.sanction(bench.court, mod, form, Draft(outcome="suspend", reason=THREAT, permanent=True))
    assert not done
    opened = await house.open_matter(bench.court, mod, form)
    with pytest.raises(NotAllowed):
        await decisions.act_alone(bench.court, mod, opened, 1, Draft(outcome="suspend", reason=THREAT))
    await decisions.approve(bench.court, bench.dev, ref, 1)
    (row,) = await made(bench, ref)
    assert (row.measure, row.permanent) == ("suspend", True)


async def test_a_matter_of_the_house_names_a_rule_it_has(bench: Bench):
    mod = await moderator(bench)
    for wrong in ("", "99@1", "1@99", "x"):
        with pytest.raises(Invalid) as caught:
            await house.open_matter(bench.court, mod, matter(bench, rule=wrong))
        assert "rule" in caught.value.details


async def test_a_matter_of_a_tag_which_is_nobodys_answers_no_report_that_is_not_there(bench: Bench):
    mod = await moderator(bench)
    form = matter(bench, targets="#किसान_नरसंहार", rule=rule(bench, Measure.DEAMPLIFY), territory="IN")
    with pytest.raises(Invalid) as caught:
        await house.open_matter(bench.court, mod, msgspec.structs.replace(form, report_id=999))
    assert list(caught.value.details) == ["report_id"]


async def test_of_two_who_answer_a_report_at_once_one_opens_a_matter_and_another_once_it_is_reopened(bench: Bench):
    """Both did, the report was settled by the first, and the author had two measures for one thing."""
    mod, court = await moderator(bench), bench.court
    report = await reports.file(court, bench.clerk, Report(account=bench.meera, posts=(bench.post,), kind="spam"))
    form = msgspec.structs.replace(matter(bench, rule=rule(bench, Measure.SUSPEND)), report_id=report.id)
    both = [house.open_matter(court, who, form) for who in (mod, bench.dev)]
    refs = await asyncio.gather(*both, return_exceptions=True)
    (ref,) = [one for one in refs if isinstance(one, str)]
    told = [court.work.fault(one) for one in refs if isinstance(one, BaseException)]
    assert [str(one) for one in told] == ["A matter that answers this report is open already; go on with that one"]
    await decisions.propose(court, mod, ref, 1, outcome="suspend", reason=THREAT, permanent=True)
    await decisions.approve(court, bench.dev, ref, 1)
    with pytest.raises(Exception, match="orders_one_matter_for_a_report"):
        await house.open_matter(court, mod, form)
    await bench.street.settle()
    await report_desk.reopen(court, mod, report.id)
    # What was opened in the hour before counts as the first's answer, whatever became of it.
    bench.street.clock.move(2 * HOUR)
    await house.open_matter(court, mod, form)


async def test_a_tag_is_kept_out_of_trends_by_two_people_and_for_a_time(bench: Bench):
    mod = await moderator(bench)
    form = matter(bench, targets="#किसान_नरसंहार", rule=rule(bench, Measure.DEAMPLIFY), territory="IN")
    ref, done = await house.sanction(
        bench.court, mod, form, Draft(outcome="deamplify", reason=THREAT, until="2021-03-10")
    )
    assert not done
    await decisions.approve(bench.court, bench.dev, ref, 1)
    (row,) = await made(bench, ref)
    index = await bench.in_force()
    assert index.deamplified(row.term, "IN")
    assert not index.deamplified(row.term, "DE")


# --- what the database refuses whatever the code does ---


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "suspend"},
        {"measure": "remove_post"},
        {"territory": "XX"},
        {"territory": ""},
        {"approved_by": None},
        {"approved_by": None, "alone": True},
        {"ends_at": None, "review_at": None},
        {"lifted_at": 5},
    ],
)
async def test_the_database_refuses_what_no_order_may_bring(bench: Bench, changes: dict[str, Any]):
    ref = await bench.order()
    await bench.withhold(ref)
    (row,) = await made(bench, ref)
    with pytest.raises(Exception, match=r"(?i)check|constraint|rulings_alone_not_for_long|rulings_within_their_order"):
        async with bench.court.work.writing() as w:
            await rulings.begin(w, msgspec.structs.replace(row, id=bench.court.make_id(), **changes))


async def test_nobody_waits_for_word_of_a_matter_that_the_house_opened_itself(bench: Bench):
    own = await house.open_matter(bench.court, await moderator(bench), matter(bench, rule=rule(bench, Measure.SUSPEND)))
    assert await running(bench, own) == set()
    assert "acknowledge" in await running(bench, await bench.order(checked=False))
