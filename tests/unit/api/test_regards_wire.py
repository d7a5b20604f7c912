"""Notes, endorsements and familiar followers: what one keeps about others, and whom one has in common with them."""

from typing import Any

from village import Village, Villager


async def ask(v: Village, who: Villager | None, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    answer = await v.api(who, method, path, **sent)
    assert answer.status_code == status, answer.text
    return answer.json()


def of(who: Villager, what: str) -> str:
    return f"/api/v1/accounts/{who.id}/{what}"


async def test_a_note_is_read_by_oneself_alone(village: Village):
    v = village
    assert (await ask(v, v.asha, "POST", of(v.ravi, "note"), comment="बाज़ार में मिले थे"))["note"] == "बाज़ार में मिले थे"
    path = "/api/v1/accounts/relationships"
    assert (await ask(v, v.asha, "GET", path, id=str(v.ravi.id)))[0]["note"] == "बाज़ार में मिले थे"
    assert (await ask(v, v.meera, "GET", path, id=str(v.ravi.id)))[0]["note"] == ""
    assert (await ask(v, v.asha, "POST", of(v.ravi, "note"), comment=""))["note"] == ""
    assert "comment" in (await ask(v, v.asha, "POST", of(v.ravi, "note"), 422, comment="x" * 2001))["details"]
    await ask(v, v.asha, "POST", "/api/v1/accounts/99/note", 404, comment="x")


async def test_whom_one_follows_one_may_show_on_ones_profile(village: Village):
    v = village
    await ask(v, v.asha, "POST", of(v.karl, "endorse"), 422)
    assert (await ask(v, v.asha, "POST", of(v.ravi, "endorse")))["endorsed"]
    for who, path in ((None, of(v.asha, "endorsements")), (v.asha, "/api/v1/endorsements")):
        assert [a["username"] for a in await ask(v, who, "GET", path)] == ["ravi"]
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    assert await ask(v, None, "GET", of(v.asha, "endorsements")) == []
    assert not (await ask(v, v.asha, "POST", of(v.ravi, "unendorse")))["endorsed"]
    await ask(v, v.asha, "POST", of(v.meera, "endorse"))
    await ask(v, v.asha, "POST", of(v.meera, "unfollow"))
    assert await ask(v, v.asha, "GET", "/api/v1/endorsements") == []


async def test_familiar_followers_are_those_whom_one_follows_too(village: Village):
    v = village
    path = "/api/v1/accounts/familiar_followers"
    (one,) = await ask(v, v.asha, "GET", path, id=str(v.meera.id))
    assert (one["id"], [a["username"] for a in one["accounts"]]) == (str(v.meera.id), ["ravi"])
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    assert (await ask(v, v.asha, "GET", path, id=str(v.meera.id)))[0]["accounts"] == []


async def test_a_follower_can_be_sent_away(village: Village):
    v = village
    assert not (await ask(v, v.ravi, "POST", of(v.asha, "remove_from_followers")))["followed_by"]
    assert [a["username"] for a in await ask(v, v.ravi, "GET", of(v.ravi, "followers"))] == ["karl"]
