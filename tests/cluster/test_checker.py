"""The history checker: what it must call stale, lost, twice or forked, and that it says nothing of what is right."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from chaupal_audit import tlog
from chaupal_audit.tlog.tree import leaf_hash
from cluster.checker import DRIFTED, FORKED, LOST, STALE, TWICE, check_log, check_once, check_register, judge
from cluster.history import OK, REFUSED, UNKNOWN, Counter, Ending, History, Op, SeenCheckpoint, read, write

POST = "law post 17"


def made(value: str, start: float, end: float, outcome: str = OK, brings: tuple[str, ...] = (), what: str = POST) -> Op:
    return Op("chitra", "set", what, value, start, end, outcome, brings=brings)


def seen(value: str, start: float, end: float, outcome: str = OK, what: str = POST) -> Op:
    return Op("karl", "see", what, value, start, end, outcome, server="s2")


def kinds(*ops: Op, first: str = "shown") -> list[str]:
    return [fault.kind for fault in check_register(POST, ops, first)]


def test_a_read_that_began_after_an_answered_decision_and_shows_what_it_hides_is_stale():
    assert kinds(made("hidden", 1, 2), seen("shown", 2.1, 3)) == [STALE]
    assert kinds(made("hidden", 1, 2), seen("hidden", 2.1, 3)) == []


def test_a_read_that_hides_after_an_answered_lift_is_stale():
    assert kinds(made("hidden", 1, 2), made("shown", 3, 4), seen("hidden", 4.1, 5)) == [STALE]


def test_a_read_while_a_decision_is_under_way_may_see_either_but_nobody_after_it_sees_the_older():
    assert kinds(made("hidden", 1, 9), seen("hidden", 2, 3), seen("hidden", 4, 5)) == []
    assert kinds(made("hidden", 1, 9), seen("shown", 2, 3), seen("hidden", 4, 5)) == []
    assert kinds(made("hidden", 1, 9), seen("hidden", 2, 3), seen("shown", 4, 5)) == [STALE]


def test_what_broke_before_its_answer_may_have_happened_or_not_or_later_but_not_to_and_fro():
    broke = made("hidden", 1, 2, UNKNOWN)
    assert kinds(broke, seen("shown", 3, 4), seen("shown", 5, 6)) == []
    assert kinds(broke, seen("shown", 3, 4), seen("hidden", 5, 6)) == []
    assert kinds(broke, seen("hidden", 3, 4), seen("shown", 5, 6)) == [STALE]
    assert kinds(seen("hidden", 0.1, 0.5), broke) == [STALE], "nor before it was begun"


def test_what_broke_a_hundred_times_is_judged_in_a_moment():
    """As it is while a database is away: each of them may have come through."""
    broke = [made(value, n, n + 0.5, UNKNOWN) for n in range(100) for value in ("hidden", "shown")]
    looks = [seen(("hidden", "shown")[n % 2], 200 + n, 200.5 + n) for n in range(150)]
    assert kinds(*broke, *looks) == []
    more = [seen(("hidden", "shown")[n % 2], 200 + n, 200.5 + n) for n in range(300)]
    assert len(kinds(*broke, *more)) > 20, "but no more often than there were"


def test_what_was_refused_must_not_be_seen():
    assert kinds(made("hidden", 1, 2, REFUSED), seen("hidden", 3, 4)) == [STALE]


def test_a_read_that_broke_says_nothing():
    assert kinds(made("hidden", 1, 2), seen("shown", 3, 4, UNKNOWN)) == []


def test_every_stale_read_is_counted():
    history = History(
        [made("hidden", 1, 2), *(seen("shown", n, n + 0.5) for n in range(3, 13))], first={"law": "shown"}
    )
    found = judge(history)
    assert (len(found.of(STALE)), found.looks, found.law_looks, found.stale_per_million) == (10, 10, 10, 1e6)


# --- against a judge that tries every order ---

VALUES = ("shown", "hidden", "gone")


@st.composite
def short_histories(draw: st.DrawFn) -> list[Op]:
    ops: list[Op] = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, 8))
        end = start + draw(st.integers(1, 5))
        value = draw(st.sampled_from(VALUES))
        if draw(st.booleans()):
            ops.append(made(value, start, end, draw(st.sampled_from((OK, OK, UNKNOWN)))))
        else:
            ops.append(seen(value, start, end))
    return ops


def explained(ops: list[Op], first: str) -> bool:
    """Whether some order of them, with or without those of unknown outcome, is right."""
    sure = [op for op in ops if op.outcome == OK]
    unsure = [op for op in ops if op.outcome == UNKNOWN]
    for number in range(2 ** len(unsure)):
        some = sure + [op for bit, op in enumerate(unsure) if number >> bit & 1]
        if any(_is_right(order, first) for order in permutations(some)):
            return True
    return False


def _is_right(order: tuple[Op, ...], first: str) -> bool:
    value, begun = first, float("-inf")
    for op in order:
        end = op.end if op.outcome == OK else float("inf")
        if end < begun:
            return False  # somebody who stands before it began after it had ended
        begun = max(begun, op.start)
        if op.kind == "see" and op.value != value:
            return False
        value = op.value
    return True


@settings(max_examples=2_000)
@given(short_histories())
def test_it_finds_a_fault_exactly_where_no_order_explains_what_was_seen(ops: list[Op]):
    assert (check_register(POST, ops, "shown") == []) == explained(ops, "shown")


@given(st.data())
def test_it_says_nothing_of_what_a_true_register_answers(data: st.DataObject):
    """Operations that took effect at a moment of theirs, however they overlap."""
    moments = data.draw(st.lists(st.integers(1, 1000), min_size=1, max_size=60, unique=True))
    value, ops = "shown", list[Op]()
    for moment in sorted(moments):
        start, end = (
            moment - data.draw(st.floats(0, 40), label="before"),
            moment + data.draw(st.floats(0, 40), label="after"),
        )
        if data.draw(st.integers(0, 4)):
            ops.append(seen(value, start, end))
            continue
        wanted = data.draw(st.sampled_from(VALUES))
        outcome = data.draw(st.sampled_from((OK, OK, UNKNOWN, REFUSED)))
        if outcome == OK or (outcome == UNKNOWN and data.draw(st.booleans())):
            value = wanted
        ops.append(made(wanted, start, end if outcome != UNKNOWN else start, outcome))
    assert check_register(POST, ops, "shown") == []


# --- once ---


def once(*ops: Op, there: dict[str, int], words: tuple[str, ...] = ("notice",)) -> list[tuple[str, str]]:
    return [(fault.kind, fault.what) for fault in check_once(ops, Ending(there, words))]


def test_what_was_acknowledged_must_be_there_once():
    like = made("on", 1, 2, brings=("like asha r1", "notice favourite asha r1"))
    assert once(like, there={"like asha r1": 1, "notice favourite asha r1": 1}) == []
    assert once(like, there={"like asha r1": 1}) == [(LOST, "notice favourite asha r1")]
    assert once(like, there={"like asha r1": 1, "notice favourite asha r1": 2}) == [(TWICE, "notice favourite asha r1")]


def test_what_broke_may_be_there_or_not_but_whole_or_not_at_all():
    like = made("on", 1, 2, UNKNOWN, brings=("like asha r1", "notice favourite asha r1"))
    assert once(like, there={}) == []
    assert once(like, there={"like asha r1": 1, "notice favourite asha r1": 1}) == []
    assert once(like, there={"like asha r1": 1}) == [(LOST, "notice favourite asha r1")]


def test_what_was_asked_again_is_there_once():
    again = [made("on", 1, 2, UNKNOWN, brings=("post r1",)), made("on", 3, 4, brings=("post r1",))]
    assert once(*again, there={"post r1": 1}) == []
    assert once(*again, there={"post r1": 2}) == [(TWICE, "post r1")]
    assert once(*again, there={}) == [(LOST, "post r1")]


def test_what_nobody_did_must_not_be_there():
    assert once(there={"notice favourite asha r1": 1}) == [(TWICE, "notice favourite asha r1")]
    assert once(made("on", 1, 2, REFUSED, brings=("notice x",)), there={"notice x": 1}) == [(TWICE, "notice x")]
    assert once(there={"draft x": 1}) == [], "of kinds that are not watched nothing is said"


def test_a_counter_that_is_not_its_rows_is_drift():
    found = judge(History(ending=Ending(counters=[Counter("likes of r1", 3, 2), Counter("posts of asha", 2, 2)])))
    assert [(fault.kind, fault.what) for fault in found.faults] == [(DRIFTED, "likes of r1")]


# --- the log ---

KEY = tlog.SigningKey.from_seed("gaanv.example/log", b"k" * 32)


def leaves(many: int, of: bytes = b"entry") -> list[bytes]:
    return [leaf_hash(of + str(number).encode()) for number in range(many)]


def root(hashes: list[bytes]) -> bytes:
    """By RFC 6962's own words."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return tlog.node_hash(root(hashes[:half]), root(hashes[half:]))


