"""What is said to a few is known to these alone: no list, number, cursor, stream or notice tells others that it is there."""

import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid
from chaupal.policy.facts import Visibility
from chaupal.social.posts import posts
from chaupal.store.machine import checks
from chaupal.store.machine.dialect import statement
from listening import listening
from village import Village, VillagePost, Villager

PRIVATE, DIRECT = Visibility.PRIVATE, Visibility.DIRECT


@pytest.fixture
async def said(village: Village) -> VillagePost:
    """A post by Asha that Ravi reposted for his followers only: Asha and Karl follow him, Meera does not."""
    v = village
    post = v.asha.latest
    await v.says(v.karl, "Nothing to see here.")
    v.clock.move(1_000)
    await posts.repost(v.running.house.square, v.ravi.viewer, post.id, PRIVATE)
    await v.settle()
    return post


async def reposters(v: Village, who: Villager | None, post: VillagePost) -> list[str]:
    answer = await v.api(who, "GET", f"/api/v1/statuses/{post.id}/reblogged_by")
    assert answer.status_code == 200 and "rel=" not in answer.headers.get("link", ""), (
        "nobody is there, nor was left out"
    )
    return [one["username"] for one in answer.json()]


async def test_a_followers_only_repost_is_listed_to_its_own_audience_and_to_nobody_else(
    village: Village, said: VillagePost
):
    v = village
    assert [await reposters(v, who, said) for who in (None, v.meera)] == [[], []]
    for who in (v.asha, v.karl, v.ravi):
        answer = await v.api(who, "GET", f"/api/v1/statuses/{said.id}/reblogged_by")
        assert [one["username"] for one in answer.json()] == ["ravi"], who.handle
    for who, there in ((None, False), (v.meera, False), (v.karl, True)):
        page = await v.page_as("IN", f"{said.path}/reposts", who)
        # Beside it, he is suggested.
        assert ('href="/@ravi"' in page.partition("<main")[2].partition("</main>")[0]) is there


async def test_a_repost_that_is_not_for_one_leaves_no_gap_to_count_it_by(village: Village, said: VillagePost):
    v = village
    await v.api(v.meera, "POST", f"/api/v1/statuses/{said.id}/reblog")
    answer = await v.api(None, "GET", f"/api/v1/statuses/{said.id}/reblogged_by", limit=1)
    assert [one["username"] for one in answer.json()] == ["meera"] and 'rel="next"' not in answer.headers.get(
        "link", ""
    )


async def test_a_followers_only_repost_counts_for_nobody(village: Village, said: VillagePost):
    v = village
    for who in (None, v.meera, v.karl, v.asha):
        post = (await v.api(who, "GET", f"/api/v1/statuses/{said.id}")).json()
        assert post["reblogs_count"] == 0
        assert f"{said.path}/reposts" not in await v.page_as("IN", said, who)
    assert (await v.api(None, "GET", f"/api/v1/accounts/{v.ravi.id}")).json()["statuses_count"] == 1


async def test_an_author_who_is_not_in_its_audience_hears_nothing_of_a_repost(village: Village):
    v = village
    post = v.meera.latest
    before = (await v.api(v.meera, "GET", "/api/v1/notifications")).json()
    async with listening(v.running.app, "/api/v1/streaming/user", token=v.meera.token) as ear:
        await posts.repost(v.running.house.square, v.ravi.viewer, post.id, PRIVATE)
        await v.settle()
        assert await told_of_reposts(v) == set()
        await posts.unrepost(v.running.house.square, v.ravi.viewer, post.id)
        await v.settle()
        await v.says(v.meera, "प्रहरी")
        await ear.heard("update")
    assert [message.event for message in ear.messages] == ["update"]
    assert (await v.api(v.meera, "GET", "/api/v1/notifications")).json() == before
    await posts.repost(v.running.house.square, v.ravi.viewer, v.asha.latest.id, PRIVATE)
    await v.settle()
    assert await told_of_reposts(v) == {v.asha.id}


