"""Links that trend: counted as tags are, shown by a post that one may see, and never past a ruling."""

from typing import Any

import httpx2
import pytest

from chaupal.kernel.clock import HOUR, MINUTE
from chaupal.policy.measures import Measure
from chaupal.policy.things import LinkCard
from chaupal.social.signin import sessions
from chaupal.store.square import link_cards
from measures import begin
from village import Village, VillagePost, Villager

MANDI, KHET = "https://mandi.example/bhav", "https://khet.example/"


async def links(v: Village, who: Villager, url: str, words: str = "पढ़िए", **draft: Any) -> VillagePost:
    """A post with a link whose card has come."""
    said = await v.says(who, f"{words} {url}", **draft)
    async with v.running.house.square.work.writing() as w:
        await link_cards.want(w, said.id, url)
        assert await link_cards.show(
            w, link_cards.Link(said.id, url, 0, 0), LinkCard(url, f"{url} का शीर्षक", image="cards/x.webp", key="k")
        )
    return said


async def trending(v: Village, who: Villager | None = None, country: str = "IN", **more: Any) -> list[dict[str, Any]]:
    v.clock.move(2 * MINUTE)  # what was counted is kept for one
    return (await v.api(who, "GET", "/api/v1/trends/links", country, **more)).json()


def urls(found: list[dict[str, Any]]) -> list[str]:
    return [one["url"] for one in found]


async def test_what_several_people_link_to_trends_and_what_one_does_however_often_does_not(village: Village):
    v = village
    for who in (v.asha, v.ravi):
        await links(v, who, MANDI)
    for _ in range(3):
        await links(v, v.meera, KHET)
    await links(v, v.karl, KHET, visibility=1)
    await v.says(v.karl, f"{KHET} का पन्ना अभी देखा नहीं गया")
    [one] = await trending(v)
    assert (one["url"], one["title"], one["type"]) == (MANDI, f"{MANDI} का शीर्षक", "link")
    assert one["history"][0]["uses"] == "2" and one["history"][0]["accounts"] == "2" and len(one["history"]) == 7
    assert one["image"].startswith(f"{v.running.house.settings.origin}/cards/")


async def test_a_link_is_shown_by_a_post_that_the_viewer_may_see_or_not_at_all(village: Village):
    """Withheld here, it counts for nothing here and is shown by the others; elsewhere nothing changes."""
    v = village
    first = await links(v, v.asha, MANDI)
    await links(v, v.ravi, MANDI)
    last = await links(v, v.meera, MANDI)
    assert (await trending(v))[0]["image"].endswith(f"/cards/{last.id}")
    await v.withhold(post=last, by=v.chitra, second=v.dev)
    [here] = await trending(v)
    assert not here["image"].endswith(f"/cards/{last.id}") and here["history"][0]["accounts"] == "2"
    [abroad] = await trending(v, country="DE")
    assert abroad["image"].endswith(f"/cards/{last.id}") and abroad["history"][0]["accounts"] == "3"
    await v.withhold(post=first, by=v.chitra, second=v.dev)
    assert urls(await trending(v)) == [], "one voice is no trend"
    assert urls(await trending(v, country="DE")) == [MANDI]
    for who in (v.asha, v.ravi, v.meera):
        await v.api(v.karl, "POST", f"/api/v1/accounts/{who.id}/block")
    assert urls(await trending(v, v.karl, "DE")) == [], "of nobody whom one blocked"


@pytest.mark.parametrize("kind", ["post", "account", "term"])
async def test_what_is_kept_out_of_trends_carries_no_link_there(village: Village, kind: str):
    v = village
    await links(v, v.asha, MANDI)
    said = await links(v, v.ravi, MANDI, "#गन्ना का भाव")
    assert urls(await trending(v)) == [MANDI]
    subject = {"post": said.id, "account": v.ravi.id, "term": 0}[kind]
    await begin(v, Measure.DEAMPLIFY, subject, term="गन्ना" if kind == "term" else "")
    assert urls(await trending(v)) == []
    assert urls(await trending(v, country="DE")) == [MANDI]


async def test_a_link_by_language_and_only_while_it_is_fresh(village: Village):
    v = village
    for who in (v.asha, v.ravi):
        await links(v, who, MANDI, language="hi")
    assert urls(await trending(v, language="hi")) == [MANDI] and await trending(v, language="ta") == []
    v.clock.move(25 * HOUR)
    assert await trending(v) == []


async def test_the_posts_with_a_link_are_listed_while_it_trends_as_the_gate_has_them(village: Village):
    v = village
    said = [(await links(v, who, MANDI)).id for who in (v.asha, v.ravi, v.meera)]
    v.clock.move(2 * MINUTE)
    where = "/api/v1/timelines/link"
    assert (await v.api(None, "GET", where, url=KHET)).status_code == 404
    assert (await v.api(None, "GET", where)).status_code == 422
    first = await v.api(None, "GET", where, url=MANDI, limit=2)
    assert [int(one["id"]) for one in first.json()] == [said[2], said[1]]
    older = first.headers["link"].split(">")[0].split("?", 1)[1]
    rest = await v.api(None, "GET", f"{where}", **dict(httpx2.QueryParams(older)))
    assert [int(one["id"]) for one in rest.json()] == [said[0]]
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    v.clock.move(2 * MINUTE)
    assert [int(one["id"]) for one in (await v.api(None, "GET", where, url=MANDI)).json()] == [said[1], said[0]]


async def test_pages_show_them_with_how_many_share_them(village: Village):
    v = village
    assert "अभी कोई लिंक पहले से ज़्यादा साझा नहीं हो रहा।" in await v.page_as("IN", "/explore/links")
    for who in (v.asha, v.ravi):
        await links(v, who, MANDI)
    v.clock.move(2 * MINUTE)
    page = await v.page_as("IN", "/explore/links")
    assert f"{MANDI} का शीर्षक" in page and f'href="{MANDI}"' in page
    one = await v.page_as("IN", "/explore/link?url=https%3A%2F%2Fmandi.example%2Fbhav")
    assert v.asha.path in one and v.ravi.path in one
    assert (await v.look("IN", "/explore/link?url=x")).status_code == 404


async def as_staff(v: Village, method: str, path: str) -> httpx2.Response:
    token = await sessions.issue_token(v.running.house.square, v.chitra.id, "read write admin:read admin:write")
    headers = {"authorization": f"Bearer {token}", "cookie": "look_as=IN"}
    return await v.client.request(method, f"/api/v1/admin/trends/{path}", headers=headers)


async def test_staff_read_them_and_one_person_keeps_none_out(village: Village):
    v = village
    for who in (v.asha, v.ravi):
        await links(v, who, MANDI)
    v.clock.move(2 * MINUTE)
    [one] = (await as_staff(v, "GET", "links")).json()
    assert (one["url"], one["requires_review"]) == (MANDI, False)
    assert (await as_staff(v, "POST", f"links/{one['id']}/approve")).json()["url"] == MANDI
    refused = await as_staff(v, "POST", f"links/{one['id']}/reject")
    assert refused.status_code == 422 and "/office/deamplified" in refused.json()["error"]
    assert (await as_staff(v, "POST", "links/1/approve")).status_code == 404
