"""Acts about some of what an order names, each in its commit and recorded as whose act it was."""

import json
from typing import Any

import pytest

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import cases, decisions
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.people import speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.clock import DAY, HOUR, iso
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import docket, ledger, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import accounts
from court import REASON, WITHHOLD, Bench

POST = frozenset({Measure.WITHHOLD_POST})
COURT = "High Court of Delhi"
WHY = "The court has found that these two say nothing of the kind."


async def two_posts(bench: Bench, **changes: Any) -> tuple[str, int]:
    """An order against two posts, both withheld; its reference, and the second post."""
    other = await bench.street.say(bench.meera, "किसान आंदोलन: the road is closed too")
    lines = f"http://localhost:8000/@meera/{bench.post}\nhttp://localhost:8000/@meera/{other}"
    ref = await bench.order(targets=lines, **changes)
    for number in (1, 2):
        await bench.withhold(ref, number)
    return ref, other


async def bound(bench: Bench, post: int, country: str = "IN") -> bool:
    return (await bench.in_force()).find(post, country, POST) is not None


async def made(bench: Bench, ref: str, number: int = 1) -> list[RulingRow]:
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        target = await docket.target(reading, order.id, number)
        assert target is not None
        return (await rulings.by_targets(reading, [target.id]))[target.id]


async def state(bench: Bench, ref: str, number: int = 1) -> State:
    async with bench.court.work.reading() as reading:
        return (await cases.case_of(bench.court, reading, ref, number)).state


async def stage(bench: Bench, ref: str) -> Stage:
    async with bench.court.work.reading() as reading:
        return (await cases.case_of(bench.court, reading, ref, 1)).stage


async def entries(bench: Bench) -> list[dict[str, Any]]:
    async with bench.court.work.reading() as reading:
        return [json.loads(body) for body in await ledger.entries(reading, 0, 10_000)]


async def change(bench: Bench, ref: str, number: int = 1, **form: Any) -> None:
    typed: dict[str, Any] = {"reason": WHY, "body": "court"} | form
    await decisions.propose_change(bench.court, bench.asha, ref, number, ChangeForm(**typed))


async def changed(bench: Bench, ref: str, number: int = 1, **form: Any) -> None:
    await change(bench, ref, number, **form)
    await decisions.approve(bench.court, bench.dev, ref, number)


def later(bench: Bench, span: int) -> str:
    return iso(bench.court.clock() + span)


# --- some of them ---


@pytest.mark.parametrize(("verb", "came_to"), [("withdraw", "withdrawn"), ("set_aside", "set_aside")])
async def test_an_order_is_quashed_or_withdrawn_for_some_of_its_targets(bench: Bench, verb: str, came_to: str):
    ref, other = await two_posts(bench)
    await bench.step(ref, verb, targets=(2,), body=COURT, reason=WHY)
    assert (await bound(bench, bench.post), await bound(bench, other)) == (True, False)
    assert (await state(bench, ref, 1), await state(bench, ref, 2)) == (State.IN_FORCE, State(came_to))
    assert await stage(bench, ref) is Stage.IN_REVIEW
    step, reversal = (await entries(bench))[-2:]
    assert (step["t"], step["public"]["step"], step["public"]["targets"]) == ("step", came_to, [2])
    assert (reversal["t"], reversal["public"]["step"], reversal["public"]["target"]) == ("reversal", came_to, 2)
    assert reversal["public"]["body"] == "court"


async def test_who_names_all_targets_means_the_order(bench: Bench):
    ref, other = await two_posts(bench)
    assert await bench.step(ref, "set_aside", targets=(1, 2), body=COURT) is Stage.SET_ASIDE
    assert not await bound(bench, bench.post) and not await bound(bench, other)


@pytest.mark.parametrize("targets", [(3,), (0,), (1, 99)])
async def test_a_step_about_targets_that_the_order_does_not_name_is_refused(bench: Bench, targets: tuple[int, ...]):
    ref, other = await two_posts(bench)
    with pytest.raises(Invalid):
        await bench.step(ref, "set_aside", targets=targets, body=COURT)
    assert await bound(bench, bench.post) and await bound(bench, other)


async def test_a_step_that_can_move_only_some_of_those_it_names_moves_none(bench: Bench):
    other = await bench.street.say(bench.meera, "किसान आंदोलन: the road is closed too")
    ref = await bench.order(targets="\n".join(f"/@meera/{post}" for post in (bench.post, other)) + "\n@dev")
    for number in (1, 2):
        await bench.withhold(ref, number)
    await decisions.lift(bench.court, bench.asha, ref, 2, reason=REASON)
    with pytest.raises(Conflict) as caught:
        await bench.step(ref, "stay", targets=(2, 3), body=COURT)
    assert "2" in caught.value.details["targets"]
    assert await bound(bench, bench.post)


