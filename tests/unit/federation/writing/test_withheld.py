"""What we state of our own things that are withheld: what everybody may know, for each country, and nothing of what is secret."""

from typing import Any

import pytest

from chaupal.federation.reading.withheld import stated
from chaupal.federation.writing import withheld
from chaupal.kernel.settings import load_settings
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import EVERYWHERE, NO_RULINGS, Ruling, RulingIndex
from chaupal.policy.things import Picture

SETTINGS = load_settings(environ={}, public_url="https://chaupal.example")
POST = 7


def ruling(**changes: Any) -> Ruling:
    said: dict[str, Any] = {
        "id": 1,
        "subject": POST,
        "measure": Measure.WITHHOLD_POST,
        "territory": ("IN",),
        "starts_at": 0,
        "ends_at": None,
        "order_ref": "IN-2026-0042",
        "authority": "Ministry",
        "authority_hi": "",
        "legal_basis": "",
        "reason": "",
        "log_index": 3,
    }
    return Ruling(**said | changes)


def told(*found: Ruling) -> dict[str, Any]:
    return withheld.of_thing(SETTINGS, RulingIndex(found, 1_000), POST)


def test_a_withheld_post_says_where_on_which_order_and_until_when():
    assert told(ruling(ends_at=86_400_000)) == {
        "withheldIn": [
            {
                "type": "Withholding",
                "country": "IN",
                "order": "https://chaupal.example/orders/IN-2026-0042",
                "startTime": "1970-01-01T00:00:00.000Z",
                "endTime": "1970-01-02T00:00:00.000Z",
            }
        ]
    }


def test_each_country_of_each_order_is_a_statement_of_its_own():
    said = told(ruling(territory=("NP", "IN")), ruling(id=2, order_ref="IN-2026-0043"))["withheldIn"]
    assert [(one["country"], one["order"][-4:]) for one in said] == [("IN", "0042"), ("NP", "0042"), ("IN", "0043")]


@pytest.mark.parametrize(
    "silent",
    [
        {"neutral": True},
        {"measure": Measure.DEAMPLIFY},
        {"measure": Measure.LABEL},
        {"territory": (EVERYWHERE,)},
        {"starts_at": 2_000},
        {"ends_at": 500},
        {"measure": Measure.REMOVE_POST, "territory": (EVERYWHERE,), "basis": "own_rules"},
    ],
)
def test_of_what_may_name_nobody_is_over_or_withholds_in_no_country_nothing_is_said(silent: dict[str, Any]):
    assert told(ruling(**silent)) == {}
    open_ = ruling(id=2, order_ref="IN-2026-0043")
    assert told(ruling(**silent), open_) == told(open_), "beside an open one it is not seen, either"


def test_a_picture_says_so_of_itself_by_itself_and_where_its_post_covers_it():
    picture = Picture(9, "image/png", "", "", 1, 1, 1, 1, root=4)
    index = RulingIndex(
        [ruling(subject=9, measure=Measure.WITHHOLD_MEDIA), ruling(id=2, territory=("NP",), covers=(4,))], 1
    )
    said = withheld.of_picture(SETTINGS, index, picture)["withheldIn"]
    assert [one["country"] for one in said] == ["IN", "NP"]
    assert withheld.of_picture(SETTINGS, NO_RULINGS, picture) == {}


def test_what_has_no_page_of_its_own_names_none_and_what_we_say_is_what_we_read():
    own = told(ruling(authority="", basis="own_rules", order_ref="RULES-2026-0001"))
    assert "order" not in own["withheldIn"][0]
    assert [(one.country, one.order, one.until) for one in stated(told(ruling(ends_at=86_400_000)))] == [
        ("IN", "https://chaupal.example/orders/IN-2026-0042", 86_400_000)
    ]
