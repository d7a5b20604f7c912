"""T6-T19 on small stories that can be counted by hand."""

from chaupal_audit.report.report import TABLES
from told import ToldLog, table


def row(story: ToldLog, id_: str, at: int = 0, **asked: str):
    return table(story, id_, **asked)[at]


def test_t6_says_what_is_withheld_where_and_since_when():
    story = ToldLog()
    story.order("IN-1", {"post": 3, "account": 10})
    for n in range(1, 11):
        story.measure("IN-1", n, territory=["IN", "LK"])
    story.reverse(
        story.measure("IN-1", 11, "withhold_post", kind="post", until="2021-02-05T00:00Z"),
        "lapsed",
        at="2021-02-05T00:00Z",
    )
    story.reverse(story.measure("IN-1", 12, "withhold_post", kind="post"), "lifted", at="2021-02-06T00:00Z")
    # Another order about the same post is no renewal of this one; whoever renews it ends it and goes on in the same commit.
    begun = story.measure("IN-1", 11, "withhold_post", kind="post", at="2021-02-09T00:00Z")
    ended = story.reverse(begun, "renewed", at="2021-02-10T00:00Z")
    story.measure("IN-1", 11, "withhold_post", kind="post", at="2021-02-10T00:00Z", prev=ended, cause="renewed")
    story.order("IN-2", {"post": 1})
    story.measure("IN-2", 1, "withhold_post", kind="post", at="2021-02-10T00:00Z")
    story.until("2021-02-11T00:00Z")
    rows = {(r["country"], r["age"]): r for r in table(story, "T6")}
    assert rows["IN", "7–29"]["accounts"] == rows["LK", "7–29"]["accounts"] == 10
    assert (rows["IN", "0–6"]["posts"], rows["IN", "0–6"]["renewed"]) == (2, 1)
    assert (rows["IN", "over"]["expired"], rows["IN", "over"]["given_back"]) == (1, 1)
    # At the end of February 4th nothing had ended yet, and the second ruling had not begun.
    assert {r["age"] for r in table(story, "T6", to="2021-01")} == set()


def test_t6_counts_what_is_withheld_and_not_by_how_many_orders():
    """163 accounts were said to be withheld where 99 were: an emergency and its confirming order are about the same ones."""
    story = ToldLog()
    story.order("IN-1", {"account": 10})
    first = [story.measure("IN-1", n) for n in range(1, 11)]
    story.order("IN-2", {"account": 10})
    second = [story.measure("IN-2", n, territory=["IN", "LK"], also=index) for n, index in enumerate(first, 1)]
    (withheld,) = [r for r in table(story, "T6") if r["country"] == "IN"]
    assert (withheld["accounts"], withheld["renewed"]) == (10, 0)
    assert row(story, "T6", country="LK")["accounts"] == 10
    for index in first:
        story.reverse(index)
    rows = {(r["country"], r["age"]): r for r in table(story, "T6")}
    assert rows["IN", "0–6"]["accounts"] == 10
    assert ("IN", "over") not in rows  # of what is withheld by another order nothing was given back
    for index in second:
        story.reverse(index)
    assert {r["age"] for r in table(story, "T6")} == {"over"}


def test_t6_counts_days_from_the_first_day_on_however_often_it_was_renewed():
    story = ToldLog()
    story.order("IN-1", {"post": 1})
    ended = story.reverse(story.measure("IN-1", 1, "withhold_post", kind="post"), "renewed", at="2021-03-05T00:00Z")
    story.measure("IN-1", 1, "withhold_post", kind="post", at="2021-03-05T00:00Z", prev=ended, cause="renewed")
    story.until("2021-03-08T00:00Z")
    assert (row(story, "T6")["age"], row(story, "T6")["renewed"]) == ("30–89", 1)


def test_t6_is_as_of_the_end_of_the_period():
    story = ToldLog()
    story.order("IN-1", {"post": 1})
    story.reverse(story.measure("IN-1", 1, "withhold_post", kind="post"), at="2021-03-05T00:00Z")
    assert row(story, "T6", to="2021-02")["posts"] == 1
    assert row(story, "T6", from_="2021-03")["given_back"] == 1


