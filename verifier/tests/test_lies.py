"""Lies, properly appended to a log that is clean otherwise: each is named by its own code, at its own entry, and breaks the audit."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import regex

from chaupal_audit.rule_of_law import TABLE, patience
from chaupal_audit.rule_of_law.table import drawn
from scribe import APPROVER, CLERK, FILES, MINISTRY, MODERATOR, OWNER, PROPOSER, SECOND, Scribe, sha256

NOBODY = "staff-000000000099"


@pytest.fixture
def scribe() -> Scribe:
    """A log whose one order is ready to be decided."""
    scribe = Scribe()
    scribe.begin()
    scribe.open_order()
    assert not scribe.verdict().findings
    return scribe


def lie(scribe: Scribe, index: int, code: str, *more: str) -> None:
    """The entry at `index` is found to break exactly the rule `code` (and `more`), and nothing else in the log is."""
    found = {(one.index, one.code) for one in scribe.verdict().broken}
    assert found == {(index, name) for name in (code, *more)}


# --- one entry ---

ONE_ENTRY: dict[str, tuple[Callable[[Scribe], int], str]] = {
    "a measure is backdated": (lambda s: s.decide(start=s.minute(days=-2)), "backdated"),
    "one person stands for two": (lambda s: s.decide(second=PROPOSER), "one_person_twice role_lacking"),
    "an approver does not hold the role": (lambda s: s.decide(second=CLERK), "role_lacking"),
    "a role was given by nobody": (
        lambda s: s.role("staff-0000000000aa", "approver", by=NOBODY),
        "role_given_by_nobody",
    ),
    "a role was given by somebody who is no owner": (
        lambda s: s.role("staff-0000000000aa", "approver", by=CLERK),
        "role_given_by_nobody",
    ),
    "a role entry forgets what somebody was": (lambda s: s.role(SECOND, "approver", "clerk"), "role_history_unlike"),
    "an approver never had any role": (lambda s: s.decide(second=NOBODY), "person_unknown"),
    "the machine approves": (lambda s: s.decide(second="machine"), "person_unknown"),
    "a measure of an order stands on one person": (lambda s: s.decide(second=None), "second_missing"),
    "the measure names another proposer than the proposal": (lambda s: s.decide(by=SECOND), "another_proposed"),
    "a member proposes": (lambda s: s.propose(by=NOBODY), "decider_without_role"),
    "a clerk carries a step that nobody gave them": (
        lambda s: s.step("acknowledged", by=NOBODY),
        "step_without_role step_out_of_state",
    ),
    "an authority is changed by one person": (
        lambda s: s.authority(step="changed", second=None),
        "authority_changed_alone",
    ),
    "an authority is entered by one person": (
        lambda s: s.authority("Ministry of Truth", second=None),
        "authority_changed_alone",
    ),
    "an authority is seconded by its author": (
        lambda s: s.authority(step="changed", second=CLERK),
        "authority_changed_alone",
    ),
    "a protected speaker is limited without a third person": (
        lambda s: s.approve(s.propose(protected=True)),
        "protected_without_third",
    ),
    "a third person is named who never agreed": (
        lambda s: s.approve(s.propose(protected=True), concurred=SECOND),
        "protected_without_third",
    ),
    "a law file is another law": (lambda s: s.law("IN-COURT@1", sha256(FILES["IN-69A.2009"])), "law_unlike"),
    "a law file is withheld from the auditor": (lambda s: s.law("IN-COURT@1", "0" * 64), "law_missing"),
    "the ground is not one of the law": (lambda s: s.order("IN-2021-0002", bases=["insult"]), "grounds_foreign"),
    "a measure binds beyond its territory": (lambda s: s.decide(territory=["IN", "DE"]), "beyond_territory"),
    "an order binds the world under a law of one country": (
        lambda s: s.order("IN-2021-0002", territory=["XX"]),
        "order_beyond_territory",
    ),
    "an order comes from an authority that is not in the register": (
        lambda s: s.order("IN-2021-0002", authority="Ministry of Truth"),
        "authority_unregistered",
    ),
    "a whole server is withheld in one country": (lambda s: of_server(s, territory=["IN"]), "server_by_law"),
    "another measure is carried out than was proposed": (
        lambda s: s.approve(s.propose(outcome="label"), measure="withhold_post"),
        "said_otherwise",
    ),
    "a legal measure is called the houses own": (lambda s: s.decide(outcome="own_rules_action"), "outcome_unlike"),
    "somebody proposes in spite of a defect and does not say why": (lambda s: s.propose(**LACKS), "despite_unsaid"),
    "a measure forgets the reason for which it was done in spite of a defect": (
        lambda s: s.approve(s.propose(**LACKS, despite=True), **LACKS),
        "despite_unsaid",
    ),
    "a defect that was acknowledged is gone when it is carried out": (
        lambda s: s.approve(s.propose(**LACKS, despite=True)),
        "defects_unlike",
    ),
    "an approver adds a defect for which nobody answered": (
        lambda s: s.approve(s.propose(), **LACKS, despite=True),
        "defects_unlike",
    ),
    "a state gave a hint and nobody says which": (lambda s: s.own(source="state_flag"), "hint_unnamed"),
    "a state is named for what people reported": (
        lambda s: s.own(source="user_report", flagged_by=MINISTRY),
        "hint_unnamed",
    ),
    "an order is called a hint of somebody else": (
        lambda s: s.order("IN-2021-0002", flagged_by=MINISTRY),
        "hint_unnamed",
    ),
    "a hint came from an authority that is not in the register": (
        lambda s: s.own(source="state_flag", flagged_by="Ministry of Truth"),
        "hint_of_nobody",
    ),
    "a measure has neither an end nor a review": (lambda s: s.decide(until=None), "no_end"),
    "an emergency order sets itself a longer interim than its law": (
        lambda s: s.order("IN-2021-0002", "IN-69A-EMERG@1", interim_until=s.minute(days=9)),
        "interim_too_long",
    ),
    "an ordinary order is called an emergency": (lambda s: s.order("IN-2021-0002", emergency=True), "emergency_unlike"),
    "a measure ends before it begins": (lambda s: s.decide(until=s.minute(days=-1)), "over_at_once"),
    "a measure is reviewed later than the law asks": (
        lambda s: s.decide(until=None, review=s.minute(days=900)),
        "review_too_late",
    ),
    "something short of a suspension is for good": (lambda s: s.decide(permanent=True), "for_good"),
    "a hearing is set for tomorrow where the law gives two days": (
        lambda s: s.step("hearing_set", until=s.minute(hours=12)),
        "hearing_unheralded",
    ),
    "an order is returned for nothing": (lambda s: s.step("returned"), "returned_for_nothing"),
    "the number of an order is used again": (lambda s: s.order("IN-2021-0001"), "number_reused"),
    "an order is received before its entry": (
        lambda s: s.order("IN-2021-0002", received=s.minute(days=-3)),
        "received_elsewhen",
    ),
    "a measure follows from the proposal of another target": (
        lambda s: s.approve(s.propose(), target=2),
        "proposal_missing",
    ),
    "a rule does not bring that measure": (lambda s: own(s, measure="limit"), "rule_brings_other"),
    "a rule is none of the houses": (lambda s: own(s, rule="99@1"), "rule_unknown"),
    "a strike counts longer than the rules say": (
        lambda s: own(s, strike_until=s.minute(days=900)),
        "strike_too_long alone_too_long",
    ),
    "one moderator suspends for good": (
        lambda s: own(s, measure="suspend", permanent=True, until=None),
        "second_missing alone_too_long",
    ),
    "one moderator freezes for nine days": (lambda s: own(s, until=s.minute(days=9)), "alone_too_long"),
    "the strike of what one person did lasts longer than it": (
        lambda s: own(s, strike_until=s.minute(days=180)),
        "alone_too_long",
    ),
    "a measure is ended as changed and nothing follows": (
        lambda s: s.reverse(s.decide(), "modified", by=SECOND),
        "nothing_followed ended_unappealed",
    ),
    "the end of nothing": (
        lambda s: s.write("reversal", "IN-2021-0001", {"target": 1, "step": "lifted", "by": PROPOSER}, prev=0),
        "end_of_nothing",
    ),
    "a measure lapses before its end": (lambda s: s.reverse(s.decide(), "lapsed"), "lapsed_early"),
    "a court is said to have set aside what no step sets aside": (
        lambda s: s.reverse(s.decide(), "set_aside", body="court"),
        "end_unordered",
    ),
    "a moderator lifts what an order brought": (lambda s: s.reverse(s.decide(), by=CLERK), "ended_without_role"),
    "the machine lifts what keeps nobody out": (lambda s: s.reverse(s.decide(), by="machine"), "ended_without_role"),
    "what was done in secret came into the log too late": (lambda s: sealed_then(s, days=31), "logged_late"),
    "an order is kept more secret than its law allows": (lambda s: s.own(secrecy="aggregate_only"), "secrecy_beyond"),
    "a leaf says in clear who it is about": (lambda s: s.decide(id="112233"), "words_in_clear"),
    "a leaf says in clear to which class somebody belongs": (lambda s: s.decide(speaker="activist"), "words_in_clear"),
    "an authority is agreed to by somebody who only takes orders in": (
        lambda s: s.authority("Ministry of Truth", second=SECOND),
        "authority_without_role",
    ),
    "an appeal is about nothing": (lambda s: s.appeal(s.propose(), "filed"), "appeal_of_nothing"),
    "an authority is entered by somebody who may not": (
        lambda s: s.authority("Ministry of Truth", second=NOBODY),
        "authority_without_role",
    ),
    "an order names nothing": (lambda s: s.order("IN-2021-0002", targets={}), "names_nothing"),
    "somebody is told of nothing": (lambda s: s.notice(s.propose()), "notice_of_nothing"),
    "an end names another target": (lambda s: s.reverse(s.decide(), target=2), "target_other"),
    "a report is frozen before its month is over": (lambda s: freeze(s, len(s.entries)), "frozen_early"),
    "a report is frozen of what is no period": (lambda s: freeze(s, len(s.entries), period="lately"), "unreadable"),
    "a measure ends under a word of its own": (lambda s: s.reverse(s.decide(), "revised"), "word_unknown"),
    "a notice tells nobody": (lambda s: s.notice(s.approve(s.propose(), tell=False), "queued"), "word_unknown"),
    "an appeal is granted and changes nothing": (
        lambda s: s.appeal(s.appeal(s.decide(), "filed"), "decided", outcome="granted"),
        "word_unknown",
    ),
    "an order is forgotten": (lambda s: s.step("forgotten"), "word_unknown"),
    "a proposal is shelved": (lambda s: s.refuse(s.propose(), "shelved"), "word_unknown"),
    "an end is dated back": (lambda s: s.reverse(s.decide(), at=s.minute(days=-4)), "said_elsewhen"),
    "a step is dated back": (lambda s: s.step("meeting", at=s.minute(days=-4)), "said_elsewhen"),
    "an appeal is decided in time by its own word": (
        lambda s: s.appeal(s.appeal(s.decide(), "filed"), "decided", outcome="upheld", at=s.minute(hours=-1)),
        "said_elsewhen",
    ),
    "a ministry is called a court": (lambda s: s.order("IN-2021-0002", said={"class": "court"}), "authority_unlike"),
    "an authority of another country": (
        lambda s: s.order("IN-2021-0002", authority=s.public(s.authority("Bundesamt", jurisdiction="DE"))["name"]),
        "authority_unlike",
    ),
    "a measure names another authority": (lambda s: s.decide(authority="High Court of Delhi"), "other_authority"),
    "a measure names another country": (lambda s: s.decide(jurisdiction="DE"), "other_authority"),
    "an order is confirmed by nothing": (lambda s: s.step("confirmed"), "confirmed_by_none"),
    "a measure runs out unreviewed at once": (
        lambda s: s.reverse(s.decide(), "unreviewed", by="clock"),
        "lapsed_early",
    ),
    "an appeal is promised no hour": (lambda s: s.appeal(s.decide(), "filed", due=None), "appeal_promised_late"),
    "an appeal is promised in ten years": (
        lambda s: s.appeal(s.decide(), "filed", due=s.minute(days=3650)),
        "appeal_promised_late",
    ),
    "nobody notes what a body outside decided": (
        lambda s: s.outside(s.outside(s.decide(), "filed"), "decided", outcome="for", by=CLERK),
        "outside_without_role",
    ),
    "nobody notes that somebody sued": (lambda s: s.counter(s.decide(), "suit", by=CLERK), "suit_without_role"),
}


@pytest.mark.parametrize("told", ONE_ENTRY)
def test_one_entry_lies(scribe: Scribe, told: str):
    write, codes = ONE_ENTRY[told]
    lie(scribe, write(scribe), *codes.split())


# --- the four that an audit once overlooked ---


def test_a_legal_order_suspends_worldwide(scribe: Scribe):
    proposal = scribe.propose(target=3, kind="account", demanded="suspend", outcome="suspend", finding="No other way.")
    lie(scribe, scribe.approve(proposal, territory=["XX"]), "measure_not_allowed", "beyond_territory")


def test_the_reason_is_unlike_its_commitment(scribe: Scribe):
    proposal = scribe.propose()
    other = scribe.write("cover", "", {}, private={"reason": "Another reason, written afterwards."})
    carried = scribe.opens[proposal] | scribe.opens[other]
    made = scribe.measure(prev=proposal, carried=carried)
    scribe.notice(made)
    lie(scribe, made, "reason_unlike")


@pytest.mark.parametrize("said", [{"sent_to": 3, "came_from": "other.example"}, {"sent_to": -1}])
def test_a_thing_came_from_another_server_and_went_to_so_many(scribe: Scribe, said: dict[str, Any]):
    lie(scribe, scribe.decide(**said), "reach_unlike")


def test_how_far_a_thing_went_is_no_lie(scribe: Scribe):
    scribe.decide(sent_to=3)
    assert not scribe.verdict().broken


def test_another_past_is_put_before_a_log_that_has_begun(scribe: Scribe):
    fields = {"previous": "old.example/log+0a+0b", "size": 7, "root": "00" * 32, "sha256": "00" * 32}
    lie(scribe, scribe.write("origin", "old.example/log", fields), "origin_inside")


OLD, NEW = "old.example/log+0a+0b", "old.example/log-2+0a+0c"


def test_a_log_begun_anew_leaves_out_entries_that_stand_before_it(scribe: Scribe):
    """So that nobody says later that some of it was never there."""
    index = len(scribe.entries)
    fields = {"previous": OLD, "size": index - 1, "root": "00" * 32, "kept": index - 1, "new": NEW}
    lie(scribe, scribe.write("origin", "old.example/log", fields), "origin_inside")


@pytest.mark.parametrize("new", [OLD.replace("0b", "0c"), ""])
def test_a_log_begun_anew_bears_the_older_ones_name(scribe: Scribe, new: str):
    fields = {"previous": OLD, "kept": len(scribe.entries), "new": new}
    lie(scribe, scribe.write("origin", "old.example/log", fields), "origin_unlike")


def test_a_log_begun_anew_goes_on_from_another_one_than_it_was(scribe: Scribe):
    scribe.write("origin", "old.example/log", {"previous": OLD, "kept": len(scribe.entries), "new": NEW})
    fields = {"previous": OLD, "kept": len(scribe.entries), "new": NEW.replace("-2", "-3")}
    lie(scribe, scribe.write("origin", "old.example/log", fields), "origin_unlike")


def test_a_log_begun_anew_with_all_that_was_kept_is_no_lie(scribe: Scribe):
    """Nor is a change of keys that no checkpoint told of when the store was lost."""
    scribe.write("key", "key", {"step": "rotated", "old": OLD, "new": OLD.replace("0b", "0e"), "by": "machine"})
    scribe.write("origin", "old.example/log", {"previous": OLD, "kept": len(scribe.entries), "new": NEW})
    scribe.write("key", "key", {"step": "rotated", "old": NEW, "new": NEW.replace("0c", "0d"), "by": "machine"})
    assert not scribe.verdict().broken


def back(scribe: Scribe, start: int, to: int) -> int:
    return scribe.write("refill", "example.org/log", {"from": start, "to": to, "by": "machine"})


def test_entries_of_its_own_are_said_to_have_come_back_from_a_copy(scribe: Scribe):
    """So that nobody asks for the rows of what was written before the store was lost, or after that."""
    size = len(scribe.entries)
    lie(scribe, back(scribe, size - 3, size - 1), "refill_elsewhere")
    assert scribe.found(back(scribe, size, size + 9)) == {"refill_elsewhere"}


def test_appeals_that_were_lost_and_name_nobody_do_not_stop_an_audit(scribe: Scribe):
    made = scribe.measure(prev=scribe.reverse(scribe.decide(), "stayed"), cause="resumed")
    lost = len(scribe.entries)
    for by in (None, ""):
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="upheld", by=by)
    back(scribe, lost, len(scribe.entries))
    assert scribe.verdict().entries == len(scribe.entries)


def test_a_measure_is_called_lost_whose_record_never_was(scribe: Scribe):
    made = scribe.decide()
    start = len(scribe.entries)
    scribe.role(NOBODY, "clerk")
    back(scribe, start, start + 1)
    lie(scribe, scribe.reverse(made, "lost", by="machine"), "lost_unsaid")


def test_somebody_of_the_staff_says_that_a_measure_was_lost(scribe: Scribe):
    start = len(scribe.entries)
    made = scribe.decide()
    back(scribe, start, len(scribe.entries))
    lie(scribe, scribe.reverse(made, "lost", by=APPROVER), "ended_without_role")


@pytest.mark.parametrize("measured", [True, False])
def test_what_came_back_is_no_lie_and_is_told_until_it_is_decided_anew(scribe: Scribe, measured: bool):
    """Nobody is blamed for a notice that was never given, nor for the days in which nobody could end anything."""
    start = len(scribe.entries)
    made = scribe.measure(
        prev=(proposal := scribe.propose()), carried=scribe.opens[proposal], until=scribe.minute(days=30)
    )
    over = scribe.decide(target=2, until=scribe.minute(days=2))
    end = len(scribe.entries)
    scribe.later(days=4)
    back(scribe, start, end)
    ends = [scribe.reverse(one, "lost", by="machine") for one in (made, over)]
    assert not scribe.verdict().broken
    assert [one.index for one in scribe.verdict().late if one.code == "lost_not_anew"] == ends[:1], (
        "the other's time is over"
    )
    scribe.decide() if measured else scribe.refuse(scribe.propose(outcome="refuse", ground="protected_expression"))
    assert not scribe.verdict().broken
    assert "lost_not_anew" not in scribe.found(ends[0])


@pytest.mark.parametrize(("days", "told"), [(5, True), (31, False)])
def test_what_was_lost_waits_to_be_decided_anew_until_its_time_has_run_out_as_two_had_agreed(
    scribe: Scribe, days: int, told: bool
):
    scribe.own(targets={"account": 1})
    start = len(scribe.entries)
    made = scribe.alone()
    scribe.keep(made, "reviewed", ends=scribe.minute(days=30))
    end = len(scribe.entries)
    back(scribe, start, end)
    over = scribe.reverse(made, "lost", by="machine")
    scribe.later(days=days)
    scribe.role(NOBODY, "clerk")
    assert ("lost_not_anew" in scribe.found(over)) is told


def test_what_was_under_way_when_the_store_was_lost_is_done_anew_from_where_it_stood(scribe: Scribe):
    """A house that said what it had lost was blamed for each step that it took a second time."""
    made, proposal = scribe.decide(target=2), scribe.propose()
    filed = scribe.appeal(made, "filed")
    scribe.order("IN-2021-0002")
    scribe.own(targets={"account": 1})
    start = len(scribe.entries)

    def go_on() -> list[int]:
        scribe.later(minutes=5)
        for step in ("acknowledged", "checked"):
            scribe.step(step, "IN-2021-0002", by=CLERK)
        scribe.concur(proposal)
        scribe.appeal(filed, "decided", outcome="upheld")
        return [scribe.approve(proposal), scribe.alone(measure="freeze", until=scribe.minute(hours=20))]

    lost = go_on()
    back(scribe, start, len(scribe.entries))
    for one in lost:
        scribe.reverse(one, "lost", by="machine")
    go_on()
    assert not scribe.verdict().broken, scribe.verdict().broken
    go_on()
    assert {one.code for one in scribe.verdict().broken} >= {
        "step_out_of_state",
        "proposal_spent",
        "appealed_twice",
        "alone_again",
    }


def test_a_stay_whose_end_was_lost_is_ended_anew(scribe: Scribe):
    made = scribe.decide()
    scribe.step("stayed", targets=[1], body="court")
    end = scribe.reverse(made, "stayed", body="court")
    start = len(scribe.entries)

    def resume() -> int:
        scribe.step("stay_ended", targets=[1], body="court")
        again = scribe.measure(prev=end, cause="resumed", body="court", until=scribe.minute(days=9))
        scribe.notice(again)
        return again

    lost = resume()
    back(scribe, start, len(scribe.entries))
    scribe.reverse(lost, "lost", by="machine")
    resume()
    assert not scribe.verdict().broken, scribe.verdict().broken
    lie(scribe, resume(), "goes_on_twice")


def test_a_role_that_the_store_still_knew_is_taken_anew(scribe: Scribe):
    scribe.own(targets={"account": 2})
    start = len(scribe.entries)
    scribe.role(MODERATOR, "member", "moderator")
    back(scribe, start, len(scribe.entries))
    scribe.alone(measure="freeze", until=scribe.minute(hours=20))
    scribe.role(MODERATOR, "member", "moderator")
    assert not scribe.verdict().broken, scribe.verdict().broken
    lie(scribe, scribe.alone(measure="freeze", target=2, until=scribe.minute(hours=20)), "role_lost")


def test_what_is_known_of_an_authority_is_what_the_store_still_knew(scribe: Scribe):
    said = {"class": "court", "keys": ["00"], "what": ["class"]}
    proposal = scribe.authority(step="proposed", second=None, **said)
    start = len(scribe.entries)
    scribe.authority(prev=proposal, step="changed", **said)
    scribe.order("IN-2021-0002", said={"class": "court"})
    back(scribe, start, len(scribe.entries))
    scribe.order("IN-2021-0003")
    scribe.authority(prev=proposal, step="changed", **said)
    scribe.order("IN-2021-0004", said={"class": "court"})
    assert not scribe.verdict().broken, scribe.verdict().broken
    lie(scribe, scribe.order("IN-2021-0005"), "authority_unlike")


def test_a_log_lays_more_side_by_side_than_anybody_follows(scribe: Scribe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "AT_FIRST", 1)  # the register is asked for the authority
    monkeypatch.setattr(patience, "EACH", 0)
    for target in (1, 2):
        scribe.decide(target=target)
    assert not scribe.verdict().broken
    lie(scribe, scribe.step("closed"), "beyond_following")


def test_two_measures_go_on_from_one_end(scribe: Scribe):
    """So that the one ends before everybody, and the other stays."""
    made = scribe.decide()
    scribe.step("stayed", targets=[1], body="court")
    end = scribe.reverse(made, "stayed", body="court")
    both = [scribe.measure(prev=end, cause="resumed", body="court", until=scribe.minute(days=9)) for _ in range(2)]
    for one in both:
        scribe.notice(one)
    lie(scribe, both[1], "goes_on_twice")


def test_somebody_agrees_who_only_carries_out(scribe: Scribe):
    executor = "staff-0000000000bb"
    scribe.role(executor, "executor")
    made = scribe.measure(
        by=APPROVER, second=None, break_glass=True, until=scribe.minute(hours=20), glass_until=scribe.minute(hours=20)
    )
    scribe.notice(made)
    lie(scribe, scribe.keep(made, "reviewed", by=executor, ends=scribe.minute(days=30)), "decider_without_role")


# --- people and roles ---


def test_somebody_made_themselves_an_owner(scribe: Scribe):
    index = scribe.role(APPROVER, "owner", "approver", by=APPROVER)
    lie(scribe, index, "role_to_oneself", "role_given_by_nobody")


def test_a_role_is_used_after_it_was_taken(scribe: Scribe):
    proposal = scribe.propose()
    scribe.role(APPROVER, "member", "approver")
    lie(scribe, scribe.approve(proposal), "role_lost")


def test_a_proposal_is_approved_whose_author_lost_the_role_meanwhile(scribe: Scribe):
    proposal = scribe.propose()
    scribe.role(PROPOSER, "auditor", "reviewer")
    lie(scribe, scribe.approve(proposal), "role_lost")


def test_protection_is_ended_by_one_person(scribe: Scribe):
    index = scribe.write(
        "protected", "protected-1", {"step": "ended", "class": "journalist", "by": SECOND, "second": None}
    )
    lie(scribe, index, "protection_changed_alone")


# --- those who are protected ---


def test_the_second_reviewer_is_the_person_who_proposed(scribe: Scribe):
    proposal = scribe.propose(protected=True)
    index = scribe.concur(proposal, by=PROPOSER)
    assert "concurred_with_oneself" in scribe.found(index)


def test_the_third_person_is_the_approver_again(scribe: Scribe):
    proposal = scribe.propose(protected=True)
    scribe.concur(proposal)
    lie(scribe, scribe.approve(proposal, concurred=APPROVER), "protected_without_third")


def test_the_whole_account_of_a_protected_speaker_is_withheld(scribe: Scribe):
    proposal = scribe.propose(
        target=3,
        kind="account",
        demanded="withhold_account",
        outcome="withhold_account",
        protected=True,
        finding="No other way.",
    )
    scribe.concur(proposal)
    lie(scribe, scribe.approve(proposal, concurred=SECOND), "protected_whole_account")


def test_one_moderator_acts_alone_upon_a_protected_speaker(scribe: Scribe):
    scribe.own(targets={"post": 1})
    made = scribe.alone(protected=True, measure="remove_post", kind="post", until=None, review=scribe.minute(days=90))
    assert "protected_alone" in scribe.found(made)


def test_the_measure_forgets_that_the_proposal_was_about_a_protected_speaker(scribe: Scribe):
    proposal = scribe.propose(protected=True)
    lie(scribe, scribe.approve(proposal, protected=False), "protection_forgotten")


# --- the law ---


def test_an_order_cites_a_law_that_the_log_does_not_know(scribe: Scribe):
    index = scribe.order("IN-2021-0002", "IN-79-3B@1")
    lie(scribe, index, "law_unknown")


def test_an_order_is_taken_in_under_a_law_that_is_not_in_force_yet(scribe: Scribe):
    later = FILES["IN-79-3B.2026-02"]
    scribe.law("IN-79-3B@3", sha256(later))
    index = scribe.order("IN-2021-0002", "IN-79-3B@3", bases=["public_order"])
    assert "law_not_in_force" in scribe.found(index)


def test_an_order_is_taken_in_under_a_law_that_another_version_has_replaced():
    scribe = Scribe()
    scribe.begin()
    scribe.law("IN-79-3B@1", sha256(FILES["IN-79-3B.2021"]))
    scribe.law("IN-79-3B@2", sha256(FILES["IN-79-3B.2025-11"]))
    scribe.later(days=365 * 5)
    index = scribe.order("IN-2026-0001", "IN-79-3B@1", bases=[])
    lie(scribe, index, "law_not_in_force")


def test_a_measure_is_taken_after_its_law_has_ended(scribe: Scribe):
    ended = FILES["IN-69A.2009"].replace(
        b"effective_from = 2009-10-27", b"effective_from = 2009-10-27\neffective_to = 2021-02-28"
    )
    scribe.files[sha256(ended)] = ended
    scribe.law("IN-69A@1", sha256(ended))
    scribe.later(days=30)
    lie(scribe, scribe.decide(), "law_ended")


def test_a_law_file_is_unlike_its_hash(scribe: Scribe):
    digest = sha256(FILES["IN-COURT.2021"])
    scribe.files[digest] = FILES["IN-COURT.2021"] + b"\n# changed\n"
    lie(scribe, scribe.law("IN-COURT@1", digest), "law_unlike")


def test_a_law_file_is_changed_under_its_version_after_an_order_was_taken_in_under_it(scribe: Scribe):
    def rewritten(ref: str, file: str, old: bytes, new: bytes) -> int:
        scribe.law(ref, sha256(FILES[file]))
        assert old in FILES[file]
        body = FILES[file].replace(old, new, 1)
        scribe.files[sha256(body)] = body
        return scribe.law(ref, sha256(body))

    rewritten("IN-69A@1", "IN-69A.2009", b"\n", b"\n# a word more, which says nothing\n")
    since = b"effective_from = 2009-10-27"
    rewritten("IN-69A@1", "IN-69A.2009", since, since + b"\neffective_to = 2031-01-01")  # it is repealed one day
    lie(scribe, rewritten("IN-69A@1", "IN-69A.2009", b"public_order", b"convenience"), "law_rewritten")


def test_the_houses_rules_are_changed_under_their_version_after_a_measure_by_them(scribe: Scribe):
    scribe.own()
    body = FILES["house_rules.1"].replace(b'lasts = "P1D"', b'lasts = "P9D"', 1)
    scribe.files[sha256(body)] = body
    lie(scribe, scribe.rules(digest=sha256(body)), "law_rewritten")


def test_a_measure_has_no_ground(scribe: Scribe):
    scribe.open_order("IN-2021-0002", bases=[])
    lie(scribe, scribe.decide("IN-2021-0002"), "ground_missing")


def test_a_measure_cites_another_law_than_its_order(scribe: Scribe):
    proposal = scribe.propose()
    made = scribe.approve(proposal, tell=False)
    fields = scribe.fields(made)
    scribe.entries.pop()
    lying = scribe.write(
        "measure",
        "IN-2021-0001",
        scribe_public(fields),
        regime="IN-NCII@1",
        prev=proposal,
        carried=scribe.opens[proposal],
    )
    scribe.notice(lying)
    lie(scribe, lying, "other_law", "other_basis", "law_ended")


def scribe_public(fields: dict[str, object]) -> dict[str, object]:
    public = fields["public"]
    assert isinstance(public, dict)
    return public


def test_an_order_cites_the_law_of_another_country(scribe: Scribe):
    assert "jurisdiction_foreign" in scribe.found(scribe.order("IN-2021-0002", jurisdiction="DE"))


def test_a_whole_account_is_withheld_without_a_finding(scribe: Scribe):
    proposal = scribe.propose(target=3, kind="account", demanded="withhold_account", outcome="withhold_account")
    lie(scribe, scribe.approve(proposal), "account_without_finding")


def test_an_order_against_a_post_takes_the_account_along(scribe: Scribe):
    proposal = scribe.propose(outcome="withhold_account", demanded="withhold_account", finding="No other way.")
    lie(scribe, scribe.approve(proposal, kind="account"), "wider_than_target")


def test_a_post_is_called_an_account_to_take_it_whole(scribe: Scribe):
    scribe.open_order("IN-2021-0002", targets={"post": 1})
    proposal = scribe.propose(
        "IN-2021-0002", kind="account", outcome="withhold_account", demanded="withhold_account", finding="No other way."
    )
    lie(scribe, scribe.approve(proposal), "more_than_ordered")


def of_server(scribe: Scribe, measure: str = "suspend_server", **said: object) -> int:
    """A whole server is limited by two people of the staff, and told to nobody: nobody here is its own."""
    scribe.own(targets={"server": 1})
    proposal = scribe.propose("HOUSE-2021-0001", kind="server", outcome=measure, demanded="", by=MODERATOR)
    return scribe.approve(proposal, until=None, review=scribe.minute(days=90), second=SECOND, tell=False, **said)


def test_a_whole_server_is_limited_as_the_house_limits_them(scribe: Scribe):
    of_server(scribe)
    assert not scribe.verdict().broken


def test_an_order_against_a_server_is_carried_out(scribe: Scribe):
    proposal = scribe.propose(kind="server", outcome="suspend_server", demanded="")
    made = scribe.approve(proposal)
    assert "server_by_law" in scribe.found(made)


def test_a_measure_of_servers_falls_on_an_account(scribe: Scribe):
    scribe.own(targets={"account": 1})
    proposal = scribe.propose("HOUSE-2021-0001", kind="account", outcome="suspend_server", demanded="", by=MODERATOR)
    lie(scribe, scribe.approve(proposal, until=None, review=scribe.minute(days=90), second=SECOND), "server_otherwise")


def test_one_person_limits_a_whole_server(scribe: Scribe):
    scribe.own(targets={"server": 1})
    made = scribe.alone(measure="limit_server", kind="server")
    assert "second_missing" in scribe.found(made)


def test_a_server_is_taken_off_the_list_by_one_person(scribe: Scribe):
    said = {"step": "taken_off", "by": MODERATOR, "second": MODERATOR}
    lie(scribe, scribe.write("server", "server-1", said, private={"server": "far.example"}), "server_taken_off_alone")


def test_a_clerk_lets_a_server_in(scribe: Scribe):
    said = {"step": "let_in", "by": CLERK, "second": None}
    lie(scribe, scribe.write("server", "server-1", said, private={"server": "far.example"}), "server_list_without_role")


def test_more_is_done_than_was_asked_for(scribe: Scribe):
    proposal = scribe.propose(
        target=3, kind="account", outcome="withhold_account", demanded="label", finding="No other way."
    )
    lie(scribe, scribe.approve(proposal), "wider_than_asked")


def test_what_was_asked_for_is_changed_afterwards(scribe: Scribe):
    proposal = scribe.propose(demanded="label")
    lie(scribe, scribe.approve(proposal, demanded="withhold_post"), "demanded_otherwise")


def test_a_measure_has_no_reason_at_all(scribe: Scribe):
    made = scribe.measure(prev=scribe.propose(), carried={})
    scribe.notice(made)
    lie(scribe, made, "no_reason", "reason_unlike")


def test_an_opened_reason_says_nothing(scribe: Scribe):
    proposal = scribe.propose(reason=" ")
    scribe.beside = {proposal: [scribe.opens[proposal]["reason"]]}
    lie(scribe, proposal, "no_reason")


def test_the_entry_discloses_what_it_never_committed_to(scribe: Scribe):
    proposal = scribe.propose()
    other = scribe.propose(target=2, outcome="label")
    lie(scribe, scribe.approve(proposal, opens=scribe.codes(other)), "opens_foreign")


# --- confirmations ---


def test_an_order_confirms_an_emergency_of_its_authority(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    scribe.open_order("IN-2021-0003", confirms="IN-2021-0002")
    assert not scribe.verdict().findings


@pytest.mark.parametrize("what", ["IN-2021-0001", "IN-2021-0099"])
def test_an_order_confirms_what_is_no_emergency_or_nothing_at_all(scribe: Scribe, what: str):
    lie(scribe, scribe.order("IN-2021-0003", confirms=what), "confirms_foreign")


def test_an_order_confirms_the_emergency_of_another_authority(scribe: Scribe):
    scribe.authority("Delhi Police")
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    lie(scribe, scribe.order("IN-2021-0003", authority="Delhi Police", confirms="IN-2021-0002"), "confirms_foreign")


def test_an_order_takes_the_place_of_one_that_was_sent_back(scribe: Scribe):
    scribe.step("returned", codes=["no_reasons"])
    scribe.open_order("IN-2021-0003", replaces="IN-2021-0001")
    scribe.step("replaced", by="clock")
    assert not scribe.verdict().findings


@pytest.mark.parametrize("what", ["IN-2021-0001", "IN-2021-0099"])
def test_an_order_takes_the_place_of_what_was_not_sent_back_or_of_nothing_at_all(scribe: Scribe, what: str):
    lie(scribe, scribe.order("IN-2021-0003", replaces=what), "replaces_foreign")


def test_an_order_is_ended_as_replaced_and_none_takes_its_place(scribe: Scribe):
    scribe.step("returned", codes=["no_reasons"])
    lie(scribe, scribe.step("replaced", by="clock"), "replaced_by_none")


def test_an_emergency_is_confirmed_by_whoever_took_in_the_order_that_confirms_it(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    scribe.open_order("IN-2021-0003", confirms="IN-2021-0002", by=PROPOSER)
    said = {"confirms": "IN-2021-0003", "body": "secretary"}
    lie(scribe, scribe.step("confirmed", "IN-2021-0002", by=PROPOSER, **said), "confirmed_alone")


@pytest.mark.parametrize("by", [{"let_in_by": PROPOSER}, {"let_in_by": CLERK, "let_in_before": [OWNER, PROPOSER]}])
def test_an_emergency_is_confirmed_by_whoever_let_in_who_files_for_the_authority(scribe: Scribe, by: dict[str, Any]):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    scribe.open_order("IN-2021-0003", confirms="IN-2021-0002", **{"by": "authority"} | by)
    said = {"confirms": "IN-2021-0003", "body": "secretary"}
    lie(scribe, scribe.step("confirmed", "IN-2021-0002", by=PROPOSER, **said), "confirmed_alone")


def test_an_order_is_signed_by_a_key_that_was_not_the_authoritys_then(scribe: Scribe):
    scribe.agreed("Delhi Police", keys=["ab"])
    signed = {"authority": "Delhi Police", "signature": "valid"}
    scribe.order("IN-2021-0002", key="ab", **signed)
    assert not scribe.verdict().findings
    lie(scribe, scribe.order("IN-2021-0003", key="cd", **signed), "key_foreign")


def test_an_order_is_filed_by_who_was_let_in_by_nobody_that_an_entry_names(scribe: Scribe):
    """Nothing is known of authorities that were entered before entries said who lets in."""
    filed = {"by": "authority", "let_in_by": OWNER}
    scribe.order("IN-2021-0002", **filed)
    scribe.agreed("Delhi Police", keys=[])
    scribe.authority("Delhi Police", step="filer_invited", by=PROPOSER, second=None)
    scribe.order("IN-2021-0003", authority="Delhi Police", by="authority", let_in_by=PROPOSER)
    assert not scribe.verdict().findings
    for number, more in (("4", filed), ("5", filed | {"let_in_by": PROPOSER, "let_in_before": [OWNER]})):
        assert scribe.found(scribe.order(f"IN-2021-000{number}", authority="Delhi Police", **more)) == {
            "let_in_foreign"
        }


def test_an_authority_is_changed_as_nobody_proposed(scribe: Scribe):
    """What is known of it is no proposal."""
    added = scribe.authority("Delhi Police")
    lie(scribe, scribe.authority("Delhi Police", added, step="changed", keys=["ab"]), "authority_unproposed")


@pytest.mark.parametrize("otherwise", [{"keys": ["cd"]}, {"by": PROPOSER}, {"domain": "clerk.example"}])
def test_an_authority_is_changed_otherwise_than_was_proposed(scribe: Scribe, otherwise: dict[str, Any]):
    said = {"step": "proposed", "second": None, "domain": "police.in", "keys": ["ab"], "what": ["keys"]}
    proposed = scribe.authority(**said)
    said |= {"step": "changed", "second": APPROVER, "prev": proposed}
    scribe.authority(**said)
    again = said | {"prev": scribe.authority(**said | {"step": "proposed", "second": None, "prev": None})}
    assert not scribe.verdict().findings
    lie(scribe, scribe.authority(**again | otherwise), "authority_otherwise")


@pytest.mark.parametrize("before", ["dropped", "changed"])
def test_an_authority_is_changed_by_a_proposal_that_was_answered_before(scribe: Scribe, before: str):
    said = {"keys": ["ab"], "what": ["keys"]}
    proposed = scribe.authority(step="proposed", second=None, **said)
    scribe.authority(prev=proposed, step=before, second=None if before == "dropped" else APPROVER, **said)
    assert not scribe.verdict().findings
    lie(scribe, scribe.authority(prev=proposed, step="changed", **said), "authority_unproposed")


@pytest.mark.parametrize("how", ["renewed", "resumed", "still there"])
def test_an_appeal_is_decided_for_whoever_appealed_and_what_it_was_about_goes_on(scribe: Scribe, how: str):
    made = scribe.decide(until=scribe.minute(days=50))
    filed = scribe.appeal(made, "filed")
    goes_on = made
    if how != "still there":
        said = {"targets": [1], "body": "court"}
        scribe.step("stayed" if how == "resumed" else how, **said)
        ended = scribe.reverse(made, "stayed" if how == "resumed" else how, body="court", second=APPROVER)
        goes_on = scribe.measure(
            prev=ended, carried=scribe.opens[made], cause=how, body="court", until=scribe.minute(days=50)
        )
        scribe.notice(goes_on)
    decided = scribe.appeal(filed, "decided", outcome="reversed")
    scribe.reverse(goes_on, "appealed", by=SECOND)
    scribe.later(days=3)
    scribe.order("IN-2021-0009")
    assert not scribe.verdict().broken
    del scribe.entries[decided + 1]
    assert "reversed_goes_on" in scribe.found(decided)


def test_an_emergency_is_confirmed_by_an_order_that_confirms_another(scribe: Scribe):
    for ref in ("IN-2021-0002", "IN-2021-0003"):
        scribe.open_order(ref, "IN-69A-EMERG@1")
    scribe.open_order("IN-2021-0004", confirms="IN-2021-0003")
    lie(
        scribe,
        scribe.step("confirmed", "IN-2021-0002", confirms="IN-2021-0004", body="secretary"),
        "confirmed_by_another",
    )


# --- what an order lacks on its face ---

LACKS: dict[str, Any] = {"defects": ["no_signature"]}


def test_what_an_order_lacks_is_answered_for_by_who_proposes_and_seen_by_who_approves(scribe: Scribe):
    proposal = scribe.propose(**LACKS, despite=True)
    scribe.approve(proposal, **LACKS, despite=True)
    assert not scribe.verdict().findings


def test_the_reason_in_spite_of_a_defect_is_empty(scribe: Scribe):
    proposal = scribe.propose(**LACKS, despite=True, why=" ")
    scribe.beside = {proposal: [scribe.opens[proposal]["despite"]]}
    lie(scribe, proposal, "despite_unsaid")


def test_one_person_acts_in_spite_of_a_defect_and_does_not_say_why(scribe: Scribe):
    made = scribe.measure(
        **LACKS, break_glass=True, second=None, glass_until=scribe.minute(days=1), until=scribe.minute(days=1)
    )
    assert "despite_unsaid" in scribe.found(made)


# --- a state's hint ---

HINT: dict[str, Any] = {"source": "state_flag", "flagged_by": MINISTRY}


def test_a_hint_that_names_its_authority_is_no_lie(scribe: Scribe):
    scribe.own(**HINT)
    scribe.alone(jurisdiction="IN", measure="freeze")
    assert not scribe.verdict().findings


def test_a_hint_came_from_an_authority_that_was_only_proposed(scribe: Scribe):
    scribe.authority("Delhi Police", step="proposed", second=None)
    scribe.authority("Delhi Police", step="dropped", second=None)
    lie(scribe, scribe.own(**HINT | {"flagged_by": "Delhi Police"}), "hint_of_nobody")


def test_a_measure_forgets_whose_hint_it_follows(scribe: Scribe):
    scribe.own(**HINT)
    lie(scribe, scribe.alone(measure="freeze", jurisdiction="", flagged_by=""), "hint_unlike")


def test_a_measure_follows_another_authoritys_hint_than_its_matter(scribe: Scribe):
    scribe.authority("Delhi Police")
    scribe.own(**HINT)
    lie(scribe, scribe.alone(measure="freeze", jurisdiction="IN", flagged_by="Delhi Police"), "hint_unlike")


def test_a_measure_came_to_light_by_staff_and_its_matter_by_a_state(scribe: Scribe):
    scribe.own(**HINT)
    lie(scribe, scribe.alone(measure="freeze", jurisdiction="IN", source="staff"), "hint_unlike")


def test_a_hint_is_said_to_have_come_from_another_country(scribe: Scribe):
    scribe.own(**HINT)
    lie(scribe, scribe.alone(measure="freeze", jurisdiction="DE"), "hint_unlike")


# --- ends ---


def test_a_measure_lasts_longer_than_its_law_allows(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", interim_until=scribe.minute(hours=10))
    made = scribe.decide("IN-2021-0002", until=scribe.minute(hours=100))
    lie(scribe, made, "beyond_law_duration", "beyond_interim")


def test_an_emergency_runs_past_its_interim_without_a_confirmation(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    made = scribe.decide("IN-2021-0002", until=scribe.minute(days=4))
    scribe.later(days=5)
    scribe.order("IN-2021-0003")
    lie(scribe, made, "emergency_runs", "beyond_interim", "beyond_law_duration")


def test_what_a_confirmation_left_out_runs_on(scribe: Scribe):
    """The one post is confirmed; the other has no more ground than if nothing had been."""
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", targets={"post": 2})
    first = scribe.decide("IN-2021-0002", until=scribe.minute(hours=47, minutes=40))
    other = scribe.decide("IN-2021-0002", target=2, until=scribe.minute(days=4))
    scribe.later(hours=20)
    scribe.open_order("IN-2021-0003", targets={"post": 1}, confirms="IN-2021-0002")
    scribe.step("confirmed", "IN-2021-0002", confirms="IN-2021-0003", body="secretary")
    ended = scribe.reverse(first, "confirmed", body="secretary")
    on = scribe.measure("IN-2021-0003", prev=ended, carried=scribe.opens[first], cause="confirmed", body="secretary")
    scribe.notice(on)
    scribe.later(days=5)
    scribe.order("IN-2021-0004")
    lie(scribe, other, "emergency_runs", "beyond_interim", "beyond_law_duration")


def test_a_confirmation_lengthens_what_was_to_end_before_its_emergency_order(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", targets={"post": 1})
    first = scribe.decide("IN-2021-0002", until=scribe.minute(hours=30))
    scribe.later(hours=20)
    scribe.open_order("IN-2021-0003", targets={"post": 1}, confirms="IN-2021-0002")
    scribe.step("confirmed", "IN-2021-0002", confirms="IN-2021-0003", body="secretary")
    ended = scribe.reverse(first, "confirmed", body="secretary")
    on = scribe.measure("IN-2021-0003", prev=ended, carried=scribe.opens[first], cause="confirmed", body="secretary")
    scribe.notice(on)
    lie(scribe, on, "more_than_before")


# --- clocks ---


@pytest.mark.parametrize("opened", [False, True])
def test_an_entry_bears_a_time_from_before_its_batch(opened: bool):
    """The clock was set back in the middle of a case, and nothing was entered before that bears a later time. `opened`: what is
    behind the entry was a secret once.
    """
    scribe = Scribe()
    scribe.batch = scribe.minute()
    scribe.begin()
    order = scribe.open_order()
    scribe.later(hours=2)
    scribe.batch = scribe.minute(minutes=-20)
    scribe.later(hours=-1)
    late = scribe.step("correspondence")
    if opened:
        del scribe.entries[late + 1]
        secret = scribe.seal("step", "IN-2021-0001", scribe.public(late), "IN-69A@1", order, size=late)
        scribe.later(hours=1)
        scribe.unseal(secret)
    scribe.later(hours=1)
    scribe.step("correspondence")
    lie(scribe, late, "before_its_batch")


def test_an_entry_bears_a_later_time_than_its_witness(scribe: Scribe):
    scribe.later(hours=3)
    ahead = scribe.step("correspondence")
    scribe.witnessed = [(ahead + 1, int((scribe.clock - timedelta(hours=2)).timestamp()) * 1000)]
    lie(scribe, ahead, "dated_ahead")


def test_a_measure_lasts_longer_than_its_order(scribe: Scribe):
    scribe.open_order("IN-2021-0002", ends=scribe.minute(days=3))
    lie(scribe, scribe.decide("IN-2021-0002"), "beyond_order_end")


# --- the state of an order ---


def test_a_measure_comes_before_its_order(scribe: Scribe):
    made = scribe.measure("IN-2021-0009", by=PROPOSER)
    assert "order_unknown" in scribe.found(made)


def test_a_measure_comes_before_the_order_was_checked(scribe: Scribe):
    scribe.order("IN-2021-0002")
    proposal = scribe.propose("IN-2021-0002")
    made = scribe.approve(proposal)
    assert "decided_out_of_state" in scribe.found(proposal)
    assert scribe.found(made) == {"measured_out_of_state"}


@pytest.mark.parametrize("step", ["closed", "returned", "withdrawn", "set_aside", "stayed"])
def test_a_measure_comes_on_an_order_that_is_over_returned_or_stayed(scribe: Scribe, step: str):
    proposal = scribe.propose()
    scribe.step(step, body="court", codes=["no_reasons"], by=SECOND)
    lie(scribe, scribe.approve(proposal), "measured_out_of_state")


def test_a_measure_comes_though_nobody_knows_whether_the_order_is_genuine(scribe: Scribe):
    scribe.open_order("IN-2021-0002", origin="unverified")
    lie(scribe, scribe.decide("IN-2021-0002"), "origin_unknown")


def test_an_order_is_closed_with_measures_in_force(scribe: Scribe):
    scribe.decide()
    lie(scribe, scribe.step("closed"), "closed_in_force")


def test_a_closed_order_takes_another_step(scribe: Scribe):
    scribe.step("closed")
    lie(scribe, scribe.step("stayed", body="court"), "step_out_of_state")


@pytest.mark.parametrize("step", ["withdrawn", "returned", "clarification_requested", "objection_filed"])
def test_an_authority_takes_a_step_in_a_matter_of_the_houses_own(scribe: Scribe, step: str):
    scribe.open_order("HOUSE-2021-0001", "OWN-RULES@1", kind="own_rules", authority="", targets={"post": 2})
    assert "step_out_of_state" in scribe.found(scribe.step(step, "HOUSE-2021-0001", codes=["no_reasons"]))


def test_a_measure_goes_on_after_its_order_was_set_aside(scribe: Scribe):
    made = scribe.decide()
    scribe.step("set_aside", body="court")
    scribe.later(days=2)
    scribe.order("IN-2021-0002")
    lie(scribe, made, "runs_after_end")


def test_a_hearing_is_held_before_its_day(scribe: Scribe):
    scribe.step("hearing_set", until=scribe.minute(days=5))
    scribe.later(hours=2)
    lie(scribe, scribe.step("hearing_held"), "hearing_early")


def test_a_target_was_never_named(scribe: Scribe):
    proposal = scribe.propose(target=7)
    assert "target_unnamed" in scribe.found(proposal)


def test_time_goes_backwards(scribe: Scribe):
    scribe.later(days=-1)
    lie(scribe, scribe.role("staff-0000000000bb", "clerk"), "time_backwards")


# --- decisions ---


@pytest.mark.parametrize("ground", ["", "no_rule_broken"])
def test_a_refusal_has_no_ground_or_one_of_the_houses_own_matters(scribe: Scribe, ground: str):
    index = scribe.refuse(scribe.propose(outcome="refuse", **{"ground": ground} if ground else {}), ground=ground)
    lie(scribe, index, "refusal_without_ground")


def test_a_refusal_says_another_ground_than_was_proposed(scribe: Scribe):
    proposal = scribe.propose(outcome="refuse", ground="no_reasons")
    lie(scribe, scribe.refuse(proposal, ground="protected_expression"), "said_otherwise")


def test_a_refusal_stands_on_one_person(scribe: Scribe):
    proposal = scribe.propose(outcome="refuse", ground="protected_expression")
    lie(scribe, scribe.refuse(proposal, second=PROPOSER), "decided_alone", "refusal_unapproved")


def test_a_refusal_is_approved_by_a_reviewer(scribe: Scribe):
    proposal = scribe.propose(outcome="refuse", ground="protected_expression")
    lie(scribe, scribe.refuse(proposal, second=SECOND), "refusal_unapproved")


@pytest.mark.parametrize("outcome", ["withdrawn", "set_aside", "undecided"])
def test_one_person_closes_a_target_as_if_its_order_had_ended(scribe: Scribe, outcome: str):
    proposal = scribe.propose(outcome="refuse", ground="protected_expression")
    lie(
        scribe,
        scribe.refuse(proposal, step="closed", outcome=outcome, ground=None, second=None, opens=[]),
        "closed_unordered",
    )


@pytest.mark.parametrize("outcome", ["duplicate", "own_rules_action", "anything"])
def test_a_closing_that_no_step_of_the_order_brings_takes_two(scribe: Scribe, outcome: str):
    proposal = scribe.propose(outcome=outcome)
    index = scribe.refuse(proposal, step="closed", outcome=outcome, ground=None, second=None)
    assert "decided_alone" in scribe.found(index)


def test_a_target_is_closed_for_what_the_house_did_in_a_matter_that_is_none(scribe: Scribe):
    def closed(ref: str, **said: object) -> set[str]:
        of = scribe.propose(ref, outcome="own_rules_action")
        return scribe.found(scribe.refuse(of, step="closed", outcome="own_rules_action", ground=None, **said))

    scribe.open_order("HOUSE-2021-0001", "OWN-RULES@1", kind="own_rules", authority="", targets={"post": 2})
    scribe.open_order("IN-2021-0007")
    for n, true in enumerate((None, "HOUSE-2021-0001"), 2):
        scribe.open_order(f"IN-2021-000{n}")
        assert "closed_by_no_matter" not in closed(f"IN-2021-000{n}", matter=true)
    for n, made_up in enumerate(("IN-2021-0007", "HOUSE-2021-0009"), 4):
        scribe.open_order(f"IN-2021-000{n}")
        assert "closed_by_no_matter" in closed(f"IN-2021-000{n}", matter=made_up)
    assert "closed_by_no_matter" in closed("HOUSE-2021-0001", matter=None)


def test_a_measure_follows_from_no_proposal(scribe: Scribe):
    made = scribe.measure()
    scribe.notice(made)
    lie(scribe, made, "proposal_missing")


def test_a_proposal_that_was_sent_back_is_carried_out(scribe: Scribe):
    proposal = scribe.propose()
    scribe.keep(proposal, "returned", by=SECOND)
    lie(scribe, scribe.approve(proposal), "proposal_spent")


def test_a_proposal_is_carried_out_twice(scribe: Scribe):
    proposal = scribe.propose()
    scribe.approve(proposal)
    lie(scribe, scribe.approve(proposal), "proposal_spent")


def test_a_proposal_is_sent_back_twice(scribe: Scribe):
    proposal = scribe.propose()
    scribe.keep(proposal, "returned", by=SECOND)
    lie(scribe, scribe.keep(proposal, "returned", by=APPROVER), "proposal_spent")


def test_one_person_keeps_something_twice(scribe: Scribe):
    made = scribe.decide()
    scribe.keep(made)
    scribe.keep(made, by=SECOND)
    again = scribe.keep(made)
    scribe.later(hours=1)
    scribe.keep(made)
    lie(scribe, again, "kept_twice")


def test_an_appeal_is_withdrawn_that_was_decided(scribe: Scribe):
    filed = scribe.appeal(scribe.decide(), "filed")
    scribe.appeal(filed, "decided")
    lie(scribe, scribe.appeal(filed, "withdrawn"), "appealed_twice")


def test_a_measure_is_appealed_twice(scribe: Scribe):
    made = scribe.decide()
    scribe.appeal(made, "filed")
    lie(scribe, scribe.appeal(made, "filed"), "appealed_twice")


def test_a_target_becomes_another_kind_of_thing(scribe: Scribe):
    scribe.keep(scribe.propose(), "returned", by=SECOND)
    assert "kind_changed" in scribe.found(scribe.propose(kind="account"))


def test_something_is_kept_that_is_not_in_force(scribe: Scribe):
    made = scribe.decide()
    scribe.reverse(made)
    lie(scribe, scribe.keep(made), "kept_nothing")


def test_a_target_is_decided_anew_while_the_first_decision_binds(scribe: Scribe):
    scribe.decide()
    lie(scribe, scribe.decide(), "in_force_twice")


# --- one person in an emergency ---


def test_a_broken_glass_lasts_longer_than_a_day(scribe: Scribe):
    made = scribe.measure(
        by=APPROVER, second=None, break_glass=True, until=scribe.minute(days=9), glass_until=scribe.minute(days=9)
    )
    scribe.notice(made)
    lie(scribe, made, "glass_without_end")


def test_a_broken_glass_is_kept_after_a_day_without_a_second_person(scribe: Scribe):
    day = scribe.minute(days=1)
    made = scribe.measure(by=APPROVER, second=None, break_glass=True, until=scribe.minute(days=30), glass_until=day)
    scribe.notice(made)
    scribe.later(days=4)
    scribe.order("IN-2021-0002")
    lie(scribe, made, "glass_kept")


def test_a_broken_glass_is_seconded_by_its_author(scribe: Scribe):
    day = scribe.minute(days=1)
    made = scribe.measure(by=APPROVER, second=None, break_glass=True, until=day, glass_until=day)
    scribe.notice(made)
    lie(scribe, scribe.keep(made, "reviewed", by=APPROVER), "seconded_oneself")


def test_a_measure_lasts_longer_than_was_proposed(scribe: Scribe):
    proposal = scribe.propose(until=scribe.minute(days=3))
    made = scribe.approve(proposal, until=scribe.minute(days=4))
    assert not scribe.verdict().broken, "nobody was shown until when it was to last"
    scribe.beside[made] = [scribe.opens[proposal]["until"]]
    lie(scribe, made, "said_otherwise")


def test_a_second_person_agrees_to_more_time_than_order_and_law_allow(scribe: Scribe):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1")
    day, end = scribe.minute(days=1), scribe.minute(hours=72)
    made = scribe.measure("IN-2021-0002", by=APPROVER, second=None, break_glass=True, until=day, glass_until=day)
    scribe.notice(made)
    agreed = scribe.keep(made, "reviewed", by=SECOND, ends=end)
    lie(scribe, agreed, "beyond_law_duration", "beyond_interim")


def test_what_an_appeal_made_shorter_is_no_longer_for_a_second_persons_word(scribe: Scribe):
    day, soon = scribe.minute(days=1), scribe.minute(hours=6)
    glass = {"by": APPROVER, "second": None, "break_glass": True, "glass_until": day}
    made = scribe.measure(until=day, **glass)
    filed = scribe.appeal(made, "filed")
    ended = scribe.reverse(made, "modified", by=SECOND)
    less = scribe.measure(prev=ended, carried=scribe.opens[made], cause="modified", until=soon, **glass)
    scribe.notice(less)
    scribe.appeal(filed, "decided", outcome="modified")
    scribe.keep(less, "reviewed", by=PROPOSER, ends=None)
    scribe.later(days=5)
    scribe.order("IN-2021-0002")
    assert "end_unrecorded" in scribe.found(less)


def test_a_broken_glass_is_seconded_twice(scribe: Scribe):
    day = scribe.minute(days=1)
    made = scribe.measure(by=APPROVER, second=None, break_glass=True, until=day, glass_until=day)
    scribe.notice(made)
    scribe.keep(made, "reviewed", by=SECOND)
    lie(scribe, scribe.keep(made, "reviewed", by=PROPOSER), "seconded_twice")


def test_a_reviewer_breaks_the_glass(scribe: Scribe):
    day = scribe.minute(days=1)
    made = scribe.measure(by=PROPOSER, second=None, break_glass=True, until=day, glass_until=day)
    scribe.notice(made)
    lie(scribe, made, "role_lacking")


# --- the house's own rules ---


def own(scribe: Scribe, **changes: object) -> int:
    scribe.own(targets={"account": 1, "post": 1})
    said: dict[str, object] = {"measure": "freeze", "until": scribe.minute(hours=20)}
    return scribe.alone(said=said | changes)


def test_a_rule_is_cited_before_it_is_in_force(scribe: Scribe):
    later = FILES["house_rules.1"].replace(b"version = 1", b"version = 2\neffective_from = 2031-01-01", 1)
    scribe.files[sha256(later)] = later
    scribe.rules(2, sha256(later))
    lie(scribe, own(scribe, rule="1@2"), "rule_not_in_force")


@pytest.mark.parametrize("measure", ["warn", "remove_post"])
def test_a_warning_by_one_person_waits_for_a_second_as_every_act_of_one_does(scribe: Scribe, measure: str):
    kind = "post" if measure == "remove_post" else "account"
    lie(scribe, own(scribe, measure=measure, kind=kind, until=scribe.minute(days=9)), "alone_too_long")


# --- alone again ---


def by_turns(
    scribe: Scribe, days: int = 4, second: str = "limit", known: bool = True, **changes: object
) -> tuple[int, int]:
    """What one moderator does to one person by two matters, the second so many days later."""
    scribe.own(targets={"account": 1})
    first = scribe.alone(measure="freeze", until=scribe.minute(days=2))
    scribe.later(days=2)
    scribe.reverse(first, "lapsed")
    scribe.later(days=days - 2)
    scribe.own("HOUSE-2021-0002", rule="3@1", targets={"account": 1})
    again = scribe.alone("HOUSE-2021-0002", said={"measure": second} | changes)
    if known:
        scribe.beside |= {one: [scribe.opens[one]["subject"]] for one in (first, again)}
    return first, again


def test_one_moderator_limits_alone_whom_they_had_frozen_alone(scribe: Scribe):
    first, again = by_turns(scribe)
    lie(scribe, again, "alone_again")
    assert scribe.verdict().broken[0].detail == f"entry {first} did it before"


def test_nobody_knows_that_it_is_the_same_person_before_both_are_opened(scribe: Scribe):
    first, again = by_turns(scribe, known=False)
    assert not scribe.verdict().broken
    scribe.beside[first] = [scribe.opens[first]["subject"]]
    assert not scribe.verdict().broken
    scribe.beside[again] = [scribe.opens[again]["subject"]]
    lie(scribe, again, "alone_again")


def test_one_moderator_begins_anew_by_the_same_matter_which_needs_no_opening(scribe: Scribe):
    scribe.own(targets={"account": 1})
    scribe.reverse(scribe.alone(measure="freeze"), "lifted", by=MODERATOR)
    lie(scribe, scribe.alone(measure="freeze"), "alone_again")


@pytest.mark.parametrize("said", [{"days": 33}, {"second": "warn"}, {"by": APPROVER, "second": "freeze"}], ids=str)
def test_what_is_done_alone_once_in_so_long_and_warnings_are_no_lie(scribe: Scribe, said: dict[str, Any]):
    by_turns(scribe, **said)
    assert not [one for one in scribe.verdict().broken if one.code == "alone_again"]


# --- changes and ends ---


def test_something_is_resumed_that_was_never_stayed(scribe: Scribe):
    made = scribe.decide()
    again = scribe.measure(prev=made, carried=scribe.opens[made], cause="resumed", body="court")
    scribe.notice(again)
    lie(scribe, again, "cause_missing")


def test_something_is_renewed_by_one_person(scribe: Scribe):
    made = scribe.decide()
    scribe.step("renewed", body="authority")
    ended = scribe.reverse(made, "renewed", body="authority")
    again = scribe.measure(prev=ended, carried=scribe.opens[made], cause="renewed", body="authority", second=None)
    scribe.notice(again)
    assert "renewed_alone" in scribe.found(again)


def test_what_a_stay_gives_back_is_put_on_other_people(scribe: Scribe):
    made = scribe.decide()
    again = resumed(scribe, made, by=SECOND)
    lie(scribe, again, "others_behind_it")


@pytest.mark.parametrize(
    "more",
    [{"until": None, "review": "2021-03-20T10:00Z"}, {"until": "2021-04-20T10:00Z"}, {"measure": "label"}],
    ids=str,
)
def test_a_stay_gives_back_more_than_it_took(scribe: Scribe, more: dict[str, object]):
    made = scribe.decide()
    again = resumed(scribe, made, **more)
    assert "more_than_before" in scribe.found(again)


def resumed(scribe: Scribe, made: int, **changes: object) -> int:
    """What goes on after a stay of three hours."""
    scribe.step("stayed", body="court")
    stayed = scribe.reverse(made, "stayed", body="court")
    scribe.later(hours=3)
    scribe.step("stay_ended", body="court")
    said = {"cause": "resumed", "body": "court", "until": scribe.public(made)["until"]} | changes
    again = scribe.measure(prev=stayed, carried=scribe.opens[made], said=said)
    scribe.notice(again)
    return again


def test_nobody_says_whose_extension_it_is(scribe: Scribe):
    made = scribe.decide()
    scribe.step("extended", body="authority")
    ended = scribe.reverse(made, "extended", body="authority")
    again = scribe.measure(prev=ended, carried=scribe.opens[made], cause="extended")
    scribe.notice(again)
    lie(scribe, again, "whose_act_unsaid")


def test_the_same_measure_is_ended_twice(scribe: Scribe):
    made = scribe.decide()
    scribe.reverse(made)
    lie(scribe, scribe.reverse(made), "ended_twice")


# --- notices and secrets ---


def test_nobody_is_told(scribe: Scribe):
    made = scribe.approve(scribe.propose(), tell=False)
    scribe.later(days=3)
    scribe.order("IN-2021-0002")
    lie(scribe, made, "untold")


def test_somebody_is_not_told_and_no_law_forbids_it(scribe: Scribe):
    scribe.own(targets={"account": 1})
    made = scribe.alone(until=scribe.minute(hours=9), measure="freeze")
    lie(scribe, scribe.notice(made, "delayed", until=scribe.minute(days=3), gag="because"), "gag_without_law")


def test_somebody_is_not_told_and_no_ground_is_given(scribe: Scribe):
    made = scribe.decide()
    lie(scribe, scribe.notice(made, "delayed", until=scribe.minute(days=3)), "gag_without_law")


def test_a_gag_goes_beyond_the_bounds_of_its_law(scribe: Scribe):
    made = scribe.approve(scribe.propose(), tell=False)
    lie(scribe, scribe.notice(made, "delayed", until=scribe.minute(days=400), gag="r. 16"), "gag_too_long")


def test_the_gag_is_over_and_nobody_is_told(scribe: Scribe):
    made = scribe.approve(scribe.propose(), tell=False, until=scribe.minute(days=50))
    scribe.notice(made, "delayed", until=scribe.minute(days=3), gag="r. 16")
    scribe.later(days=9)
    scribe.order("IN-2021-0002")
    lie(scribe, made, "silent_after_gag")


SECRET_RULES = (
    b'secrecy = "none"',
    b'secrecy = "gag"\naggregate_delay = "P30D"\ngag = { basis = "our own wish", review_every = "P90D" }',
)
STATE_HINT: dict[str, Any] = {"targets": {"account": 1}, "source": "state_flag", "flagged_by": MINISTRY}


@pytest.fixture
def secretive(scribe: Scribe) -> Scribe:
    """A house that wrote into its own rules that it may be silent."""
    own = FILES["OWN-RULES.1"].replace(*SECRET_RULES)
    scribe.files[sha256(own)] = own
    scribe.law("OWN-RULES@1", sha256(own))
    assert not scribe.verdict().findings
    return scribe


def test_a_states_hint_is_kept_secret_by_rules_that_are_no_law(secretive: Scribe):
    lie(secretive, secretive.own(secrecy="gag", **STATE_HINT), "secrecy_beyond")


def test_a_states_hint_is_sealed_by_rules_that_are_no_law(secretive: Scribe):
    order = secretive.public(secretive.own(**STATE_HINT))
    sealed = secretive.seal("order", "X-ABC", order, "OWN-RULES@1")
    lie(secretive, secretive.unseal(sealed, "HOUSE-2021-0002"), "sealed_without_law")


@pytest.mark.parametrize("step", ["delayed", "withheld"])
def test_whom_a_states_hint_touched_is_not_told_by_rules_that_are_no_law(secretive: Scribe, step: str):
    secretive.own(**STATE_HINT)
    made = secretive.alone(until=secretive.minute(hours=9), measure="freeze", jurisdiction="IN")
    told = secretive.notice(made, step, until=secretive.minute(days=3), gag="our own wish")
    lie(secretive, told, "gag_without_law", *(("gag_too_long",) if step == "withheld" else ()))


def sealed_then(scribe: Scribe, **span: float) -> int:
    """A secret order that came into the log so much later than it happened, opened since."""
    then, size = scribe.minute(), len(scribe.entries)
    order = scribe.public(scribe.order("IN-2021-0002"))
    scribe.later(**span)
    sealed = scribe.seal("order", "X-ABC", order, "IN-69A@1", at=then, size=size)
    scribe.unseal(sealed, "IN-2021-0003")
    return sealed


def test_rules_give_themselves_ten_years_to_write_down_what_was_secret(scribe: Scribe):
    lax = FILES["house_rules.1"].replace(b'logged_within = "P30D"', b'logged_within = "P10Y"')
    scribe.files[sha256(lax)] = lax
    scribe.rules(1, sha256(lax))
    lie(scribe, sealed_then(scribe, days=91), "logged_late")


def test_an_act_is_sealed_whose_law_knows_no_secret(scribe: Scribe):
    order = scribe.public(scribe.own(targets={"account": 1}))
    sealed = scribe.seal("order", "HOUSE-2021-0002", order, "OWN-RULES@1")
    lie(scribe, scribe.unseal(sealed), "sealed_without_law")


def test_a_sealed_measure_that_breaks_the_law_is_named_once_it_is_opened(scribe: Scribe):
    proposal = scribe.propose()
    public = scribe.public(scribe.approve(proposal)) | {"territory": ["XX"], "target": 2}
    sealed = scribe.seal("measure", "IN-2021-0001", public, "IN-69A@1", scribe.propose(target=2))
    assert "beyond_territory" not in scribe.found(sealed)
    scribe.unseal(sealed)
    assert "beyond_territory" in scribe.found(sealed)


def test_an_entry_is_opened_by_somebody_who_may_not(scribe: Scribe):
    proposal = scribe.propose()
    lie(scribe, scribe.unseal(proposal, by=CLERK, disclosures=scribe.codes(proposal)), "opened_without_role")


@pytest.mark.parametrize("who", [APPROVER, OWNER])
def test_words_of_a_case_are_erased_by_somebody_who_had_a_hand_in_it(scribe: Scribe, who: str):
    """The owner had none before they looked at the measure again."""
    proposal = scribe.propose()
    made = scribe.approve(proposal)
    if who == OWNER:
        scribe.keep(made, by=OWNER)
    lie(scribe, scribe.unseal(proposal, by=who, disclosures=[], erased=1), "erased_own")


def test_why_an_appeal_was_decided_is_erased_by_who_had_decided_what_it_is_about(scribe: Scribe):
    decided = scribe.appeal(scribe.appeal(scribe.decide(), "filed"), "decided")
    lie(scribe, scribe.unseal(decided, by=APPROVER, disclosures=[], erased=1), "erased_own")


def test_words_were_erased_before_anything_kept_people_from_erasing_their_own(scribe: Scribe):
    scribe.entries = [raw.replace(b'"let_in_by":null,', b"") for raw in scribe.entries]
    scribe.unseal(scribe.decide(), by=APPROVER, disclosures=[], erased=1)
    assert not scribe.verdict().broken


def test_words_of_a_case_are_erased_by_another(scribe: Scribe):
    proposal = scribe.propose()
    scribe.approve(proposal)
    scribe.unseal(proposal, by=OWNER, disclosures=[], erased=1)
    assert not scribe.verdict().broken


def test_the_class_of_a_protected_person_is_opened_beside_who_they_are(scribe: Scribe):
    made = scribe.decide()
    texts = scribe.opens[made]
    scribe.beside = {made: [texts["subject"], texts["speaker"]]}
    lie(scribe, made, "class_with_identity")


def test_an_opening_is_none_of_what_the_entry_committed_to(scribe: Scribe):
    made, other = scribe.decide(), scribe.decide(target=2)
    scribe.beside = {made: [scribe.opens[other]["reason"][:-4] + "abcd"]}
    lie(scribe, made, "opening_foreign")


# --- appeals, and entries as such ---


def test_an_appeal_is_decided_by_who_decided_what_it_is_about(scribe: Scribe):
    filed = scribe.appeal(scribe.decide(), "filed")
    lie(scribe, scribe.appeal(filed, "decided", by=APPROVER), "appeal_heard_by_decider")


@pytest.mark.parametrize("outcome", ["for", "against"])
def test_whoever_decided_notes_that_others_found_it_right(scribe: Scribe, outcome: str):
    filed = scribe.outside(scribe.decide(), "filed", by=APPROVER)
    told = scribe.found(scribe.outside(filed, "decided", by=APPROVER, outcome=outcome))
    assert ("found_right_by_decider" in told) == (outcome == "for")
    assert not scribe.found(scribe.outside(filed, "decided", by=SECOND, outcome=outcome))


@pytest.mark.parametrize("step", ["suit", "forwarded"])
def test_whoever_decided_notes_that_somebody_went_to_court(scribe: Scribe, step: str):
    made = scribe.decide()
    scribe.counter(made, "filed", by=None)
    told = scribe.found(scribe.counter(made, step, by=APPROVER))
    assert ("suit_noted_by_decider" in told) == (step == "suit")
    assert not scribe.found(scribe.counter(made, step, by=SECOND))


@pytest.mark.parametrize("step", ["appealed", "modified"])
def test_a_measure_ends_or_is_narrowed_as_by_an_appeal_that_nobody_decided_so(scribe: Scribe, step: str):
    made, other = scribe.decide(until=scribe.minute(days=50)), scribe.decide(target=2)
    filed, elsewhere = scribe.appeal(made, "filed"), scribe.appeal(other, "filed")
    outcome = "reversed" if step == "appealed" else step
    decided = scribe.appeal(filed, "decided", outcome=outcome)
    ended = scribe.reverse(made, step, by=SECOND)
    if step == "modified":
        scribe.notice(scribe.measure(prev=ended, carried=scribe.opens[made], cause=step))
    assert not scribe.verdict().broken
    for unlike in ({"outcome": "upheld"}, {"outcome": outcome, "prev": elsewhere}):
        scribe.change(decided, **unlike)
        assert "ended_unappealed" in scribe.found(ended)


@pytest.mark.parametrize("step", ["appealed", "modified"])
def test_an_appeal_against_an_emergencys_measure_ends_what_another_left_of_what_confirmed_it(scribe: Scribe, step: str):
    scribe.open_order("IN-2021-0002", "IN-69A-EMERG@1", targets={"post": 1})
    first = scribe.decide("IN-2021-0002", until=scribe.minute(hours=47, minutes=40))
    filed = scribe.appeal(first, "filed")
    scribe.later(hours=20)
    scribe.open_order("IN-2021-0003", targets={"post": 1}, confirms="IN-2021-0002")
    scribe.step("confirmed", "IN-2021-0002", confirms="IN-2021-0003", body="secretary")
    told = {"carried": scribe.opens[first], "until": scribe.minute(hours=27)}
    ended = scribe.reverse(first, "confirmed", body="secretary")
    made = scribe.measure("IN-2021-0003", prev=ended, cause="confirmed", body="secretary", **told)
    scribe.notice(made)
    scribe.later(hours=1)
    scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="modified")
    made = scribe.measure("IN-2021-0003", prev=scribe.reverse(made, "modified", by=SECOND), cause="modified", **told)
    scribe.notice(made)
    scribe.later(hours=1)
    scribe.appeal(filed, "decided", outcome="reversed" if step == "appealed" else step, by=OWNER)
    ended = scribe.reverse(made, step, by=OWNER)
    if step == "modified":
        scribe.notice(scribe.measure("IN-2021-0003", prev=ended, cause=step, **told))
    assert not scribe.verdict().broken


def test_an_appeal_is_decided_in_part_for_whoever_appealed_and_nothing_changes(scribe: Scribe):
    made = scribe.decide(until=scribe.minute(days=50))
    decided = scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="modified")
    assert "modified_unchanged" in scribe.found(decided)


@pytest.mark.parametrize("act", ["serve", "refuse", "hear_appeal"])
def test_somebody_decides_about_what_their_own_team_did_though_the_rules_forbid_it(scribe: Scribe, act: str):
    body = FILES["house_rules.1"].replace(b"own_team = []", f'own_team = ["{act}"]'.encode(), 1)
    scribe.files[sha256(body)] = body
    scribe.rules(digest=sha256(body))
    scribe.role(another := "staff-0000000000aa", "approver")
    if act == "refuse":
        told = scribe.refuse(scribe.propose(outcome="refuse", ground="protected_expression", by=another))
    else:
        told = scribe.approve(scribe.propose(by=another if act == "serve" else PROPOSER))
    if act == "hear_appeal":
        scribe.role(SECOND, "moderator", "reviewer")  # who decides is of another team for an hour
    lie(scribe, scribe.appeal(scribe.appeal(told, "filed"), "decided") if act == "hear_appeal" else told, "own_team")


def test_an_appeal_is_decided_by_who_looked_again_and_kept_it(scribe: Scribe):
    made = scribe.decide()
    scribe.keep(made, by=SECOND)
    lie(scribe, scribe.appeal(scribe.appeal(made, "filed"), "decided"), "appeal_heard_by_decider")


def test_an_appeal_is_decided_by_who_seconded_it_after_it_was_appealed(scribe: Scribe):
    day = scribe.minute(days=1)
    made = scribe.measure(by=APPROVER, second=None, break_glass=True, until=day, glass_until=day)
    filed = scribe.appeal(made, "filed")
    scribe.keep(made, "reviewed", by=SECOND)
    assert "appeal_heard_by_decider" in scribe.found(scribe.appeal(filed, "decided", by=SECOND))


def test_an_appeal_is_decided_by_who_decided_what_it_was_before_it_was_changed(scribe: Scribe):
    made = scribe.decide()
    scribe.step("renewed", body="authority")
    ended = scribe.reverse(made, "renewed", body="authority")
    changed = {"cause": "renewed", "body": "authority", "by": SECOND, "second": APPROVER}
    again = scribe.measure(prev=ended, carried=scribe.opens[made], **changed)
    filed = scribe.appeal(again, "filed")
    assert "appeal_heard_by_decider" in scribe.found(scribe.appeal(filed, "decided", by=PROPOSER))


@pytest.mark.parametrize("since", [True, False])
def test_an_appeal_is_decided_by_who_decided_the_one_before_about_the_same_thing(scribe: Scribe, *, since: bool):
    made = scribe.decide()
    scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="upheld", by=MODERATOR)
    scribe.step("renewed", body="authority")
    ended = scribe.reverse(made, "renewed", body="authority")
    again = scribe.measure(prev=ended, carried=scribe.opens[made], cause="renewed", body="authority")
    scribe.notice(again)
    decided = scribe.appeal(scribe.appeal(again, "filed"), "decided", outcome="upheld", by=MODERATOR)
    if since:
        lie(scribe, decided, "appeal_heard_again")
        scribe.change(decided, by=SECOND)
    else:  # earlier servers let them, and said nothing of it
        scribe.entries = [raw.replace(b'"earlier":0,', b"") for raw in scribe.entries]
    assert not scribe.verdict().broken


@pytest.mark.parametrize(
    ("first", "then", "wrong"),
    [
        ({}, None, True),
        ({"until": 31}, None, True),
        ({"until": 30}, None, False),
        ({"severity": "sign_up_requires_approval"}, None, False),
        ({"net": "ipv4/24"}, None, False),
        ({"net": "ipv6/48"}, None, False),
        ({"net": "ipv4/0"}, None, True),
        ({"net": "small"}, None, True),
        ({"net": None}, None, False),  # earlier servers did not say how large it is
        ({"until": 30}, {"until": 60, "second": OWNER}, False),
        ({"until": 30}, {"second": MODERATOR}, True),
        ({"until": 30}, {"second": APPROVER}, True),  # whose role never opened it
        ({"until": 30}, {"until": 60}, True),
        ({"net": "ipv4/24"}, {"until": 30}, True),
        ({"net": None}, {}, False),
    ],
)
def test_one_person_shuts_many_out_for_long(
    scribe: Scribe, first: dict[str, object], then: dict[str, object] | None, *, wrong: bool
):
    def block(step: str, said: dict[str, object]) -> int:
        told: dict[str, object] = {
            "kind": "ip",
            "net": "ipv4/16",
            "severity": "no_access",
            "by": MODERATOR,
            "second": None,
        }
        told |= {
            "step": step,
            **said,
            "until": scribe.minute(days=int(str(said["until"]))) if "until" in said else None,
        }
        return scribe.write(
            "door", "door-1", {name: value for name, value in told.items() if (name, value) != ("net", None)}
        )

    at = block("shut", first)
    at = at if then is None else block("changed", then)
    assert ("net_shut_out_alone" in scribe.found(at)) == wrong


def test_a_refusal_names_another_proposer_than_its_proposal(scribe: Scribe):
    """Or whoever proposed it could stand there as the second, and there would be one."""
    proposal = scribe.propose(outcome="refuse", ground="protected_expression", by=APPROVER)
    lie(scribe, scribe.refuse(proposal, by=PROPOSER, second=APPROVER), "decision_by_another")


def test_a_proposal_is_sent_back_by_who_made_it(scribe: Scribe):
    proposal = scribe.propose()
    lie(scribe, scribe.keep(proposal, "returned", by=PROPOSER), "sent_back_oneself")


def test_an_appeal_is_decided_by_a_clerk(scribe: Scribe):
    filed = scribe.appeal(scribe.decide(), "filed")
    lie(scribe, scribe.appeal(filed, "decided", by=CLERK), "appeal_without_role")


def test_an_entry_of_an_older_version_is_slipped_in(scribe: Scribe):
    scribe.entries.append(scribe.entries[-1].replace(b'"v":2', b'"v":1'))
    lie(scribe, len(scribe.entries) - 1, "unreadable")


def test_fields_are_of_no_known_kind(scribe: Scribe):
    made = scribe.measure(prev=scribe.propose(), territory=7)
    lie(scribe, made, "unreadable")


def test_protection_is_granted_by_a_clerk(scribe: Scribe):
    index = scribe.write(
        "protected", "protected-1", {"step": "granted", "class": "journalist", "by": SECOND, "second": CLERK}
    )
    lie(scribe, index, "protection_without_role")


# --- what is only late: told as a fact ---


def late(scribe: Scribe, index: int, code: str) -> None:
    assert code in {one.code for one in scribe.verdict().late if one.index == index}
    assert not scribe.verdict().broken


def test_an_appeal_is_decided_after_its_hour(scribe: Scribe):
    filed = scribe.appeal(scribe.decide(until=scribe.minute(days=50)), "filed")
    scribe.later(days=20)
    late(scribe, scribe.appeal(filed, "decided"), "appeal_late")


def test_the_end_of_a_measure_is_recorded_late(scribe: Scribe):
    made = scribe.decide(until=scribe.minute(days=3))
    scribe.later(days=9)
    scribe.reverse(made, "lapsed")
    late(scribe, made, "end_unrecorded")


def test_a_measure_is_not_looked_at_on_its_day(scribe: Scribe):
    made = scribe.decide(until=None, review=scribe.minute(days=50))
    scribe.later(days=90)
    scribe.keep(made, review=scribe.minute(days=50))
    late(scribe, made, "review_late")


def test_what_was_secret_is_opened_late(scribe: Scribe):
    secret = FILES["IN-COURT.2021"].replace(
        b'secrecy = "none"', b'secrecy = "aggregate_only"\naggregate_delay = "P30D"'
    )
    scribe.files[sha256(secret)] = secret
    scribe.law("IN-COURT@1", sha256(secret))
    order = scribe.public(scribe.order("IN-2021-0002"))
    court = order | {"secrecy": "aggregate_only", "bases": []}
    sealed = scribe.seal("order", "o-77", court, "IN-COURT@1")
    scribe.later(days=60)
    late(scribe, scribe.unseal(sealed), "opened_late")


# --- tallies ---

REFUSED = ("none", "refused", "post")
type Rows = list[tuple[str, str, str]]


@pytest.fixture
def refused(scribe: Scribe) -> Scribe:
    """Twelve posts that were asked for and are not withheld."""
    scribe.open_order("IN-2021-0002", targets={"post": 12})
    for target in range(1, 13):
        scribe.refuse(scribe.propose("IN-2021-0002", target, "refuse", ground="protected_expression"))
    return scribe


@pytest.mark.parametrize("many", [11, 13])
def test_a_tally_counts_other_than_the_log_has(refused: Scribe, many: int):
    more = ["tally_unlike"] if many > 12 else []
    lie(refused, refused.tally([REFUSED] * many, len(refused.entries)), "tally_miscounted", *more)


def test_a_tally_counts_what_is_not_in_its_span(refused: Scribe):
    lie(refused, refused.tally([REFUSED] * 12, len(refused.entries) - 1), "tally_miscounted", "tally_unlike")


def test_a_part_of_a_tally_counts_fewer(refused: Scribe):
    size = len(refused.entries)
    refused.tally([REFUSED] * 6, size, parts=2)
    lie(refused, refused.tally([REFUSED] * 5, size, part=2, parts=2), "tally_miscounted")


def test_a_tally_tells_of_other_decisions_than_there_were(refused: Scribe):
    rows: Rows = [("none", "measure", "post")] * 12
    lie(refused, refused.tally(rows, len(refused.entries)), "tally_unlike")


def test_decisions_are_counted_twice_or_left_out_between_two_tallies(refused: Scribe):
    size = len(refused.entries)
    refused.tally([REFUSED] * 12, size)
    lie(refused, refused.tally([], size + 1, **{"from": size + 1}), "tally_gap")
    lie_again = refused.tally([REFUSED] * 12, size, period="2021-03")
    assert "tally_gap" in refused.found(lie_again)


def test_a_tally_counts_what_is_yet_to_come(refused: Scribe):
    lie(refused, refused.tally([REFUSED] * 12, len(refused.entries) + 5), "tally_gap")


@pytest.mark.parametrize("part", [1, 2])
def test_a_part_of_a_tally_is_missing(refused: Scribe, part: int):
    lie(refused, refused.tally([REFUSED] * 6, len(refused.entries), part=part, parts=2), "tally_in_pieces")


def test_rows_of_a_tally_are_not_opened(refused: Scribe):
    lie(refused, refused.tally([REFUSED] * 12, len(refused.entries), [REFUSED] * 11), "tally_unopened")


def test_a_tally_says_more_rows_than_it_commits_to(refused: Scribe):
    lie(refused, refused.tally([REFUSED] * 11, len(refused.entries), rows=12), "tally_unopened")


def test_a_tally_tells_of_a_class_of_few(refused: Scribe):
    rows: Rows = [("none", "refused", "post")] * 11 + [("activist", "other", "other")]
    lie(refused, refused.tally(rows, len(refused.entries)), "tally_tells_few")


# --- blocks and statements ---


def test_a_net_is_blocked_by_a_reviewer(scribe: Scribe):
    shut = {"step": "shut", "kind": "ip", "severity": "no_access", "until": None}
    scribe.write("door", "door-1", shut | {"by": MODERATOR})
    lie(scribe, scribe.write("door", "door-2", shut | {"by": PROPOSER}), "block_without_role")


def test_a_statement_is_published_by_a_clerk(scribe: Scribe):
    stated = {"step": "published", "title": "", "orders": [], "sha256": "00" * 32}
    scribe.write("statement", "s-1", stated | {"by": APPROVER})
    scribe.write("statement", "s-1", stated | {"step": "replied", "by": "authority"})
    lie(scribe, scribe.write("statement", "s-2", stated | {"by": CLERK}), "statement_without_role")


# --- frozen reports and keys ---


def freeze(scribe: Scribe, size: int, revision: int = 1, period: str = "2021-02") -> int:
    public = {"period": period, "revision": revision, "size": size, "sha256": "00" * 32, "at": scribe.minute()}
    return scribe.write("snapshot", period, public)


def test_a_report_is_frozen_of_the_log_as_it_was_before_the_measures(scribe: Scribe):
    before = len(scribe.entries)
    scribe.decide()
    scribe.later(days=40)
    scribe.role(NOBODY, "clerk")
    lie(scribe, freeze(scribe, before), "frozen_short")
    # What came after the period may be left out: the report is of the newest checkpoint.
    assert not scribe.found(freeze(scribe, len(scribe.entries) - 2, 2))


def test_a_report_is_frozen_in_the_place_of_another_one(scribe: Scribe):
    scribe.later(days=40)
    freeze(scribe, len(scribe.entries))
    lie(scribe, freeze(scribe, len(scribe.entries)), "frozen_anew")


def test_the_key_changes_from_one_to_which_it_never_changed(scribe: Scribe):
    scribe.write("key", "key", {"step": "rotated", "old": "a+1+a", "new": "a+2+b", "by": "machine"})
    scribe.write("key", "key", {"step": "rotated", "old": "a+2+b", "new": "a+3+c", "by": "machine"})
    lie(scribe, scribe.write("key", "key", {"step": "rotated", "old": "a+2+b", "new": "a+4+d"}), "key_unlike")


# --- the table as a whole ---


def test_every_rule_of_the_table_is_broken_by_a_lie_here():
    told = "".join(path.read_text("utf-8") for path in (Path(__file__), Path(__file__).with_name("test_clean.py")))
    codes = {check.code for checks in TABLE.values() for check in checks}
    assert not {code for code in codes if not regex.search(rf'[" ]{code}[" ]', told)}
    assert len(codes) > 100


def test_every_rule_is_said_in_english_and_in_hindi():
    for check in (check for checks in TABLE.values() for check in checks):
        assert check.en.isascii()
        assert check.en.endswith(".")
        assert regex.fullmatch(r"[\p{Devanagari}\s,।:;\-]+", check.hi), check.hi


def test_the_paper_lists_every_rule():
    assert drawn() in (Path(__file__).parents[2] / "docs" / "rule-of-law.md").read_text("utf-8")