async def test_a_step_about_the_whole_order_takes_no_targets(bench: Bench):
    ref, _ = await two_posts(bench)
    with pytest.raises(Invalid):
        await bench.step(ref, "meet", text="We met at the ministry.", targets=(1,))


# --- stays ---


async def test_after_a_stay_what_stood_goes_on_as_it_stood_without_being_proposed_anew(bench: Bench):
    ref, other = await two_posts(bench)
    (before,) = await made(bench, ref, 2)
    await bench.step(ref, "stay", body=COURT)
    assert not await bound(bench, bench.post) and not await bound(bench, other)
    bench.street.clock.move(DAY)
    await bench.step(ref, "end_stay", body=COURT)
    assert await bound(bench, bench.post) and await bound(bench, other)
    old, new = await made(bench, ref, 2)
    same = ("measure", "territory", "ends_at", "decided_by", "approved_by", "reason", "subject_id", "legal_basis")
    assert [getattr(new, name) for name in same] == [getattr(before, name) for name in same]
    assert (old.id, new.starts_at) == (before.id, bench.court.clock())
    found = await entries(bench)
    assert found[new.log_index]["prev"] == old.lift_log_index
    assert found[old.lift_log_index or 0]["public"]["step"] == "stayed"
    assert (found[new.log_index]["public"]["cause"], found[new.log_index]["public"]["body"]) == ("resumed", "court")
    assert await state(bench, ref, 2) is State.IN_FORCE


async def test_what_would_have_ended_during_the_stay_does_not_begin_anew(bench: Bench):
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await bench.withhold(ref)
    await bench.step(ref, "stay", body=COURT)
    bench.street.clock.move(3 * DAY)
    await bench.step(ref, "end_stay", body=COURT)
    assert not await bound(bench, bench.post)
    assert await state(bench, ref) is State.LAPSED


async def test_a_proposal_that_a_stay_halted_stands_as_it_stood(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await bench.step(ref, "stay", body=COURT)
    with pytest.raises(Conflict):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await bench.step(ref, "end_stay", body=COURT)
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, bench.asha, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await bound(bench, bench.post)


async def test_some_targets_are_stayed_and_go_on_while_the_others_are_decided(bench: Bench):
    ref, other = await two_posts(bench)
    await bench.step(ref, "stay", targets=(1,), body=COURT)
    assert (await bound(bench, bench.post), await bound(bench, other)) == (False, True)
    assert await stage(bench, ref) is Stage.IN_REVIEW
    with pytest.raises(Conflict):
        await bench.step(ref, "close")
    await bench.step(ref, "end_stay", targets=(1,), body=COURT)
    assert await bound(bench, bench.post)
    assert await state(bench, ref, 1) is State.IN_FORCE


async def test_what_one_did_alone_goes_on_after_a_stay_only_until_its_day_is_over(bench: Bench):
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await bench.step(ref, "stay", body=COURT)
    bench.street.clock.move(HOUR)
    await bench.step(ref, "end_stay", body=COURT)
    assert await state(bench, ref) is State.UNSECONDED and await bound(bench, bench.post)
    bench.street.clock.move(23 * HOUR)
    assert not await bound(bench, bench.post)


# --- changes by two ---


@pytest.mark.parametrize(("kind", "logged"), [("extend", "extended"), ("renew", "renewed")])
async def test_a_longer_end_takes_two_people_as_the_measure_did(bench: Bench, kind: str, logged: str):
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await bench.withhold(ref)
    until = later(bench, 9 * DAY)
    await change(bench, ref, kind=kind, until=until)
    (row,) = await made(bench, ref)
    assert row.lifted_at is None, "nothing changes before somebody else approves"
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, bench.asha, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    old, new = await made(bench, ref)
    assert (old.lifted_at, new.starts_at, iso(new.ends_at or 0)) == (new.starts_at, bench.court.clock(), until)
    assert (new.decided_by, new.approved_by) == (bench.asha.account, bench.dev.account)
    step, reversal, measure = (await entries(bench))[-3:]
    assert (step["public"]["step"], step["public"]["targets"], step["public"]["body"]) == (logged, [1], "court")
    assert (reversal["public"]["step"], reversal["public"]["body"]) == (logged, "court")
    assert reversal["public"]["second"] == measure["public"]["second"] != measure["public"]["by"]
    assert (measure["public"]["cause"], measure["public"]["body"]) == (logged, "court")
    assert measure["prev"] == old.lift_log_index
    bench.street.clock.move(8 * DAY)
    assert await bound(bench, bench.post)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "extend"}, "until"),
        ({"kind": "extend", "body": ""}, "body"),
        ({"kind": "dance"}, "kind"),
        ({"kind": "extend", "body": "house"}, "body"),
        ({"kind": "extend", "outcome": "label", "text": "x"}, "kind"),
        ({"kind": "amend", "until": ""}, "until"),
        ({"kind": "amend", "territory": "DE", "until": ""}, "territory"),
        ({"kind": "amend", "outcome": "withhold_account", "until": ""}, "outcome"),
        ({"kind": "amend"}, "until"),
        ({"kind": "extend", "reason": "no"}, "reason"),
    ],
)
async def test_no_change_is_wider_than_what_its_kind_allows(bench: Bench, form: dict[str, Any], field: str):
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await bench.withhold(ref)
    typed: dict[str, Any] = {"until": later(bench, 9 * DAY)} | form
    if form == {"kind": "extend"}:
        typed["until"] = later(bench, DAY)
    with pytest.raises(Invalid) as caught:
        await change(bench, ref, **typed)
    assert field in caught.value.details, caught.value.details
    assert await state(bench, ref) is State.IN_FORCE


