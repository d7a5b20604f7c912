"""Whose turn an order is, by the states that the table of cases knows."""

import pytest

from chaupal.governance.cases import lifecycle
from chaupal.governance.cases.lifecycle import State
from chaupal.policy.viewer import Role, Viewer
from chaupal.reads.court import desk, record
from chaupal.store.court.desk import Open
from court import order_of


def test_the_desk_waits_where_the_table_of_cases_says_that_somebody_has_to_act():
    assert set(desk.TO_PROPOSE) == set(lifecycle.UNDECIDED)
    assert set(desk.TO_APPROVE) == {*lifecycle.PROPOSED, State.UNSECONDED, *lifecycle.CHANGING}
    assert set(record.SHOWN_AS_PENDING) == set(lifecycle.OPEN)
    assert set(record.SHOWN_AS_IN_FORCE) == set(lifecycle.IN_FORCE)


@pytest.mark.parametrize(
    "state", [*lifecycle.PROPOSED, *lifecycle.UNDECIDED, *lifecycle.CHANGING, State.UNSECONDED], ids=str
)
def test_nobody_tells_the_authority_what_was_done_while_something_waits_to_be_decided(state: State):
    """A clerk, who approves nothing, was offered it while a change of what is in force waited."""
    clerk = Viewer(account=1, country="IN", role=Role.CLERK)
    in_force, waits = (Open(1, str(one), 1, 1, 1, 1, 0) for one in (State.IN_FORCE, state))
    assert desk.turn(clerk, order_of(authority_id=7), "in_review", [in_force], reported=False).act == "report_effect"
    assert (
        desk.turn(clerk, order_of(authority_id=7), "in_review", [in_force, waits], reported=False).act
        != "report_effect"
    )
