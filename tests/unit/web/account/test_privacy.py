"""Who can find and follow somebody: on the page and by the API, and obeyed wherever people and posts are offered."""

from typing import Any

from unit.web.test_pages import send
from village import Village, Villager

UPDATE = "/api/v1/accounts/update_credentials"


async def ids(v: Village, who: Villager | None, path: str, **params: Any) -> list[int]:
    return [int(one["id"]) for one in (await v.api(who, "GET", path, **params)).json()]


async def test_the_page_says_what_each_switch_does_and_what_is_sent_is_what_apps_read(village: Village):
    page = await village.page_as("IN", "/settings/privacy", village.asha)
    assert page.count('type="checkbox"') >= 4 and page.count("-hint") >= 8
    assert (await send(village, "/settings/privacy", village.asha, locked="1", hide_collections="1")).status_code == 303
    me = (await village.api(village.asha, "GET", "/api/v1/accounts/verify_credentials")).json()
    there = (me["locked"], me["discoverable"], me["indexable"], me["hide_collections"])
    assert there == (True, False, False, True)
    source = me["source"]
    assert (source["discoverable"], source["indexable"], source["hide_collections"]) == (False, False, True)
    seen = (await village.api(village.ravi, "GET", f"/api/v1/accounts/{village.asha.id}")).json()
    assert (seen["indexable"], seen["hide_collections"]) == (False, True)
    profile = (await village.api(village.asha, "GET", "/api/v1/profile")).json()
    assert (profile["indexable"], profile["hide_collections"]) == (False, True)


async def test_apps_change_each_by_itself_and_what_they_do_not_send_stays(village: Village):
    before = (await village.api(village.asha, "GET", "/api/v1/accounts/verify_credentials")).json()
    assert (before["discoverable"], before["indexable"], before["hide_collections"]) == (True, True, False)
    after = (await village.api(village.asha, "PATCH", UPDATE, indexable="false")).json()
    assert (after["discoverable"], after["indexable"], after["hide_collections"]) == (True, False, False)
    after = (await village.api(village.asha, "PATCH", UPDATE, hide_collections="true")).json()
    assert (after["discoverable"], after["indexable"], after["hide_collections"]) == (True, False, True)


async def test_hidden_lists_are_empty_for_all_others_and_whole_for_their_owner_and_the_numbers_stay(village: Village):
    v = village
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.asha.id}/follow")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.karl.id}/follow")
    lists = [f"/api/v1/accounts/{v.asha.id}/{side}" for side in ("followers", "following")]
    assert v.ravi.id in await ids(v, v.karl, lists[0]) and v.karl.id in await ids(v, None, lists[1])
    await v.api(v.asha, "PATCH", UPDATE, hide_collections="true")
    for path in lists:
        assert await ids(v, v.karl, path) == [] and await ids(v, None, path) == [] and await ids(v, v.asha, path) != []
    assert (await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}")).json()["followers_count"] >= 1
    assert "@ravi" not in await v.page_as("DE", "/@asha/followers")
    assert "अपने तक" in await v.page_as("DE", "/@asha/followers")
    assert "@ravi" in await v.page_as("DE", "/@asha/followers", v.asha)


async def test_who_hides_whom_they_follow_is_nobodys_familiar_follower_and_no_reason_for_a_suggestion(village: Village):
    v = village
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.asha.id}/follow")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.karl.id}/follow")
    asked: dict[str, Any] = {"id[]": v.karl.id}

    async def named() -> list[int]:
        (entry,) = (await v.api(v.ravi, "GET", "/api/v1/accounts/familiar_followers", **asked)).json()
        return [int(one["id"]) for one in entry["accounts"]]

    async def reasons() -> str:
        return str(
            [s for s in (await v.api(v.ravi, "GET", "/api/v2/suggestions")).json() if s["account"]["acct"] == "karl"]
        )

    assert v.asha.id in await named() and "friends_of_friends" in await reasons()
    await v.api(v.asha, "PATCH", UPDATE, hide_collections="true")
    assert await named() == [] and "friends_of_friends" not in await reasons()


async def test_who_does_not_want_to_be_suggested_is_in_no_directory_suggestion_or_trend(village: Village):
    v = village
    post = await v.says(v.asha, "सबको पसंद आने वाली बात")
    for who in (v.ravi, v.karl, v.meera):
        await v.api(who, "POST", f"/api/v1/statuses/{post.id}/favourite")
    await v.settle()
    assert v.asha.id in await ids(v, None, "/api/v1/directory")
    await v.api(v.asha, "PATCH", UPDATE, discoverable="false")
    await v.settle()
    assert v.asha.id not in await ids(v, None, "/api/v1/directory")
    assert "asha" not in str((await v.api(v.karl, "GET", "/api/v2/suggestions")).json())
    assert post.id not in await ids(v, v.karl, "/api/v1/trends/statuses")
    assert "noindex" in await v.page_as("DE", "/@asha")
