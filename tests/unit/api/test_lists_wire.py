"""Lists of people: filled with whom one follows, read apart, told live, and looked at through the gate."""

from typing import Any

from listening import listening
from village import Village, Villager

LISTS = "/api/v1/lists"


async def ask(v: Village, who: Villager, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    answer = await v.api(who, method, path, **sent)
    assert answer.status_code == status, answer.text
    return answer.json()


async def made(v: Village, *people: Villager, **more: Any) -> str:
    one = await ask(v, v.asha, "POST", LISTS, title="पड़ोसी", **more)
    await ask(v, v.asha, "POST", f"{LISTS}/{one['id']}/accounts", account_ids=[str(who.id) for who in people])
    return one["id"]


async def ids(v: Village, path: str) -> list[int]:
    return [int(s["id"]) for s in await ask(v, v.asha, "GET", path)]


async def test_a_list_is_made_changed_filled_and_dropped(village: Village):
    v = village
    one = await made(v, v.ravi, v.meera)
    assert await ask(v, v.asha, "GET", LISTS) == [
        {"id": one, "title": "पड़ोसी", "replies_policy": "list", "exclusive": False}
    ]
    changed = await ask(v, v.asha, "PUT", f"{LISTS}/{one}", title="दोस्त", replies_policy="none", exclusive=True)
    assert (changed["title"], changed["replies_policy"], changed["exclusive"]) == ("दोस्त", "none", True)
    assert await ask(v, v.asha, "GET", f"/api/v1/accounts/{v.ravi.id}/lists") == [changed]
    await ask(v, v.asha, "DELETE", f"{LISTS}/{one}/accounts", account_ids=[str(v.ravi.id)])
    assert [a["username"] for a in await ask(v, v.asha, "GET", f"{LISTS}/{one}/accounts")] == ["meera"]
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/accounts"), ("POST", "/accounts")):
        await ask(v, v.ravi, method, f"{LISTS}/{one}{path}", 404)
    await ask(v, v.ravi, "GET", f"/api/v1/timelines/list/{one}", 404)
    await ask(v, v.asha, "DELETE", f"{LISTS}/{one}")
    assert await ask(v, v.asha, "GET", LISTS) == []


async def test_a_list_holds_whom_one_follows_and_nobody_else(village: Village):
    v = village
    one = await made(v, v.ravi)
    await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", 404, account_ids=[str(v.karl.id)])
    await ask(v, v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/unfollow")
    assert await ask(v, v.asha, "GET", f"{LISTS}/{one}/accounts") == []


async def test_whom_one_asked_to_follow_stands_in_a_list_and_is_heard_once_they_say_yes(village: Village):
    v = village
    await v.api(v.karl, "PATCH", "/api/v1/accounts/update_credentials", locked=True)
    follow, said = f"/api/v1/accounts/{v.karl.id}/follow", v.karl.latest.id

    async def stands(one: str) -> tuple[bool, bool]:
        within = await ask(v, v.asha, "GET", f"{LISTS}/{one}/accounts")
        return bool(within), said in await ids(v, f"/api/v1/timelines/list/{one}")

    assert (await ask(v, v.asha, "POST", follow))["requested"]
    one = await made(v, v.karl)
    assert await stands(one) == (True, False)
    refused, withdrawn = f"/api/v1/follow_requests/{v.asha.id}/reject", f"/api/v1/accounts/{v.karl.id}/unfollow"
    for who, ends in ((v.karl, refused), (v.asha, withdrawn)):
        await ask(v, who, "POST", ends)
        assert await stands(one) == (False, False), ends
        await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", 404, account_ids=[str(v.karl.id)])
        await ask(v, v.asha, "POST", follow)
        await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", account_ids=[str(v.karl.id)])
    await ask(v, v.karl, "POST", f"/api/v1/follow_requests/{v.asha.id}/authorize")
    assert await stands(one) == (True, True)
    await ask(v, v.asha, "POST", withdrawn)
    await ask(v, v.asha, "POST", follow)
    await v.api(v.karl, "PATCH", "/api/v1/accounts/update_credentials", locked=False)
    assert (await ask(v, v.asha, "POST", follow))["following"]
    await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", account_ids=[str(v.karl.id)])
    await ask(v, v.karl, "POST", refused, 404)
    assert await stands(one) == (True, True), "whoever follows by now asks no more"


async def test_the_timeline_has_its_people_with_answers_as_its_owner_chose(village: Village):
    v = village
    one = await made(v, v.ravi)
    to_meera = await v.says(v.ravi, "मीरा को", reply_to=v.meera.latest.id)
    to_karl = await v.says(v.ravi, "to karl", reply_to=v.karl.latest.id)
    plain = await v.says(v.ravi, "सीधी बात")
    await v.says(v.meera, "और कुछ")
    path = f"/api/v1/timelines/list/{one}"
    first = v.ravi.said[0].id
    for policy, wanted in (
        ("list", [plain.id, first]),
        ("followed", [plain.id, to_meera.id, first]),
        ("none", [plain.id, first]),
    ):
        await ask(v, v.asha, "PUT", f"{LISTS}/{one}", replies_policy=policy)
        assert await ids(v, path) == wanted, policy
    await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", account_ids=[str(v.meera.id)])
    await ask(v, v.asha, "PUT", f"{LISTS}/{one}", replies_policy="list")
    assert to_meera.id in await ids(v, path) and to_karl.id not in await ids(v, path)


async def test_the_people_of_an_exclusive_list_are_not_in_the_home(village: Village):
    v = village
    home = "/api/v1/timelines/home"
    assert v.ravi.latest.id in await ids(v, home)
    one = await made(v, v.ravi, exclusive=True)
    assert v.ravi.latest.id not in await ids(v, home)
    said = await v.says(v.ravi, "सूची में ही")
    assert said.id not in await ids(v, home) and said.id in await ids(v, f"/api/v1/timelines/list/{one}")
    await ask(v, v.asha, "PUT", f"{LISTS}/{one}", exclusive=False)
    assert said.id in await ids(v, home)


async def test_a_list_is_heard_live_by_its_owner_alone(village: Village):
    v = village
    one = await made(v, v.ravi)
    path = f"/api/v1/streaming/list?list={one}"
    async with listening(v.running.app, path, token=v.ravi.token) as ear:
        assert ear.status == 404
    async with listening(v.running.app, path, token=v.asha.token) as ear:
        await v.says(v.meera, "न सुनाई दे")
        said = await v.says(v.ravi, "सुनाई दे")
        await ear.heard("update", said.id)
        await ask(v, v.asha, "POST", f"{LISTS}/{one}/accounts", account_ids=[str(v.meera.id)])
        later = await v.says(v.meera, "अब सुनाई दे")
        await ear.heard("update", later.id)
        assert ear.events == ["update", "update"]


async def test_what_is_withheld_stands_in_a_list_as_at_home(village: Village):
    v = village
    one = await made(v, v.ravi, v.meera)
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    shown = await v.api(v.asha, "GET", f"/api/v1/timelines/list/{one}")
    assert v.meera.latest.text[:8] not in shown.text and v.ravi.latest.text[:8] not in shown.text
    people = await v.api(v.asha, "GET", f"{LISTS}/{one}/accounts")
    assert v.ravi.name not in people.text
    abroad = await v.api(v.asha, "GET", f"/api/v1/timelines/list/{one}", country="DE")
    assert v.meera.latest.text[:8] in abroad.text and v.ravi.latest.text[:8] in abroad.text


async def test_what_cannot_be_taken_is_said_by_field(village: Village):
    v = village
    for sent, field in (({"title": " "}, "title"), ({"title": "x", "replies_policy": "all"}, "replies_policy")):
        assert field in (await ask(v, v.asha, "POST", LISTS, 422, **sent))["details"]
