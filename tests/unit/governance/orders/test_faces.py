"""What an order lacks on its face: who may not issue it limits nothing by it; the rest is acknowledged with a reason, and seen."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import text as sql

from chaupal.governance.cases import bulk, decisions
from chaupal.governance.cases.cases import case_of
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.log import opening
from chaupal.governance.orders import faces, orders
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.regimes import load_regimes
from chaupal.kernel.clock import DAY, HOUR, MINUTE, iso
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.store.court import clocks, docket, ledger
from chaupal.store.machine import auditing
from chaupal.store.machine.dialect import statement
from chaupal_audit import rule_of_law, tlog
from court import REASON, REFUSE, WITHHOLD, Bench

DESPITE = "The certified copy was shown to us at the registry; it follows by post."
DRAFT = Draft(outcome="withhold_post", reason=REASON)


async def state(bench: Bench, ref: str) -> State:
    async with bench.court.work.reading() as reading:
        return (await case_of(bench.court, reading, ref, 1)).state


# --- who may issue it ---

POLICE: dict[str, Any] = {
    "regime": "IN-79-3B",
    "role": "police",
    "particulars": {"signature": "seen", "nature_of_act": "Incitement."},
}
COURT: dict[str, Any] = {
    "regime": "IN-COURT",
    "role": "court",
    "officer_rank": "High Court",
    "bases": (),
    "particulars": {"case_number": "W.P. 7/2021", "operative_part": "It is ordered.", "certified_copy": "yes"},
}


def courts(authority: int) -> dict[str, Any]:
    return COURT | {"authority": authority}


def ranked(form: dict[str, Any], rank: str) -> dict[str, Any]:
    return form | {"officer_rank": rank}


async def issuer(bench: Bench, issuer_class: Any) -> int:
    form = AuthorityForm(
        name=f"The {issuer_class} of Delhi", name_hi="दिल्ली", jurisdiction="IN", issuer_class=issuer_class
    )
    return (await bench.registers(form)).id


async def below_its_rank(bench: Bench) -> dict[str, Any]:
    return {"officer_rank": "Under Secretary"}


async def of_no_rank_that_is_known(bench: Bench) -> dict[str, Any]:
    return {"officer_rank": "Joint Secretary (acting, for the Inspector)"}


async def of_no_office(bench: Bench) -> dict[str, Any]:
    return {"role": ""}


async def an_inspectors(bench: Bench) -> dict[str, Any]:
    bench.street.clock.at = 1_800_000_000_000  # the law of 2026 asks for a Deputy Inspector General
    return POLICE | {"authority": await issuer(bench, "police"), "officer_rank": "inspector", "dated": "2027-01-10"}


async def without_its_court(bench: Bench) -> dict[str, Any]:
    return COURT  # a ministry's letter that calls itself a court's order


FORBIDDEN = (below_its_rank, of_no_rank_that_is_known, of_no_office, an_inspectors, without_its_court)


@pytest.mark.parametrize("wrong", FORBIDDEN, ids=lambda wrong: wrong.__name__)
async def test_what_its_issuer_may_not_order_limits_nothing_and_can_only_be_refused_or_returned(
    bench: Bench, wrong: Callable[[Bench], Awaitable[dict[str, Any]]]
):
    ref = await bench.order(**await wrong(bench))
    court, asha = bench.court, bench.asha
    for act in (
        lambda: decisions.propose(court, asha, ref, 1, **WITHHOLD, despite=DESPITE),
        lambda: decisions.act_in_emergency(court, bench.owner, ref, 1, DRAFT),
    ):
        with pytest.raises(Conflict, match="does not let this issuer"):
            await act()
    row = bulk.Item(number=1, seen=1, outcome="withhold_post", reason=REASON, despite=DESPITE)
    done = await bulk.run(court, asha, ref, bulk.PROPOSE, [row])
    assert isinstance(done.rows[0].problem, Conflict)
    await decisions.propose(court, asha, ref, 1, **REFUSE)
    await decisions.approve(court, bench.dev, ref, 1)
    assert await state(bench, ref) is State.REFUSED


async def test_a_courts_order_with_its_court_and_a_high_enough_rank_is_decided(bench: Bench):
    ref = await bench.order(**courts(await issuer(bench, "court")))
    await bench.withhold(ref)
    assert await state(bench, ref) is State.IN_FORCE


@pytest.mark.parametrize(
    ("rank", "reaches"),
    [("inspector", False), ("Superintendent of Police", False), ("dig", True), ("DGP", True), ("secretary", False)],
)
async def test_ranks_are_compared_on_the_ladder_of_the_law(bench: Bench, rank: str, reaches: bool):
    ref = await bench.order(**ranked(await an_inspectors(bench), rank))
    async with bench.court.work.reading() as reading:
        case = await case_of(bench.court, reading, ref, 1)
    assert (faces.barring(case) == []) is reaches


async def test_what_was_found_out_since_the_proposal_stops_its_approval(bench: Bench):
    """The register is put right in between: the office is no court."""
    whose = await issuer(bench, "court")
    ref = await bench.order(**courts(whose))
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    form = AuthorityForm(name="The court of Delhi", name_hi="दिल्ली", jurisdiction="IN", issuer_class="other")
    await bench.changes(whose, form)
    with pytest.raises(Conflict):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await state(bench, ref) is State.MEASURE_PROPOSED


async def test_an_order_says_of_its_issuer_what_the_register_says_by_then(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """Another agrees to a change while it is taken in: by the log it would be of a class that nobody has."""
    whose, enter = await issuer(bench, "court"), orders._enter

    async def later(*said: Any, **more: Any) -> str:
        form = AuthorityForm(name="The court of Delhi", name_hi="दिल्ली", jurisdiction="IN", issuer_class="other")
        await bench.changes(whose, form)
        return await enter(*said, **more)

    monkeypatch.setattr(orders, "_enter", later)
    ref = await bench.order(**courts(whose))
    async with bench.court.work.reading() as reading:
        assert faces.barring(await case_of(bench.court, reading, ref, 1))
        ((_, entry),) = await ledger.of_kind(reading, "order")
    assert json.loads(entry)["public"]["class"] == "other"


def test_no_file_of_a_law_can_leave_out_who_may_issue():
    for regime in load_regimes(None).all():
        assert {"rank_too_low", "issuer_unlisted", "issuer_class_other", "jurisdiction_foreign"} <= set(regime.enforced)


# --- what is acknowledged ---


async def test_a_defect_is_acknowledged_with_a_reason_by_whoever_proposes_a_measure(bench: Bench):
    ref = await bench.order(reasons="", particulars={})
    court, asha = bench.court, bench.asha
    bad: list[dict[str, Any]] = [{}, {"despite": "no"}]
    for typed in bad:
        with pytest.raises(Invalid) as caught:
            await decisions.propose(court, asha, ref, 1, **WITHHOLD, **typed)
        assert set(caught.value.details) == {"despite"}
    with pytest.raises(Invalid):
        await decisions.act_in_emergency(court, bench.dev, ref, 1, DRAFT)
    await decisions.propose(court, asha, ref, 1, **WITHHOLD, despite=DESPITE)
    async with court.work.reading() as reading:
        proposal = (await case_of(court, reading, ref, 1)).proposal
    assert proposal is not None
    assert (proposal.body.despite, proposal.body.defects) == (DESPITE, ("field_missing",))
    await decisions.approve(court, bench.dev, ref, 1)
    assert await state(bench, ref) is State.IN_FORCE


def _decides(entry: dict[str, Any]) -> bool:
    return entry["t"] == "measure" or (entry["t"] == "decision" and entry["public"]["step"] == "proposed")


async def test_the_log_commits_to_why_it_was_done_in_spite_of_what_the_order_lacks(bench: Bench):
    """The proposal does, what carries it out commits to the very same, and what one person does alone does, too."""
    lacks: dict[str, Any] = {"reasons": "", "particulars": {}}
    other = await bench.street.say(bench.meera, "the road is closed too")
    ref = await bench.order(**lacks)
    urgent = await bench.order(**lacks, targets=f"http://localhost:8000/@meera/{other}")
    court = bench.court
    await decisions.propose(court, bench.asha, ref, 1, **WITHHOLD, despite=DESPITE)
    await decisions.approve(court, bench.dev, ref, 1)
    await decisions.act_in_emergency(court, bench.owner, urgent, 1, msgspec.structs.replace(DRAFT, despite=DESPITE))
    async with court.work.reading() as reading:
        rows = await auditing.entries_with_openings(reading, 0, await ledger.size(reading))
    said = [(msgspec.json.decode(body), opens) for _, body, opens in rows]
    found = [(entry, opens) for entry, opens in said if _decides(entry)]
    assert [entry["t"] for entry, _ in found] == ["decision", "measure", "measure"]
    for entry, opens in found:
        assert (entry["public"]["defects"], entry["public"]["despite"]) == (["field_missing"], True)
        assert tlog.read_disclosure(opens["despite"])[1] == DESPITE and DESPITE not in str(entry)
    assert found[0][1]["despite"] == found[1][1]["despite"]


async def test_why_it_was_done_in_spite_of_a_defect_can_be_erased_and_nothing_is_a_lie_by_that(bench: Bench):
    """The digest stands in what carried it out, the words stand nowhere."""
    ref, court = await bench.order(reasons="", particulars={}), bench.court
    await decisions.propose(court, bench.asha, ref, 1, **WITHHOLD, despite=DESPITE)
    async with court.work.reading() as reading:
        leaf = await ledger.size(reading) - 1
    await decisions.approve(court, bench.dev, ref, 1)
    await opening.erase(court, bench.owner, leaf, ["despite"], REASON)
    async with court.work.reading() as reading:
        events = (await case_of(court, reading, ref, 1)).events
        rows = await auditing.entries_with_openings(reading, 0, await ledger.size(reading))
    assert DESPITE not in str(events)
    assert DESPITE not in str([tlog.read_disclosure(text) for _, _, opens in rows for text in opens.values()])
    (proposed, measure) = [entry for entry in (msgspec.json.decode(body) for _, body, _ in rows) if _decides(entry)]
    assert measure["public"]["despite"] and set(proposed["_sd"]) <= set(measure["_sd"])
    bodies = [body for _, body, _ in rows]
    found = {one.code for one in rule_of_law.try_log(lambda: enumerate(bodies), lambda digest: None).broken}
    assert not found & {"despite_unsaid", "defects_unlike", "reason_unlike"}


async def test_a_refusal_needs_no_reason_for_what_the_order_lacks(bench: Bench):
    ref = await bench.order(reasons="", particulars={})
    await decisions.propose(bench.court, bench.asha, ref, 1, **REFUSE)


async def test_a_defect_that_whoever_proposed_did_not_see_stops_the_approval(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    async with bench.court.work.writing() as w:
        await w.run(statement(sql(f"UPDATE orders SET reasons = '' WHERE ref = '{ref}'")))
    with pytest.raises(Conflict, match="did not see"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await state(bench, ref) is State.MEASURE_PROPOSED


# --- days and deadlines ---


async def test_a_hearing_is_not_held_before_its_day(bench: Bench):
    ref = await bench.order()
    await bench.step(ref, "set_hearing", until=iso(bench.court.clock() + 5 * DAY))
    with pytest.raises(Conflict, match="later day"):
        await bench.step(ref, "hold_hearing", text="Both sides were heard.")
    bench.street.clock.move(5 * DAY - MINUTE)
    with pytest.raises(Conflict, match="later day"):
        await bench.step(ref, "hold_hearing", text="Both sides were heard.")
    bench.street.clock.move(MINUTE)
    await bench.step(ref, "hold_hearing", text="Both sides were heard.")


async def test_a_hearing_that_is_set_anew_is_held_on_its_new_day(bench: Bench):
    ref = await bench.order()
    await bench.step(ref, "set_hearing", until=iso(bench.court.clock() + 9 * DAY))
    await bench.step(ref, "set_hearing", until=iso(bench.court.clock() + 3 * DAY))
    bench.street.clock.move(3 * DAY)
    await bench.step(ref, "hold_hearing", text="Both sides were heard.")


@pytest.mark.parametrize("ahead", [-DAY, 47 * HOUR])
async def test_a_hearing_is_set_no_nearer_than_its_law_allows(bench: Bench, ahead: int):
    ref = await bench.order()
    with pytest.raises(Invalid) as caught:
        await bench.step(ref, "set_hearing", until=iso(bench.court.clock() + ahead))
    assert set(caught.value.details) == {"until"}


@pytest.mark.parametrize(("asked", "due"), [(None, 3 * HOUR), (HOUR, HOUR), (2 * DAY, 3 * HOUR)])
async def test_the_laws_own_hours_and_the_orders_are_both_counted_and_the_stricter_rules_the_clock(
    bench: Bench, asked: int | None, due: int
):
    now = bench.court.clock()
    ref = await bench.order(act_by="" if asked is None else iso(now + asked))
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        running = {clock.kind: clock.due_at for clock in await clocks.of_matter(reading, "order", order.id)}
        case = await case_of(bench.court, reading, ref, 1)
    assert running["act"] == now + due
    assert case.law_act_by == now + 3 * HOUR
