"""T1-T5 on a small story that can be counted by hand."""

import pytest

from chaupal_audit.report import report
from chaupal_audit.report.filters import View
from told import ToldLog, table


@pytest.fixture
def february() -> ToldLog:
    """Three orders: of twelve accounts and a post (ten withheld, one narrowed, one refused), a returned one, a court's."""
    story = ToldLog()
    story.order("IN-1", {"account": 12, "post": 1}, act_by="2021-02-01T13:00Z")
    story.step("IN-1", "acknowledged", at="2021-02-01T10:30Z")
    first = [story.measure("IN-1", n, at="2021-02-01T12:00Z") for n in range(1, 11)]
    story.measure(
        "IN-1", 11, "withhold_post", at="2021-02-01T12:00Z", outcome="complied_narrower", demanded="withhold_account"
    )
    story.refuse("IN-1", 12, protected=True, at="2021-02-01T12:30Z")
    story.measure("IN-1", 13, "withhold_post", kind="post", at="2021-02-01T12:30Z")
    story.order("IN-2", {"account": 20}, at="2021-02-04T10:00Z", bases=["defence"])
    story.step("IN-2", "returned", codes=["no_reasons", "not_specific"], at="2021-02-04T11:00Z")
    # A mended version is an order of its own, and this one stays what it was.
    story.step("IN-2", "replaced", at="2021-02-04T12:00Z")
    story.order(
        "DE-1", {"post": 2}, regime="EU-DSA-9@1", jurisdiction="DE", at="2021-02-05T10:00Z", **{"class": "court"}
    )
    story.refuse("DE-1", 1, "not_specific", kind="post", at="2021-02-06T10:00Z")
    for index in first:
        story.reverse(index, "lapsed", ref="IN-1", at="2021-02-08T12:00Z")
    return story


def test_t1_says_what_became_of_each_order(february: ToldLog):
    rows = table(february, "T1")
    assert [(r["country"], r["ground"]) for r in rows] == [
        ("DE", "public_order"),
        ("IN", "defence"),
        ("IN", "public_order"),
        (None, None),
    ]
    kept, returned = rows[2], rows[1]
    assert (kept["received"], kept["narrower"], kept["full"], kept["none"], kept["pending"]) == (1, 1, 0, 0, 0)
    assert (kept["acknowledge_median"], kept["decide_median"], kept["enforce_median"]) == (0.5, 2.5, 2.5)
    assert kept["in_time"] == 1.0
    assert (returned["returned"], returned["return_codes"]) == (1, "no_reasons=1 not_specific=1")
    assert rows[0]["pending"] == 1
    total = rows[-1]
    assert (total["received"], total["returned"], total["pending"], total["narrower"]) == (3, 1, 1, 1)


def test_t2_counts_accounts_by_country_and_does_not_show_few(february: ToldLog):
    germany, india, total = table(february, "T2")
    assert (germany["court_orders"], germany["other_orders"], germany["some_withheld"]) == (1, 0, 0.0)
    assert (india["court_orders"], india["other_orders"], india["some_withheld"]) == (0, 2, 0.5)
    assert (india["accounts_withheld"], india["accounts_pending"], india["accounts_given_back"]) == (10, 0, 10)
    assert (india["accounts_limited"], india["accounts_no_action"]) == ("<10", 21)  # an order sent back: no action
    assert india["accounts_specified"] == "≥32"  # there were 32, which less the rest would tell the small part
    assert total["accounts_specified"] == "≥32"
    assert (total["posts_withheld"], total["posts_given_back"]) == (2, 0)  # one of them of an account


def test_t3_counts_targets_by_decision(february: ToldLog):
    rows = {(r["decision"], r["ground"]): r for r in table(february, "T3") if r["decision"]}
    assert rows["complied_full", ""]["accounts"] == 10
    assert rows["complied_full", ""]["targets"] == 11
    assert rows["complied_narrower", ""]["narrowed"] == "<10"
    assert rows["refused", "protected_expression"]["protected"] == "<10"
    assert rows["refused", "not_specific"]["posts"] == 1
    assert (rows["returned", ""]["accounts"], rows["pending", ""]["posts"]) == (20, 1)


