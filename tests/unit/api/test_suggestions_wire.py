"""Suggestions say why, obey the law and what was turned down; the directory holds who wants to be found."""

from typing import Any

import measures
from chaupal.policy.measures import Measure
from village import Village, Villager


async def ask(v: Village, who: Villager | None, path: str, country: str = "IN") -> Any:
    answer = await v.api(who, "GET", path, country)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def suggested(v: Village, who: Villager, country: str = "IN") -> dict[str, Any]:
    found = await ask(v, who, "/api/v2/suggestions", country)
    return {one["account"]["username"]: one for one in found}


async def test_each_suggestion_says_why(village: Village):
    v = village
    await v.api(v.chitra, "POST", f"/api/v1/accounts/{v.karl.id}/follow")
    await v.api(v.chitra, "POST", "/api/v1/tags/दिल्ली/follow")
    found = await suggested(v, v.chitra)
    assert "karl" not in found and "chitra" not in found
    assert found["asha"]["sources"][0] == "friends_of_friends"
    assert found["asha"]["reasons"][0] == {
        "kind": "friends_of_friends",
        "count": 1,
        "account": str(v.karl.id),
        "tag": None,
    }
    assert {r["kind"] for r in found["ravi"]["reasons"]} >= {"friends_of_friends", "same_tags"}
    assert [a["username"] for a in await ask(v, v.chitra, "/api/v1/suggestions")] == list(found)
    best = [
        ("friends_of_friends", "same_tags", "same_language", "most_followed").index(one["reasons"][0]["kind"])
        for one in found.values()
    ]
    assert best == sorted(best) and len(set(best)) > 1, "whoever has the best reason comes first"
    page = await v.page_as("IN", "/explore/people", v.chitra)
    assert "Karl Brenner के फ़ॉलो किए हुए" in page


async def test_who_was_turned_down_is_not_suggested_again(village: Village):
    v = village
    assert "asha" in await suggested(v, v.chitra)
    assert (await v.api(v.chitra, "DELETE", f"/api/v1/suggestions/{v.asha.id}")).status_code == 200
    assert "asha" not in await suggested(v, v.chitra) and "asha" in await suggested(v, v.dev)


async def test_who_is_withheld_or_deamplified_is_suggested_to_nobody_there(village: Village):
    v = village
    karl = f"/api/v1/accounts/{v.karl.id}/follow"
    await v.api(v.chitra, "POST", karl)
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    await measures.begin(v, Measure.DEAMPLIFY, v.asha.id)
    await v.joins("newcomer")
    await v.api(v.newcomer, "POST", karl)
    for path in ("/api/v1/directory", "/api/v1/directory?order=new"):
        names = {a["username"] for a in await ask(v, None, path)}
        assert "meera" in names and not names & {"asha", "ravi"}
    assert not {"asha", "ravi"} & set(await suggested(v, v.newcomer))
    assert {"asha", "ravi"} <= set(await suggested(v, v.newcomer, "DE"))
    assert 'href="/@asha"' not in await v.page_as("IN", "/explore/people", v.newcomer)


async def test_a_tag_in_a_withheld_post_is_no_reason(village: Village):
    v = village
    await v.api(v.chitra, "POST", "/api/v1/tags/दिल्ली/follow")
    await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
    assert "दिल्ली" not in (await v.api(v.chitra, "GET", "/api/v2/suggestions")).text


async def test_explore_shows_tags_posts_and_people_to_strangers(village: Village):
    v = village
    for path in ("/explore", "/explore/posts", "/explore/people"):
        assert (await v.look("IN", path)).status_code == 200, path
    assert 'href="/@asha"' in await v.page_as("IN", "/explore/people")