async def test_what_is_in_force_is_made_less_by_two(bench: Bench):
    ref = await bench.order(targets="@meera")
    await bench.withhold(ref, outcome="withhold_account")
    other = await bench.street.say(bench.meera, "It rains in Punjab")
    await changed(bench, ref, kind="amend", outcome="withhold_post", parts=(bench.post,), body="review_committee")
    assert (await bound(bench, bench.post), await bound(bench, other)) == (True, False)
    assert not (await bench.in_force()).on(bench.meera)
    assert (await entries(bench))[-1]["public"]["body"] == "review_committee"


async def test_a_change_that_is_sent_back_leaves_everything_as_it_stood(bench: Bench):
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await bench.withhold(ref)
    await change(bench, ref, kind="extend", until=later(bench, 9 * DAY))
    await decisions.return_(bench.court, bench.dev, ref, 1, reason="The letter speaks of another order.")
    assert await state(bench, ref) is State.IN_FORCE
    assert len(await made(bench, ref)) == 1
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)


async def test_what_a_change_is_proposed_for_can_still_be_lifted_stayed_and_set_aside(bench: Bench):
    ref, other = await two_posts(bench, ends_at=later(bench, 2 * DAY))
    await change(bench, ref, 1, kind="extend", until=later(bench, 9 * DAY))
    await change(bench, ref, 2, kind="extend", until=later(bench, 9 * DAY))
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    await bench.step(ref, "set_aside", body=COURT)
    assert not await bound(bench, bench.post) and not await bound(bench, other)


async def test_nothing_is_extended_by_a_step_that_one_person_takes(bench: Bench):
    ref, _ = await two_posts(bench)
    for verb in ("extend", "renew", "amend"):
        with pytest.raises((Conflict, NotAllowed)):
            await bench.step(ref, verb, bench.owner, targets=(1,), body=COURT)


# --- what has no end ---


