"""Filters: kept in both versions, at work on every read and stream, and a burden to nobody who has none."""

import asyncio
from typing import Any

import pytest

from chaupal.kernel.clock import HOUR
from chaupal.social.people import filters
from chaupal.store.square.filters import NO_FILTERS
from listening import listening
from village import Village, Villager

V2 = "/api/v2/filters"


async def ask(v: Village, who: Villager, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    answer = await v.api(who, method, path, **sent)
    assert answer.status_code == status, answer.text
    return answer.json()


async def made(v: Village, word: str, **more: Any) -> dict[str, Any]:
    sent = {"title": word, "context": ["home", "public", "thread", "account", "notifications"]} | more
    return await ask(v, v.asha, "POST", V2, keywords_attributes=[{"keyword": word, "whole_word": True}], **sent)


async def texts(v: Village, path: str) -> list[str]:
    return [s["content"] for s in await ask(v, v.asha, "GET", path)]


async def test_a_filter_is_made_changed_and_dropped(village: Village):
    v = village
    one = await made(v, "बारिश", expires_in=3600)
    assert (one["filter_action"], [k["keyword"] for k in one["keywords"]]) == ("warn", ["बारिश"])
    assert one["expires_at"] == "2021-02-10T16:00:04.000Z"
    old = one["keywords"][0]["id"]
    changed = await ask(
        v,
        v.asha,
        "PUT",
        f"{V2}/{one['id']}",
        title="मौसम",
        filter_action="blur",
        expires_in=None,
        keywords_attributes=[{"id": old, "_destroy": True}, {"keyword": "आँधी", "whole_word": False}],
    )
    assert (changed["title"], changed["filter_action"], changed["expires_at"]) == ("मौसम", "blur", None)
    assert [(k["keyword"], k["whole_word"]) for k in changed["keywords"]] == [("आँधी", False)]
    assert changed["context"] == one["context"]
    assert await ask(v, v.asha, "GET", V2) == [changed]
    assert await ask(v, v.ravi, "GET", V2) == []
    await ask(v, v.ravi, "GET", f"{V2}/{one['id']}", 404)
    await ask(v, v.ravi, "DELETE", f"{V2}/{one['id']}", 404)
    await ask(v, v.asha, "DELETE", f"{V2}/{one['id']}")
    assert await ask(v, v.asha, "GET", V2) == []


async def test_keywords_and_posts_have_addresses_of_their_own(village: Village):
    v = village
    one = await made(v, "बारिश")
    word = await ask(v, v.asha, "POST", f"{V2}/{one['id']}/keywords", keyword="ओले")
    assert await ask(v, v.asha, "GET", f"{V2}/keywords/{word['id']}") == word
    word = await ask(v, v.asha, "PUT", f"{V2}/keywords/{word['id']}", whole_word=False)
    assert (word["keyword"], word["whole_word"]) == ("ओले", False)
    assert len(await ask(v, v.asha, "GET", f"{V2}/{one['id']}/keywords")) == 2
    assert await ask(v, v.asha, "DELETE", f"{V2}/keywords/{word['id']}") == {}
    entry = await ask(v, v.asha, "POST", f"{V2}/{one['id']}/statuses", status_id=str(v.meera.latest.id))
    assert entry["status_id"] == str(v.meera.latest.id)
    assert await ask(v, v.asha, "GET", f"{V2}/{one['id']}/statuses") == [entry]
    assert await ask(v, v.asha, "GET", f"{V2}/statuses/{entry['id']}") == entry
    await ask(v, v.ravi, "DELETE", f"{V2}/statuses/{entry['id']}", 404)
    status = await ask(v, v.asha, "GET", f"/api/v1/statuses/{v.meera.latest.id}")
    assert status["filtered"][0]["status_matches"] == [str(v.meera.latest.id)]
    assert status["filtered"][0]["keyword_matches"] is None
    assert await ask(v, v.asha, "DELETE", f"{V2}/statuses/{entry['id']}") == entry
    assert (await ask(v, v.asha, "GET", f"/api/v1/statuses/{v.meera.latest.id}"))["filtered"] == []


async def test_the_first_version_shows_each_keyword_as_a_filter(village: Village):
    v, one = village, "/api/v1/filters"
    made_ = await ask(v, v.asha, "POST", one, phrase="बारिश", context=["home"], irreversible=True, whole_word=True)
    assert (made_["phrase"], made_["irreversible"], made_["whole_word"]) == ("बारिश", True, True)
    assert (await ask(v, v.asha, "GET", V2))[0]["filter_action"] == "hide"
    changed = await ask(v, v.asha, "PUT", f"{one}/{made_['id']}", phrase="ओले", irreversible=False, context=["public"])
    assert (changed["id"], changed["phrase"], changed["irreversible"]) == (made_["id"], "ओले", False)
    assert await ask(v, v.asha, "GET", one) == [changed] == [await ask(v, v.asha, "GET", f"{one}/{made_['id']}")]
    await ask(v, v.asha, "DELETE", f"{one}/{made_['id']}")
    assert await ask(v, v.asha, "GET", V2) == []


async def test_a_post_says_which_filters_it_met_and_a_repost_too(village: Village):
    v = village
    await made(v, "बारीश", title="कुछ और")
    one = await made(v, "बारिश", context=["home"])
    far = await v.says(v.karl, "कहीं और भी बारिश")  # not at Asha's home, but for the repost
    await v.api(v.meera, "POST", f"/api/v1/statuses/{far.id}/reblog")
    await v.settle()
    home = await ask(v, v.asha, "GET", "/api/v1/timelines/home")
    met = [s for s in home if s["filtered"]]
    assert {s["id"] for s in met} == {str(v.ravi.latest.id), home[0]["id"]}
    assert home[0]["reblog"]["filtered"] == met[1]["filtered"]
    (result,) = met[1]["filtered"]
    assert result["filter"] == {k: w for k, w in one.items() if k not in ("keywords", "statuses")}
    assert (result["keyword_matches"], result["status_matches"]) == (["बारिश"], None)
    assert all(s["filtered"] == [] for s in await ask(v, v.meera, "GET", "/api/v1/timelines/home"))


async def test_what_is_hidden_is_left_out_where_the_filter_works_and_only_there(village: Village):
    v = village
    await made(v, "बारिश", filter_action="hide", context=["home", "notifications"])
    said = await v.says(v.ravi, "@asha फिर बारिश")
    for path, there in (
        ("/api/v1/timelines/home", False),
        ("/api/v1/timelines/public", True),
        (f"/api/v1/accounts/{v.ravi.id}/statuses", True),
    ):
        assert any("फिर बारिश" in text for text in await texts(v, path)) is there, path
    assert "mention" not in [n["type"] for n in await ask(v, v.asha, "GET", "/api/v1/notifications")]
    assert (await ask(v, v.asha, "GET", f"/api/v1/statuses/{said.id}"))["filtered"] != []
    assert "फिर बारिश" not in await v.page_as("IN", "/", v.asha)
    assert "फिर बारिश" in await v.page_as("IN", "/public", v.asha)
    await v.says(v.asha, "मेरी बारिश")
    assert any("मेरी बारिश" in text for text in await texts(v, "/api/v1/timelines/home")), "one's own posts stay"


async def test_a_filter_ends_by_the_clock_in_kept_answers_too(village: Village):
    v = village
    await made(v, "बारिश", filter_action="hide", expires_in=3600)
    for _ in (1, 2):
        assert not any("बारिश" in text for text in await texts(v, "/api/v1/timelines/home"))
    v.clock.move(HOUR + 1)
    assert any("बारिश" in text for text in await texts(v, "/api/v1/timelines/home"))
    assert (await ask(v, v.asha, "GET", f"/api/v1/statuses/{v.ravi.latest.id}"))["filtered"] == []


async def test_streams_obey_filters_and_tell_when_they_change(village: Village):
    v = village
    async with listening(v.running.app, "/api/v1/streaming/user", token=v.asha.token) as ear:
        await made(v, "बारिश", filter_action="hide")
        await made(v, "ओले", filter_action="hide")
        await ear.until(lambda e: e.events.count("filters_changed") == 2)
        await v.says(v.ravi, "फिर बारिश")
        said = await v.says(v.ravi, "धूप")
        await ear.heard("update", said.id)
        assert ear.events == ["filters_changed", "filters_changed", "update"]


async def test_pages_fold_what_is_warned_of_and_cover_pictures(village: Village):
    v = village
    await made(v, "बारिश", title="मौसम की बातें")
    page = await v.page_as("IN", "/", v.asha)
    assert "छाँटी गई पोस्ट: मौसम की बातें" in page
    assert "मौसम की बातें" not in await v.page_as("IN", "/", v.meera)
    assert "छाँटी गई" not in await v.page_as("IN", v.ravi.latest, v.asha), "whoever opens a post wants to read it"


async def test_who_has_no_filters_is_asked_about_them_once(village: Village):
    v = village
    await texts(v, "/api/v1/timelines/home")
    assert v.running.house.reads.work.memory.filters.get(v.asha.id) is NO_FILTERS


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": "", "context": ["home"]}, "title"),
        ({"title": "x" * 300, "context": ["home"]}, "title"),
        ({"title": "x", "context": []}, "context"),
        ({"title": "x", "context": ["nowhere"]}, "context"),
        ({"title": "x", "context": ["home"], "filter_action": "burn"}, "filter_action"),
        ({"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": " "}]}, "keyword"),
        ({"title": "x", "context": ["home"], "expires_in": "soon"}, "expires_in"),
    ],
)
async def test_what_cannot_be_taken_is_said_by_field(village: Village, sent: dict[str, Any], field: str):
    answer = await ask(village, village.asha, "POST", V2, 422, **sent)
    assert field in answer["details"]
    assert await ask(village, village.asha, "GET", V2) == []