def test_t7_counts_own_rules_by_rule_measure_source_and_language():
    story = ToldLog()
    for n in range(12):
        story.sanction(f"O-{n}", permanent=n < 10, until=None if n < 10 else "2021-03-01T00:00Z")
    story.sanction("O-20", "remove_post", kind="post", source="automated", language="en")
    suspended, removed = table(story, "T7")[1], table(story, "T7")[0]
    assert (removed["measure"], removed["source"], removed["language"], removed["posts"]) == (
        "remove_post",
        "automated",
        "en",
        1,
    )
    assert (suspended["accounts"], suspended["suspended_for_good"]) == (12, 10)
    assert suspended["suspended_for_a_time"] == "<10"
    assert table(story, "T7", language="en")[-1]["posts"] == 1


def test_t8_counts_what_states_pointed_at():
    story = ToldLog()
    hint = {"source": "state_flag", "flagged_by": "Ministry of Electronics", "jurisdiction": "IN"}
    story.sanction("O-1", "remove_post", kind="post", **hint)
    story.sanction("O-3", "remove_post", kind="post", **hint | {"flagged_by": "Delhi Police"})
    story.sanction("O-2", "remove_post", kind="post")
    story.order("IN-1", {"post": 1})
    story.measure("IN-1", 1, "remove_post", kind="post", basis="own_rules", outcome="own_rules_action", rule="2@1")
    *rows, total = table(story, "T8")
    assert [(one["country"], one["authority"], one["posts"]) for one in rows] == [
        ("IN", "Delhi Police", 1),
        ("IN", "Ministry", 1),
        ("IN", "Ministry of Electronics", 1),
    ]
    assert total["posts"] == 3


def test_t9_counts_and_lists_what_is_kept_out_of_trends():
    story = ToldLog()
    story.order("IN-1", {"tag": 2})
    gone = story.measure("IN-1", 1, "deamplify", kind="tag", term="आग")
    story.reverse(gone, "lifted", at="2021-02-03T10:00Z")
    story.measure("IN-1", 2, "deamplify", kind="tag", term="धुआँ", until="2021-02-20T00:00Z")
    story.until("2021-02-10T00:00Z")
    counted = row(story, "T9")
    assert (counted["added"], counted["removed"], counted["lapsed"], counted["active"], counted["days"]) == (
        2,
        1,
        0,
        1,
        2.0,
    )
    listed = {r["term"]: r for r in table(story, "T9a")}
    assert (listed["आग"]["state"], listed["आग"]["until"]) == ("lifted", "2021-02-03T10:00Z")
    assert (listed["धुआँ"]["state"], listed["धुआँ"]["until"]) == ("in_force", "2021-02-20T00:00Z")
    story.until("2021-02-21T00:00Z")  # its time is over, whether or not somebody wrote that down
    assert row(story, "T9")["active"] == 0 and row(story, "T9")["lapsed"] == 1


def test_t10_counts_reports_and_their_deadlines():
    story = ToldLog()
    due = {"ack_due": "2021-02-02T10:00Z", "resolve_due": "2021-02-16T10:00Z"}
    story.report("R-1", **due)
    story.report("R-1", "acknowledged", at="2021-02-01T12:00Z")
    story.report("R-1", "resolved", at="2021-02-03T10:00Z", outcome="removed")
    story.report("R-2", **due)
    story.report("R-2", "resolved", at="2021-02-17T10:00Z", outcome="none")
    story.report("R-3", **due)
    story.sanction("O-1", "remove_post", kind="post", source="automated")
    story.sanction("O-2", "warn", source="staff")
    india = next(r for r in table(story, "T10") if r["country"] == "IN")
    assert (india["received"], india["removed"], india["none"], india["pending"]) == (3, 1, 1, 1)
    assert (india["acknowledged_in_time"], india["resolved_in_time"], india["resolve_median"]) == (0.5, 0.5, 216.0)
    found = next(r for r in table(story, "T10") if r["category"] == "proactive")
    assert (found["proactive"], found["proactive_removed"], found["proactive_other"]) == (2, 1, 1)


