"""Drafts: kept for their author alone, whole, until they are posted or thrown away."""

import pytest

from chaupal.kernel.clock import DAY, SECOND
from chaupal.kernel.errors import Invalid
from chaupal.policy.drafts_and_scheduled import MOST_DRAFTS
from chaupal.social.media import media
from chaupal.social.posts import drafts_and_scheduled
from painted import picture
from village import Village

FORM = {"csrf": "", "text": "अधूरी बात", "visibility": "private", "language": "hi"}


async def test_a_draft_is_kept_changed_and_thrown_away_and_nobody_else_sees_it(village: Village):
    v = village
    made = (await v.api(v.asha, "POST", "/api/v1/chaupal/drafts", status="अधूरी", visibility="private")).json()
    where = f"/api/v1/chaupal/drafts/{made['id']}"
    assert (made["status"], made["visibility"], made["media_attachments"]) == ("अधूरी", "private", [])
    v.clock.move(SECOND)
    poll = {"options": ["हाँ", ""], "expires_in": 3600}
    here = (await v.api(v.asha, "PUT", where, status="पूरी", visibility="public", local_only=True)).json()
    assert (here["visibility"], here["local_only"]) == ("unlisted", True)
    for unknowing in ({"visibility": here["visibility"]}, {}):
        back = (await v.api(v.asha, "PUT", where, status="पूरी", **unknowing)).json()
        assert back["local_only"], "an app that knows no local posts opens none"
    changed = (
        await v.api(v.asha, "PUT", where, status="पूरी", visibility="", poll=poll, scheduled_at="2021-03-01T10:00:00Z")
    ).json()
    assert (changed["status"], changed["visibility"], changed["scheduled_at"]) == (
        "पूरी",
        None,
        "2021-03-01T10:00:00.000Z",
    )
    assert changed["poll"]["options"] == ["हाँ", ""] and changed["updated_at"] > changed["created_at"]
    assert (await v.api(v.asha, "GET", "/api/v1/chaupal/drafts")).json() == [changed]
    assert (await v.api(v.ravi, "GET", "/api/v1/chaupal/drafts")).json() == []
    for method in ("GET", "PUT", "DELETE"):
        assert (await v.api(v.ravi, method, where, status="चोरी")).status_code == 404
    assert (await v.api(v.asha, "DELETE", where)).json() == {}
    assert (await v.api(v.asha, "GET", where)).status_code == 404


async def test_a_draft_says_what_is_wrong_with_it(village: Village):
    v = village
    for wrong in (
        {"status": "  "},
        {"status": "क" * 20_001},
        {"status": "क", "media_ids": ["7"]},
        {"status": "क", "scheduled_at": "कल"},
    ):
        answer = await v.api(v.asha, "POST", "/api/v1/chaupal/drafts", **wrong)
        assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed"), wrong


async def test_there_are_at_most_a_hundred_drafts(village: Village):
    square = village.running.house.square
    for number in range(MOST_DRAFTS):
        await drafts_and_scheduled.keep(square, village.asha.viewer, drafts_and_scheduled.Unsaid(text=str(number)))
    with pytest.raises(Invalid, match="Too many drafts"):
        await drafts_and_scheduled.keep(square, village.asha.viewer, drafts_and_scheduled.Unsaid(text="one more"))


async def test_the_pictures_of_a_draft_are_not_swept_away_until_it_is_gone(village: Village):
    v, square = village, village.running.house.square
    kept, loose = [await media.attach(square, v.asha.viewer, picture()) for _ in range(2)]
    id_ = await drafts_and_scheduled.keep(square, v.asha.viewer, drafts_and_scheduled.Unsaid(pictures=[kept]))
    v.clock.move(2 * DAY)
    await media.sweep(square)
    assert (await v.api(v.asha, "GET", f"/api/v1/media/{loose}")).status_code == 404
    assert (await v.api(v.asha, "GET", f"/api/v1/media/{kept}")).status_code == 200
    await drafts_and_scheduled.drop(square, v.asha.viewer, id_)
    await media.sweep(square)
    assert (await v.api(v.asha, "GET", f"/api/v1/media/{kept}")).status_code == 404


async def test_the_page_saves_a_draft_opens_it_and_posts_it_and_then_it_is_gone(village: Village):
    v = village
    page = Browser(v)
    saved = await page.sends("/drafts", **FORM)
    assert saved.status_code == 303 and saved.headers["location"].startswith("/drafts#d")
    id_ = saved.headers["location"].removeprefix("/drafts#d")
    assert "अधूरी बात" in await v.page_as("IN", "/drafts", v.asha) and "अधूरी बात" not in await v.page_as(
        "IN", "/drafts", v.ravi
    )
    form = await v.page_as("IN", f"/compose?draft={id_}", v.asha)
    assert "अधूरी बात" in form and f'name="draft" value="{id_}"' in form and '<option value="private" selected' in form
    posted = await page.sends("/compose", **FORM | {"draft": id_, "text": "पूरी बात"})
    assert posted.status_code == 303
    assert "अधूरी बात" not in await v.page_as("IN", "/drafts", v.asha)
    assert (await v.look("IN", f"/compose?draft={id_}", v.asha)).status_code == 404


async def test_a_script_saves_with_the_session_and_gets_to_know_which_draft_it_is(village: Village):
    v = village
    page = Browser(v)
    first = (await page.sends("/drafts/autosave", **FORM)).json()
    again = (await page.sends("/drafts/autosave", **FORM | {"draft": first["id"], "text": "और बात"})).json()
    assert again["id"] == first["id"]
    assert [one["status"] for one in (await v.api(v.asha, "GET", "/api/v1/chaupal/drafts")).json()] == ["और बात"]
    assert (await page.sends(f"/drafts/{first['id']}/delete")).status_code == 303
    anew = (await page.sends("/drafts/autosave", **FORM | {"draft": first["id"]})).json()
    assert anew["id"] != first["id"], "thrown away in another window, it is kept anew"
    assert (await page.sends("/drafts/autosave", **FORM | {"text": ""})).status_code == 422
    foreign = await v.client.post("/drafts/autosave", data=FORM | {"csrf": "x"}, headers=page.headers)
    assert foreign.status_code == 403


async def test_a_draft_that_answers_what_is_gone_answers_nothing(village: Village):
    v = village
    asked = (
        await v.api(v.asha, "POST", "/api/v1/chaupal/drafts", status="जवाब", in_reply_to_id=str(v.ravi.latest.id))
    ).json()
    assert "@ravi" in await v.page_as("IN", f"/compose?draft={asked['id']}", v.asha)
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{v.ravi.latest.id}")
    form = await v.look("IN", f"/compose?draft={asked['id']}", v.asha)
    assert form.status_code == 200 and "जवाब" in form.text and 'name="reply_to"' not in form.text


class Browser:
    """Asha's, signed in: its forms carry the session's word."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.headers = {"cookie": f"chaupal={village.asha.cookie}; look_as=IN; language=hi"}

    async def sends(self, path: str, **form: str):
        page = await self.village.client.get("/compose", headers=self.headers)
        word = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        return await self.village.client.post(path, data=form | {"csrf": word}, headers=self.headers)
