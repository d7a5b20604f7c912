"""Activities in the shapes that servers send them: who, what, to what; and what is none."""

from typing import Any

import pytest

from chaupal.federation.reading.activities import KINDS, read_act
from chaupal.federation.reading.values import Unreadable

RAVI = "https://social.example/users/ravi"
NOTE = {"type": "Note", "id": f"{RAVI}/1", "attributedTo": RAVI, "content": "x"}


def act(**more: Any) -> dict[str, Any]:
    return {"id": f"{RAVI}#1", "type": "Like", "actor": RAVI, "object": "https://here.example/@asha/1"} | more


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_is_known(kind: str):
    found = read_act(act(type=f"as:{kind}"))
    assert (found.kind, found.actor, found.object) == (kind, RAVI, "https://here.example/@asha/1")


def test_what_comes_along_is_kept_as_it_came():
    found = read_act(act(type="Create", object=NOTE, to="as:Public", actor={"id": RAVI, "type": "Person"}))
    assert (found.object, found.object_kind, found.whole, found.to) == (f"{RAVI}/1", "Note", NOTE, ("as:Public",))


def test_a_list_of_one_is_that_one_and_a_report_names_several():
    assert (
        read_act(act(type=["Like"], actor=[RAVI], object=["https://here.example/@asha/1"])).object
        == "https://here.example/@asha/1"
    )
    flag = read_act(
        act(
            type="Flag",
            object=["https://here.example/@asha", {"id": "https://here.example/@asha/1"}],
            content="<p>गाली</p>",
        )
    )
    assert flag.objects == ("https://here.example/@asha", "https://here.example/@asha/1")
    assert flag.content == "गाली"


def test_a_group_that_repeats_a_post_announces_that_post():
    """FEP-1b12: the activity inside is somebody else's word; the post is asked for where it is from."""
    inner = {
        "type": "Create",
        "id": "https://b.example/a/1",
        "actor": "https://b.example/x",
        "object": {"id": "https://b.example/1"},
    }
    found = read_act(act(type="Announce", object=inner))
    assert (found.object, found.whole) == ("https://b.example/1", None)


def test_a_request_to_quote_names_the_post_that_would():
    assert read_act(act(type="QuoteRequest", instrument=NOTE)).instrument == f"{RAVI}/1"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"type": None}, "no_kind"),
        ({"type": "Arrive"}, "unknown_kind"),
        ({"actor": None}, "no_actor"),
        ({"actor": "mailto:x@y.example"}, "no_actor"),
        ({"object": None}, "no_object"),
        ({"object": 7}, "no_object"),
    ],
)
def test_what_is_no_activity(more: dict[str, Any], why: str):
    with pytest.raises(Unreadable) as caught:
        read_act(act(**more))
    assert caught.value.why == why
