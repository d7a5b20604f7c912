"""What chaupal-audit makes of what foreign servers send: a report, a reason to wait, or one clear complaint."""

import httpx2
import pytest
from hypothesis import given, strategies as st

from chaupal_audit import counting as audit
from chaupal_audit.errors import Problem
from chaupal_audit.minutes import DAY, minute_of
from chaupal_audit.report.compare import differences
from chaupal_audit.report.filters import EVERYTHING, parse_filters, period
from chaupal_audit.report.report import WHOLE, document, files, hashes, report
from told import ToldLog

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "tables", "rows", "columns", "name"]), inner)
    ),
    max_leaves=12,
)


def answers(*given: httpx2.Response):
    left = list(given)
    return lambda url: left.pop(0)


def test_it_waits_while_the_server_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "PAUSE", 0)
    heard: list[str] = []
    get = answers(httpx2.Response(202, json={"done": 5, "of": 9}), httpx2.Response(200, json={"log": {"size": 9}}))
    assert audit.published("http://there", EVERYTHING, heard.append, get) == {"log": {"size": 9}}
    assert heard == ["the server is counting: 5 of 9 entries"]


def test_filters_are_asked_for():
    asked: list[str] = []

    def get(url: str) -> httpx2.Response:
        asked.append(url)
        return httpx2.Response(200, json={"log": {"size": 0}})

    audit.published("http://there", parse_filters({"from": "2021-02", "country": "IN"}), print, get)
    assert asked == ["http://there/api/v1/transparency/report.json?from=2021-02&country=IN"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(404),
        httpx2.Response(302, headers={"location": "http://elsewhere"}),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"log": {}}),
        httpx2.Response(200, json={"log": {"size": -1}}),
    ],
)
def test_what_is_no_report_is_said_to_be_none(answer: httpx2.Response):
    with pytest.raises(Problem):
        audit.published("http://there", EVERYTHING, print, answers(answer))


@given(JSON)
def test_a_foreign_document_can_hold_anything(tables: object):
    story = ToldLog()
    story.order("IN-1")
    ours = document(report(story.fold.facts))
    assert differences(ours, {"tables": tables, "figures": tables})
    assert not differences(ours, ours)


def test_a_gap_in_the_copy_is_an_error():
    story = ToldLog()
    story.order("IN-1")
    with pytest.raises(ValueError, match="entry 0 is missing"):
        audit.count(lambda: [(1, story.entries[0], [])], None, EVERYTHING, (), print)


def test_what_came_while_a_quiet_log_was_copied_is_not_left_out_and_what_a_report_leaves_out_for_days_is():
    story, came = ToldLog(), "2021-02-05T10:00Z"
    story.order("IN-1")
    theirs = document(report(story.fold.facts))
    story.order("IN-2", at=came)
    entries = [(index, entry, list[str]()) for index, entry in enumerate(story.entries)]
    at = minute_of(came)
    assert at is not None
    for audited, behind in ((at + 1, 0), (at + DAY, 0), (at + DAY + 1, 1)):
        assert audit.count(lambda: entries, theirs, EVERYTHING, (), print, now=audited).behind == behind


def test_a_log_of_many_frozen_reports_is_not_counted_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch):
    """Whoever writes a log kept whoever audits it busy for days; the newest of each period come first."""
    story = ToldLog()
    story.order("IN-1")
    named = hashes(files(report(story.fold.facts, period("2021-02"))))
    for revision, sha256 in ((1, "00"), (2, "00"), (3, named.pop(WHOLE))):
        said = {"period": "2021-02", "revision": revision, "sha256": sha256, "size": 1, "files": named}
        story.says("snapshot", "2021-02", said)
    entries = [(index, entry, list[str]()) for index, entry in enumerate(story.entries)]
    for most, wrong in ((3, [2, 1]), (2, [2]), (1, [])):
        monkeypatch.setattr(audit, "MOST_FROZEN", most)
        found = audit.count(lambda: entries, None, EVERYTHING, (), print)
        assert ([one.revision for one in found.broken], found.uncounted) == (wrong, 3 - most)
        assert not found.good, "what is not looked at is not found good"