def test_t11_and_t12_count_appeals_outside_and_inside():
    story = ToldLog()
    first, second, third = (story.sanction(f"O-{n}", "remove_post", kind="post") for n in range(3))
    decided = story.appeal(first, due="2021-02-08T10:00Z")
    story.appeal(decided, "decided", outcome="reversed", at="2021-02-04T10:00Z")
    story.reverse(first, "appealed", at="2021-02-04T10:00Z")
    story.appeal(second)
    story.reverse(third, "lifted", at="2021-02-04T10:00Z")
    filed = story.says("external", "O-1", {"step": "filed", "body": "GAC", "at": story.at}, prev=second)
    said = {"step": "decided", "body": "GAC", "outcome": "for", "complied_in_time": True, "at": "2021-02-20T10:00Z"}
    story.says("external", "O-1", said, prev=filed)
    inside = row(story, "T12")
    assert (inside["rule"], inside["language"], inside["filed"], inside["decided"]) == ("2@1", "hi", 2, 1)
    assert (inside["reversed"], inside["pending"], inside["without"]) == (1, 1, 1)
    assert (inside["days"], inside["in_time"]) == (3.0, 1.0)
    outside = row(story, "T11")
    assert (outside["body"], outside["filed"], outside["for"], outside["in_time"]) == ("GAC", 1, 1, 1.0)


def test_t13_says_who_was_told():
    story = ToldLog()
    story.order("IN-1", {"account": 40})
    for n in range(1, 41):
        begun = story.measure("IN-1", n, at="2021-02-02T10:00Z")
        if n <= 10:
            story.notice(begun, at="2021-02-02T09:00Z")
        elif n <= 20:
            story.notice(begun, at="2021-02-02T10:00Z", language="en")
        elif n <= 30:
            story.notice(begun, "delayed", gag="r.16", at="2021-02-02T10:00Z")
    rows = {r["gag"]: r for r in table(story, "T13")[:-1]}
    assert (rows[""]["before"], rows[""]["after"], rows[""]["never"], rows[""]["measures"]) == (10, 10, 10, 30)
    assert (rows["r.16"]["delayed"], rows["r.16"]["measures"]) == (10, 10)
    assert (rows[""]["delivered"], rows[""]["own_language"]) == (0.6667, 0.5)


def test_t14_counts_copyright():
    story = ToldLog()
    story.order("US-1", {"post": 1}, regime="US-DMCA@1", jurisdiction="US", kind="notice", **{"class": "person"})
    taken = story.measure("US-1", 1, "remove_post", kind="post", basis="copyright", jurisdiction="US")
    for step in ("filed", "restored"):
        story.says("counter", "US-1", {"step": step, "at": story.at}, prev=taken)
    story.order("US-2", {"post": 1}, regime="US-DMCA@1", jurisdiction="US", kind="notice")
    story.step("US-2", "returned", codes=["not_specific"])
    found = row(story, "T14")
    assert (found["notices"], found["rejected"], found["posts"], found["counters"], found["restored"]) == (
        2,
        1,
        1,
        1,
        1,
    )


def test_t16_t17_and_t18_on_machines_languages_and_synthetic_media():
    story = ToldLog()
    made = [story.sanction(f"O-{n}", "label", kind="post", source="automated", rule="8@1") for n in range(10)]
    story.appeal(made[0], at="2021-02-02T10:00Z")
    story.reverse(made[0], "appealed", at="2021-02-03T10:00Z")
    machine = row(story, "T16")
    assert (machine["detected"], machine["reviewed"], machine["reversal"], machine["error"]) == (10, 1.0, 0.1, 1.0)
    language = row(story, "T17")
    assert (language["language"], language["script"], language["posts"]) == ("hi", "Deva", 10)
    assert (language["reversed"], language["appeals"]) == (0.1, 1)
    assert (row(story, "T18")["source"], row(story, "T18")["labelled"]) == ("automated", 10)