def checkpoint(hashes: list[bytes], start: float = 0, end: float = 0, key: tlog.SigningKey = KEY) -> SeenCheckpoint:
    head = tlog.Checkpoint(key.name, len(hashes), root(hashes))
    return SeenCheckpoint(tlog.sign_checkpoint(head, key), start, end or start + 1, "s1")


def log_kinds(*seen: SeenCheckpoint, end: list[bytes]) -> list[str]:
    return [fault.kind for fault in check_log(seen, Ending(leaves=end, key=str(KEY.public)))]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 300])
def test_a_checkpoint_that_is_the_logs_beginning_is_right(size: int):
    assert log_kinds(checkpoint(leaves(size)), end=leaves(300)) == []


def test_two_logs_are_a_fork_however_they_part():
    ours, theirs = leaves(10), leaves(6) + leaves(4, b"other")
    assert log_kinds(checkpoint(ours[:7]), checkpoint(theirs[:7]), end=ours) == [FORKED]
    assert log_kinds(checkpoint(theirs), end=ours) == [FORKED]
    assert log_kinds(checkpoint(leaves(12)), end=ours) == [FORKED], "more than there is in the end was taken back"


def test_a_checkpoint_that_somebody_else_signed_is_a_fork():
    other = tlog.SigningKey.from_seed(KEY.name, b"o" * 32)
    assert log_kinds(checkpoint(leaves(3), key=other), end=leaves(3)) == [FORKED]
    assert log_kinds(SeenCheckpoint("no checkpoint", 0, 1), end=leaves(3)) == [FORKED]


def test_a_smaller_checkpoint_after_a_larger_one_was_served_is_stale():
    ours = leaves(9)
    assert log_kinds(checkpoint(ours, 1, 2), checkpoint(ours[:5], 3, 4), end=ours) == [STALE]
    assert log_kinds(checkpoint(ours, 1, 3), checkpoint(ours[:5], 2, 4), end=ours) == []


# --- kept ---


def test_a_history_is_read_as_it_was_written(tmp_path: Path):
    history = History(
        [made("hidden", 1, 2, UNKNOWN, ("order 1",)), seen("shown", 3, 4)],
        [checkpoint(leaves(3))],
        Ending({"order 1": 1}, ("order",), [Counter("likes", 1, 2)], leaves(3), str(KEY.public)),
        {"law": "shown"},
    )
    write(history, tmp_path / "history")
    assert read(tmp_path / "history") == history
    assert judge(read(tmp_path / "history")).faults == judge(history).faults
