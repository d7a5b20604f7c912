"""What servers say of their own things that they withhold is read within bounds, and never refuses the thing itself."""

from typing import Any

import pytest
from hypothesis import given, strategies as some

from chaupal.federation.reading.actors import read_actor
from chaupal.federation.reading.objects import read_post
from chaupal.federation.reading.withheld import MOST, WithheldThere, stated

NOTE: dict[str, Any] = {
    "id": "https://other.example/notes/1",
    "type": "Note",
    "attributedTo": "https://other.example/users/moham",
    "content": "<p>hi</p>",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
}
ACTOR: dict[str, Any] = {
    "id": "https://other.example/users/moham",
    "type": "Person",
    "preferredUsername": "moham",
    "inbox": "https://other.example/users/moham/inbox",
}
ONE = {
    "type": "Withholding",
    "country": "IN",
    "order": "https://other.example/orders/IN-9",
    "startTime": "2026-11-27T10:05:00Z",
    "endTime": "2027-02-25T10:05:00Z",
}
READ = WithheldThere("IN", "https://other.example/orders/IN-9", 1_795_773_900_000, 1_803_549_900_000)


def test_a_post_and_a_person_bear_the_statements_of_their_server():
    assert read_post(NOTE | {"withheldIn": [ONE]}).withheld == (READ,)
    assert read_actor(ACTOR | {"withheldIn": ONE}).withheld == (READ,)
    assert read_post(NOTE).withheld == () and read_actor(ACTOR).withheld == ()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"country": "in"}, (WithheldThere("IN"),)),
        ({"country": "DE", "order": "javascript:alert(1)"}, (WithheldThere("DE"),)),
        ({"country": "DE", "endTime": "tomorrow"}, (WithheldThere("DE"),)),
        ({"country": "XX"}, ()),
        ({"country": "India"}, ()),
        ({"order": "https://other.example/1"}, ()),
        ("IN", ()),
        (7, ()),
        (None, ()),
        ([{"country": "IN"}, {"country": "IN"}], (WithheldThere("IN"),)),
        (
            [{"country": "DE", "order": f"https://o.example/{n}"} for n in range(MOST * 3)],
            tuple(WithheldThere("DE", f"https://o.example/{n}") for n in range(MOST)),
        ),
    ],
)
def test_what_is_no_country_is_left_out_and_there_is_an_end_to_it(said: object, read: tuple[WithheldThere, ...]):
    assert read_post(NOTE | {"withheldIn": said}).withheld == read


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from([*ONE, "@value"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_stands_there_nothing_is_raised(said: object):
    for one in stated({"withheldIn": said}):
        assert len(one.country) == 2 and one.since >= 0 and one.until >= 0
