"""Pictures and portraits of other servers: fetched for whoever may see them, painted anew, let go of in time, never shown from there."""

import asyncio
from itertools import islice
from typing import Any

import pytest

from chaupal.federation import media
from chaupal.federation.context import Federation
from chaupal.federation.media import fetch
from chaupal.federation.taking.acting import inside
from chaupal.federation.taking.posts import delete_post, take_post
from chaupal.governance.events import DecisionServed
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.policy.measures import Measure
from chaupal.policy.things import Picture
from chaupal.social.media import elsewhere, media as uploads
from chaupal.social.people import graph
from chaupal.store.court import rulings
from chaupal.store.federation import people
from chaupal.store.square.posts import as_written
from elsewhere import Site, site  # noqa: F401 - fixture
from neighbours import by
from others import met
from painted import picture
from peers_said import said
from village import Village

RAVI = "ravi@social.example"
PRIVATE = {"to": ["https://social.example/users/ravi/followers"], "cc": []}


def fed_of(v: Village) -> Federation:
    found = v.running.house.federation
    assert found is not None
    return found


async def ravi_in(v: Village, **shown: str) -> int:
    return await met(fed_of(v), RAVI, **shown)


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


async def test_what_was_fetched_long_ago_is_let_go_of_and_comes_again(
    village: Village, site: Site, monkeypatch: pytest.MonkeyPatch
):
    url = site.says("/a.png", picture(300, 150), "image/png")
    ravi = await ravi_in(village, avatar_url=site.says("/me.png", picture(300, 300), "image/png"))
    post = await says(village, ravi, url)
    id_ = (await picture_in(village, post)).id
    assert await fetch(fed_of(village), id_)
    face = people.portrait_key(ravi, url.replace("/a.png", "/me.png"))
    assert await media.fetch_portrait(fed_of(village), ravi, face)
    square = village.running.house.square
    assert await elsewhere.sweep(square) == 0
    village.clock.move((square.settings.remote_media_days + 1) * DAY)
    for _ in range(2):  # it dies between a row and its files: of the portrait, then of the picture
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(type(square.files), "drop", _die)
            await elsewhere.sweep(square)
    assert (await picture_in(village, post)).state == "remote"
    files = (f"media/{id_}/original.png", f"media/{id_}/small.webp", face)
    assert None not in [await square.files.get(key) for key in files]
    # What was asked for meanwhile stays; what nobody asked for goes.
    assert (await village.client.get(f"/media/{id_}/original")).status_code == 200
    await uploads.sweep(square)
    assert [await square.files.get(key) is None for key in files] == [False, False, True]
    assert len(site.asked) == 3


class Killed(BaseException):
    """The process died."""


async def _die(*_: object) -> None:
    raise Killed


async def test_whoever_dies_while_a_post_is_taken_away_has_lost_none_of_its_files(village: Village, site: Site):
    """A deletion that comes is one unit with that it was heard: files go once that is committed."""
    fed, square = fed_of(village), village.running.house.square
    url = site.says("/a.png", picture(300, 150), "image/png")
    ravi = await ravi_in(village)
    post = await says(village, ravi, url)
    id_ = (await picture_in(village, post)).id
    assert await fetch(fed, id_)
    with pytest.raises(Killed):
        async with square.work.writing() as w:
            await delete_post(inside(fed, w), post, ravi)
            raise Killed
    assert (await picture_in(village, post)).state == "ready"
    await village.settle()
    assert await square.files.get(f"media/{id_}/original.png") is not None
    async with square.work.writing() as w:
        await delete_post(inside(fed, w), post, ravi)
    await village.settle()
    assert await square.files.get(f"media/{id_}/original.png") is None


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


COW = {"type": "Emoji", "name": ":cow:", "icon": {"type": "Image", "url": ""}}


async def test_pictures_that_stand_for_names_are_shown_in_posts_and_asked_for_when_looked_at(
    village: Village, site: Site
):
    url = site.says("/cow.png", picture(40, 40), "image/png")
    tag = [COW | {"icon": {"type": "Image", "url": url}}, COW | {"name": ":goat:", "icon": {"url": url}}]
    words = 'गाय :cow: <a href="https://x.example/:cow:">y</a>'
    post = await take_post(fed_of(village), said(RAVI, 1, words, tag=tag), await ravi_in(village), fresh=True)
    await village.settle()
    (shown,) = (await village.api(None, "GET", f"/api/v1/statuses/{post}")).json()["emojis"]
    assert (shown["shortcode"], shown["static_url"], shown["visible_in_picker"]) == ("cow", shown["url"], False)
    path = shown["url"].removeprefix(village.running.house.settings.origin)
    page = (await village.look("DE", f"/@{RAVI}/{post}")).text
    assert f'<img class="emoji" src="{path}" alt=":cow:"' in page
    assert 'href="https://x.example/:cow:"' in page
    assert site.asked == []
    for _ in range(2):
        answer = await village.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert len(site.asked) == 1
    assert (await village.client.get(path.replace(".webp", "0.webp"))).status_code == 404


