"""The fold takes whatever a log holds: entries in order, closed ones that are opened, older ones, and nonsense."""

import json

import pytest
from hypothesis import given, strategies as st

from chaupal_audit import tlog
from chaupal_audit.fold.fold import Fold, fold
from chaupal_audit.report.report import digest, document, report
from told import FIRST, ToldLog, complaints, table

WORDS = st.sampled_from(["order", "measure", "decision", "reversal", "appeal", "report", "open", "cover", "nonsense"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["target", "kind", "step", "targets", "territory", "from", "until", "at", "outcome", "disclosures", "class"]
)


def test_a_gap_is_an_error():
    with pytest.raises(ValueError, match="entry 1 is missing"):
        fold([(0, b"{}", ()), (2, b"{}", ())])


def test_a_part_of_the_log_gives_the_report_of_that_time():
    story = ToldLog()
    story.order("IN-1")
    before = digest(document(report(story.fold.facts)))
    story.order("IN-2")
    assert digest(document(report(story.fold.facts))) != before
    assert (
        digest(document(report(fold(((n, entry, ()) for n, entry in enumerate(story.entries)), upto=1).facts)))
        == before
    )


@given(st.lists(st.tuples(WORDS, st.dictionaries(NAMES, JSON, max_size=4), JSON), max_size=12))
def test_a_foreign_log_can_say_anything_and_there_is_still_a_report(said: list[tuple[str, dict[str, object], object]]):
    story = ToldLog()
    story.order("IN-1")
    for n, (t, public, prev) in enumerate(said):
        fields = {"v": 2, "t": t, "ref": "IN-1", "at": FIRST, "public": public, "prev": prev if n % 2 else 0}
        story.entries.append(json.dumps(fields).encode())
    made = story.fold
    assert made.size == len(story)
    assert document(report(made.facts))


@given(st.binary(max_size=40))
def test_bytes_that_are_no_entry_are_counted_as_such(entry: bytes):
    made = Fold()
    made.add(entry)
    assert (made.facts.unreadable, made.size) == (1, 1)


def test_a_secret_order_counts_once_it_is_opened():
    story = ToldLog()
    public = {"kind": "order", "class": "government", "jurisdiction": "IN", "secrecy": "gag", "targets": {"account": 3}}
    leaf = tlog.secret_leaf("2021-02-01T10:00Z", "2021-02-01T10:12Z", "order", "IN-9", public, None, "IN-69A@1")
    story.entries.append(leaf.entry)
    story.entries.append(tlog.cover_leaf("2021-02-01T10:00Z").entry)
    assert table(story, "T1")[-1]["received"] == 0
    story.says("open", "IN-9", {"disclosures": list(leaf.disclosures.values())}, prev=1)
    assert table(story, "T1")[-1]["received"] == 0, "another entry than the one that committed to it"
    story.says("open", "IN-9", {"disclosures": list(leaf.disclosures.values())}, prev=0)
    india, total = table(story, "T1")
    assert (india["country"], india["regime"], total["received"], total["pending"]) == ("IN", "IN-69A@1", 1, 1)


def test_what_entries_do_not_say_is_taken_to_be_usual():
    story = ToldLog()
    story.says("order", "IN-1", {"authority": "M", "jurisdiction": "IN", "targets": {"post": 1}})
    begun = story.says(
        "measure", "IN-1", {"target": 1, "kind": "post", "measure": "withhold_post", "territory": ["IN"]}
    )
    story.says("reversal", "IN-1", {"target": 1}, prev=begun, at="2021-02-02T10:00Z")
    assert table(story, "T1")[0]["full"] == 1
    assert table(story, "T6")[0]["given_back"] == 1


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"from_": "2021-13"}, "from"),
        ({"from_": "yesterday"}, "from"),
        ({"from_": "2021-03", "to": "2021-02"}, "to"),
        ({"country": "INDIA"}, "country"),
        ({"language": "../hi"}, "language"),
        ({"regime": "x" * 65}, "regime"),
    ],
)
def test_filters_that_cannot_be_read_say_why(asked: dict[str, str], wrong: str):
    assert list(complaints(**asked)) == [wrong]