async def told_of_reposts(v: Village) -> set[int]:
    """Who has a notice of a repost, shown to them or not."""
    async with v.running.house.square.work.reading() as reading:
        rows = await reading.fetch(statement(text("SELECT account_id FROM notices WHERE kind = 'reblog'")))
    return {row[0] for row in rows}


async def test_an_author_who_is_not_in_its_audience_hears_nothing_of_a_quote_nor_of_when_it_was(village: Village):
    v = village
    await v.joins("koel", "koel")

    async def told() -> tuple[list[str], str]:
        answer = await v.api(v.asha, "GET", "/api/v1/notifications")
        return [one["type"] for one in answer.json()], answer.headers.get("link", "")

    before = await told()
    await v.says(v.koel, "अपनों से, देखिए", visibility=PRIVATE, quoting=v.asha.latest.id)
    assert await told() == before, "a page leads past nothing that is not there"
    await v.follows(v.asha, v.koel)
    await v.says(v.koel, "अपनों से, और आपसे", visibility=PRIVATE, quoting=v.asha.latest.id)
    await v.says(v.meera, "@asha आपसे, देखिए", visibility=DIRECT, quoting=v.asha.latest.id)
    assert (await told())[0] == ["mention", "quote", *before[0]]


async def test_when_a_post_goes_its_followers_only_reposts_go_before_their_own_audience_only(
    village: Village, said: VillagePost
):
    v = village
    repost = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()[0]["id"]
    async with (
        listening(v.running.app, "/api/v1/streaming/public") as public,
        listening(v.running.app, "/api/v1/streaming/user", token=v.meera.token) as stranger,
        listening(v.running.app, "/api/v1/streaming/user", token=v.karl.token) as follower,
    ):
        await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}")
        await v.settle()
        await v.says(v.asha, "प्रहरी")
        for ear in (public, stranger, follower):
            await ear.heard("delete", str(said.id))
            await ear.heard("update")
    assert repost not in public.raw.decode() and repost not in stranger.raw.decode()
    assert repost in follower.raw.decode()


async def test_nobody_else_in_a_conversation_learns_who_of_it_blocks_whoever_wrote(village: Village):
    v = village
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    await v.says(v.meera, "@ravi @asha बस आप से", visibility=DIRECT)

    async def talks(who: Villager) -> list[set[str]]:
        found = (await v.api(who, "GET", "/api/v1/conversations")).json()
        return [{one["username"] for one in talk["accounts"]} for talk in found]

    assert await talks(v.asha) == [{"meera", "ravi"}] and await talks(v.meera) == [{"asha", "ravi"}]
    assert await talks(v.ravi) == []


async def test_who_only_asked_to_follow_does_not_hear_in_a_list_that_something_for_followers_is_gone(village: Village):
    v = village
    await v.api(v.ravi, "PATCH", "/api/v1/accounts/update_credentials", locked=True)
    lists: dict[str, str] = {}
    for who in (v.meera, v.karl):  # Karl follows him
        await v.api(who, "POST", f"/api/v1/accounts/{v.ravi.id}/follow")
        id_ = lists[who.handle] = (await v.api(who, "POST", "/api/v1/lists", title="x")).json()["id"]
        both = [str(v.ravi.id), str(who.id)]
        assert (await v.api(who, "POST", f"/api/v1/lists/{id_}/accounts", account_ids=both)).status_code == 200
    path = "/api/v1/streaming/list?list={}".format
    async with (
        listening(v.running.app, path(lists["meera"]), token=v.meera.token) as asks,
        listening(v.running.app, path(lists["karl"]), token=v.karl.token) as follows,
    ):
        post = await v.says(v.ravi, "अपनों से", visibility=PRIVATE)
        await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{post.id}")
        await v.settle()
        for who, ear in ((v.meera, asks), (v.karl, follows)):
            await ear.heard("update", (await v.says(who, "प्रहरी")).id)
        assert "delete" in follows.events and "delete" not in asks.events


