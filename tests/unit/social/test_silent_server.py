"""Where no other server is talked to, whoever writes to somebody there alone is told at once that it would not come to them."""

from typing import Any

import pytest

from chaupal.kernel.clock import HOUR, iso
from chaupal.policy.facts import Visibility
from faraway import Far, comes
from unit.web.test_pages import send
from village import Village

GITA = "@gita@other.example"


@pytest.fixture
async def gita(village: Village) -> Far:
    """Known from a time in which servers were talked to."""
    return await comes(village)


async def newest(v: Village) -> int:
    return int((await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/statuses")).json()[0]["id"])


@pytest.mark.usefixtures("gita")
async def test_a_message_to_somebody_of_another_server_is_refused_in_words_by_the_api(village: Village):
    v, before = village, await newest(village)
    said = {"status": f"{GITA} कल मिलते हैं", "visibility": "direct"}
    later = {"scheduled_at": iso(v.clock() + HOUR)}
    for asked in (said, said | {"status": f"@ravi {GITA} कल"}, said | later):
        answer = await v.api(v.asha, "POST", "/api/v1/statuses", **asked)
        assert answer.status_code == 422
        told: dict[str, Any] = answer.json()
        assert "gita@other.example is on another server" in told["error"]
        assert "text" in told["details"]
    assert await newest(v) == before
    assert (await v.api(v.asha, "GET", "/api/v1/scheduled_statuses")).json() == []


@pytest.mark.usefixtures("gita")
async def test_a_reply_that_is_for_those_it_names_alone_and_an_edit_that_names_them_are_refused_too(village: Village):
    v = village
    letter = await v.says(v.ravi, "@asha सुनो", visibility=Visibility.DIRECT)
    reply = {"status": f"@ravi {GITA} हाँ", "visibility": "public", "in_reply_to_id": str(letter.id)}
    assert (await v.api(v.asha, "POST", "/api/v1/statuses", **reply)).status_code == 422
    mine = await v.says(v.asha, "@ravi सुनो", visibility=Visibility.DIRECT)
    answer = await v.api(v.asha, "PUT", f"/api/v1/statuses/{mine.id}", status=f"@ravi {GITA} सुनो")
    assert answer.status_code == 422
    assert (await v.api(v.asha, "PUT", f"/api/v1/statuses/{mine.id}", status="@ravi सुनो तो")).status_code == 200


async def test_what_others_here_see_as_well_may_name_them(village: Village, gita: Far):
    v = village
    answer = await v.api(v.asha, "POST", "/api/v1/statuses", status=f"{GITA} ने कहा था", visibility="public")
    assert answer.status_code == 200
    assert [one["id"] for one in answer.json()["mentions"]] == [str(gita.id)]


@pytest.mark.usefixtures("gita")
async def test_the_pages_of_posts_and_of_messages_say_so_beside_what_was_typed(village: Village):
    v, typed = village, "कल मिलते हैं"
    for path, sent in (
        ("/compose", {"text": f"{GITA} {typed}", "visibility": "3"}),
        ("/messages", {"to": GITA, "text": typed, "key": "once"}),
    ):
        answer = await send(v, path, v.asha, **sent)
        assert answer.status_code == 422, (path, answer.status_code)
        assert "किसी दूसरे सर्वर से बात नहीं करता: @gita@other.example" in answer.text
        assert typed in answer.text
