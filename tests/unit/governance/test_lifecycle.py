"""The lifecycle's table: what it allows, what it refuses, and that a bad table is not loaded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaupal.governance import lifecycle
from chaupal.governance.lifecycle import FINAL, MOVES, OPEN, Move, State, check, fold, move
from chaupal.kernel.errors import Conflict

VERBS = sorted({m.verb for m in MOVES})


@given(st.lists(st.sampled_from(VERBS)))
def test_whatever_is_tried_a_case_walks_the_table_and_its_status_is_the_fold_of_its_events(verbs: list[str]):
    standing, events = State.NEW, list[State]()
    for verb in verbs:
        try:
            standing = move(standing, verb).to
        except Conflict:
            continue
        events.append(standing)
    assert fold(events) is standing


@given(st.lists(st.sampled_from(VERBS)))
def test_nothing_is_withheld_or_refused_that_was_not_proposed_just_before(verbs: list[str]):
    standing = before = State.NEW
    for verb in verbs:
        try:
            before, standing = standing, move(standing, verb).to
        except Conflict:
            continue
        if standing in (State.WITHHELD, State.REFUSED):
            assert before in (State.WITHHOLDING_PROPOSED, State.REFUSAL_PROPOSED)


def test_every_effect_needs_a_second_person_and_a_leaf():
    for m in MOVES:
        if m.to in (State.WITHHELD, State.REFUSED):
            assert {"second_person", "leaf"} <= set(m.needs)


def test_final_states_have_no_way_on_and_all_others_do():
    for state in State:
        assert (state in FINAL) is not any(m.source is state for m in MOVES)
    assert not FINAL & set(OPEN)


@pytest.mark.parametrize("verb", VERBS)
def test_a_case_that_is_over_does_not_move(verb: str):
    for state in FINAL:
        with pytest.raises(Conflict):
            move(state, verb)


@pytest.mark.parametrize(
    ("moves", "complaint"),
    [
        ((*MOVES, Move(State.REFUSED, "receive", State.WITHHELD)), "receive leads two ways"),
        (tuple(m for m in MOVES if m.to is not State.LAPSED), "LAPSED cannot be reached"),
        (tuple(m for m in MOVES if m.source is not State.WITHHELD), "WITHHELD has no way on"),
        ((*MOVES, Move(State.LIFTED, "return", State.RETURNED)), "LIFTED is final and has a way on"),
        ((*MOVES, MOVES[0]), "a move is written twice"),
    ],
)
def test_a_bad_table_is_not_loaded(moves: tuple[Move, ...], complaint: str):
    with pytest.raises(ValueError, match=complaint):
        check(moves, State.NEW, FINAL)


def test_a_case_whose_events_do_not_follow_from_one_another_is_not_folded():
    with pytest.raises(ValueError, match="no move leads"):
        fold(["received", "withheld"])


def test_the_table_in_the_docs_is_drawn_from_the_code():
    docs = Path(__file__).parents[3] / "docs" / "governance.md"
    assert lifecycle.drawn() in docs.read_text("utf-8")
