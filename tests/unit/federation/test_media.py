"""Pictures and portraits of other servers: fetched for whoever may see them, painted anew, let go of in time, never shown from there."""

import asyncio

import msgspec
import pytest

from chaupal.federation.context import Federation
from chaupal.federation.media import fetch
from chaupal.federation.taking.posts import take_post
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.settings import Settings
from chaupal.policy.things import Picture
from chaupal.social.media import elsewhere
from chaupal.social.people import graph
from chaupal.store.square.posts import as_written
from elsewhere import Site, site  # noqa: F401 - fixture
from neighbours import by
from others import met
from painted import picture
from peers_said import said
from village import Village

RAVI = "ravi@social.example"
PRIVATE = {"to": ["https://social.example/users/ravi/followers"], "cc": []}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, federation="on", federation_test=True)


def fed_of(v: Village) -> Federation:
    found = v.running.house.federation
    assert found is not None
    return found


async def ravi_in(v: Village, **shown: str) -> int:
    return await met(fed_of(v).work, fed_of(v).make_id, RAVI, **shown)


async def says(v: Village, ravi: int, url: str, number: int = 1, **more: object) -> int:
    attached = [{"type": "Document", "mediaType": "image/png", "url": url, "name": "खेत"}]
    post = await take_post(fed_of(v), said(RAVI, number, "देखो", attachment=attached, **more), ravi, fresh=True)
    await v.settle()
    return post


async def follows(v: Village, ravi: int) -> None:
    square = v.running.house.square
    await graph.follow(square, by(v.asha.id), ravi)
    await graph.grant(square, by(ravi), v.asha.id)


async def picture_in(v: Village, post: int) -> Picture:
    async with fed_of(v).work.reading() as reading:
        found = await as_written(reading, post)
    assert found is not None
    return found.pictures[0]


async def test_pictures_of_whom_somebody_follows_are_here_before_anybody_looks(village: Village, site: Site):
    ravi = await ravi_in(village)
    await follows(village, ravi)
    url = site.says("/a.png", sent := picture(300, 150), "image/png")
    kept = await picture_in(village, await says(village, ravi, url))
    assert (kept.state, kept.width, kept.height, kept.description) == ("ready", 300, 150, "खेत")
    assert kept.blurhash
    answer = await village.client.get(f"/media/{kept.id}/original")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.content != sent
    assert len(site.asked) == 1


async def test_other_pictures_are_fetched_once_when_somebody_looks(village: Village, site: Site):
    url = site.says("/a.png", picture(300, 150), "image/png")
    post = await says(village, await ravi_in(village), url)
    assert site.asked == []
    status = (await village.api(None, "GET", f"/api/v1/statuses/{post}")).json()
    (shown,) = status["media_attachments"]
    assert shown["remote_url"] == url
    assert shown["url"].startswith(f"{village.running.house.settings.origin}/media/")
    path = f"/media/{(await picture_in(village, post)).id}/small"
    answers = await asyncio.gather(*[village.client.get(path) for _ in range(4)])
    assert [one.status_code for one in answers] == [200] * 4
    assert len(site.asked) == 1


async def test_for_whoever_may_not_see_a_picture_nobody_asks_for_it(village: Village, site: Site):
    url = site.says("/a.png", picture(300, 150), "image/png")
    post = await says(village, await ravi_in(village), url, **PRIVATE)
    answer = await village.client.get(f"/media/{(await picture_in(village, post)).id}/original")
    assert answer.status_code == 404
    assert site.asked == []


@pytest.mark.parametrize("kind", ["gone", "text", "broken"])
async def test_what_cannot_be_had_is_not_asked_for_again_at_once(village: Village, site: Site, kind: str):
    body = {"gone": b"", "text": b"hello", "broken": picture(30, 30)[:60]}[kind]
    url = site.says("/a.png", body, "text/html" if kind == "text" else "image/png", 404 if kind == "gone" else 200)
    post = await says(village, await ravi_in(village), url)
    path = f"/media/{(await picture_in(village, post)).id}/original"
    for _ in range(3):
        assert (await village.client.get(path)).status_code == 503
    assert len(site.asked) == 1
    site.says("/a.png", picture(30, 30), "image/png")
    village.clock.move(MINUTE + 1)
    assert (await village.client.get(path)).status_code == 200


async def test_what_was_fetched_long_ago_is_let_go_of_and_comes_again(village: Village, site: Site):
    url = site.says("/a.png", picture(300, 150), "image/png")
    post = await says(village, await ravi_in(village), url)
    id_ = (await picture_in(village, post)).id
    assert await fetch(fed_of(village), id_)
    square = village.running.house.square
    assert await elsewhere.sweep(square) == 0
    village.clock.move((square.settings.remote_media_days + 1) * DAY)
    assert await elsewhere.sweep(square) == 1
    assert (await picture_in(village, post)).state == "remote"
    assert await square.files.get(f"media/{id_}/original.png") is None
    assert (await village.client.get(f"/media/{id_}/original")).status_code == 200
    assert len(site.asked) == 2


async def test_all_that_was_fetched_of_a_server_can_go_at_once(village: Village, site: Site):
    url = site.says("/a.png", picture(300, 150), "image/png")
    ravi = await ravi_in(village)
    post = await says(village, ravi, url)
    assert await fetch(fed_of(village), (await picture_in(village, post)).id)
    async with fed_of(village).work.reading() as reading:
        written = await as_written(reading, post)
    assert written is not None
    assert await elsewhere.drop_all_of(village.running.house.square, written.server) == 1
    assert (await picture_in(village, post)).state == "remote"


async def test_a_portrait_is_fetched_when_its_profile_is_shown(village: Village, site: Site):
    url = site.says("/me.png", picture(300, 300), "image/png")
    ravi = await ravi_in(village, avatar_url=url)
    account = (await village.api(None, "GET", f"/api/v1/accounts/{ravi}")).json()
    origin = village.running.house.settings.origin
    path = account["avatar"].removeprefix(origin)
    assert path.startswith(f"/media/portraits/{ravi}/")
    assert site.asked == []
    answer = await village.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert (await village.client.get(path)).status_code == 200
    assert len(site.asked) == 1
    assert (await village.client.get(f"/media/portraits/{ravi}/{'0' * 20}.webp")).status_code == 404
