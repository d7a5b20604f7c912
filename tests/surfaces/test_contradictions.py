"""Two people decide at the same moment, and do not agree: one wins, the other is told, and nothing is half carried out."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from chaupal.app.check import check_house
from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import cases, decisions
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import steps
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.clock import HOUR, MINUTE
from chaupal.kernel.errors import Conflict, Problem
from chaupal.kernel.settings import Settings
from chaupal.store.court import rulings
from disputes import entries, strikes
from village import REASON, Village, VillagePost

MOVED = "moved meanwhile"
BACK = "अदालत ने यह आदेश रद्द कर दिया है।"
OVER = "This ruling is not in force"


async def both(*acts: Awaitable[Any]) -> list[Any]:
    """At the same moment; what each gave, or the problem it met. Anything else is raised."""
    found = await asyncio.gather(*acts, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Problem):
            raise one
    return found


def problems(found: list[Any]) -> list[str]:
    return [one.message for one in found if isinstance(one, Problem)]


async def proposed(v: Village, post: VillagePost, **form: Any) -> str:
    ref = await v.receives(post.path, **form)
    await decisions.propose(v.running.house.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    return ref


async def state(v: Village, ref: str, number: int = 1) -> State:
    court = v.running.house.court
    async with court.work.reading() as reading:
        return (await cases.case_of(court, reading, ref, number)).state


async def hidden(v: Village, post: VillagePost) -> bool:
    """Whether India does not see it; everybody else does, whatever happens."""
    assert (await v.look("DE", post)).status_code == 200
    answer = await v.look("IN", post)
    assert answer.status_code in (200, 451)
    assert (post.text in answer.text) == (answer.status_code == 200)
    return answer.status_code == 451


async def in_force(v: Village, ref: str) -> int:
    """How many rulings of an order bind."""
    court = v.running.house.court
    async with court.work.reading() as reading:
        case = await cases.case_of(court, reading, ref, 1)
        made = (await rulings.by_targets(reading, [case.target.id]))[case.target.id]
    return sum(row.lifted_at is None for row in made)


async def leaves(v: Village, ref: str) -> list[str]:
    """What the log says of the order's target, in order."""
    said: list[tuple[int, str]] = []
    for kind in ("decision", "measure", "reversal"):
        said += [(n, entry["public"].get("step", kind)) for n, entry in await numbered(v, kind) if entry["ref"] == ref]
    return [step for _, step in sorted(said)]


async def numbered(v: Village, kind: str) -> list[tuple[int, dict[str, Any]]]:
    found = await entries(v, kind)
    return [(int(entry.get("prev") or 0) * 10 + at, entry) for at, entry in enumerate(found)]


async def check(v: Village) -> None:
    """Everything is carried to its end, and the log, the rulings and the database agree."""
    await v.settle()
    assert await check_house(v.running.house) == []


# --- one decision, two people ---


@pytest.mark.parametrize("turn", [0, 1])
async def test_one_approves_while_another_sends_it_back(village: Village, turn: int):
    ref, court = await proposed(village, village.asha.latest), village.running.house.court
    acts = [
        decisions.approve(court, village.dev.viewer, ref, 1),
        decisions.return_(court, village.owner.viewer, ref, 1, reason="यह पोस्ट किसी को धमकी नहीं देती।"),
    ]
    found = await both(*(acts if not turn else acts[::-1]))
    (problem,) = problems(found)
    assert "moved" in problem or "cannot" in problem or "can't" in problem, problem
    approved = await state(village, ref) is State.IN_FORCE
    assert approved or await state(village, ref) is State.RETURNED
    assert (await in_force(village, ref), await hidden(village, village.asha.latest)) == (int(approved), approved)
    said = await leaves(village, ref)
    assert sorted(said) == sorted(["proposed", "measure" if approved else "returned"])
    await check(village)


async def test_two_approve_at_once(village: Village):
    ref, court = await proposed(village, village.asha.latest), village.running.house.court
    found = await both(*(decisions.approve(court, who.viewer, ref, 1) for who in (village.dev, village.owner)))
    assert len(problems(found)) == 1
    assert await in_force(village, ref) == 1 and await hidden(village, village.asha.latest)
    await check(village)
    assert len(await strikes(village, village.asha)) == 1
    assert [entry["public"]["about"] for entry in await entries(village, "notice")] == ["demanded", "begun"]


async def test_two_propose_at_once(village: Village):
    ref, court = await village.receives(village.asha.latest.path), village.running.house.court
    found = await both(
        decisions.propose(court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON),
        decisions.propose(
            court, village.dev.viewer, ref, 1, outcome="refuse", code="protected_expression", reason=REASON
        ),
    )
    assert len(problems(found)) == 1
    assert await leaves(village, ref) == ["proposed"]
    await check(village)