async def test_what_a_withheld_post_takes_along_is_told_to_the_audience_of_the_repost(
    village: Village, said: VillagePost
):
    v = village
    repost = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()[0]["id"]
    async with (
        listening(v.running.app, "/api/v1/streaming/public") as public,
        listening(v.running.app, "/api/v1/streaming/user", token=v.karl.token) as follower,
    ):
        await v.withhold(post=said, by=v.chitra, second=v.dev)
        await public.heard("delete", str(said.id))
        await follower.heard("delete", repost)
    assert repost not in public.raw.decode()


async def test_a_repost_cannot_be_direct(village: Village):
    v = village
    with pytest.raises(Invalid):
        await posts.repost(v.running.house.square, v.ravi.viewer, v.asha.latest.id, DIRECT)


def _seen(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the words that each form has for itself."""
    kept = {name: answer.headers[name] for name in ("link", "last-modified") if name in answer.headers}
    return answer.status_code, re.sub(rb'name="csrf" value="[^"]*"', b"", answer.content), kept


async def test_public_counts_and_pages_are_the_same_whether_or_not_something_was_said_to_a_few(village: Village):
    """Two worlds: before, and after a direct post, a private one, a private answer, a private quote and a private repost."""
    v = village
    post = v.asha.latest
    paths = [
        f"/api/v1/accounts/{v.ravi.id}",
        f"/api/v1/accounts/{v.asha.id}",
        f"/api/v1/statuses/{post.id}",
        "/api/v2/instance",
        f"/api/v1/accounts/{v.ravi.id}/statuses?limit=1",
        f"/api/v1/accounts/{v.ravi.id}/statuses",
        "/api/v1/instance",
        f"/api/v1/statuses/{post.id}/context",
        f"/api/v1/statuses/{post.id}/reblogged_by",
        f"/api/v1/statuses/{post.id}/quotes",
        "/api/v1/directory",
        "/nodeinfo/2.0",
        "/api/v1/instance/activity",
        v.ravi.path,
        post.path,
        f"{post.path}/reposts",
    ]
    eyes = (None, v.meera)

    async def world() -> list[Any]:
        v.running.house.square.work.memory.forget_all()
        return [_seen(await v.api(who, "GET", path)) for path in paths for who in eyes]

    before, now = await world(), v.clock()
    later = await v.says(v.ravi, "@asha सिर्फ़ आपसे", visibility=DIRECT)
    await v.says(v.ravi, "सिर्फ़ अपनों से", visibility=PRIVATE)
    await v.says(v.ravi, "अपनों से जवाब", visibility=PRIVATE, reply_to=post.id)
    await v.says(v.ravi, "अपनों से, देखिए", visibility=PRIVATE, quoting=post.id)
    await posts.repost(v.running.house.square, v.ravi.viewer, post.id, PRIVATE)
    await v.settle()
    v.clock.move(now - v.clock())  # pages say when they were drawn
    after = await world()
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        assert one == other, (paths[number // len(eyes)], eyes[number % len(eyes)])
    mine = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()
    assert len(mine) == 6 and str(later.id) in [one["id"] for one in mine], "to oneself nothing is kept back"


async def test_the_newest_public_post_is_the_last_status_after_deletes(village: Village):
    v = village
    day = (await v.api(None, "GET", f"/api/v1/accounts/{v.ravi.id}")).json()["last_status_at"]
    v.clock.move(DAY)
    newest = await v.says(v.ravi, "आज की बात")
    assert (await v.api(None, "GET", f"/api/v1/accounts/{v.ravi.id}")).json()["last_status_at"] > day
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{newest.id}")
    v.clock.move(DAY)
    await v.says(v.ravi, "@asha कल की बात", visibility=DIRECT)
    told = (await v.api(None, "GET", f"/api/v1/accounts/{v.ravi.id}")).json()
    assert (told["last_status_at"], told["statuses_count"]) == (day, 1)
    async with v.running.house.square.work.scanning() as reading:
        assert await checks.integrity(reading) == []
