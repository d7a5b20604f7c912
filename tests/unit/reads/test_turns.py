"""Whose turn an order is, by the states that the table of cases knows."""

from chaupal.governance.cases import lifecycle
from chaupal.governance.cases.lifecycle import State
from chaupal.reads.court import record, turns


def test_the_desk_waits_where_the_table_of_cases_says_that_somebody_has_to_act():
    assert set(turns.TO_PROPOSE) == set(lifecycle.UNDECIDED)
    assert set(turns.TO_APPROVE) == {*lifecycle.PROPOSED, State.UNSECONDED, *lifecycle.CHANGING}
    assert set(record.SHOWN_AS_PENDING) == set(lifecycle.OPEN)
    assert set(record.SHOWN_AS_IN_FORCE) == set(lifecycle.IN_FORCE)
