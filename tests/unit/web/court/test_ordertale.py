"""An order's story has a sentence for whatever can happen to an order, in Hindi and in English."""

import pytest

from chaupal.governance.orders import procedure
from chaupal.reads.court.record import SHOWN_AS_DECIDED, StoryLine
from chaupal.store.court import order_events
from chaupal.web.court import register
from chaupal.web.words import words


def test_every_step_and_every_outcome_has_its_sentence():
    assert set(register.STEPS) == {move.verb for move in procedure.STEPS}
    assert set(register.CAME_TO) == {*SHOWN_AS_DECIDED, "unread"}  # lines that came to no decision
    assert set(register.BODIES) == set(order_events.BODIES)


@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_sentence_says_when_who_and_how_many(language: str):
    def told(**line: object) -> str:
        return register.sentence(StoryLine(at=0, **line), words(language))

    assert "2021" in told(verb="set_hearing", until=1_612_962_000_000)
    assert told(verb="stay", body="court").endswith(words(language).gettext(register.BODIES["court"]))
    assert told(verb="return_order", codes=("no_reasons",)).count(" · ") == 1
    assert told(state="refused", many=1178).endswith("1,178")
