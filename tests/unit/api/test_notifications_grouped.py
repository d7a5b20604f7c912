"""Notifications in groups, kept apart and let in: what many did is told once, and strangers wait where one wants them to."""

from typing import Any

import pytest

from chaupal.kernel.clock import DAY, HOUR
from village import Village, Villager

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


async def grouped(v: Village, who: Villager, country: str = "IN", **asked: Any) -> dict[str, Any]:
    return (await v.api(who, "GET", V2, country, **asked)).json()


async def kinds(v: Village, who: Villager, **asked: Any) -> list[str]:
    return [one["type"] for one in (await v.api(who, "GET", V1, **asked)).json()]


async def liked(v: Village, *who: Villager) -> int:
    for one in who:
        await v.api(one, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.settle()
    return v.asha.latest.id


async def test_what_many_did_is_one_group_with_everybody_in_it(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    post = await liked(v, v.ravi, v.meera, v.karl)
    await v.says(v.ravi, "@asha वाह")
    for one in (v.ravi, v.karl):
        await v.api(one, "POST", f"/api/v1/statuses/{post}/reblog")
    await v.settle()
    answer = await grouped(v, v.asha)
    reposts, mention, likes = answer["notification_groups"]
    assert (reposts["type"], mention["type"], likes["type"]) == ("reblog", "mention", "favourite")
    assert likes["notifications_count"] == 3 and reposts["notifications_count"] == 2 and likes["status_id"] == str(post)
    assert likes["sample_account_ids"] == [str(p.id) for p in (v.karl, v.meera, v.ravi)]
    assert mention["group_key"].startswith("ungrouped-") and mention["status_id"] == str(v.ravi.latest.id)
    assert {a["id"] for a in answer["accounts"]} == {str(p.id) for p in (v.karl, v.meera, v.ravi)}
    assert sorted(s["id"] for s in answer["statuses"]) == sorted([str(post), str(v.ravi.latest.id)])
    plain = (await v.api(v.asha, "GET", V1)).json()
    assert [one["group_key"] for one in plain if one["type"] == "favourite"] == [likes["group_key"]] * 3
    partial = await grouped(v, v.asha, expand_accounts="partial_avatars")
    assert len(partial["accounts"]) + len(partial["partial_accounts"]) == 3 and partial["partial_accounts"][0]["avatar"]
    alone = await grouped(v, v.asha, **{"grouped_types[]": "reblog"})
    assert [g["type"] for g in alone["notification_groups"]].count("favourite") == 3


async def test_a_group_is_asked_for_counted_and_dismissed_by_its_key(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await liked(v, v.ravi, v.meera)
    await v.says(v.karl, "@asha hello")
    assert (await v.api(v.asha, "GET", f"{V2}/unread_count")).json() == {"count": 2}
    assert (await v.api(v.asha, "GET", f"{V1}/unread_count")).json() == {"count": 3}
    assert (await v.api(v.asha, "GET", f"{V1}/unread_count", limit=2)).json() == {"count": 2}
    mention, likes = (await grouped(v, v.asha))["notification_groups"]
    for group in (mention, likes):
        key = group["group_key"]
        assert (await v.api(v.asha, "GET", f"{V2}/{key}")).json()["notification_groups"] == [group]
        people = (await v.api(v.asha, "GET", f"{V2}/{key}/accounts")).json()
        assert [a["id"] for a in people] == group["sample_account_ids"]
        assert (await v.api(v.ravi, "GET", f"{V2}/{key}")).status_code == 404, "it is asha's"
        assert (await v.api(v.ravi, "POST", f"{V2}/{key}/dismiss")).status_code == 404
        assert (await v.api(v.asha, "POST", f"{V2}/{key}/dismiss")).json() == {}
        assert (await v.api(v.asha, "GET", f"{V2}/{key}")).status_code == 404
    assert (await grouped(v, v.asha))["notification_groups"] == [] == (await v.api(v.asha, "GET", V1)).json()


async def test_pages_of_groups_hold_each_group_once(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    for n in range(5):
        await v.says(v.asha, f"बात {n}")
        await liked(v, v.ravi, v.meera)
    seen: list[str] = []
    path: str | None = f"{V2}?limit=2"
    while path:
        answer = await v.api(v.asha, "GET", path)
        seen += [g["group_key"] for g in answer.json()["notification_groups"]]
        path = answer.links.get("next", {}).get("url")
    assert len(seen) == len(set(seen)) == 5


async def test_likes_of_another_half_day_are_another_group(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await liked(v, v.ravi)
    v.clock.move(13 * HOUR)
    await liked(v, v.meera)
    assert [g["notifications_count"] for g in (await grouped(v, v.asha))["notification_groups"]] == [1, 1]


async def test_whoever_is_hidden_is_not_counted_and_is_not_in_the_group(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await liked(v, v.ravi, v.meera)
    await v.withhold_account(v.meera, by=v.chitra, second=v.dev)
    (here,) = (await grouped(v, v.asha))["notification_groups"]
    (abroad,) = (await grouped(v, v.asha, "DE"))["notification_groups"]
    assert (here["notifications_count"], abroad["notifications_count"]) == (1, 2)
    assert (
        here["sample_account_ids"] == [str(v.ravi.id)]
        and here["most_recent_notification_id"] != abroad["most_recent_notification_id"]
    )


async def test_the_most_recent_notification_of_a_group_is_a_number_and_every_other_id_a_string(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await liked(v, v.ravi, v.meera)
    (group,) = (await grouped(v, v.asha))["notification_groups"]
    assert group["most_recent_notification_id"] == int(group["page_max_id"])
    assert type(group["most_recent_notification_id"]) is int
    assert {type(group[key]) for key in ("page_max_id", "page_min_id", "status_id", "group_key")} == {str}


async def test_strangers_are_kept_apart_until_they_are_let_in(village: Village):
    v = village  # asha follows ravi and meera, not karl
    await v.api(v.asha, "POST", f"{V1}/clear")
    changed = (await v.api(v.asha, "PATCH", f"{V2}/policy", for_not_following="filter")).json()
    assert changed["for_not_following"] == "filter" and changed["for_new_accounts"] == "accept"
    await v.says(v.karl, "@asha hello")
    await v.says(v.ravi, "@asha राम राम")
    assert [one["account"]["acct"] for one in (await v.api(v.asha, "GET", V1)).json()] == ["ravi"]
    told = (await v.api(v.asha, "GET", V1, include_filtered=True)).json()
    assert [one.get("filtered") for one in told] == [None, True], "said of what is kept apart alone"
    assert (await v.api(v.asha, "GET", f"{V1}/{told[1]['id']}")).json()["filtered"]
    assert (await v.api(v.asha, "GET", f"{V1}/unread_count")).json() == {"count": 1}
    (request,) = (await v.api(v.asha, "GET", f"{V1}/requests")).json()
    assert request["account"]["acct"] == "karl" and request["notifications_count"] == "1"
    assert request["last_status"]["id"] == str(v.karl.latest.id)
    assert (await v.api(v.asha, "GET", f"{V1}/requests/{request['id']}")).json() == request
    summary = (await v.api(v.asha, "GET", f"{V2}/policy")).json()["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 1}
    assert (await v.api(v.ravi, "POST", f"{V1}/requests/{request['id']}/accept")).status_code == 404
    assert (await v.api(v.asha, "POST", f"{V1}/requests/{request['id']}/accept")).json() == {}
    assert (await v.api(v.asha, "GET", f"{V1}/requests/merged")).json() == {"merged": True}
    await v.says(v.karl, "@asha again")
    assert await kinds(v, v.asha) == ["mention"] * 3
    assert (await v.api(v.asha, "GET", f"{V1}/requests")).json() == []


async def test_what_is_dismissed_goes_and_whoever_comes_again_waits_again(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await v.api(v.asha, "PUT", f"{V1}/policy", filter_not_following=True)
    assert (await v.api(v.asha, "GET", f"{V1}/policy")).json()["filter_not_following"] is True
    await v.says(v.karl, "@asha one")
    (request,) = (await v.api(v.asha, "GET", f"{V1}/requests")).json()
    await v.api(v.asha, "POST", f"{V1}/requests/dismiss", id=["1", request["id"]])
    assert await kinds(v, v.asha, include_filtered=True) == []
    await v.says(v.karl, "@asha two")
    (request,) = (await v.api(v.asha, "GET", f"{V1}/requests")).json()
    assert request["notifications_count"] == "1"
    await v.api(v.asha, "POST", f"{V1}/requests/accept", id=[request["id"]])
    assert await kinds(v, v.asha) == ["mention"]


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ("for_not_following", False),
        ("for_not_followers", True),
        ("for_new_accounts", False),
        ("for_private_mentions", False),
        ("for_limited_accounts", True),
    ],
)
async def test_each_class_of_the_policy_stops_whom_it_names_and_nobody_else(village: Village, rule: str, passes: bool):
    v = village  # karl follows asha, has come today, and writes to her alone
    await v.api(v.asha, "POST", f"{V1}/clear")
    await v.api(v.asha, "PATCH", f"{V2}/policy", **{rule: "drop"})
    await v.says(v.karl, "@asha psst", visibility=3)
    await v.says(v.ravi, "@asha सुनो", visibility=3)
    told = [one["account"]["acct"] for one in (await v.api(v.asha, "GET", V1, include_filtered=True)).json()]
    assert told == (["ravi", "karl"] if passes else ["ravi"])


async def test_an_account_is_not_new_for_ever_and_an_answer_is_no_intrusion(village: Village):
    v = village
    await v.api(v.asha, "POST", f"{V1}/clear")
    await v.api(v.asha, "PATCH", f"{V2}/policy", for_new_accounts="drop", for_private_mentions="drop")
    v.clock.move(31 * DAY)
    await v.says(v.karl, "@asha public")
    asked = await v.says(v.asha, "@karl ?", visibility=3)
    await v.says(v.karl, "@asha !", visibility=3, reply_to=asked.id)
    assert await kinds(v, v.asha) == ["mention", "mention"]


async def test_staff_are_heard_whatever_the_policy_says(village: Village):
    v = village
    strict = dict.fromkeys(
        ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions"), "drop"
    )
    await v.api(v.asha, "PATCH", f"{V2}/policy", **strict)
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    assert {"moderation_warning", "mention"} <= set(await kinds(v, v.asha))


async def test_a_policy_that_is_none_is_refused(village: Village):
    v = village
    answer = await v.api(v.asha, "PATCH", f"{V2}/policy", for_not_following="perhaps")
    assert answer.status_code == 422 and "not_following" in answer.json()["error"]
