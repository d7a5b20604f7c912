"""Statements of reasons and Lumen's notices: in the shape that is asked for, and never more than may be said."""

from typing import Any, cast

import pytest

import lumen_fields
from chaupal.governance.laws.house_rules import load_house_rules
from chaupal.governance.report import dsa, lumen
from chaupal.policy.measures import Measure
from chaupal_audit.fold.facts import Measure as Made
from chaupal_audit.report import figures, report
from chaupal_audit.report.filters import View, parse_filters
from chaupal_audit.report.report import table_csv
from chaupal_audit.report.tables.rules import SYNTHETIC_RULE
from dsa_fields import FIELDS, wrong
from told import ToldLog

ORIGIN = "https://square.example"


def one(story: ToldLog) -> dict[str, object]:
    return next(made for made in statements(story))


def statements(story: ToldLog, **opened: str) -> list[dict[str, object]]:
    return [dsa.statement(m, ORIGIN, opened) for m in story.fold.facts.measures if dsa.is_statement(m)]


@pytest.mark.parametrize("measure", [m.value for m in Measure if m.row.dsa])
@pytest.mark.parametrize("basis", ["legal_order", "legal_notice", "own_rules", "copyright"])
def test_every_measure_makes_a_statement_that_the_database_takes(measure: str, basis: str):
    story = ToldLog()
    story.order("IN-1", {"account": 1})
    story.measure("IN-1", 1, measure, basis=basis, territory=["IN", "DE"], until="2021-03-01T00:00Z", law="y" * 900)
    made = statements(story, reason="x" * 6000, subject=str(2**40))
    assert wrong(made[0]) == []
    assert made[0]["territorial_scope"] == ["DE"]