async def test_whoever_comes_late_is_told_so_by_page_and_by_program(village: Village):
    ref = await proposed(village, village.asha.latest)
    path = f"/api/v1/admin/orders/{ref}/targets/1"
    answers = await asyncio.gather(
        village.api(village.dev, "POST", f"{path}/approve", seen=2),
        village.api(village.owner, "POST", f"{path}/return", seen=2, reason="यह पोस्ट किसी को धमकी नहीं देती।"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (late,) = (answer for answer in answers if answer.status_code == 409)
    assert "look at it again" in late.json()["error"]
    await check(village)


async def test_an_approval_of_what_has_been_changed_since_is_refused(village: Village):
    ref, court = await proposed(village, village.asha.latest), village.running.house.court
    await decisions.return_(court, village.owner.viewer, ref, 1, reason="यह पोस्ट किसी को धमकी नहीं देती।")
    again = {"outcome": "label", "text": "इस पोस्ट पर एक आदेश है", "reason": REASON}
    await decisions.propose(court, village.chitra.viewer, ref, 1, **again)
    with pytest.raises(Conflict, match=MOVED):
        await decisions.approve(court, village.dev.viewer, ref, 1, seen=2)  # the page with the first proposal
    assert not await hidden(village, village.asha.latest)
    await decisions.approve(court, village.dev.viewer, ref, 1, seen=4)
    assert not await hidden(village, village.asha.latest)
    await check(village)


# --- one ruling, two ends ---


async def test_a_ruling_is_lifted_the_moment_it_lapses(village: Village):
    court, end = village.running.house.court, village.clock() + HOUR
    ref = await village.receives(village.asha.latest.path)
    until = "2021-02-10T22:00+05:30"
    await decisions.propose(court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON, until=until)
    await decisions.approve(court, village.dev.viewer, ref, 1)
    await village.settle()
    village.clock.at = end + 30 * MINUTE
    assert village.clock() >= end
    found = await both(decisions.lift(court, village.chitra.viewer, ref, 1, reason=BACK), decisions.lapse_ended(court))
    lapsed = found[1] == 1
    assert bool(problems(found)) == lapsed
    assert await state(village, ref) is (State.LAPSED if lapsed else State.LIFTED)
    assert await in_force(village, ref) == 0 and not await hidden(village, village.asha.latest)
    assert [entry["public"]["step"] for entry in await entries(village, "reversal")] == [
        "lapsed" if lapsed else "lifted"
    ]
    await check(village)
    assert [entry["public"]["about"] for entry in await entries(village, "notice")] == ["demanded", "begun", "ended"]


async def test_two_lift_at_once(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    court = village.running.house.court
    found = await both(
        *(decisions.lift(court, who.viewer, ref, 1, reason=BACK) for who in (village.dev, village.chitra))
    )
    assert len(problems(found)) == 1 and len(await entries(village, "reversal")) == 1
    assert not await hidden(village, village.asha.latest)
    await check(village)


async def test_an_appeal_is_reversed_while_the_ruling_is_lifted(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    court = village.running.house.court
    (strike,) = await strikes(village, village.asha)
    filed = await appeals.file(court, village.asha.viewer, int(strike["id"]), "मैंने ऐसा कुछ नहीं कहा था।")
    found = await both(
        appeals.decide(court, village.owner.viewer, filed.id, Decision(outcome="reversed", reason=BACK)),
        decisions.lift(court, village.chitra.viewer, ref, 1, reason=BACK),
    )
    # Either both were done one after the other (an appeal against what is over can still be right), or one was told.
    assert len(problems(found)) <= 1 and len(await entries(village, "reversal")) == 1
    assert not await hidden(village, village.asha.latest) and await in_force(village, ref) == 0
    await check(village)


# --- the order as a whole, and one of its targets ---


@pytest.mark.parametrize("verb", ["withdraw", "set_aside", "stay"])
@pytest.mark.parametrize("turn", [0, 1])
async def test_an_order_ends_while_a_target_is_approved(village: Village, verb: str, turn: int):
    ref, court = await proposed(village, village.asha.latest), village.running.house.court
    acts: list[Awaitable[Any]] = [
        steps.take(court, village.owner.viewer, ref, StepForm(verb=verb, body="High Court")),
        decisions.approve(court, village.dev.viewer, ref, 1),
    ]
    found = await both(*(acts if not turn else acts[::-1]))
    ended = State({"withdraw": "withdrawn", "set_aside": "set_aside", "stay": "stayed"}[verb])
    # The order's end holds, whoever was first: an approval that came before is undone by it, one that came after is refused.
    if not (isinstance(found[turn], Problem)):
        assert await state(village, ref) is ended
        assert await in_force(village, ref) == 0 and not await hidden(village, village.asha.latest)
    else:  # the step met the approval, and whoever took it is told to look again
        assert (await in_force(village, ref), await hidden(village, village.asha.latest)) == (1, True)
    assert len(problems(found)) <= 1
    await check(village)


async def test_two_end_an_order_at_once(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    court = village.running.house.court
    found = await both(
        *(
            steps.take(court, village.owner.viewer, ref, StepForm(verb=verb, body="High Court"))
            for verb in ("withdraw", "stay")
        )
    )
    # A stayed order can still be withdrawn, a withdrawn one cannot be stayed.
    assert len(problems(found)) <= 1
    assert len(await entries(village, "reversal")) == 1 and not await hidden(village, village.asha.latest)
    await check(village)


async def test_what_one_did_in_an_emergency_is_seconded_the_moment_the_order_is_withdrawn(village: Village):
    ref, court = await village.receives(village.asha.latest.path), village.running.house.court
    await decisions.act_in_emergency(court, village.dev.viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await village.settle()
    found = await both(
        decisions.approve(court, village.owner.viewer, ref, 1),
        steps.take(court, village.chitra.viewer, ref, StepForm(verb="withdraw")),
    )
    assert len(problems(found)) <= 1
    if not isinstance(found[1], Problem):
        assert await in_force(village, ref) == 0 and not await hidden(village, village.asha.latest)
    await check(village)


# --- two orders, one thing ---


async def test_lifting_one_order_leaves_the_other(village: Village):
    post, court = village.asha.latest, village.running.house.court
    first, second = [await proposed(village, post) for _ in range(2)]
    await both(*(decisions.approve(court, village.dev.viewer, ref, 1) for ref in (first, second)))
    await village.settle()
    assert await in_force(village, first) == await in_force(village, second) == 1
    await village.lift(first, by=village.chitra)
    assert await hidden(village, post) and await in_force(village, second) == 1
    page = (await village.look("IN", post)).text
    assert second in page and first not in page
    await village.lift(second, by=village.chitra)
    assert not await hidden(village, post)
    await check(village)


async def test_two_orders_about_one_thing_are_lifted_at_once(village: Village):
    post, court = village.asha.latest, village.running.house.court
    refs = [await village.withhold(post=post, by=village.chitra, second=village.dev) for _ in range(2)]
    found = await both(*(decisions.lift(court, village.chitra.viewer, ref, 1, reason=BACK) for ref in refs))
    assert problems(found) == [] and not await hidden(village, post)
    await check(village)


async def test_suspended_twice_and_given_back_once_is_suspended(village: Village):
    from disputes import suspend

    refs = [await suspend(village, village.ravi, by=village.chitra, second=village.dev) for _ in range(2)]
    await village.lift(refs[0], by=village.chitra)
    assert village.ravi.latest.text not in await village.page_as("DE", village.ravi.latest)
    await village.lift(refs[1], by=village.chitra)
    assert village.ravi.latest.text in await village.page_as("DE", village.ravi.latest)
    await check(village)


# --- a clock that jumps ---


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_a_clock_that_jumps_between_steps_breaks_nothing(village: Village, jump: int, settings: Settings):
    post, court = village.asha.latest, village.running.house.court
    ref = await village.receives(post.path)
    village.clock.move(jump)
    await decisions.propose(court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    village.clock.move(jump)
    await decisions.approve(court, village.dev.viewer, ref, 1)
    await village.settle()
    assert await hidden(village, post)
    village.clock.move(jump)
    assert await hidden(village, post), "what was decided is obeyed, whatever the clock says"
    await check(village)
    await village.lift(ref, by=village.chitra)
    assert not await hidden(village, post)
    village.clock.move(-jump)
    assert not await hidden(village, post)
    await check(village)


async def test_what_has_lapsed_stays_so_when_the_clock_is_put_back(village: Village):
    post, court = village.asha.latest, village.running.house.court
    ref = await village.receives(post.path)
    await decisions.act_in_emergency(court, village.dev.viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    village.clock.move(25 * HOUR)
    assert not await hidden(village, post)
    assert await decisions.lapse_ended(court) == 1
    village.clock.move(-25 * HOUR)
    assert await state(village, ref) is State.LAPSED and not await hidden(village, post)
    await check(village)
