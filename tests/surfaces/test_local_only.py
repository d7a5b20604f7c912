"""What is only for people of this server: they read it and answer, strangers and other servers never learn that it is there."""

from typing import Any

import pytest

import others
from chaupal.federation import looking, showing
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import profile
from chaupal.social.people import graph
from chaupal.social.seeing import seen_post
from chaupal.store.machine import checks
from remotes import ACTIVITY, federating, meet, waiting
from village import Village, VillagePost, Villager


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)


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
    fed = v.running.carrier.federation
    assert fed is not None
    of_all = await sends(v, v.asha, "@bina@far.example सबकी बात", visibility="public")
    told = await waiting(v.running)
    assert "सबकी बात" in told[-1].of["content"], "what is for everybody leaves"
    where = of_all["uri"].removeprefix(v.running.house.settings.origin)
    for path in (where, f"{where}/activity", "/@asha/outbox?page=true"):
        answer = await v.client.get(path, headers={"accept": ACTIVITY})
        assert answer.status_code == 200 and "सबकी बात" in answer.text
    before = await hears(v, None, f"/api/v1/accounts/{v.asha.id}/statuses", limit=40)
    said = await sends(v, v.asha, "@bina@far.example @ravi घर की बात #घर", visibility="public", local_only=True)
    assert (said["visibility"], said["local_only"]) == ("unlisted", True)
    answered = await sends(v, v.ravi, "@asha हाँ, घर में", in_reply_to_id=said["id"], visibility="public")
    assert answered["local_only"], "an answer stays where what it answers stays"
    again = (await v.api(v.ravi, "POST", f"/api/v1/statuses/{said['id']}/reblog", visibility="private")).json()
    await v.settle()
    assert again["local_only"], "followers elsewhere would learn of it"
    quoting = await sends(v, v.asha, "यही", quoted_status_id=said["id"], visibility="public")
    assert quoting["local_only"]

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
    for one in (said, answered, again, quoting):
        path = one["uri"].removeprefix(v.running.house.settings.origin)
        assert (await v.look("IN", path)).status_code == 404
        for tail in ("", "/activity", "/replies", "/likes", "/shares", "/context"):
            assert (await v.client.get(path + tail, headers={"accept": ACTIVITY})).status_code == 404
    seen = await profile.page(v.running.house.reads, bina.viewer, v.asha.id, Cursor())
    assert all(one.item.visibility is not Visibility.LOCAL for one in seen.items)
    asha = (await looking.person(fed, bina.viewer, "asha")).item
    newest = await looking.outbox(fed, bina.viewer, asha, Cursor(limit=1))
    assert "सबकी बात" in newest.items[0]["object"]["content"], "and leaves no gap"
    for path in ("/@asha/outbox?page=true", "/@ravi/outbox?page=true", "/@asha/feed.atom"):
        answer = await v.client.get(path, headers={"accept": ACTIVITY})
        assert answer.status_code == 200 and "घर" not in answer.text
    assert (await v.api(None, "GET", f"/api/v1/statuses/{said['id']}/context")).status_code == 404
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{said['id']}", status="@bina@far.example घर की दूसरी बात")
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said['id']}/pin")
    await v.settle()
    async with v.running.house.square.work.reading() as reading:
        assert await checks.integrity(reading) == []
        here = await seen_post(reading, v.meera.viewer, int(said["id"]))
        assert here is not None
        with pytest.raises(ValueError, match="what stays here"):
            await showing.note(fed, reading, here)
    assert await waiting(v.running) == told

    # An answer for few goes to them, wherever they are, and does not say there what it answers.
    for visibility, to in (("private", "/@asha/followers"), ("direct", bina.uri)):
        few = await sends(v, v.asha, "@bina@far.example अपनों से", in_reply_to_id=said["id"], visibility=visibility)
        assert (few["visibility"], few["in_reply_to_id"]) == (visibility, said["id"])
        told = await waiting(v.running)
        assert told[-1].of["to"][0].endswith(to) and told[-1].of["inReplyTo"] is None
        assert f"/{said['id']}" not in str(told[-1].says)

    # A ruling about it is like any other, where somebody may see it at all; and where it goes, nobody else hears of it.
    await v.withhold(post=VillagePost(int(said["id"]), "", f"/@asha/{said['id']}"), by=v.chitra, second=v.dev)
    assert "withheld_in_countries" in await hears(v, v.meera, f"/api/v1/statuses/{said['id']}")
    assert "घर की" in await hears(v, v.meera, f"/api/v1/statuses/{said['id']}", "DE")
    assert (await v.api(None, "GET", f"/api/v1/statuses/{said['id']}")).status_code == 404
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said['id']}")
    await v.settle()
    assert await waiting(v.running) == told
    assert (await v.client.get(f"/@asha/{said['id']}", headers={"accept": ACTIVITY})).status_code == 404


async def test_what_is_for_few_is_not_for_everybody_here_and_nobody_elsewhere_is_asked_to_be_quoted(village: Village):
    v = village
    bina = await meet(v.running, "bina@far.example")
    far = await others.said(v.running.house.square, bina.id)
    quoting = {"status": "देखिए", "quoted_status_id": str(far)}
    answer = await v.api(v.asha, "POST", "/api/v1/statuses", **quoting, local_only=True)
    assert answer.status_code == 422 and "Quoted user" in answer.text
    assert (await v.api(v.asha, "POST", "/api/v1/statuses", **quoting)).status_code == 200
    answer = await v.api(v.asha, "POST", "/api/v1/statuses", status="अपनों से", visibility="private", local_only=True)
    assert answer.status_code == 422 and "local_only" in answer.text
