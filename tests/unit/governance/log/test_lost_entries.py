"""What entries tell that came back from a copy."""

from collections import Counter
from itertools import permutations
from typing import Any

import msgspec
import pytest

from chaupal.governance.log.lost_entries import LostEntries
from chaupal.governance.log.refilling import erased_words
from chaupal_audit.log.entries import Decision, Entry, Measure, Reversal

ALONE, AGREED = "2021-02-12T15:00Z", "2021-03-12T15:00Z"


def said(t: str, public: Any, prev: int | None = None, ref: str = "HOUSE-2021-0001") -> Entry:
    return Entry(t, ref, "2021-02-10T15:00Z", msgspec.Raw(msgspec.json.encode(public)), prev=prev)


@pytest.mark.parametrize(
    ("cause", "target", "ref", "until"),
    [
        ("decided", 1, "HOUSE-2021-0001", AGREED),
        ("modified", 1, "HOUSE-2021-0001", ALONE),
        ("decided", 2, "HOUSE-2021-0001", ALONE),
        ("decided", 1, "HOUSE-2021-0002", ALONE),
    ],
)
def test_what_one_did_and_a_second_agreed_to_is_waited_for_until_the_end_that_two_gave_it(
    cause: str, target: int, ref: str, until: str
):
    """It was in force so long, as everybody saw it: `chaupal check` looked away after two days, and the audit did not."""
    told = LostEntries()
    for index, entry in enumerate(
        (
            said("measure", Measure(target=1, cause=cause, until=ALONE)),
            said("measure", Measure(target=1, until=ALONE)),
            said("decision", Decision(target=target, step="kept")),
            said("decision", Decision(target=target, step="reviewed", ends=AGREED), 0, ref),
            said("reversal", Reversal(target=1, at=ALONE), 1),
            said("measure", Measure(target=target, until=ALONE), ref=ref),
        )
    ):
        told.hear(index, entry)
    assert {index: one.until for index, (_, one) in told.open.items()} == {0: until, 5: ALONE}


@pytest.mark.parametrize("order", [*permutations((1, 2, 3))])
def test_words_that_entries_share_are_erased_in_whatever_order_their_acts_come(order: tuple[int, ...]):
    """Two parts of one decision say the same: of the one somebody erased its reason, of the other another one the finding; of a third entry
    a copy lacks more than was erased.
    """
    gone = {1: {"reason", "finding"}, 2: {"reason", "finding"}, 3: {"text", "note"}}
    many = Counter(dict.fromkeys(order, 1))
    assert sorted(erased_words({of: gone[of] for of in order}, many)) == ["finding", "reason"]
    assert many == {1: 0, 2: 0, 3: 1}, "of the third some may be here that nobody can name"
    # What one accounts for is taken from what the other lacks.
    many = Counter(dict.fromkeys(order, 1))
    words = {1: {"reason", "finding"}, 2: {"reason"}, 3: {"reason", "finding", "text"}}
    assert sorted(erased_words({of: {*words[of]} for of in order}, many)) == ["finding", "reason", "text"]
    assert not many.total()