def test_a_suspension_says_until_when_or_that_it_is_for_good():
    story = ToldLog()
    story.sanction("O-1", until="2021-03-01T00:00Z")
    assert one(story)["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert one(story)["end_date_account_restriction"] == "2021-03-01"
    story = ToldLog()
    story.sanction("O-1", permanent=True)
    assert one(story)["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
    assert len(one(story)["territorial_scope"]) == 30


def test_a_warning_and_a_tag_are_no_statements():
    story = ToldLog()
    story.sanction("O-1", "warn")
    story.order("IN-1", {"tag": 1})
    story.measure("IN-1", 1, "deamplify", kind="tag", term="आग")
    assert not statements(story)


def test_only_where_the_acts_scope_is_met_there_is_a_statement():
    """A withholding in India alone is none of the Commission's; one in Germany, in Norway or everywhere is."""
    story = ToldLog()
    for number, territory in enumerate((["IN"], ["DE", "IN"], ["NO"], ["XX"], ["CH", "GB", "TR"]), 1):
        story.order(f"IN-{number}", {"post": 1}, territory=territory)
        story.measure(f"IN-{number}", 1, "withhold_post", kind="post", territory=territory)
    made = statements(story)
    assert [made_of["territorial_scope"] for made_of in made[:2]] == [["DE"], ["NO"]]
    assert len(made) == 3 and len(made[2]["territorial_scope"]) == 30
    assert all(wrong(one) == [] for one in made)


@pytest.mark.parametrize(
    ("source", "named", "detected"),
    [
        ("user_report", "SOURCE_ARTICLE_16", "No"),
        ("trusted_flagger", "SOURCE_TRUSTED_FLAGGER", "No"),
        ("state_flag", "SOURCE_TYPE_OTHER_NOTIFICATION", "No"),
        ("staff", "SOURCE_VOLUNTARY", "No"),
        ("automated", "SOURCE_VOLUNTARY", "Yes"),
    ],
)
@pytest.mark.parametrize("kind", ["post", "media", "account"])
def test_source_and_automation_are_named_by_the_commissions_words(source: str, named: str, detected: str, kind: str):
    story = ToldLog()
    story.sanction("O-1", "mark_sensitive", kind=kind, source=source, flagged_by="Ministry of Electronics")
    story.sanction("O-2", "mark_sensitive", kind=kind, source=source, by="clock")
    by_people, by_clock = statements(story, reason="It breaks rule 2.")
    assert (by_people["source_type"], by_people["automated_detection"]) == (named, detected)
    assert by_people["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert by_clock["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    assert by_people.get("source_identity") == ("Ministry of Electronics" if source == "state_flag" else None)
    assert wrong(by_people) == wrong(by_clock) == []


def test_another_type_without_a_word_for_it_is_wrong():
    story = ToldLog()
    story.sanction("O-1")
    made = one(story)
    del made["content_type_other"]
    assert wrong(made) == ["content_type_other is missing"]


def test_what_the_database_would_not_take_is_said():
    good = {"puid": "a b", "decision_ground": "x", "content_type": "CONTENT_TYPE_TEXT", "more": 1}
    found = wrong(good)
    assert {"more is no field", "puid holds 'a b'", "decision_ground holds 'x'", "there is no decision"} <= set(found)
    assert "category is missing" in found
    assert all(isinstance(name, str) for name in FIELDS)


def notifications_of(story: ToldLog, opened: lumen.Opened | None = None) -> list[dict[str, object]]:
    facts = story.fold.facts
    done: dict[str, list[Made]] = {}
    for measure in facts.measures:
        done.setdefault(measure.ref, []).append(measure)
    return list(lumen.notices(facts.orders.values(), ORIGIN, "Chaupal", done, opened or {}))


def test_a_notice_names_the_posts_that_were_limited_and_passes_lumens_rules():
    story = ToldLog()
    story.order("IN-1", {"post": 3, "account": 1, "tag": 1})
    posts = [story.measure("IN-1", n, "withhold_post", kind="post") for n in (1, 2, 3)]
    account = story.measure("IN-1", 4)
    story.measure("IN-1", 5, "deamplify", kind="tag", term="आग")
    opened = {posts[0]: {"subject": "112233"}, posts[1]: {"subject": "9", "part": "445566"}, account: {"subject": "77"}}
    (notice,) = notifications_of(story, opened)
    works = cast("list[dict[str, Any]]", notice["works"])
    urls = {work["description"]: [one["url"] for one in work["infringing_urls"]] for work in works}
    assert urls == {
        "post: 2 (withhold_post)": [f"{ORIGIN}/posts/112233", f"{ORIGIN}/posts/445566"],
        "account: 1 (withhold_account)": [f"{ORIGIN}/api/v1/accounts/77"],
        "tag: 1 (deamplify)": [f"{ORIGIN}/tags/%E0%A4%86%E0%A4%97"],
        "account: 1, post: 3, tag: 1": [f"{ORIGIN}/orders/IN-1"],
    }, "the post that the log does not open is in no address"
    assert lumen_fields.wrong(notice) == []


def test_every_notice_passes_lumens_rules_and_what_would_not_is_said():
    story = ToldLog()
    story.order("IN-1", {"post": 1}, authority="M" * 300, reference="r" * 300, bases=["public_order"] * 40)
    story.order("IN-2", {}, secrecy="order_text")
    story.order("P-1", {"post": 1}, authority="", **{"class": "person"}, kind="notice")
    made = notifications_of(story)
    assert len(made) == 3 and [lumen_fields.wrong(notice) for notice in made] == [[], [], []]
    assert len(lumen_fields.wrong({})) >= len(lumen_fields.REQUIRED)
    for change, told in (
        ({"type": "Order"}, "type holds 'Order'"),
        ({"action_taken": "Maybe"}, "action_taken holds 'Maybe'"),
        ({"date_sent": "soon"}, "date_sent holds 'soon'"),
        ({"more": 1}, "more is no field"),
        ({"works": [{"description": "x", "infringing_urls": []}]}, "a work has no address"),
        ({"works": [{"description": "x", "infringing_urls": [{"url": "here"}]}]}, "'here' is no address"),
        ({"entities": [{"role": "king", "name": "x"}]}, "king is no role"),
        ({"entities": []}, "entities is missing"),
    ):
        assert told in lumen_fields.wrong(made[0] | change)


def test_a_notice_says_as_much_as_the_orders_secrecy_allows():
    story = ToldLog()
    story.order("IN-1", {"account": 2}, reference="69A/17")
    story.order("IN-2", {"account": 2}, reference="69A/18", secrecy="order_text")
    story.order("IN-3", secrecy="gag")
    story.order("DE-1", **{"class": "court"}, jurisdiction="DE")
    made = {str(n["title"]).split()[-1]: n for n in notifications_of(story)}
    assert set(made) == {"IN-1", "IN-2", "DE-1"}
    assert made["IN-1"]["case_id_number"] == "69A/17"
    assert "case_id_number" not in made["IN-2"] and "secret" in str(made["IN-2"]["body"])
    assert (made["IN-1"]["type"], made["DE-1"]["type"]) == ("GovernmentRequest", "CourtOrder")


def test_csv_has_a_line_of_names_and_computes_nothing():
    story = ToldLog()
    story.order("IN-1", jurisdiction="=1+1;@SUM(A1)")
    lines = table_csv(report.TABLES["T2"].make(View(story.fold.facts))).splitlines()
    assert lines[0].startswith("country,court_orders,")
    assert lines[1].startswith("'=1+1;'@SUM(A1),") and lines[-1].startswith("total,")


def test_figures_are_made_of_the_same_facts():
    story = ToldLog()
    story.order("IN-1", {"account": 12, "post": 1}, act_by="2021-02-01T12:00Z")
    begun = [story.measure("IN-1", n, at="2021-02-01T11:00Z") for n in range(1, 13)]
    story.measure("IN-1", 13, "withhold_post", kind="post", at="2021-02-01T11:00Z")
    for index in begun[:4]:
        story.reverse(index, at="2021-03-02T00:00Z")
    made = {figure.id: figure for figure in figures.make(View(story.fold.facts))}
    assert list(made) == [f"F{n}" for n in range(1, 11)]
    assert made["F1"].xs == ("2021-02", "2021-03")
    assert [(s.name, s.of, s.values) for s in made["F1"].series] == [
        ("received", "IN", (1, 0)),
        ("complied", "IN", (1, 0)),
    ]
    assert made["F3"].series[0].values[0] == 1  # in time, within the first hour
    accounts = next(s for s in made["F4"].series if s.name == "account")
    assert [getattr(v, "text", v) for v in accounts.values] == [12, "<10"]
    assert [getattr(v, "text", v) for v in made["F10"].series[0].values] == ["≥2"]


def test_what_ended_before_the_period_is_withheld_in_none_of_its_months():
    story = ToldLog()
    story.order("IN-1", {"post": 2}, at="2021-01-04T10:00Z")
    begun = [story.measure("IN-1", n, "withhold_post", kind="post", at="2021-01-04T11:00Z") for n in (1, 2)]
    story.reverse(begun[0], at="2021-01-20T00:00Z")
    story.reverse(begun[1], at="2021-03-02T00:00Z")
    made = {figure.id: figure for figure in figures.make(View(story.fold.facts, parse_filters({"from": "2021-02"})))}
    posts = next(s for s in made["F4"].series if s.name == "post")
    assert (made["F4"].xs, posts.values) == (("2021-02", "2021-03"), (1, 0))


@pytest.mark.parametrize(("number", "category"), dsa.RULES.items())
def test_a_rule_of_the_house_as_it_is_cited_has_its_category(number: str, category: str):
    """All 530 statements were OTHER, because the table said R6 where the log says 6@1."""
    story = ToldLog()
    story.sanction("O-1", rule=f"{number}@1")
    assert one(story)["category"] == f"STATEMENT_CATEGORY_{category}"


def test_the_rules_that_have_a_category_are_rules_of_the_shipped_book():
    rules = {str(rule.id) for rule in load_house_rules().version(1).rules}
    assert set(dsa.RULES) <= rules and SYNTHETIC_RULE in rules
