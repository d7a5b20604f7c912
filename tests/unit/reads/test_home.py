"""A home holds a post once: what stands in its newest forty, or was reposted there just now, is not shown again."""

import asyncio
from typing import Any

import pytest

from chaupal.kernel.clock import SECOND
from chaupal.ports import homes_local
from chaupal.ports.homes_local import LocalHomes
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import home
from chaupal.social.posts import posts
from listening import listening
from village import Village, VillagePost, Villager

HOME = "/api/v1/timelines/home"


async def reposts(v: Village, who: Villager, said: VillagePost) -> int:
    v.clock.move(SECOND)
    id_ = await posts.repost(v.running.house.square, who.viewer, said.id)
    await v.settle()
    return id_


async def chatter(v: Village, who: Villager, times: int) -> None:
    for number in range(times):
        await v.says(who, f"इधर-उधर की {number}")


async def stands(v: Village, who: Villager, **cursor: int) -> list[tuple[str, str | None]]:
    """(id, what it reposts) of each entry of somebody's home."""
    asked: dict[str, Any] = {"limit": 40} | cursor
    found = (await v.api(who, "GET", HOME, **asked)).json()
    return [(one["id"], one["reblog"]["id"] if one["reblog"] else None) for one in found]


async def times(v: Village, who: Villager, said: VillagePost, **cursor: int) -> int:
    """How often a post stands there, by itself or reposted."""
    return sum(str(said.id) in entry for entry in await stands(v, who, **cursor))


async def newcomer(v: Village, handle: str) -> Villager:
    """Somebody whom Asha follows."""
    who = await v.joins(handle, handle.title())
    await v.follows(v.asha, who)
    return who


async def test_a_repost_of_what_stands_in_the_newest_forty_is_not_shown_again(village: Village):
    v = village
    said = await v.says(v.meera, "एक ही बार")
    await reposts(v, v.ravi, said)
    await reposts(v, await newcomer(v, "gita"), said)
    assert await stands(v, v.asha, limit=1) == [(str(said.id), None)]
    assert await times(v, v.asha, said) == 1


async def test_what_a_new_post_reposts_is_known_to_all_without_asking_the_store(village: Village):
    v = village
    said = await v.says(v.meera, "नया")
    again = await reposts(v, v.ravi, said)
    kept = v.running.house.square.work.memory.carried
    assert (kept.peek(said.id), kept.peek(again)) == (0, said.id)


async def test_what_somebody_else_just_reposted_is_not_shown_again_and_the_reposters_are_named_together(
    village: Village,
):
    v = village
    said = await v.says(v.karl, "worth repeating")  # Asha does not follow him
    first = await reposts(v, v.ravi, said)
    await reposts(v, v.meera, said)
    assert (await stands(v, v.asha))[0] == (str(first), str(said.id)) and await times(v, v.asha, said) == 1
    assert (
        "रवि त्रिपाठी</bdi></a> और" in (page := await v.page_as("IN", "/", v.asha))
        and page.count("worth repeating") == 1
    )
    for handle in ("gita", "hari"):
        await reposts(v, await newcomer(v, handle), said)
    assert "2 अन्य ने रीपोस्ट किया" in await v.page_as("IN", "/", v.asha)
    assert await times(v, v.asha, said) == 1


async def test_reposters_stand_above_a_post_that_is_there_by_itself(village: Village):
    v = village
    said = await v.says(v.meera, "अपने आप")
    await reposts(v, v.ravi, said)
    page = await v.page_as("IN", "/", v.asha)
    assert page.count("अपने आप") == 1 and "रवि त्रिपाठी</bdi></a> ने रीपोस्ट किया" in page


async def test_after_forty_others_a_repost_is_news_again(village: Village):
    v = village
    said = await v.says(v.meera, "फिर से")
    await chatter(v, v.ravi, home.FALLOFF - 1)
    early = await reposts(v, v.ravi, said)
    assert str(early) not in dict(await stands(v, v.asha))
    await posts.unrepost(v.running.house.square, v.ravi.viewer, said.id)
    await chatter(v, v.ravi, 1)
    late = await reposts(v, v.ravi, said)
    assert (await stands(v, v.asha))[0] == (str(late), str(said.id))


async def test_when_the_first_who_reposted_takes_it_back_the_next_repost_stands_in_its_place(village: Village):
    v = village
    said = await v.says(v.karl, "twice repeated")
    await reposts(v, v.ravi, said)
    second = await reposts(v, v.meera, said)
    await posts.unrepost(v.running.house.square, v.ravi.viewer, said.id)
    await v.settle()
    assert (await stands(v, v.asha))[0] == (str(second), str(said.id))


async def test_what_does_not_stand_in_the_home_hides_no_repost_of_it(village: Village):
    v = village
    answer = await v.says(v.meera, "@karl yes", reply_to=v.karl.latest.id)  # half a conversation: not at Asha's home
    assert await times(v, v.asha, answer) == 0
    shown = await reposts(v, v.ravi, answer)
    assert (await stands(v, v.asha))[0] == (str(shown), str(answer.id))


async def walked(v: Village, who: Villager, limit: int) -> list[list[str]]:
    """The home page by page, what each entry is about."""
    pages: list[list[str]] = []
    url = f"{HOME}?limit={limit}"
    while url:
        answer = await v.client.get(url, headers={"authorization": f"Bearer {who.token}"})
        pages.append([one["reblog"]["id"] if one["reblog"] else one["id"] for one in answer.json()])
        url = answer.links.get("next", {}).get("url", "")
    return pages