async def test_another_picture_for_a_name_has_another_address(village: Village, site: Site):
    ravi, found = await ravi_in(village), list[str]()
    for number, at in enumerate(("/1.png", "/2.png"), 1):
        url = site.says(at, picture(40, 40), "image/png")
        tag = [COW | {"icon": {"type": "Image", "url": url}}]
        post = await take_post(fed_of(village), said(RAVI, number, ":cow:", tag=tag), ravi, fresh=True)
        found.append((await village.api(None, "GET", f"/api/v1/statuses/{post}")).json()["emojis"][0]["url"])
    assert found[0] != found[1]


async def test_of_a_suspended_server_no_picture_is_shown(village: Village, site: Site):
    url = site.says("/cow.png", picture(40, 40), "image/png")
    ravi = await ravi_in(village)
    post = await take_post(
        fed_of(village), said(RAVI, 1, ":cow:", tag=[COW | {"icon": {"url": url}}]), ravi, fresh=True
    )
    path = (await village.api(None, "GET", f"/api/v1/statuses/{post}")).json()["emojis"][0]["url"]
    async with fed_of(village).work.reading() as reading:
        written = await as_written(reading, post)
    assert written is not None
    await ruled(village, written.server, Measure.SUSPEND_SERVER)
    assert (await village.client.get(path.removeprefix(village.running.house.settings.origin))).status_code in (
        404,
        410,
    )
    assert site.asked == []


async def test_where_media_are_refused_nothing_is_fetched_and_what_was_goes(village: Village, site: Site):
    url = site.says("/a.png", picture(30, 30), "image/png")
    ravi = await ravi_in(village)
    first = await says(village, ravi, url)
    assert await fetch(fed_of(village), (await picture_in(village, first)).id)
    async with fed_of(village).work.reading() as reading:
        written = await as_written(reading, first)
    assert written is not None
    await ruled(village, written.server, Measure.REFUSE_MEDIA, told=True)
    await village.settle()
    assert (await picture_in(village, first)).state == "remote"
    for post in (first, await says(village, ravi, url + "?again", 2)):
        assert (await village.client.get(f"/media/{(await picture_in(village, post)).id}/original")).status_code == 503
    assert len(site.asked) == 1


async def ruled(v: Village, subject: int, measure: Measure, *, told: bool = False) -> None:
    """A ruling as a court would make it, without the court. `told`: and that it was served."""
    row = rulings.RulingRow(
        id=fed_of(v).make_id(), subject_id=subject, term="", measure=measure, territory="XX", starts_at=0, ends_at=None,
        lifted_at=None, target_id=None, owner_id=None, order_ref="1", authority="A", authority_hi="अ", legal_basis="L", reason="R",
        decided_by=1, approved_by=2, log_index=0, basis="own_rules", review_at=2**45,
    )  # fmt: skip
    async with fed_of(v).work.writing() as w:
        await rulings.begin(w, row)
        if told:
            w.tell(
                DecisionServed(
                    order="1",
                    target=0,
                    ruling=row.id,
                    subject=subject,
                    kind="server",
                    owner=None,
                    measure=measure.value,
                    territory=("XX",),
                )
            )


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
    # Another one at the same address, once the first was swept away.
    small = (await village.client.get(f"{path}?small=1")).content
    await village.running.house.square.files.drop(account["avatar"].partition("/media/")[2])
    site.says("/me.png", picture(300, 100), "image/png")
    assert (await village.client.get(f"{path}?small=1")).content != small


async def test_a_portrait_that_cannot_be_had_is_not_asked_for_with_every_page(village: Village, site: Site):
    ravi = await ravi_in(village, avatar_url=f"http://localhost:{site.port}/none.png")
    key = people.portrait_key(ravi, f"http://localhost:{site.port}/none.png")
    for _ in range(3):
        assert not await media.fetch_portrait(fed_of(village), ravi, key)
    assert [path for path, _ in site.asked] == ["/none.png"]
    site.says("/none.png", picture(300, 300), "image/png")
    village.clock.move(11 * MINUTE)
    assert await media.fetch_portrait(fed_of(village), ravi, key)


async def test_a_server_that_is_slow_leaves_room_for_others(
    village: Village, site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Whoever looks at a page full of its pictures waits; whoever looks at others' does not."""
    fed, ravi = fed_of(village), await ravi_in(village)
    slow = [
        (await picture_in(village, await says(village, ravi, f"http://localhost:{site.port}/{n}.png", n))).id
        for n in range(30)
    ]
    release = asyncio.Event()
    got = media.calling.plain

    async def plain(fed: Federation, url: str, *rest: Any, **more: Any) -> Any:
        if "chitra" not in url:
            await release.wait()
        return await got(fed, url, *rest, **more)

    monkeypatch.setattr(media.calling, "plain", plain)
    waiting = [asyncio.create_task(media.fetch(fed, one)) for one in slow]
    assert not any([await one for one in islice(asyncio.as_completed(waiting), len(slow) - media.OF_ONE_SERVER)])
    meera = await met(fed, "meera@other.example")
    attached = [{"type": "Document", "mediaType": "image/png", "url": f"http://localhost:{site.port}/chitra.png"}]
    post = await take_post(fed, said("meera@other.example", 1, "देखो", attachment=attached), meera, fresh=True)
    assert await media.fetch(fed, (await picture_in(village, post)).id)
    release.set()
    assert not any(await asyncio.gather(*waiting))
