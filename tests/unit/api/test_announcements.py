"""Announcements: written by staff in two languages, told at their hour, put away by each, with reactions; in apps and on pages."""

from typing import Any
from urllib.parse import quote

import pytest

from chaupal.governance.people import announcements
from chaupal.governance.people.announcements import AnnouncementEdit, AnnouncementForm
from chaupal.kernel.clock import HOUR, iso
from chaupal.kernel.errors import Invalid, NotAllowed
from village import Village, Villager

PATH = "/api/v1/announcements"


async def announces(v: Village, english: str = "The square moves", hindi: str = "चौराहा बदल रहा है", **more: Any) -> int:
    form = AnnouncementForm(text=english, text_hi=hindi, **more)
    return await announcements.write(v.running.house.court, v.owner.viewer, form)


async def told(v: Village, who: Villager, **asked: Any) -> list[dict[str, Any]]:
    return (await v.api(who, "GET", PATH, **asked)).json()


def cookie(who: Villager, language: str = "hi") -> dict[str, str]:
    return {"cookie": f"chaupal={who.cookie}; language={language}"}


async def test_an_announcement_is_told_to_everybody_in_their_language_until_they_put_it_away(village: Village):
    v = village
    id_ = await announces(v)
    (one,) = await told(v, v.asha)
    assert one["id"] == str(id_) and "read" in one and one["read"] is False and one["reactions"] == []
    assert "चौराहा बदल रहा है" in (await v.client.get("/settings", headers=cookie(v.asha))).text
    assert "The square moves" in (await v.client.get("/settings", headers=cookie(v.karl, "en"))).text
    assert "The square moves" not in (await v.client.get("/", headers={"cookie": "language=en"})).text
    assert (await v.api(v.asha, "POST", f"{PATH}/{id_}/dismiss")).json() == {}
    assert await told(v, v.asha) == [] and [a["read"] for a in await told(v, v.asha, with_dismissed=True)] == [True]
    assert len(await told(v, v.ravi)) == 1
    assert "चौराहा बदल रहा है" not in (await v.client.get("/settings", headers=cookie(v.asha))).text
    assert (await v.api(v.asha, "POST", f"{PATH}/1/dismiss")).status_code == 404
    assert (await v.client.get(PATH)).status_code == 401


async def test_it_is_told_at_its_hour_and_ends_at_its_hour(village: Village):
    v, court = village, village.running.house.court
    await announces(v, at=iso(v.clock() + HOUR), ends_at=iso(v.clock() + 3 * HOUR))
    assert await announcements.tell_due(court) == 0 and await told(v, v.asha) == []
    v.clock.move(HOUR)
    assert await announcements.tell_due(court) == 1 and len(await told(v, v.asha)) == 1
    v.clock.move(2 * HOUR)
    assert await told(v, v.asha) == [], "over by the clock, before that is written down"
    assert await announcements.tell_due(court) == 1 and await announcements.tell_due(court) == 0


async def test_reactions_are_counted_once_for_each_and_taken_back(village: Village):
    v = village
    id_ = await announces(v)
    for who in (v.asha, v.ravi, v.asha):
        assert (await v.api(who, "PUT", f"{PATH}/{id_}/reactions/{quote('🙏')}")).json() == {}
    assert (await told(v, v.asha))[0]["reactions"] == [{"name": "🙏", "count": 2, "me": True}]
    assert (await told(v, v.karl))[0]["reactions"] == [{"name": "🙏", "count": 2, "me": False}]
    assert (await v.api(v.asha, "DELETE", f"{PATH}/{id_}/reactions/{quote('🙏')}")).json() == {}
    assert (await v.api(v.asha, "DELETE", f"{PATH}/{id_}/reactions/{quote('🙏')}")).status_code == 404
    assert (await told(v, v.asha))[0]["reactions"] == [{"name": "🙏", "count": 1, "me": False}]


@pytest.mark.parametrize("name", ["x", "1", "🙏🙏", "नमस्ते", "<b>", "a🙏"])
async def test_what_is_no_emoji_is_no_reaction(village: Village, name: str):
    id_ = await announces(village)
    answer = await village.api(village.asha, "PUT", f"{PATH}/{id_}/reactions/{quote(name)}")
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["👍", "❤️", "🇮🇳", "👩‍🌾", "1️⃣", "🙏🏽"])
async def test_emojis_of_several_parts_are_one(village: Village, name: str):
    id_ = await announces(village)
    assert (await village.api(village.asha, "PUT", f"{PATH}/{id_}/reactions/{quote(name)}")).status_code == 200


async def test_only_staff_whose_role_opens_it_may_announce_and_both_languages_are_needed(village: Village):
    v, court = village, village.running.house.court
    form = AnnouncementForm(text="Hello", text_hi="नमस्ते")
    for who in (v.asha, v.chitra):
        with pytest.raises(NotAllowed):
            await announcements.write(court, who.viewer, form)
    with pytest.raises(Invalid) as wrong:
        await announcements.write(court, v.owner.viewer, AnnouncementForm(text="Hello", at="soon"))
    assert set(wrong.value.details) == {"text_hi", "at"}
    with pytest.raises(Invalid):
        await announces(v, ends_at=iso(v.clock() - HOUR))


