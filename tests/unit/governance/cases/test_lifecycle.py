"""The lifecycle's table: what it allows, what it refuses, and that a bad table is not loaded."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from chaupal.governance.cases import lifecycle
from chaupal.governance.cases.lifecycle import (
    FINAL,
    IN_FORCE,
    MOVES,
    OPEN,
    PROPOSED,
    UNDECIDED,
    Move,
    State,
    fold,
    move,
)
from chaupal.governance.cases.machine import Machine, Move as Step
from chaupal.governance.orders import procedure
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
        # What one may do by the house's rules, and what two have decided before: under an emergency order, or before a stay.
        if standing in (State.IN_FORCE, State.REFUSED, State.CLOSED) and verb not in (
            "act_alone",
            "take_over",
            "resume",
        ):
            assert before in (*PROPOSED, *IN_FORCE)


def test_every_effect_needs_a_second_person_and_a_leaf():
    # What the house's rules leave to one, what an appeal makes milder, and what two have decided and one has looked at again.
    alone = {"act_alone", "modify", "keep", "resume", "take_over"}
    for m in MOVES:
        if m.to in (State.IN_FORCE, State.REFUSED, State.CLOSED) and m.verb not in alone:
            assert {"second_person", "leaf"} <= set(m.needs)


def test_what_one_person_does_in_an_emergency_waits_for_a_second():
    assert {m.to for m in MOVES if m.verb == "act_in_emergency"} == {State.UNSECONDED}
    assert {m.source for m in MOVES if m.verb == "act_in_emergency"} == {*UNDECIDED, State.NOT_FOUND}


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
        (tuple(m for m in MOVES if m.to is not State.LAPSED), "LAPSED cannot be reached"),
        (tuple(m for m in MOVES if m.source is not State.IN_FORCE), "IN_FORCE has no way on"),
        ((*MOVES, Step(State.LIFTED, "return", State.RETURNED)), "LIFTED is final and has a way on"),
        ((*MOVES, MOVES[0]), "a move is written twice"),
        ((*MOVES, Step(State.RETURNED, "lift", State.RECEIVED, "decide")), "a verb is opened by two words"),
    ],
)
def test_a_bad_table_is_not_loaded(moves: tuple[Move, ...], complaint: str):
    with pytest.raises(ValueError, match=complaint):
        Machine("A case", "case_stands_elsewhere", moves, State.NEW, FINAL)


def test_a_case_whose_events_do_not_follow_from_one_another_is_not_folded():
    with pytest.raises(ValueError, match="no move leads"):
        fold(["received", "in_force", "received"])


@pytest.mark.parametrize("machine", [lifecycle.MACHINE, procedure.MACHINE], ids=lambda m: m.what)
def test_the_table_in_the_docs_has_every_move_and_the_diagram_the_usual_ones(machine: Machine[Any]):
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in machine.drawn().splitlines()[2:]]
    told = {(verb, state, to) for verb, sources, to, *_ in rows for state in sources.split(", ")}
    assert told == {
        (m.verb, m.source.value or "·", "(stays)" if m.source is m.to else m.to.value) for m in machine.moves
    }
    arrows = [line.strip() for line in machine.diagram().splitlines()[1:]]
    assert f"[*] --> {machine.moves[0].to.value} : {machine.moves[0].verb}" in arrows and len(arrows) > 20
    assert not any(line.endswith(" : withdraw") for line in arrows)


def test_the_stages_in_the_docs_are_those_that_allow_a_verb():
    rows = [line.split(" | ") for line in procedure.drawn().splitlines()[2:]]
    told = {
        (stage, verb)
        for at, verbs in rows
        for stage in at.strip("| ").split(", ")
        for verb in verbs.strip("| ").split(", ")
    }
    drawn = {verb for _, verb in told}
    assert told == {(stage.value, verb) for stage in procedure.ANY for verb in drawn if procedure.allows(stage, verb)}
    assert drawn == {m.verb for m in MOVES} - procedure.AT_FIRST
