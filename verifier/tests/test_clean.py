"""Logs in which everybody obeyed the law: the verifier finds nothing in them, whatever has happened."""

import pytest

from chaupal_audit.fold.fold import fold
from chaupal_audit.minutes import minute
from scribe import APPROVER, CLERK, MODERATOR, OWNER, PROPOSER, SECOND, Scribe


@pytest.fixture
def scribe() -> Scribe:
    scribe = Scribe()
    scribe.begin()
    return scribe


def check(scribe: Scribe) -> None:
    verdict = scribe.verdict()
    assert not verdict.findings, "\n".join(map(str, verdict.findings))


def test_an_order_is_taken_in_checked_decided_by_two_and_told(scribe: Scribe):
    scribe.open_order()
    made = scribe.decide()
    scribe.refuse(scribe.propose(target=2, outcome="refuse", ground="protected_expression"))
    scribe.refuse(scribe.propose(target=3, kind="account", outcome="already_gone"), "closed")
    scribe.later(days=2)
    scribe.reverse(made, by=SECOND)
    scribe.step("closed", by=APPROVER)
    check(scribe)
    verdict = scribe.verdict()
    assert (verdict.orders, verdict.measures, verdict.entries) == (1, 1, len(scribe.entries))


def test_a_protected_speaker_is_decided_on_by_three(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    proposal = scribe.propose(protected=True)
    scribe.concur(proposal)
    scribe.approve(proposal, protected=True, concurred=SECOND)
    check(scribe)


def test_an_account_is_narrowed_to_its_posts(scribe: Scribe):
    scribe.open_order(targets={"account": 1})
    proposal = scribe.propose(kind="account", demanded="withhold_account")
    for _ in range(2):
        scribe.approve(proposal, kind="post", outcome="complied_narrower", parts=2)
    check(scribe)


def test_a_whole_account_is_withheld_with_a_finding(scribe: Scribe):
    scribe.open_order(targets={"account": 1})
    proposal = scribe.propose(
        kind="account", outcome="withhold_account", demanded="withhold_account", finding="Every hour the same call."
    )
    scribe.approve(proposal)
    check(scribe)


def test_an_order_is_stayed_and_its_measure_resumed(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    made = scribe.decide()
    scribe.later(days=1)
    scribe.step("stayed", body="court")
    stayed = scribe.reverse(made, "stayed", body="court")
    scribe.later(days=3)
    scribe.step("stay_ended", body="court")
    until = scribe.public(made)["until"]
    again = scribe.measure(prev=stayed, carried=scribe.opens[made], cause="resumed", body="court", until=until)
    scribe.notice(again)
    check(scribe)


def test_what_somebody_decided_who_has_left_since_goes_on_after_a_stay(scribe: Scribe):
    """They were judged on the day they decided; what they decided stands."""
    scribe.open_order(targets={"post": 1})
    made = scribe.decide()
    scribe.step("stayed", body="court")
    stayed = scribe.reverse(made, "stayed", body="court", by=SECOND)
    for person, was in ((PROPOSER, "reviewer"), (APPROVER, "approver")):
        scribe.role(person, "member", was)
    scribe.later(hours=3)
    scribe.step("stay_ended", body="court", by=SECOND)
    until = scribe.public(made)["until"]
    scribe.notice(scribe.measure(prev=stayed, carried=scribe.opens[made], cause="resumed", body="court", until=until))
    check(scribe)


def test_an_order_is_set_aside_for_one_target_and_extended_for_another(scribe: Scribe):
    scribe.open_order(targets={"post": 2})
    first, other = scribe.decide(), scribe.decide(target=2)
    scribe.later(days=1)
    scribe.step("set_aside", targets=[1], body="court")
    scribe.reverse(first, "set_aside", body="court")
    scribe.step("extended", targets=[2], body="authority")
    ended = scribe.reverse(other, "extended", body="authority")
    longer = scribe.measure(target=2, prev=ended, carried=scribe.opens[other], cause="extended", body="authority")
    scribe.notice(longer)
    check(scribe)


def test_an_emergency_lapses_unconfirmed(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", targets={"post": 1})
    made = scribe.decide("IN-2021-0002", until=scribe.minute(hours=47))
    scribe.later(hours=47)
    scribe.reverse(made, "lapsed")
    scribe.later(days=9)
    check_late(scribe)


def test_an_emergency_goes_on_under_the_order_that_confirms_it(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", targets={"post": 1})
    made = scribe.decide("IN-2021-0002", until=scribe.minute(hours=47, minutes=40))
    scribe.later(hours=20)
    scribe.open_order("IN-2021-0003", targets={"post": 1}, confirms="IN-2021-0002")
    scribe.step("confirmed", "IN-2021-0002", confirms="IN-2021-0003", body="secretary")
    ended = scribe.reverse(made, "confirmed", body="secretary")
    on = scribe.measure(
        "IN-2021-0003",
        prev=ended,
        carried=scribe.opens[made],
        cause="confirmed",
        body="secretary",
        until=None,
        review=scribe.minute(days=50),
    )
    scribe.notice(on)
    scribe.later(days=9)
    check_late(scribe)


def check_late(scribe: Scribe) -> None:
    verdict = scribe.verdict()
    assert not verdict.broken, "\n".join(map(str, verdict.broken))


def test_the_house_acts_by_its_own_rules(scribe: Scribe):
    scribe.own(targets={"account": 1})
    scribe.alone(until=scribe.minute(hours=5), measure="freeze", strike_until=scribe.minute(hours=5))
    scribe.own("HOUSE-2021-0002", targets={"account": 1})
    proposal = scribe.propose("HOUSE-2021-0002", kind="account", outcome="suspend", demanded="", by=MODERATOR)
    made = scribe.approve(proposal, permanent=True, until=None, second=SECOND)
    scribe.reverse(made, by="machine")  # of an owner, who is let in again by whoever has a shell there
    check(scribe)


def test_a_glass_is_broken_and_seconded(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    made = scribe.measure(
        by=APPROVER, second=None, break_glass=True, glass_until=scribe.minute(days=1), until=scribe.minute(days=1)
    )
    scribe.notice(made)
    scribe.later(hours=3)
    scribe.keep(made, "reviewed", by=OWNER, ends="2021-02-20T18:20Z")
    scribe.later(days=5)
    check_late(scribe)
    (counted,) = fold((index, entry, ()) for index, entry in enumerate(scribe.entries)).facts.measures
    assert counted.until == minute("2021-02-20T18:20Z"), "the report knows until when it is in force"


@pytest.mark.parametrize("hours", [12, 24])
def test_what_an_appeal_narrowed_lasts_as_long_as_a_second_agrees_to_and_what_it_shortened_does_not(
    scribe: Scribe, hours: int
):
    scribe.open_order(targets={"post": 1})
    glass = scribe.minute(days=1)
    made = scribe.measure(by=APPROVER, second=None, break_glass=True, glass_until=glass, until=glass)
    ended = scribe.reverse(made, "modified", by=SECOND)
    left = scribe.minute(hours=hours)
    carried = {"carried": scribe.opens[made], "by": APPROVER, "second": None, "until": left}
    nearer = scribe.measure(prev=ended, cause="modified", **carried)
    scribe.measure(prev=scribe.reverse(nearer, "stayed", by=SECOND), cause="resumed", **carried)
    scribe.keep(made, "reviewed", by=OWNER, ends="2021-02-20T18:20Z")
    counted = fold((index, entry, ()) for index, entry in enumerate(scribe.entries)).facts.measures[-1]
    assert counted.until == minute(left if left < glass else "2021-02-20T18:20Z")


def test_an_appeal_narrows_a_measure(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    made = scribe.decide()
    filed = scribe.appeal(made, "filed")
    scribe.later(days=2)
    ended = scribe.reverse(made, "modified", by=SECOND)
    nearer = scribe.measure(
        prev=ended,
        carried=scribe.opens[made],
        cause="modified",
        until=scribe.minute(days=3),
        by=SECOND,
        second=APPROVER,
    )
    scribe.notice(nearer)
    scribe.appeal(filed, "decided", outcome="modified")
    check(scribe)


def test_a_measure_without_an_end_is_kept_on_its_day(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    made = scribe.decide(until=None, review=scribe.minute(days=50))
    scribe.later(days=50)
    scribe.keep(made, review=scribe.minute(days=50))
    scribe.later(days=20)
    check(scribe)


def test_somebody_is_told_late_because_the_law_forbids_it(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    proposal = scribe.propose()
    made = scribe.approve(proposal, tell=False)
    scribe.notice(made, "delayed", until=scribe.minute(days=60), gag="Blocking Rules 2009, r. 16")
    scribe.later(days=60)
    scribe.notice(made)
    scribe.later(days=10)
    check_late(scribe)


def test_roles_change_and_acts_stay_what_they_were(scribe: Scribe):
    scribe.open_order(targets={"post": 1})
    scribe.decide()
    scribe.role(PROPOSER, "member", "reviewer")
    scribe.role(APPROVER, "auditor", "approver")
    check(scribe)


def test_deadlines_that_passed_are_told_as_late_and_break_nothing(scribe: Scribe):
    order = scribe.order(targets={"post": 1}, act_by=scribe.minute(hours=1))
    scribe.order("IN-2021-0002", targets={"post": 1}, act_by=scribe.minute(hours=1))
    scribe.step("returned", "IN-2021-0002", codes=["no_signature"])  # in time: nobody decides about it any more
    scribe.later(hours=9)
    scribe.step("acknowledged")
    scribe.step("checked")
    scribe.decide()
    verdict = scribe.verdict()
    assert {one.code for one in verdict.late} == {"decided_late", "decided_late_by_law", "acknowledged_late"}
    assert {one.index for one in verdict.late} == {order}
    assert not verdict.broken


REFUSED = ("none", "refused", "post")


def refused(scribe: Scribe, ref: str, many: int) -> None:
    scribe.open_order(ref, targets={"post": many})
    for target in range(1, many + 1):
        scribe.refuse(scribe.propose(ref, target, "refuse", ground="protected_expression"))


def test_tallies_count_each_decision_once_in_parts_too(scribe: Scribe):
    refused(scribe, "IN-2021-0001", 12)
    size = len(scribe.entries)
    scribe.tally([REFUSED] * 7, size, parts=2)
    scribe.tally([REFUSED] * 5, size, part=2, parts=2)
    refused(scribe, "IN-2021-0002", 10)
    scribe.tally([("none", "other", "other")] * 10, len(scribe.entries), **{"from": size})
    check(scribe)


def test_what_was_secret_is_counted_where_it_was_first_opened(scribe: Scribe):
    scribe.open_order(targets={"post": 12})
    public = {"target": 12, "kind": "post", "step": "refused", "by": PROPOSER, "second": APPROVER}
    sealed = scribe.seal("decision", "IN-2021-0001", public, "IN-69A@1")
    scribe.tally([], len(scribe.entries))
    before = len(scribe.entries) - 1
    for _ in range(2):
        scribe.unseal(sealed)
    counts = scribe.tally([("none", "other", "other")], len(scribe.entries), **{"from": before})
    again = scribe.tally([], len(scribe.entries), **{"from": counts})
    assert not {code for index in (counts, again) for code in scribe.found(index) if code.startswith("tally")}


def test_what_was_secret_goes_by_its_number_once_it_is_published(scribe: Scribe):
    regime, steps = "IN-69A@1", ("order_unknown", "confirms_foreign")
    public = scribe.public(scribe.order("IN-2021-0009")) | {"emergency": True}
    sealed = scribe.seal("order", "X-ABC", public, regime)
    scribe.unseal(sealed, "IN-2021-0010")
    step = {"step": "acknowledged", "codes": [], "targets": [], "body": "", "at": scribe.minute(), "by": CLERK}
    moved = scribe.write("step", "IN-2021-0010", step, regime=regime, prev=sealed)
    confirming = scribe.order("IN-2021-0011", confirms="IN-2021-0010")
    assert not {code for index in (moved, confirming) for code in scribe.found(index)} & {*steps}


def test_an_authority_of_which_a_change_was_dropped_is_still_in_the_register(scribe: Scribe):
    scribe.authority(step="proposed", second=None)
    scribe.authority(step="dropped", second=None)
    scribe.open_order()
    scribe.decide()
    found = {code for index in range(len(scribe.entries)) for code in scribe.found(index)}
    assert "authority_unregistered" not in found


def test_what_was_secret_came_into_the_log_in_the_time_that_the_rules_give_it(scribe: Scribe):
    then, size = scribe.minute(), len(scribe.entries)
    public = scribe.public(scribe.order("IN-2021-0009"))
    scribe.later(days=29)
    sealed = scribe.seal("order", "X-ABC", public, "IN-69A@1", at=then, size=size)
    scribe.unseal(sealed, "IN-2021-0010")
    check_late(scribe)
