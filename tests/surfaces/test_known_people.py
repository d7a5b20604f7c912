"""What counts or lists the people of this server is the same whoever of other servers is known here."""

from typing import Any

import pytest

from chaupal.kernel.clock import DAY, HOUR, iso_day
from chaupal.kernel.settings import Settings
from chaupal.policy.things import LinkCard
from chaupal.social.posts import reactions
from chaupal.social.signin import sessions
from chaupal.store.machine.shelves import EVERY
from chaupal.store.square import link_cards
from faraway import comes, says
from remotes import federating
from village import Village

TAG = "किसान_आंदोलन"
LINK = "https://news.example/everybody"
OPEN = (
    "/nodeinfo/2.0",
    "/api/v2/instance",
    "/api/v1/instance/activity",
    "/api/v1/directory?local=true",
    "/api/v1/directory?local=true&order=new",
    "/api/v1/timelines/public?local=true",
    "/api/v1/timelines/public?local=true&language=hi",
    f"/api/v1/timelines/tag/{TAG}?local=true",
    "/api/v1/trends/tags",
    "/api/v1/trends/statuses",
    "/api/v1/trends/links",
    f"/tags/{TAG}/feed.atom",
    "/sitemap/people.xml",
    "/robots.txt",
)
STAFF = (
    "/api/v1/admin/accounts?local=true",
    "/api/v2/admin/accounts?origin=local",
    "/api/v1/admin/accounts?staff=true",
)
MEASURES = (
    "active_users",
    "new_users",
    "interactions",
    "opened_reports",
    "resolved_reports",
    "tag_uses",
    "tag_accounts",
)
DIMENSIONS = ("languages", "sources", "tag_languages", "tag_servers")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)


async def numbers(v: Village) -> dict[str, Any]:
    """All that is told of this server's own people."""
    v.clock.move(HOUR)
    v.running.house.square.work.memory.pages.forget(EVERY)  # what is counted is kept for minutes
    found: dict[str, Any] = {path: (await v.client.get(path)).text for path in OPEN}
    token = await sessions.issue_token(v.running.house.square, v.owner.id, "read write admin:read admin:write")
    headers = {"authorization": f"Bearer {token}"}
    for path in STAFF:
        found[path] = [one["username"] for one in (await v.client.get(path, headers=headers)).json()]
    span = {"start_at": iso_day(v.clock() - 7 * DAY), "end_at": iso_day(v.clock())}
    of_tag = {
        "tag_uses": {"id": TAG},
        "tag_accounts": {"id": TAG},
        "tag_languages": {"id": TAG},
        "tag_servers": {"id": TAG},
    }
    for what, keys in (("measures", MEASURES), ("dimensions", DIMENSIONS)):
        asked = {"keys": list(keys), **span, **of_tag}
        found[what] = (await v.client.post(f"/api/v1/admin/{what}", headers=headers, json=asked)).text
    asked = {**span, "frequency": "day"}
    found["retention"] = (await v.client.post("/api/v1/admin/retention", headers=headers, json=asked)).text
    v.clock.move(-HOUR)
    return found


async def elsewhere_is_busy(v: Village) -> None:
    """Many people of other servers, much followed, who say, like and repost much among themselves."""
    square = v.running.house.square
    far = [await comes(v, f"gita{n}@other.example", "आशा देवी", followers=10_000, language="hi") for n in range(4)]
    for one in far:
        said = await says(v, one, f"#{TAG} #और यहाँ से", language="hi", tags=(TAG, "और"))
        async with square.work.writing() as w:
            await link_cards.want(w, said.id, LINK)
            await link_cards.show(w, link_cards.Link(said.id, LINK, 0, 0), LinkCard(LINK, "What everybody links to"))
        for other in far:
            await reactions.like(square, other.viewer, said.id)
    await v.settle()


async def test_people_of_other_servers_change_no_number_and_no_list_of_this_servers_own(village: Village):
    v = village
    before = await numbers(v)
    await elsewhere_is_busy(v)
    after = await numbers(v)
    assert {what for what in before if before[what] != after[what]} == set()


async def test_likes_from_other_servers_are_nobodys_activity_here(village: Village):
    v = village
    gita = await comes(v)
    before = await numbers(v)
    await reactions.like(v.running.house.square, gita.viewer, v.asha.latest.id)
    await v.settle()
    after = await numbers(v)
    changed = {what for what in before if before[what] != after[what]}
    assert changed <= {path for path in OPEN if "timelines" in path or "trends/statuses" in path}, (
        "the post has a like more"
    )
    status = (await v.api(None, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()
    assert status["favourites_count"] == 1


async def test_staff_find_people_of_other_servers_and_those_of_one_of_them(village: Village):
    v = village
    gita, sunil = await comes(v), await comes(v, "sunil@third.example")
    token = await sessions.issue_token(v.running.house.square, v.owner.id, "read write admin:read")

    async def handles(**asked: Any) -> list[str]:
        answer = await v.client.get(
            "/api/v1/admin/accounts", headers={"authorization": f"Bearer {token}"}, params=asked
        )
        assert answer.status_code == 200, answer.text
        return [one["account"]["acct"] for one in answer.json()]

    assert await handles(remote=True) == [sunil.handle, gita.handle]
    assert await handles(by_domain="other.example") == [gita.handle]
    assert await handles(by_domain="nowhere.example") == []
    assert (await handles())[:2] == [sunil.handle, gita.handle] and "asha" in await handles()
    answer = await v.client.get(f"/api/v1/admin/accounts/{gita.id}", headers={"authorization": f"Bearer {token}"})
    told = answer.json()
    assert (told["username"], told["domain"], told["email"], told["confirmed"]) == (
        "gita",
        "other.example",
        None,
        False,
    )


async def test_the_directory_holds_both_unless_local_ones_are_asked_for(village: Village):
    v = village
    gita = await comes(v)
    await says(v, gita)

    async def names(**asked: Any) -> list[str]:
        return [one["acct"] for one in (await v.api(None, "GET", "/api/v1/directory", **asked)).json()]

    for order in ("active", "new"):
        assert (await names(order=order))[0] == gita.handle
        assert gita.handle not in await names(order=order, local=True) and "asha" in await names(
            order=order, local=True
        )


async def test_names_of_other_servers_do_not_hide_this_servers_own(village: Village):
    """However many are called so, whoever types the beginning of a name finds their neighbours first."""
    v = village
    for n in range(30):
        await comes(v, f"asha{n:02}@other.example", "आशा देवी", followers=1_000)
    found = (await v.api(v.ravi, "GET", "/api/v1/accounts/search", q="आशा", limit=10)).json()
    assert next(one["acct"] for one in found) == "asha" and len(found) == 10