def test_the_period_is_when_the_order_was_received(february: ToldLog):
    february.order("IN-3", at="2021-03-01T00:00Z")
    assert table(february, "T1", from_="2021-02", to="2021-02")[-1]["received"] == 3
    assert table(february, "T1", from_="2021-03")[-1]["received"] == 1
    assert table(february, "T1", country="DE")[-1]["received"] == 1
    assert table(february, "T1", regime="IN-69A")[-1]["received"] == 3
    assert table(february, "T1", regime="IN-69A@2")[-1]["received"] == 0


def test_t4_counts_challenges_in_the_month_they_are_made(february: ToldLog):
    for step in ("objection_filed", "hearing_held", "challenged_in_court", "set_aside"):
        february.step("IN-1", step, at="2021-03-02T10:00Z")
    february.step("IN-1", "set_aside", body="review_committee", at="2021-03-03T10:00Z")
    assert table(february, "T4", to="2021-02")[-1]["objection_filed"] == 0
    row = table(february, "T4", from_="2021-03")[0]
    assert (row["country"], row["objection_filed"], row["hearing_held"]) == ("IN", 1, 1)
    assert (row["challenged_in_court"], row["set_aside"], row["review_reversal"]) == (1, 1, 1)


def test_t5_says_what_became_of_emergencies():
    story = ToldLog()
    story.order("IN-1", emergency=True, interim_until="2021-02-03T10:00Z")
    story.reverse(story.measure("IN-1", at="2021-02-01T12:00Z"), "lapsed", at="2021-02-03T10:00Z")
    story.order("IN-2", emergency=True)
    story.step("IN-2", "confirmed", at="2021-02-03T10:00Z")
    story.order("IN-3", emergency=True)
    story.step("IN-3", "confirmed", at="2021-02-03T10:01Z")
    row = table(story, "T5")[0]
    assert (row["interim"], row["confirmed"], row["late"], row["lapsed"], row["restored"]) == (3, 1, 1, 1, 1)
    assert row["hours"] == 46


def test_orders_of_which_only_a_rough_number_may_be_told_are_in_no_table():
    story = ToldLog()
    story.order("IN-1", {"account": 40}, secrecy="aggregate_only")
    assert table(story, "T1")[-1]["received"] == table(story, "T2")[-1]["accounts_specified"] == 0
    notes = [str(note) for note in report.TABLES["T2"].make(View(story.fold.facts)).notes]
    assert any(note.endswith(": 0-9") for note in notes)


def test_t1a_says_what_each_authority_asked_for_and_got():
    story = ToldLog()
    story.order("IN-1", {"post": 2})
    story.measure("IN-1", 1, "withhold_post", kind="post")
    story.refuse("IN-1", 2, kind="post")
    story.order("IN-2", {"account": 1}, authority="Police")
    story.close("IN-2", 1, "own_rules_action")
    rows = {r["authority"]: r for r in table(story, "T1a")}
    ministry, police = rows["Ministry"], rows["Police"]
    assert (ministry["received"], ministry["named"], ministry["limited"], ministry["refused"]) == (1, 2, 1, 1)
    assert (police["named"], police["limited"], police["own_rules"]) == (1, 0, 1)


def test_the_deadline_is_the_earlier_of_the_orders_and_the_laws():
    story = ToldLog()
    for ref, said in (
        ("IN-1", {"act_by": "2021-02-10T00:00Z", "law_act_by": "2021-02-01T13:00Z"}),
        ("IN-2", {"act_by": "2021-02-10T00:00Z"}),
    ):
        story.order(ref, {"post": 1}, authority=ref, **said)
        story.refuse(ref, 1, kind="post", at="2021-02-02T10:00Z")
    assert {r["authority"]: r["in_time"] for r in table(story, "T1a")} == {"IN-1": 0.0, "IN-2": 1.0, None: 0.5}


@pytest.mark.parametrize("step", ["withdrawn", "set_aside"])
def test_what_is_taken_back_in_part_leaves_the_order_pending_for_the_rest(step: str):
    story = ToldLog()
    story.order("IN-1", {"account": 3})
    story.step("IN-1", step, targets=[2], at="2021-02-01T12:00Z")
    (row, *_) = table(story, "T1")
    assert row["pending"] == 1
    story.step("IN-1", step, at="2021-02-01T13:00Z")
    (row, *_) = table(story, "T1")
    assert row["pending"] == 0
