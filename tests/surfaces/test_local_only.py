"""What is only for people of this server: they read it and answer, strangers and other servers never learn that it is there."""

from typing import Any

from chaupal.policy.facts import Visibility
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import profile
from chaupal.social.people import graph
from chaupal.store.machine import checks
from remotes import ACTIVITY, meet, waiting
from village import Village, VillagePost, Villager


async def sends(v: Village, who: Villager, text: str, **more: Any) -> dict[str, Any]:
    answer = await v.api(who, "POST", "/api/v1/statuses", status=text, **more)
    assert answer.status_code == 200, answer.text
    await v.settle()
    v.clock.move(1_000)
    return answer.json()


async def hears(v: Village, who: Villager | None, path: str, country: str = "IN", **params: Any) -> str:
    return (await v.api(who, "GET", path, country, **params)).text


async def test_a_local_post_is_read_and_answered_here_and_leaves_this_server_in_no_way(village: Village):
    v = village
    bina = await meet(v.running, "bina@far.example")
    await graph.follow(v.running.house.square, bina.viewer, v.asha.id)
    await v.settle()
    before = await hears(v, None, f"/api/v1/accounts/{v.asha.id}/statuses", limit=40)
    said = await sends(v, v.asha, "@bina@far.example @ravi घर की बात #घर", visibility="public", local_only=True)
    assert (said["visibility"], said["local_only"]) == ("unlisted", True)
    answered = await sends(v, v.ravi, "@asha हाँ, घर में", in_reply_to_id=said["id"], visibility="public")
    assert answered["local_only"], "an answer stays where what it answers stays"
    again = (await v.api(v.ravi, "POST", f"/api/v1/statuses/{said['id']}/reblog", visibility="public")).json()
    await v.settle()
    assert again["local_only"]

    shown = (await v.api(v.meera, "GET", f"/api/v1/statuses/{said['id']}")).json()
    assert (shown["replies_count"], shown["reblogs_count"]) == (1, 1)
    for path in (
        "/api/v1/timelines/home",
        f"/api/v1/accounts/{v.asha.id}/statuses",
        f"/api/v1/statuses/{answered['id']}/context",
    ):
        assert "घर की बात" in await hears(v, v.meera, path), path
    assert "ravi" in await hears(v, v.meera, f"/api/v1/statuses/{said['id']}/reblogged_by")
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/tag/घर"):
        assert "घर की बात" not in await hears(v, v.meera, path), path
    page = await v.page_as("IN", f"/@asha/{said['id']}", v.meera)
    assert "केवल इस सर्वर के लोग" in page and "/repost" in page

    # Nobody who is not signed in, and no server, by any way.
    assert await hears(v, None, f"/api/v1/accounts/{v.asha.id}/statuses", limit=40) == before
    for one in (said, answered, again):
        path = one["uri"].removeprefix(v.running.house.settings.origin)
        assert (await v.look("IN", path)).status_code == 404
        for tail in ("", "/activity", "/replies", "/likes", "/shares", "/context"):
            assert (await v.client.get(path + tail, headers={"accept": ACTIVITY})).status_code == 404
    seen = await profile.page(v.running.house.reads, bina.viewer, v.asha.id, Cursor())
    assert all(one.item.visibility is not Visibility.LOCAL for one in seen.items)
    for path in ("/@asha/outbox?page=true", "/@ravi/outbox?page=true", "/@asha/feed.rss"):
        assert "घर" not in (await v.client.get(path, headers={"accept": ACTIVITY})).text
    assert (await v.api(None, "GET", f"/api/v1/statuses/{said['id']}/context")).status_code == 404
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{said['id']}", status="@bina@far.example घर की दूसरी बात")
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said['id']}/pin")
    await v.settle()
    async with v.running.house.square.work.reading() as reading:
        assert await checks.integrity(reading) == []

    # A ruling about it is like any other, where somebody may see it at all; and where it goes, nobody else hears of it.
    await v.withhold(post=VillagePost(int(said["id"]), "", f"/@asha/{said['id']}"), by=v.chitra, second=v.dev)
    assert "withheld_in_countries" in await hears(v, v.meera, f"/api/v1/statuses/{said['id']}")
    assert "घर की" in await hears(v, v.meera, f"/api/v1/statuses/{said['id']}", "DE")
    assert (await v.api(None, "GET", f"/api/v1/statuses/{said['id']}")).status_code == 404
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said['id']}")
    await v.settle()
    assert await waiting(v.running) == []
    assert (await v.client.get(f"/@asha/{said['id']}", headers={"accept": ACTIVITY})).status_code == 404


async def test_what_is_for_few_is_not_for_everybody_here(village: Village):
    v = village
    answer = await v.api(v.asha, "POST", "/api/v1/statuses", status="अपनों से", visibility="private", local_only=True)
    assert answer.status_code == 422 and "local_only" in answer.text
