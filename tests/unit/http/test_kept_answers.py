"""Answers kept for a viewer: the same bytes as a fresh one, and gone with whatever they rested on."""

from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from chaupal.api.mastodon.posts import status_answers, status_entity
from chaupal.app import rooms
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.reads import kept as kept_answers
from chaupal.social.posts import posts
from chaupal.social.signin.sessions import issue_token
from village import Village, Villager, open_village

HOME, PUBLIC = "/api/v1/timelines/home", "/api/v1/timelines/public"


def kept(v: Village) -> int:
    return len(v.running.house.reads.work.memory.answers)


async def text(v: Village, who: Villager | None, path: str = HOME, country: str = "IN") -> str:
    return (await v.api(who, "GET", path, country)).text


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which names answers are made and kept."""
    put, keep = list[str](), kept_answers.keep
    monkeypatch.setattr(
        kept_answers, "keep", lambda reads, name, *more: (put.append(name[0]), keep(reads, name, *more))
    )
    return put


async def test_a_kept_answer_has_the_bytes_and_headers_of_a_fresh_one(
    village: Village, settings: Settings, clock: StillClock
):
    v = village
    for path in (
        HOME,
        PUBLIC,
        f"{PUBLIC}?limit=2",
        f"/api/v1/accounts/{v.ravi.id}/statuses",
        f"/api/v1/statuses/{v.asha.latest.id}",
        "/api/v1/notifications",
        "/api/v2/notifications",
        "/api/v1/notifications/unread_count",
        "/api/v1/accounts/verify_credentials",
        f"/api/v1/accounts/{v.ravi.id}",
        f"/api/v1/accounts/{v.ravi.id}/followers",
        f"/api/v1/accounts/relationships?id[]={v.ravi.id}",
        "/api/v1/bookmarks",
        "/api/v1/conversations",
        "/api/v2/filters",
        "/api/v2/instance",
        "/api/v1/tags/दिल्ली",
    ):
        fresh = await v.api(v.asha, "GET", path)
        before = kept(v)
        again = await v.api(v.asha, "GET", path)
        assert kept(v) == before
        assert (again.content, again.headers.get("link")) == (fresh.content, fresh.headers.get("link")), path


async def test_a_token_is_answered_by_its_own_scopes(village: Village):
    v = village
    narrow = await issue_token(v.running.house.square, v.asha.id, "profile")
    for _ in (1, 2):
        whole = await v.api(v.asha, "GET", "/api/v1/accounts/verify_credentials")
        short = await v.client.get(
            "/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {narrow}", "cookie": "look_as=IN"}
        )
        assert whole.status_code == short.status_code == 200
        assert whole.json()["source"]["privacy"] == "public"
        refused = await v.client.get("/api/v1/notifications", headers={"authorization": f"Bearer {narrow}"})
        assert (await v.api(v.asha, "GET", "/api/v1/notifications")).status_code == 200
        assert refused.status_code == 403


async def test_each_viewer_has_their_own(village: Village):
    v = village
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    word = v.meera.latest.text[:10]
    seen = [
        (who, country)
        for who in (v.ravi, v.meera, None)
        for country in ("IN", "DE")
        for _ in (1, 2)
        if word in await text(v, who, PUBLIC, country)
    ]
    assert seen == [
        (v.ravi, "DE"),
        (v.ravi, "DE"),
        (v.meera, "IN"),
        (v.meera, "IN"),
        (v.meera, "DE"),
        (v.meera, "DE"),
        (None, "DE"),
        (None, "DE"),
    ]


async def test_whatever_is_changed_is_seen_at_the_next_look(village: Village):
    v = village
    await text(v, v.asha)
    new = await v.says(v.ravi, "अभी अभी की बात")
    assert new.text in await text(v, v.asha)
    await v.api(v.asha, "POST", f"/api/v1/statuses/{new.id}/favourite")
    assert '"favourited":true' in await text(v, v.asha, f"/api/v1/statuses/{new.id}")
    assert '"favourites_count":1' in await text(v, v.meera, f"/api/v1/statuses/{new.id}")
    ref = await v.withhold(post=new, by=v.chitra, second=v.dev)
    assert new.text not in await text(v, v.asha)
    await v.lift(ref, by=v.chitra)
    assert new.text in await text(v, v.asha)
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/mute")
    assert new.text not in await text(v, v.asha)


async def test_a_page_that_is_made_anew_of_the_same_posts_says_who_wrote_them_by_now_and_what_one_did_with_them(
    village: Village,
):
    v, of = village, f"/api/v1/statuses/{village.ravi.latest.id}"
    for _ in (1, 2):  # the second time of what is kept of each post
        v.running.house.reads.work.memory.answers.clear()
        assert "कोई और" not in await text(v, v.asha)
    await v.api(v.ravi, "PATCH", "/api/v1/accounts/update_credentials", display_name="कोई और")
    assert '"display_name":"कोई और"' in await text(v, v.asha)
    assert '"bookmarked":true' not in await text(v, v.asha)
    await v.api(v.asha, "POST", f"{of}/bookmark")
    assert (await text(v, v.asha)).count('"bookmarked":true') == 1
    assert '"bookmarked":true' not in await text(v, v.meera, PUBLIC)
    await v.api(v.asha, "POST", f"{of}/unbookmark")
    assert '"bookmarked":true' not in await text(v, v.asha)


async def test_of_a_page_that_is_made_anew_only_the_post_that_changed_is_written_anew(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, written = village, list[int]()
    # Of this house alone: others have such ids, too.
    monkeypatch.setattr(status_entity, "lines", Shelf[Visible[Post], status_entity.PlainStatus](1_000_000))
    parts = status_entity.Pen.fragments

    def counted(pen: status_entity.Pen, seen: Visible[Post], *, shallow: bool = False) -> tuple[bytes, ...]:
        written.append(seen.item.id)
        return parts(pen, seen, shallow=shallow)

    new = [await v.says(v.ravi, f"अभी अभी की बात {number}") for number in range(3)]
    page = f"/api/v1/accounts/{v.ravi.id}/statuses?limit=3"
    before = await text(v, v.asha, page)
    monkeypatch.setattr(status_entity.Pen, "fragments", counted)
    await v.api(v.meera, "POST", f"/api/v1/statuses/{new[1].id}/favourite")
    lines = status_entity.lines.items
    lines.pop(next(seen for seen, line in lines.items() if seen.item.likes_count and line.post == new[1].id))
    written.clear()
    after = await text(v, v.asha, page)
    assert written == []  # what is kept is brought up to date where a post only counts otherwise
    v.running.house.reads.work.memory.answers.clear()
    assert await text(v, v.asha, page) == after != before
    assert written == [new[1].id]
    monkeypatch.setattr(status_entity, "lines", Shelf[Visible[Post], status_entity.PlainStatus](1))
    v.running.house.reads.work.memory.answers.clear()
    assert await text(v, v.asha, page) == after


async def test_an_answer_in_which_people_and_posts_only_count_otherwise_is_not_made_anew(
    village: Village, put: list[str]
):
    v, post = village, village.ravi.latest.id
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.settle()
    pages = (
        "/api/v1/notifications",
        "/api/v2/notifications",
        f"/api/v1/statuses/{post}",
        f"/api/v1/statuses/{post}/context",
        f"/api/v1/timelines/tag/{quote('किसान_आंदोलन')}",
    )
    before = [await text(v, v.asha, page) for page in pages]
    put.clear()
    await v.says(v.ravi, "तीन", visibility=Visibility.UNLISTED)
    await v.api(v.meera, "POST", f"/api/v1/statuses/{post}/favourite")
    after = [await text(v, v.asha, page) for page in pages]
    assert put == [] and all(now != then for now, then in zip(after[:3], before[:3], strict=True))
    v.running.house.reads.work.memory.answers.clear()
    assert [await text(v, v.asha, page) for page in pages] == after and len(put) == len(pages)


async def test_a_home_before_which_only_plain_posts_came_is_not_made_anew(
    village: Village, put: list[str], monkeypatch: pytest.MonkeyPatch
):
    v, said, page = village, list[str](), f"{HOME}?limit=3"

    async def says(*words: str, by: Villager = v.ravi) -> None:
        for word in words:
            said.append((await v.api(by, "POST", "/api/v1/statuses", status=word)).json()["id"])

    async def home(*, grown: bool) -> list[dict[str, Any]]:
        """As it is made anew, also where it has grown."""
        put.clear()
        first = await v.api(v.asha, "GET", page)
        assert (not put) is grown
        v.running.house.reads.work.memory.answers.clear()
        anew = await v.api(v.asha, "GET", page)
        assert (first.text, first.headers["link"]) == (anew.text, anew.headers["link"])
        return first.json()

    await says("एक", "दो", "तीन")
    await home(grown=False)
    for words in (["चार"], ["पाँच", "छह"], ["सात", "आठ", "नौ", "दस"]):
        await says(*words)
        found = await home(grown=True)
        assert [one["id"] for one in found] == said[:-4:-1]
        assert {one["account"]["statuses_count"] for one in found} == {found[0]["account"]["statuses_count"]}
    # What came before it since is among what it was made from.
    await says("ग्यारह")
    assert (await v.api(v.asha, "GET", page)).json()[0]["favourited"] is False
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said[-1]}/favourite")
    assert (await home(grown=False))[0]["favourited"] is True
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{said[0]}/reblog")
    assert (await home(grown=False))[0]["id"] == said[-1]  # a repost of what stands near
    # By turns, and none made anew between: a place that is not moved would hold the other's account, or the other post.
    put.clear()
    for by, word in ((v.ravi, "बारह"), (v.meera, "तेरह"), (v.ravi, "चौदह")):
        await says(word, by=by)
        await text(v, v.asha, page)
        await v.api(v.karl, "POST", f"/api/v1/statuses/{said[-1]}/favourite")
    assert put == []
    await home(grown=True)
    # What is on no page any more stays among its keys, and is not gathered for ever.
    monkeypatch.setattr(status_answers, "MOST_MOVED", 4)
    put.clear()
    await says("पंद्रह")
    await text(v, v.asha, page)
    assert put == []
    await says("सोलह")
    await home(grown=False)
    await says("सत्रह")
    await text(v, v.asha, page)
    await v.api(v.ravi, "PUT", f"/api/v1/statuses/{said[-1]}", status="अठारह")
    assert "अठारह" in (await home(grown=False))[0]["content"]
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/mute")
    await says("उन्नीस")
    assert said[-1] not in {one["id"] for one in (await home(grown=False))}


async def test_a_mark_of_ones_own_leaves_the_answers_in_which_its_post_does_not_stand(village: Village, put: list[str]):
    v, post = village, village.meera.latest.id
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{post}/reblog")
    await v.settle()
    (repost,) = (await v.api(None, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses?limit=1")).json()
    pages = [f"/api/v1/statuses/{of}" for of in (v.ravi.latest.id, post, repost["id"])]
    before = [await text(v, v.asha, page) for page in pages]
    put.clear()
    for act in ("bookmark", "favourite", "unbookmark", "unfavourite"):
        await v.api(v.asha, "POST", f"/api/v1/statuses/{post}/{act}")
        after = [await text(v, v.asha, page) for page in pages]
        over = act == "unfavourite"
        assert [now == then for now, then in zip(after, before, strict=True)] == [True, over, over], act
    assert len(put) == 8  # two made anew by each act


async def test_whoever_filters_a_word_is_told_so_of_a_post_that_others_read_as_it_is(village: Village):
    v = village
    word = v.ravi.latest.text.split()[0]
    for who in (v.asha, v.meera):
        assert f'"{word}"' not in await text(v, who)
    await v.api(
        v.asha,
        "POST",
        "/api/v2/filters",
        title="x",
        context=["home"],
        filter_action="warn",
        keywords_attributes=[{"keyword": word}],
    )
    assert f'"{word}"' in await text(v, v.asha)
    assert f'"{word}"' not in await text(v, v.meera)


async def test_what_ends_by_the_clock_ends_a_kept_answer_too(village: Village):
    v = village
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/mute", duration=60)
    assert v.ravi.latest.text[:10] not in await text(v, v.asha)
    v.clock.move(61_000)
    assert v.ravi.latest.text[:10] in await text(v, v.asha)
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev, ends_at="2021-02-12T12:00")
    assert v.meera.latest.text[:10] not in await text(v, v.asha)
    v.clock.move(3 * 86_400_000)
    assert v.meera.latest.text[:10] in await text(v, v.asha)


async def test_what_another_process_changed_is_seen_within_a_moment(
    village: Village, settings: Settings, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    v = village
    await text(v, v.asha, PUBLIC)
    monkeypatch.setattr(rooms, "system_clock", clock)
    async with rooms.visiting(settings) as beside:
        await posts.publish(beside.square, v.ravi.viewer, posts.Draft(text="कमान से कही बात"))
    v.clock.move(25)
    assert "कमान से कही बात" in await text(v, v.asha, PUBLIC)


async def test_keeping_can_be_turned_off(settings: Settings, clock: StillClock):
    async with open_village(msgspec.structs.replace(settings, keep_answers=False), clock) as v:
        await text(v, v.asha)
        assert kept(v) == 0