async def test_the_page_keeps_what_was_typed_and_makes_changes_and_drops(village: Village):
    v = village
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=en"}

    async def send(path: str, **form: Any):
        csrf = (await v.client.get("/settings/filters", headers=headers)).text.partition('name="csrf" value="')[2]
        sent = {"csrf": csrf.partition('"')[0]} | form
        return await v.client.post(path, data=sent, headers=headers)

    wrong = await send("/settings/filters", title="मौसम", keywords="बारिश\nओले")
    assert wrong.status_code == 422 and "बारिश\nओले" in wrong.text and "Choose where it is to work." in wrong.text
    good = await send(
        "/settings/filters", title="मौसम", keywords="बारिश\nओले", whole="1", does="hide", **{"context[]": ["home"]}
    )
    assert good.status_code == 303
    (one,) = await ask(v, v.asha, "GET", V2)
    assert ([k["keyword"] for k in one["keywords"]], one["filter_action"]) == (["बारिश", "ओले"], "hide")
    page = (await v.client.get(f"/settings/filters/{one['id']}", headers=headers)).text
    assert "बारिश\nओले" in page
    more = {"context[]": ["home", "public"], "was_whole": "1", "lasts": "3600"}
    await send(f"/settings/filters/{one['id']}", title="मौसम", keywords="ओले\nआँधी", does="warn", **more)
    (one,) = await ask(v, v.asha, "GET", V2)
    assert [(k["keyword"], k["whole_word"]) for k in one["keywords"]] == [("ओले", False), ("आँधी", False)]
    assert (one["filter_action"], one["context"], one["expires_at"] is None) == ("warn", ["home", "public"], False)
    await send(f"/settings/filters/{one['id']}/remove")
    assert await ask(v, v.asha, "GET", V2) == []


async def test_two_at_once_do_not_fill_filters_beyond_their_bound(village: Village, monkeypatch: pytest.MonkeyPatch):
    v = village
    monkeypatch.setattr(filters, "MOST_IN_ALL", 3)
    one = await made(v, "बारिश")
    words = [v.api(v.asha, "POST", f"{V2}/{one['id']}/keywords", keyword=word) for word in ("ओले", "आँधी", "लू", "पाला")]
    answers = [answer.status_code for answer in await asyncio.gather(*words)]
    assert sorted(answers) == [200, 200, 422, 422]
    assert len((await ask(v, v.asha, "GET", f"{V2}/{one['id']}"))["keywords"]) == 3
