"""Words of letters that nobody sees are no words: by every way in, as an empty field is; joiners within words stay."""

from typing import Any

import httpx2
import pytest

from clients.images import png
from surfaces.square import Square, check_refused

UNSEEN = ["\u200b\u200c\u200d\ufeff", "\u3164", "\u2800 \u2060", "\u202e\u2066"]


@pytest.mark.parametrize("nothing", UNSEEN)
async def test_a_post_of_letters_that_nobody_sees_is_refused_by_every_way_in(square: Square, nothing: str):
    poll = {"options": ["हाँ", nothing], "expires_in": 86_400}
    ways: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/v1/statuses", {"status": nothing}),
        ("PUT", f"/api/v1/statuses/{square.public}", {"status": nothing}),
        ("POST", "/api/v1/statuses", {"status": "कौन?", "poll": poll}),
        ("POST", "/api/v1/lists", {"title": nothing}),
        ("POST", "/api/v2/filters", {"title": nothing, "context": ["home"]}),
        ("POST", "/api/v1/apps", {"client_name": nothing, "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}),
    ]
    before = await square.rows()
    async with square.app("asha") as asha:
        for method, path, sent in ways:
            check_refused(await asha.request(method, path, json=sent), 422, about=path)
    async with square.browser("asha") as browser:
        typed = {"csrf": square.forms["asha"], "text": nothing}
        for path, more in (("/compose", {}), (f"/posts/{square.public}/edit", {}), ("/messages", {"to": "@binod"})):
            answer = await browser.post(path, data=typed | more)
            assert answer.status_code == 422, path
    assert await square.rows() == before


async def test_what_need_not_be_said_is_empty_where_nobody_sees_it(square: Square):
    """A name, a description, a warning, a note, and the words beside a picture."""
    nothing = "\u200b\u3164"
    async with square.app("asha") as asha:
        sent = {"description": nothing}
        photo = (await asha.post("/api/v2/media", files={"file": ("a.png", png(), "image/png")}, data=sent)).json()
        assert photo["description"] is None
        said = {"status": nothing, "spoiler_text": nothing, "media_ids": [photo["id"]]}
        post = (await asha.post("/api/v1/statuses", json=said)).json()
        source = (await asha.get(f"/api/v1/statuses/{post['id']}/source")).json()
        assert (source["text"], source["spoiler_text"], post["sensitive"]) == ("", "", False)
        fields = {"0": {"name": nothing, "value": nothing}}
        face = {"display_name": nothing, "note": nothing, "fields_attributes": fields}
        mine = await asha.patch("/api/v1/accounts/update_credentials", json=face)
        assert (mine.json()["source"]["note"], mine.json()["fields"]) == ("", [])
        assert mine.json()["display_name"] in ("", "asha")


async def test_joiners_within_words_stay_as_they_were_typed(square: Square):
    words = "न्\u200cद और क्\u200dया ❤\ufe0f"
    async with square.app("asha") as asha:
        said: httpx2.Response = await asha.post("/api/v1/statuses", json={"status": words})
        source = await asha.get(f"/api/v1/statuses/{said.json()['id']}/source")
        assert source.json()["text"] == words


async def test_a_reason_of_letters_that_nobody_sees_explains_nothing(square: Square):
    async with square.app("binod") as binod:
        asha = str(square.asha.account)
        sent = {"account_id": asha, "category": "legal", "comment": "\u200b" * 40}
        check_refused(await binod.post("/api/v1/reports", json=sent), 422)