async def busy(v: Village) -> list[VillagePost]:
    """Eight posts of a stranger, each reposted by four whom Asha follows, the reposts close together."""
    crowd = [v.ravi, v.meera, await newcomer(v, "gita"), await newcomer(v, "hari")]
    said = [await v.says(v.karl, f"number {n}") for n in range(8)]
    for one in said:
        for who in crowd:
            await reposts(v, who, one)
    return said


@pytest.mark.parametrize("resident", [home.FIRST, 7, 0])
async def test_pages_are_full_and_hold_each_post_once_however_far_down_one_reads(
    village: Village, monkeypatch: pytest.MonkeyPatch, resident: int
):
    monkeypatch.setattr(home, "FIRST", resident)
    if not resident:  # with none to spare, what lacks is asked for beyond the page
        monkeypatch.setattr(home, "SPARE", 0)
    v, said = village, await busy(village)
    for n in range(4):  # every second one is half a conversation, and stands in no home of Asha's
        await v.says(v.meera, f"@karl {n}", reply_to=said[n].id)
        said.append(await v.says(v.ravi, f"{n}"))
    v.running.house.reads.homes.dismiss(v.asha.id)
    pages = await walked(v, v.asha, 3)
    flat = [id_ for page in pages for id_ in page]
    assert len(flat) == len(set(flat)) and {str(one.id) for one in said} <= set(flat)
    assert all(len(page) == 3 for page in pages[:-1])


@pytest.mark.parametrize("resident", [home.FIRST, 7, 0])
async def test_who_reposted_what_stands_further_down_is_told_with_it_however_far_down_one_reads(
    village: Village, monkeypatch: pytest.MonkeyPatch, resident: int
):
    v = village
    said = await v.says(v.meera, "नीचे")
    await chatter(v, v.ravi, 5)
    repost = await reposts(v, v.ravi, said)
    await chatter(v, v.ravi, 5)
    monkeypatch.setattr(home, "FIRST", resident)
    reads = v.running.house.reads
    for cursor in (Cursor(max_id=said.id + 1, limit=3), Cursor(min_id=said.id - 1, limit=3)):
        reads.homes.dismiss(v.asha.id)
        page = await home.page(reads, v.asha.viewer, cursor)
        assert [one.item.id for one in page.along[said.id]] == [repost]


@pytest.mark.parametrize("resident", [home.FIRST, 7, 0])
async def test_what_is_newer_is_asked_for_without_repeats(
    village: Village, monkeypatch: pytest.MonkeyPatch, resident: int
):
    v = village
    monkeypatch.setattr(home, "FIRST", resident)
    start = v.meera.latest.id
    said = await busy(v)
    v.running.house.reads.homes.dismiss(v.asha.id)
    newest = await stands(v, v.asha, since_id=start)
    upward: list[tuple[str, str | None]] = []
    while rows := await stands(v, v.asha, min_id=int(upward[0][0]) if upward else start, limit=3):
        upward = rows + upward
    assert upward == newest and sorted(root or "" for _, root in newest) == sorted(str(one.id) for one in said)


async def test_the_home_stream_does_not_deliver_what_the_home_would_not_show(village: Village):
    v = village
    app = v.running.app
    said = await v.says(v.karl, "heard once")
    async with listening(app, f"/api/v1/streaming/user?access_token={v.asha.token}") as ear:
        first = await reposts(v, v.ravi, said)
        await reposts(v, v.meera, said)
        after = await v.says(v.meera, "और कुछ")
        await ear.heard("update", after.id)
        heard = [m.payload["id"] for m in ear.messages if m.event == "update"]
    assert heard == [str(first), str(after.id)]


async def test_whoever_is_followed_while_a_home_is_being_built_is_in_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, asked = village, home.relations_of
    newcomer_ = await v.joins("gita", "Gita")
    v.running.house.reads.homes.dismiss(v.asha.id)
    followed = False

    async def meanwhile(*of: Any) -> Any:
        nonlocal followed
        known = await asked(*of)
        if not followed:
            followed = True
            await v.follows(v.asha, newcomer_)
        return known

    monkeypatch.setattr(home, "relations_of", meanwhile)
    await stands(v, v.asha)
    said = await v.says(newcomer_, "नई आई हूँ")
    assert followed and await times(v, v.asha, said) == 1


async def test_a_kept_home_that_was_made_of_the_store_has_once_what_its_resident_ids_hear_of_later(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, heard, spread_on, done = village, asyncio.Event(), LocalHomes._spread_on, asyncio.Event()

    async def later(homes: LocalHomes) -> None:
        await heard.wait()
        await spread_on(homes)
        done.set()

    monkeypatch.setattr(home, "FIRST", 2)  # whoever asks for three is answered from the store
    monkeypatch.setattr(homes_local, "PORTION", 1)
    monkeypatch.setattr(LocalHomes, "_spread_on", later)
    await chatter(v, v.ravi, 3)
    for who in (v.ravi, v.asha):
        await stands(v, who, limit=2)
    await chatter(v, v.ravi, 2)
    before = await stands(v, v.asha, limit=3)
    assert before[0][0] == str(v.ravi.latest.id)
    heard.set()
    await done.wait()
    assert await stands(v, v.asha, limit=3) == before
