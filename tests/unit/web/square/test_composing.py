"""What a form for a post asks while one writes: offers, and pictures one by one."""

from typing import Any

import httpx2
import pytest
import regex

import measures
from chaupal.kernel.clock import DAY
from chaupal.policy.measures import Measure
from chaupal.text.fold import count_key
from painted import picture
from village import Village, Villager


async def offers(v: Village, who: Villager, word: str) -> list[str]:
    headers = {"cookie": f"chaupal={who.cookie}; look_as=IN; language=hi"}
    answer = await v.client.get("/compose/suggest", params={"q": word}, headers=headers)
    assert answer.status_code == 200
    return [one["text"] for one in answer.json()]


async def send(v: Village, who: Villager, path: str, files: Any = None, **fields: str) -> httpx2.Response:
    headers = {"cookie": f"chaupal={who.cookie}; language=hi"}
    page = await v.client.get("/compose", headers=headers)
    word = regex.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    return await v.client.post(path, data={"csrf": word, **fields}, files=files, headers=headers)


async def test_people_and_tags_are_offered_by_their_beginnings(village: Village):
    await village.says(village.ravi, "पहली बात #हलचल #हलधर")
    assert await offers(village, village.asha, "@rav") == ["@ravi"]
    assert set(await offers(village, village.asha, "#हल")) == {"#हलचल", "#हलधर"}
    for nothing in ("", "@", "#", "ravi", "@zzz", "#" + "क" * 500):
        assert await offers(village, village.asha, nothing) == []


async def test_what_is_deamplified_is_offered_to_nobody(village: Village):
    v = village
    await v.says(v.ravi, "शोर #हलचल")
    await measures.begin(v, Measure.DEAMPLIFY, term=count_key("हलचल"), ends_at=v.clock() + 30 * DAY)
    await measures.begin(v, Measure.DEAMPLIFY, v.ravi.id)
    assert await offers(v, v.asha, "#हलच") == []
    assert await offers(v, v.asha, "#हलचल") == []
    assert await offers(v, v.asha, "@rav") == []


async def test_ones_own_tag_is_suggested_to_oneself_though_it_is_withheld(village: Village):
    """In the form and in search, in the country of the order; others there are not told of it, and abroad all are."""
    v = village
    said = await v.says(v.meera, "मेरी बात #मोरपंखनगर")
    await v.withhold(post=said, by=v.chitra, second=v.dev)

    async def searched(who: Villager, country: str) -> list[str]:
        found = await v.api(who, "GET", "/api/v2/search", country, q="#मोरपं", type="hashtags")
        return [tag["name"] for tag in found.json()["hashtags"]]

    assert await offers(v, v.asha, "#मोरप") == await searched(v.asha, "IN") == []
    assert await offers(v, v.meera, "#मोरप") == await offers(v, v.meera, "#मोरपंखनगर") == ["#मोरपंखनगर"]
    assert await searched(v.meera, "IN") == await searched(v.karl, "DE") == ["मोरपंखनगर"]
    await measures.begin(v, Measure.WITHHOLD_ACCOUNT, v.meera.id)
    assert await offers(v, v.meera, "#मोरप") == ["#मोरपंखनगर"]


async def test_ones_own_tag_is_suggested_to_oneself_though_it_is_deamplified(village: Village):
    """By its beginning, its whole name and its sound, in the form and in search; to nobody else there."""
    v = village
    await v.says(v.meera, "मेरी बात #मोरपंखनगर")
    await v.says(v.ravi, "और मेरी #मोरचंदनगर")
    for tag in ("मोरपंखनगर", "मोरचंदनगर"):
        await measures.begin(v, Measure.DEAMPLIFY, term=count_key(tag), ends_at=v.clock() + 30 * DAY)

    async def searched(who: Villager, q: str) -> list[str]:
        found = await v.api(who, "GET", "/api/v2/search", q=q, type="hashtags")
        return [tag["name"] for tag in found.json()["hashtags"]]

    for typed in ("#मोर", "#मोरपंखनगर", "#morpankhnagar"):
        assert await offers(v, v.meera, typed) == ["#मोरपंखनगर"], typed
        assert await offers(v, v.asha, typed) == [], typed
    assert await offers(v, v.ravi, "#मोर") == ["#मोरचंदनगर"]
    assert await searched(v.meera, "#मोर") == ["मोरपंखनगर"] and await searched(v.asha, "#मोर") == []


async def test_strangers_are_offered_nothing(village: Village):
    answer = await village.client.get("/compose/suggest", params={"q": "@ra"})
    assert answer.headers["location"].startswith("/login")


async def test_a_picture_is_taken_described_and_taken_back(village: Village):
    v = village
    taken = await send(v, v.asha, "/compose/pictures", {"file": ("s.png", picture(64, 48), "image/png")})
    assert taken.status_code == 200
    id_ = taken.json()["id"]
    assert taken.json() == {"id": id_, "src": f"/media/{id_}/small", "heard": False, "waits": False}
    assert (await send(v, v.asha, f"/compose/pictures/{id_}", description="पीले खेत")).status_code == 200
    seen = await v.api(v.asha, "GET", f"/api/v1/media/{id_}")
    assert seen.json()["description"] == "पीले खेत"
    assert (await send(v, v.ravi, f"/compose/pictures/{id_}", description="मेरा नहीं")).status_code == 404
    assert (await send(v, v.asha, f"/compose/pictures/{id_}/remove")).status_code == 200
    assert (await v.api(v.asha, "GET", f"/api/v1/media/{id_}")).status_code == 404


@pytest.mark.parametrize(
    "files", [None, {"file": ("x.png", b"", "image/png")}, {"file": ("x.png", b"no", "image/png")}]
)
async def test_what_is_no_picture_is_refused_in_words(village: Village, files: Any):
    answer = await send(village, village.asha, "/compose/pictures", files)
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text
