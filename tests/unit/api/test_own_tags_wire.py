"""Followed tags make a home larger, at once and in streams; featured ones stand on profiles with their counts."""

from typing import Any

import pytest

from chaupal.reads.explore import tags
from listening import listening
from village import Village, Villager

HOME = "/api/v1/timelines/home"


async def ask(v: Village, who: Villager | None, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    answer = await v.api(who, method, path, **sent)
    assert answer.status_code == status, answer.text
    return answer.json()


async def home(v: Village, who: Villager) -> list[int]:
    return [int(s["id"]) for s in await ask(v, who, "GET", HOME)]


async def test_posts_with_a_followed_tag_stand_in_the_home_in_every_spelling(village: Village):
    v = village
    assert await home(v, v.meera) == [v.meera.latest.id, v.asha.latest.id]
    tag = await ask(v, v.meera, "POST", "/api/v1/tags/किसान_आन्दोलन/follow")
    assert (tag["following"], tag["featuring"]) == (True, False)
    assert v.ravi.latest.id in await home(v, v.meera), "earlier ones too"
    said = await v.says(v.karl, "from afar #किसान_आंदोलन")
    answer = await v.says(v.karl, "again #किसान_आंदोलन", reply_to=v.ravi.latest.id)
    hidden = await v.says(v.karl, "for followers #किसान_आंदोलन", visibility=2)
    assert (await home(v, v.meera))[:2] == [answer.id, said.id]
    assert hidden.id not in await home(v, v.meera)
    await ask(v, v.karl, "DELETE", f"/api/v1/statuses/{said.id}")
    assert said.id not in await home(v, v.meera)
    assert [t["name"] for t in await ask(v, v.meera, "GET", "/api/v1/followed_tags")] == ["किसान_आन्दोलन"]
    assert not (await ask(v, v.meera, "POST", "/api/v1/tags/किसान_आंदोलन/unfollow"))["following"]
    assert await home(v, v.meera) == [v.meera.latest.id, v.asha.latest.id]


async def test_what_is_no_tag_is_not_there(village: Village):
    v = village
    for name in ("tag-name", "123", "दो शब्द"):
        for who in (None, v.meera):
            await ask(v, who, "GET", f"/api/v1/tags/{name}", 404)
        for act in ("follow", "unfollow", "feature", "unfeature"):
            await ask(v, v.meera, "POST", f"/api/v1/tags/{name}/{act}", 404)


async def test_a_mute_and_a_ruling_hold_for_followed_tags(village: Village):
    v = village
    await ask(v, v.meera, "POST", "/api/v1/tags/दिल्ली/follow")
    assert v.ravi.latest.id in await home(v, v.meera)
    await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
    assert v.ravi.latest.id not in await home(v, v.meera), "of strangers there is not even a placeholder"
    said = await v.says(v.ravi, "फिर #दिल्ली")
    assert said.id in await home(v, v.meera)
    await ask(v, v.meera, "POST", f"/api/v1/accounts/{v.ravi.id}/mute")
    assert said.id not in await home(v, v.meera)


async def test_followed_tags_are_heard_live(village: Village):
    v = village
    async with listening(v.running.app, "/api/v1/streaming/user", token=v.meera.token) as ear:
        await v.says(v.karl, "before #चौपाल")
        await ask(v, v.meera, "POST", "/api/v1/tags/चौपाल/follow")
        said = await v.says(v.karl, "now #चौपाल")
        await ear.heard("update", said.id)
        await ask(v, v.karl, "DELETE", f"/api/v1/statuses/{said.id}")
        await ear.heard("delete", said.id)
        assert ear.events == ["update", "delete"]


async def none_any_more(*_: Any) -> list[Any]:
    return []


async def test_featured_tags_stand_on_the_profile_with_their_uses(village: Village, monkeypatch: pytest.MonkeyPatch):
    v = village
    last = await v.says(v.ravi, "#दिल्ली से फिर")
    proposed = await ask(v, v.ravi, "GET", "/api/v1/featured_tags/suggestions")
    assert proposed[0]["name"] == "दिल्ली"
    one = await ask(v, v.ravi, "POST", "/api/v1/featured_tags", name="#दिल्ली")
    assert (one["name"], one["statuses_count"], one["last_status_at"]) == ("दिल्ली", "2", "2021-02-10")
    assert await ask(v, v.ravi, "POST", "/api/v1/featured_tags", name="दिल्ली") == one
    with monkeypatch.context() as meanwhile:  # taken away on another device before it can be told
        meanwhile.setattr(tags, "featured", none_any_more)
        await ask(v, v.ravi, "POST", "/api/v1/featured_tags", 404, name="दिल्ली")
    path = f"/api/v1/accounts/{v.ravi.id}/featured_tags"
    assert await ask(v, None, "GET", path) == [one] == await ask(v, v.ravi, "GET", "/api/v1/featured_tags")
    await v.withhold(post=last, by=v.chitra, second=v.dev)
    assert (await ask(v, None, "GET", path))[0]["statuses_count"] == "1"
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    assert await ask(v, None, "GET", path) == []
    await ask(v, v.meera, "DELETE", f"/api/v1/featured_tags/{one['id']}", 404)
    await ask(v, v.ravi, "DELETE", f"/api/v1/featured_tags/{one['id']}")
    assert await ask(v, v.ravi, "GET", "/api/v1/featured_tags") == []
    assert (await ask(v, v.ravi, "POST", "/api/v1/tags/दिल्ली/feature"))["featuring"]
    assert not (await ask(v, v.ravi, "POST", "/api/v1/tags/दिल्ली/unfeature"))["featuring"]


async def test_what_is_no_tag_is_refused(village: Village):
    v = village
    for name in ("", "12", "दो शब्द", "tag-name"):
        assert "name" in (await ask(v, v.ravi, "POST", "/api/v1/featured_tags", 422, name=name))["details"]
