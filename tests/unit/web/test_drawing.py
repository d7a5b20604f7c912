"""Drawn pieces that are kept: their age says as much as their words do, and never the same for two moments that differ."""

import pytest

from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND
from chaupal.web.drawing import age_of
from chaupal.web.words import words

MOMENTS = [
    *range(0, 2 * HOUR, 20 * SECOND),
    *range(2 * HOUR, 2 * DAY, 5 * MINUTE),
    *range(2 * DAY, 6 * DAY, 50 * MINUTE),
]
OFF = ((HOUR, MINUTE), (DAY, 15 * MINUTE), (10 * DAY, HOUR))  # up to there the words may be so late


@pytest.mark.parametrize("language", ["hi", "en"])
def test_what_is_kept_says_what_was_right_a_little_before(language: str):
    said, now = words(language), 1_612_969_200_000
    first: dict[int, int] = {}
    for age in MOMENTS:
        drawn = first.setdefault(age_of(age), age)  # how old it was when it was drawn
        late = next(late for limit, late in OFF if age < limit)
        assert age - drawn < late, (said.ago(now - drawn, now), said.ago(now - age, now))
