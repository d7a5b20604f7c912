"""A state's hint on pages and in the API: taken in with its authority or not at all, and told to whoever is touched."""

from typing import Any

import pytest

from desk import AtDesk
from village import AUTHORITY, Village

GROUNDS = "One of many accounts that post the same lines by machine."
TOLD = "की ओर सूचना मंत्रालय ने ध्यान दिलाया था"


async def typed(v: Village, **changes: Any) -> dict[str, Any]:
    cited = v.running.house.court.rules.current(v.clock()).cite(9)
    return {
        "targets": "@ravi",
        "rule": cited,
        "source": "state_flag",
        "flagged_by": str((await v.ministry()).id),
        "grounds": GROUNDS,
        "outcome": "warn",
    } | changes


async def matter(v: Village) -> str:
    """A warning of ravi that follows the ministry's hint, on the office's page; its reference."""
    sent = await AtDesk(v, v.chitra).send("/office/sanctions", **await typed(v))
    assert sent.status_code == 303, sent.text
    await v.settle()
    return sent.headers["location"].split("/")[3]


async def test_the_office_takes_no_hint_of_nobody_and_says_so_beside_the_field(village: Village):
    at = AtDesk(village, village.chitra)
    sent = await at.send("/office/sanctions", **await typed(village, flagged_by=""))
    assert sent.status_code == 422 and 'id="flagged_by-error"' in sent.text
    assert GROUNDS in sent.text and 'value="state_flag" selected' in sent.text
    other = await at.send("/office/sanctions", **await typed(village, source="staff"))
    assert other.status_code == 422 and 'id="flagged_by-error"' in other.text


async def test_the_person_reads_whose_hint_it_was_wherever_it_is_told(village: Village):
    v = village
    ref = await matter(v)
    assert TOLD in await v.page_as("IN", "/notifications", v.ravi)
    standing = await v.page_as("IN", "/settings/standing", v.ravi)
    assert TOLD in standing
    (strike,) = (await v.api(v.ravi, "GET", "/api/v1/disputes/strikes")).json()
    page = await v.page_as("IN", f"/disputes/strikes/{strike['id']}", v.ravi)
    assert "<dt>किसने ध्यान दिलाया</dt><dd><bdi>सूचना मंत्रालय</bdi>" in page and f'href="/orders/{ref}"' in page
    told = (await v.api(v.ravi, "GET", "/api/v1/notifications")).json()
    (warned,) = [one["moderation_warning"] for one in told if one["type"] == "moderation_warning"]
    assert warned["flagged_by"] == "सूचना मंत्रालय"


async def test_the_register_names_the_state_on_its_page_and_at_the_wire(village: Village):
    ref = await matter(village)
    page = await village.page_as("DE", f"/orders/{ref}")
    assert "प्राधिकारी: <bdi>सूचना मंत्रालय</bdi> (भारत)।" in page
    assert "क्या किया गया: एक चेतावनी;" in page and "1 लागू" in page
    assert "नहीं दिखा" not in page and "पर रोक" not in page, "a warning hides nothing, and the register does not say so"
    found = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()
    assert (found["source"], found["flagged_by"], found["flagged_from"]) == ("state_flag", AUTHORITY.name, "IN")
    table = (await village.api(None, "GET", "/api/v1/transparency/tables/T8.csv")).text
    assert AUTHORITY.name in table


@pytest.mark.parametrize("named", [True, False])
async def test_a_program_of_the_staff_names_the_authority_or_is_refused(village: Village, named: bool):
    v = village
    sent = await typed(v, flagged_by=(await v.ministry()).id if named else None)
    answer = await v.api(v.chitra, "POST", "/api/v1/admin/matters", **sent)
    if not named:
        assert answer.status_code == 422 and answer.json()["details"]["flagged_by"]
        return
    made = answer.json()
    shown = (await v.api(v.chitra, "GET", f"/api/v1/admin/orders/{made['ref']}")).json()
    assert (shown["source"], shown["flagged_by"]) == ("state_flag", AUTHORITY.name)