def test_t19_counts_entries_by_type_and_closed_ones_roughly():
    story = ToldLog()
    story.order("IN-1")
    for _ in range(12):
        story.says("cover", "", {})
    rows = {r["entry"]: r["entries"] for r in table(story, "T19")}
    assert (rows["order"], rows["cover"], rows["unreadable"]) == (1, "10-99", 0)


def test_a_measure_that_an_appeal_narrows_stays_one_measure():
    story = ToldLog()
    story.order("IN-1", {"post": 1})
    wide = story.measure("IN-1", 1, "withhold_post", kind="post", territory=["IN", "LK"])
    filed = story.appeal(wide)
    story.appeal(filed, "decided", outcome="modified")
    ended = story.reverse(wide, "modified")
    story.measure("IN-1", 1, "withhold_post", kind="post", prev=ended)
    story.until("2021-02-03T10:00Z")
    rows = {(r["country"], r["age"]): r for r in table(story, "T6")}
    assert set(rows) == {("IN", "0–6")}
    assert (rows["IN", "0–6"]["posts"], rows["IN", "0–6"]["renewed"]) == (1, 0)
    assert (row(story, "T2")["posts_withheld"], row(story, "T2")["posts_given_back"]) == (1, 0)
    assert row(story, "T17")["posts"] == 1
    assert row(story, "T12")["modified"] == 1


def test_an_account_of_which_only_posts_are_withheld_stays_an_account():
    story = ToldLog()
    story.order("IN-1", {"account": 10, "unknown": 1})
    for n in range(1, 11):
        said = {"target": n, "kind": "account", "step": "proposed", "demanded": "withhold_account", "by": "a"}
        story.says("decision", "IN-1", said)
        for _ in range(2):
            story.measure(
                "IN-1", n, "withhold_post", kind="post", outcome="complied_narrower", demanded="withhold_account"
            )
    story.close("IN-1", 11, "not_found", kind="post")
    india = row(story, "T2")
    assert (india["accounts_specified"], india["accounts_limited"], india["accounts_pending"]) == (10, 10, 0)
    assert (india["posts_withheld"], india["posts_given_back"]) == (20, 0), "of accounts, too"
    assert row(story, "T1")["narrower"] == 1
    narrowed = next(r for r in table(story, "T3") if r["decision"] == "complied_narrower")
    assert (narrowed["accounts"], narrowed["narrowed"]) == (10, 10)
    assert next(r for r in table(story, "T3") if r["decision"] == "not_found")["posts"] == 1


def test_what_was_not_found_keeps_no_order_pending():
    story = ToldLog()
    story.order("IN-1", {"post": 1, "unknown": 2})
    story.refuse("IN-1", 1, kind="post")
    assert (row(story, "T1")["none"], row(story, "T1")["pending"]) == (1, 0)
    assert next(r for r in table(story, "T3") if r["decision"] == "not_found")["others"] == 2


def test_what_a_closed_or_set_aside_order_left_undecided_is_not_pending():
    story = ToldLog()
    for ref, step in (("IN-1", "closed"), ("IN-2", "set_aside")):
        story.order(ref, {"post": 3})
        story.measure(ref, 1, "withhold_post", kind="post")
        assert row(story, "T1")["pending"] == 1
        story.step(ref, step)
    story.order("IN-3", {"post": 1})
    story.step("IN-3", "closed")
    assert (row(story, "T1")["pending"], row(story, "T1")["narrower"], row(story, "T1")["none"]) == (0, 2, 1)
    decisions = {r["decision"]: r["targets"] for r in table(story, "T3")[:-1]}
    assert decisions == {"complied_full": 2, "closed": 5}


def test_every_table_is_made_of_what_comes_in_and_t15_which_nothing_came_into_is_gone():
    """A table without an intake told for ever that there was nothing."""
    assert "T15" not in TABLES
    assert set(TABLES) == {"T1a", "T9a", *(f"T{n}" for n in range(1, 21) if n != 15)}