async def test_what_has_no_end_is_renewed_and_can_be_given_one_but_not_a_later_one(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    (row,) = await made(bench, ref)
    assert row.ends_at is None and row.review_at is not None
    with pytest.raises(Invalid) as caught:
        await change(bench, ref, kind="extend", until=later(bench, 9 * DAY))
    assert "no end" in caught.value.details["kind"]
    bench.street.clock.move(DAY)
    await changed(bench, ref, kind="renew")
    *_, row = await made(bench, ref)
    assert row.ends_at is None and row.review_at is not None and row.starts_at == bench.court.clock()
    until = later(bench, 9 * DAY)
    await changed(bench, ref, kind="renew", until=until)
    *_, row = await made(bench, ref)
    assert iso(row.ends_at or 0) == until
    bench.street.clock.move(10 * DAY)
    assert not await bound(bench, bench.post)


async def test_what_has_no_end_is_shortened_by_an_amendment(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    until = later(bench, 3 * DAY)
    await changed(bench, ref, kind="amend", until=until, body="house")
    *_, row = await made(bench, ref)
    assert iso(row.ends_at or 0) == until
    assert [(e["public"].get("cause"), e["public"].get("until")) for e in (await entries(bench))[-1:]] == [
        ("amended", until[:16] + "Z")
    ]


# --- about protected speakers ---


async def protected(bench: Bench) -> Viewer:
    """meera is a journalist whom two protect; a second reviewer."""
    form = SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen at the gate.")
    await speakers.second(bench.court, bench.dev, await speakers.propose(bench.court, bench.asha, form))
    return await bench.hire("usha")


@pytest.mark.parametrize(
    "form", [{"kind": "extend", "until": 9}, {"kind": "renew", "until": 9}, {"kind": "amend", "until": 1}], ids=str
)
async def test_a_change_about_a_protected_speaker_takes_the_three_that_the_measure_took(
    bench: Bench, form: dict[str, Any]
):
    usha = await protected(bench)
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await decisions.concur(bench.court, usha, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    await change(bench, ref, kind=form["kind"], until=later(bench, form["until"] * DAY))
    with pytest.raises(Conflict, match="second reviewer"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    with pytest.raises(NotAllowed):
        await decisions.concur(bench.court, bench.asha, ref, 1)
    owner2 = await bench.hire("owner2", Role.OWNER)
    await decisions.concur(bench.court, owner2, ref, 1)
    assert await state(bench, ref) is State.CHANGE_CONCURRED and await bound(bench, bench.post)
    with pytest.raises(NotAllowed, match="third person"):
        await decisions.approve(bench.court, owner2, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    *_, row = await made(bench, ref)
    assert (row.protected, row.decided_by, row.concurred_by, row.approved_by) == (
        True,
        bench.asha.account,
        owner2.account,
        bench.dev.account,
    )
    assert await state(bench, ref) is State.IN_FORCE


async def test_of_who_became_protected_since_the_whole_account_is_kept_no_longer_but_narrowed_to_posts(bench: Bench):
    ref = await bench.order(targets="@meera", ends_at=later(bench, 2 * DAY))
    await bench.withhold(ref, outcome="withhold_account")
    usha = await protected(bench)
    for kind, days in (("extend", 9), ("amend", 1)):
        with pytest.raises(Invalid) as caught:
            await change(bench, ref, kind=kind, until=later(bench, days * DAY))
        assert "protected speaker" in caught.value.details["outcome"]
    await change(bench, ref, kind="amend", outcome="withhold_post", parts=(bench.post,))
    await decisions.concur(bench.court, usha, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    *_, row = await made(bench, ref)
    assert (row.measure, row.protected, row.concurred_by) == ("withhold_post", True, usha.account)


async def test_a_change_that_was_agreed_to_can_still_be_sent_back_stayed_and_lifted(bench: Bench):
    usha = await protected(bench)
    ref = await bench.order(ends_at=later(bench, 2 * DAY))
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await decisions.concur(bench.court, usha, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    for _ in range(2):
        await change(bench, ref, kind="extend", until=later(bench, 9 * DAY))
        await decisions.concur(bench.court, usha, ref, 1)
        await decisions.return_(bench.court, bench.dev, ref, 1, reason="The letter speaks of another order.")
        assert await state(bench, ref) is State.IN_FORCE
    await change(bench, ref, kind="extend", until=later(bench, 9 * DAY))
    await decisions.concur(bench.court, usha, ref, 1)
    await bench.step(ref, "stay", body=COURT)
    await bench.step(ref, "end_stay", body=COURT)
    assert await state(bench, ref) is State.IN_FORCE and await bound(bench, bench.post)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)


@pytest.mark.parametrize("since", ["protected", "hired"])
async def test_what_one_did_alone_does_not_go_on_after_a_stay_upon_who_is_protected_or_staff_by_then(
    bench: Bench, since: str
):
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await bench.step(ref, "stay", body=COURT)
    if since == "protected":
        await protected(bench)
    else:
        async with bench.court.work.writing() as w:
            await accounts.set_role(w, bench.meera, Role.CLERK)
    await bench.step(ref, "end_stay", body=COURT)
    assert await state(bench, ref) is State.RETURNED and not await bound(bench, bench.post)


# --- emergencies ---


async def emergency(bench: Bench) -> tuple[str, int]:
    other = await bench.street.say(bench.meera, "किसान आंदोलन: the road is closed too")
    lines = f"http://localhost:8000/@meera/{bench.post}\nhttp://localhost:8000/@meera/{other}"
    ref = await bench.order(regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary", targets=lines)
    for number in (1, 2):
        await bench.withhold(ref, number)
    return ref, other


async def test_confirmed_measures_go_on_under_the_confirming_order_and_unconfirmed_ones_end(bench: Bench):
    ref, other = await emergency(bench)
    bench.street.clock.move(24 * HOUR)
    confirming = await bench.order()  # names the first post only
    assert confirming != ref
    await bench.step(
        ref, "confirm", confirms=confirming, body="secretary", reason="Confirmed by the Secretary under rule 9."
    )
    (old,), (new,) = await made(bench, ref), await made(bench, confirming)
    assert (old.lifted_at, new.starts_at) == (bench.court.clock(), bench.court.clock()), "without a gap"
    assert (new.order_ref, new.regime, new.measure) == (confirming, "IN-69A@1", "withhold_post")
    assert (new.decided_by, new.approved_by) == (old.decided_by, old.approved_by)
    found = await entries(bench)
    reversal, measure = found[old.lift_log_index or 0], found[new.log_index]
    assert (reversal["ref"], reversal["public"]["step"], reversal["public"]["body"]) == (ref, "confirmed", "secretary")
    assert (measure["ref"], measure["prev"], measure["public"]["cause"]) == (
        confirming,
        old.lift_log_index,
        "confirmed",
    )
    assert (await state(bench, ref, 1), await state(bench, confirming)) == (State.CONFIRMED, State.IN_FORCE)
    bench.street.clock.move(30 * HOUR)
    assert (await bound(bench, bench.post), await bound(bench, other)) == (True, False)
    assert await decisions.lapse_ended(bench.court) == 1
    assert await state(bench, ref, 2) is State.LAPSED
    await bench.step(ref, "close")


async def test_an_emergency_is_confirmed_only_by_a_checked_order_of_the_same_authority_that_names_it(bench: Bench):
    ref, other = await emergency(bench)
    words: dict[str, Any] = {"body": "secretary", "reason": "Confirmed by the Secretary under rule 9."}
    unchecked = await bench.order(checked=False)
    elsewhere = await bench.order(targets="@dev")
    unknown = await bench.order(origin_note="")
    for confirming in (unchecked, elsewhere, unknown, ref, "IN-1999-0001"):
        with pytest.raises(Conflict):
            await bench.step(ref, "confirm", confirms=confirming, **words)
    with pytest.raises(Invalid):
        await bench.step(ref, "confirm", **words)
    good = await bench.order(targets=f"http://localhost:8000/@meera/{other}")
    with pytest.raises(Conflict):
        await bench.step(ref, "confirm", confirms=good, targets=(1, 2), **words)
    with pytest.raises(NotAllowed):
        await bench.step(ref, "confirm", bench.clerk, confirms=good, **words)
    await bench.step(ref, "confirm", confirms=good, targets=(2,), **words)
    bench.street.clock.move(49 * HOUR)
    assert (await bound(bench, bench.post), await bound(bench, other)) == (False, True)


async def test_an_emergency_that_is_over_is_confirmed_no_more_and_is_never_extended(bench: Bench):
    ref, _ = await emergency(bench)
    with pytest.raises(Conflict):
        await change(bench, ref, kind="extend", until=later(bench, 9 * DAY))
    bench.street.clock.move(49 * HOUR)
    confirming = await bench.order()
    with pytest.raises(Conflict):
        await bench.step(
            ref, "confirm", confirms=confirming, body="secretary", reason="Confirmed under rule 9, too late."
        )
    assert not await bound(bench, bench.post)


# --- appeals ---


async def test_on_appeal_an_account_is_narrowed_to_named_posts_of_it(bench: Bench):
    ref = await bench.order(targets="@meera")
    await bench.withhold(ref, outcome="withhold_account")
    other = await bench.street.say(bench.meera, "It rains in Punjab")
    (row,) = await made(bench, ref)
    meera = Viewer(account=bench.meera, country="IN", role=Role.MEMBER, language="en")
    filed = await appeals.file(bench.court, meera, row.id, "Only one of my posts speaks of the gate.")
    narrower: dict[str, Any] = {"outcome": "modified", "reason": "One post alone is what the order is about."}
    wrong: list[dict[str, Any]] = [
        {"measure": "withhold_post"},
        {"measure": "withhold_post", "parts": (7,)},
        {"measure": "suspend"},
        {"measure": "dance"},
        {"measure": "withhold_account"},
        {"measure": "withhold_account", "territory": "IN"},
        {"parts": (bench.post,)},
    ]
    for bad in wrong:
        with pytest.raises(Invalid):
            await appeals.decide(bench.court, bench.owner, filed.id, appeals.Decision(**narrower, **bad))
    typed = appeals.Decision(**narrower, measure="withhold_post", parts=(bench.post,))
    await appeals.decide(bench.court, bench.owner, filed.id, typed)
    assert (await bound(bench, bench.post), await bound(bench, other)) == (True, False)
    assert not (await bench.in_force()).on(bench.meera)
    found = await entries(bench)
    _, new = await made(bench, ref)
    assert found[new.log_index]["public"]["cause"] == "modified"
    assert await state(bench, ref) is State.IN_FORCE