async def test_the_office_writes_and_ends_them_and_keeps_what_was_typed(village: Village):
    v, owner = village, cookie(village.owner)
    page = (await v.client.get("/office/announcements", headers=owner)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    bad = await v.client.post("/office/announcements", data={"csrf": csrf, "text": "Only English"}, headers=owner)
    assert bad.status_code == 422 and "Only English" in bad.text and 'id="text_hi-error"' in bad.text
    good = {"csrf": csrf, "text": "Now both", "text_hi": "अब दोनों"}
    assert (await v.client.post("/office/announcements", data=good, headers=owner)).status_code == 303
    (one,) = await told(v, v.asha)
    assert (await v.client.get("/office/announcements", headers=cookie(v.chitra))).status_code == 403
    ended = await v.client.post(f"/office/announcements/{one['id']}/end", data={"csrf": csrf}, headers=owner)
    assert ended.status_code == 303 and await told(v, v.asha) == []


async def test_pages_put_them_away_and_react_without_a_script(village: Village):
    v, asha = village, cookie(village.asha)
    id_ = await announces(v)
    page = (await v.client.get("/announcements", headers=asha)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    for sent in ({"name": "👍"}, {"name": "👍", "back": "1"}, {"name": "🎉"}):
        answer = await v.client.post(f"/announcements/{id_}/react", data={"csrf": csrf} | sent, headers=asha)
        assert answer.status_code == 303
    assert [r["name"] for r in (await told(v, v.asha))[0]["reactions"]] == ["🎉"]
    done = await v.client.post(f"/announcements/{id_}/dismiss", data={"csrf": csrf, "next": "/settings"}, headers=asha)
    assert done.status_code == 303 and done.headers["location"] == "/settings" and await told(v, v.asha) == []


async def test_other_words_are_not_shown_again_to_those_who_put_it_away_unless_staff_say_so(village: Village):
    v, court, owner = village, village.running.house.court, village.owner.viewer
    id_ = await announces(v)
    await v.api(v.asha, "POST", f"{PATH}/{id_}/dismiss")
    await v.api(v.ravi, "PUT", f"{PATH}/{id_}/reactions/{quote('🙏')}")
    v.clock.move(HOUR)
    was = (await told(v, v.ravi))[0]
    await announcements.change(court, owner, id_, AnnouncementEdit(text="It moves today", text_hi="आज बदल रहा है"))
    assert await told(v, v.asha) == [] and [a["read"] for a in await told(v, v.asha, with_dismissed=True)] == [True]
    (now,) = await told(v, v.ravi)
    assert "आज बदल रहा है" in now["content"] and now["reactions"][0]["count"] == 1
    assert now["updated_at"] > was["updated_at"] and now["published_at"] == was["published_at"]
    form = AnnouncementEdit(text="It moves now", text_hi="अभी बदल रहा है", again=True)
    await announcements.change(court, owner, id_, form)
    assert [a["read"] for a in await told(v, v.asha)] == [False]


async def test_the_office_changes_what_is_told_and_the_hour_of_what_is_not_yet(village: Village):
    v, owner, court = village, cookie(village.owner), village.running.house.court
    told_, waits = await announces(v), await announces(v, "Later", "बाद में", at=iso(v.clock() + HOUR))
    v.clock.move(1_000)
    page = (await v.client.get(f"/office/announcements/{waits}", headers=owner)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert 'name="at"' in page and 'value="2021-02-10T21:30"' in page and "बाद में" in page and 'name="again"' not in page
    edit = {"csrf": csrf, "text": "Sooner", "text_hi": "पहले", "at": ""}
    assert (await v.client.post(f"/office/announcements/{waits}", data=edit, headers=owner)).status_code == 303
    assert {a["id"] for a in await told(v, v.asha)} == {str(told_), str(waits)}, "no hour: told at once"
    page = (await v.client.get(f"/office/announcements/{told_}", headers=owner)).text
    assert 'name="at"' not in page and 'name="again"' in page
    bad = {"csrf": csrf, "text": "Only English", "text_hi": ""}
    answer = await v.client.post(f"/office/announcements/{told_}", data=bad, headers=owner)
    assert answer.status_code == 422 and "Only English" in answer.text and 'id="text_hi-error"' in answer.text
    await announcements.end(court, v.owner.viewer, told_)
    assert (await v.client.get(f"/office/announcements/{told_}", headers=owner)).status_code == 404
    answer = await v.client.post(f"/office/announcements/{told_}", data=edit, headers=owner)
    assert answer.status_code == 404, "what has ended is not told again by a change"


async def test_two_who_change_one_announcement_do_not_write_over_each_other_unseen(village: Village):
    v, owner, court = village, cookie(village.owner), village.running.house.court
    id_ = await announces(v)
    page = (await v.client.get(f"/office/announcements/{id_}", headers=owner)).text
    csrf, seen = (page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("csrf", "seen"))
    v.clock.move(1_000)
    await announcements.change(court, v.dev.viewer, id_, AnnouncementEdit(text="From Dev", text_hi="देव से"))
    mine = {"csrf": csrf, "seen": seen, "text": "From me", "text_hi": "मुझ से"}
    answer = await v.client.post(f"/office/announcements/{id_}", data=mine, headers=owner)
    assert answer.status_code == 409 and "From me" in answer.text and "From Dev" in answer.text
    again = answer.text.partition('name="seen" value="')[2].partition('"')[0]
    answer = await v.client.post(f"/office/announcements/{id_}", data=mine | {"seen": again}, headers=owner)
    assert answer.status_code == 303 and "मुझ से" in (await told(v, v.asha))[0]["content"]
