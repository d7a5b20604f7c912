"""Read marks: told where both want them, and nowhere else; who turned them off looks like who has not read."""

from typing import Any

import pytest
import regex

import measures
from chaupal.kernel.clock import MINUTE
from chaupal.policy.measures import Measure
from chaupal.social.people import graph
from chaupal.social.posts import conversations
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.square import read_marks
from listening import listening
from surfaces.worlds import Answer, Grounds, answer_of, difference, minute, still_village
from village import Village, VillagePost, Villager

PATH = "/api/v1/conversations"
MARK = "पढ़ा गया"


async def wants(v: Village, *who: Villager, wanted: bool = True) -> None:
    for one in who:
        await conversations.want_marks(v.running.house.square, one.viewer, wanted=wanted)
    v.clock.move(MINUTE)


async def writes(v: Village, who: Villager, text: str, **more: Any) -> VillagePost:
    said = await v.says(who, text, visibility=3, **more)
    v.clock.move(MINUTE)
    return said


async def two_messages(v: Village) -> tuple[VillagePost, VillagePost]:
    """Ravi's to asha; both want marks."""
    await wants(v, v.ravi, v.asha)
    first = await writes(v, v.ravi, "@asha एक")
    return first, await writes(v, v.ravi, "@asha दो", reply_to=first.id)


async def reads(v: Village, who: Villager, root: VillagePost) -> None:
    assert (await v.api(who, "POST", f"{PATH}/{root.id}/read")).status_code == 200
    await v.settle()


async def seen(v: Village, who: Villager) -> list[tuple[int, int]]:
    """Who has read which of somebody's messages, as their app is told."""
    found = (await v.api(who, "GET", PATH)).json()
    return [(int(one["account_id"]), int(one["status_id"])) for talk in found for one in talk["seen_by"]]


async def marked(v: Village, who: Villager, root: VillagePost) -> bool:
    return MARK in await v.page_as("IN", f"/messages/{root.id}", who)


async def test_who_wrote_is_told_that_it_was_read_on_the_page_in_the_app_and_live(village: Village):
    v = village
    await wants(v, v.ravi, v.asha)
    first = await writes(v, v.ravi, "@asha कल मिलें?")
    assert await seen(v, v.ravi) == [] and not await marked(v, v.ravi, first)
    async with (
        listening(v.running.app, "/api/v1/streaming/direct", token=v.ravi.token) as app,
        listening(v.running.app, "/live?of=here", cookie=f"chaupal={v.ravi.cookie}") as page,
    ):
        await v.page_as("IN", f"/messages/{first.id}", v.asha)  # having looked, she has read it
        await v.settle()
        told = await app.heard("conversation")
        await page.heard("message")
    assert told.payload["seen_by"] == [{"account_id": str(v.asha.id), "status_id": str(first.id)}]
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)] and await marked(v, v.ravi, first)
    assert await seen(v, v.asha) == [], "she wrote nothing"
    second = await writes(v, v.ravi, "@asha और परसों?", reply_to=first.id)
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)]
    page_ = await v.page_as("IN", f"/messages/{first.id}", v.ravi)
    assert page_.index(f'id="p{first.id}"') < page_.index(MARK) < page_.index(f'id="p{second.id}"')


@pytest.mark.parametrize("who", ["writer", "reader", "both"])
async def test_off_on_either_side_neither_sees(village: Village, who: str):
    v = village
    await wants(v, *{"writer": (v.asha,), "reader": (v.ravi,), "both": ()}[who])
    first = await writes(v, v.ravi, "@asha कल?")
    answer = await writes(v, v.asha, "@ravi हाँ", reply_to=first.id)
    await reads(v, v.asha, first)
    await reads(v, v.ravi, first)
    for one in (v.ravi, v.asha):
        assert await seen(v, one) == [] and not await marked(v, one, first)
    if who != "writer":
        async with v.running.house.square.work.reading() as reading:
            kept = await reading.fetch(statement(read_marks.select()))
        assert v.asha.id not in [row[0] for row in kept], "nothing is kept of what they read"
    # Who turns it on now is told nothing of what was said before.
    await wants(v, v.ravi, v.asha)
    await reads(v, v.asha, first)
    assert await seen(v, v.ravi) == [] and answer
    third = await writes(v, v.ravi, "@asha तो आठ बजे", reply_to=answer.id)
    await reads(v, v.asha, first)
    assert await seen(v, v.ravi) == [(v.asha.id, third.id)]


async def test_turning_it_off_ends_it_at_once_for_both_and_forgets(village: Village):
    v = village
    await wants(v, v.ravi, v.asha)
    first = await writes(v, v.ravi, "@asha कल?")
    await reads(v, v.asha, first)
    await wants(v, v.asha, wanted=False)
    assert await seen(v, v.ravi) == []
    await wants(v, v.asha)
    assert await seen(v, v.ravi) == []


async def test_it_is_chosen_in_the_settings_and_by_an_app(village: Village):
    v = village
    me = "/api/v1/accounts/verify_credentials"
    assert (await v.api(v.asha, "GET", me)).json()["source"]["read_marks"] is False
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=hi"}
    page = (await v.client.get("/settings/privacy", headers=headers)).text
    switch = regex.search(r'name="read_marks"[^>]*>', page)
    assert switch and "checked" not in switch[0]
    form = {"csrf": page.partition('name="csrf" value="')[2].partition('"')[0], "discoverable": "1", "read_marks": "1"}
    assert (await v.client.post("/settings/privacy", data=form, headers=headers)).status_code == 303
    assert (await v.api(v.asha, "GET", me)).json()["source"]["read_marks"] is True
    page = (await v.client.get("/settings/privacy", headers=headers)).text
    switch = regex.search(r'name="read_marks"[^>]*>', page)
    assert switch and "checked" in switch[0]
    changed = await v.api(v.asha, "PATCH", "/api/v1/accounts/update_credentials", read_marks=False)
    assert changed.json()["source"]["read_marks"] is False
    assert "read_marks" not in str((await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}")).json())


async def test_of_several_each_is_told_by_name(village: Village):
    v = village
    await wants(v, v.ravi, v.asha, v.meera)
    first = await writes(v, v.ravi, "@asha @meera @karl कल?")
    for one in (v.asha, v.meera, v.karl):
        await reads(v, one, first)
    assert {who for who, _ in await seen(v, v.ravi)} == {v.asha.id, v.meera.id}
    page = (await v.page_as("IN", f"/messages/{first.id}", v.ravi)).partition('class="seen')[2].partition("</p>")[0]
    assert v.asha.name in page and v.meera.name in page and v.karl.name not in page


@pytest.mark.parametrize("blocker", ["writer", "reader"])
async def test_a_block_tells_nothing_whoever_blocks(village: Village, blocker: str):
    v, square = village, village.running.house.square
    await wants(v, v.ravi, v.asha)
    first = await writes(v, v.ravi, "@asha @meera कल?")
    await reads(v, v.asha, first)
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)]
    one, other = (v.ravi, v.asha) if blocker == "writer" else (v.asha, v.ravi)
    await graph.block(square, one.viewer, other.id)
    await v.settle()
    assert await seen(v, v.ravi) == []
    async with listening(v.running.app, "/api/v1/streaming/direct", token=v.ravi.token) as ear:
        await writes(v, v.meera, "@ravi @asha हाँ", reply_to=first.id)
        await ear.heard("conversation")
        before = len(ear.messages)
        await v.api(v.asha, "POST", f"{PATH}/{first.id}/read")
        await v.settle()
        await writes(v, v.meera, "@ravi फिर?", reply_to=first.id)
        await ear.until(lambda it: len(it.messages) > before)
        assert len(ear.messages) == before + 1


async def test_what_is_withheld_from_the_reader_they_have_not_read(village: Village):
    v = village
    first, second = await two_messages(v)
    await measures.begin(v, Measure.WITHHOLD_POST, second.id, "IN")
    await reads(v, v.asha, first)
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)]


async def test_an_answer_says_nothing_of_what_was_withheld_before_it(village: Village):
    v = village
    first, second = await two_messages(v)
    await measures.begin(v, Measure.WITHHOLD_POST, second.id, "IN")
    await writes(v, v.asha, "@ravi हाँ", reply_to=first.id)
    await reads(v, v.asha, first)
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)]


async def test_a_kept_list_names_no_message_that_was_taken_from_its_reader(village: Village):
    v = village
    first, second = await two_messages(v)
    await reads(v, v.asha, first)
    await writes(v, v.ravi, "@asha तीन", reply_to=first.id)
    assert await seen(v, v.ravi) == await seen(v, v.ravi) == [(v.asha.id, second.id)]
    changed = await v.api(v.ravi, "PUT", f"/api/v1/statuses/{second.id}", status="@meera दो")
    assert changed.status_code == 200
    await v.settle()
    assert await seen(v, v.ravi) == [(v.asha.id, first.id)]


async def test_of_who_is_suspended_nothing_is_told(village: Village):
    v = village
    await wants(v, v.ravi, v.asha)
    first = await writes(v, v.ravi, "@asha एक")
    await reads(v, v.asha, first)
    await measures.begin(v, Measure.SUSPEND, v.asha.id)
    await v.settle()
    assert await seen(v, v.ravi) == [] and not await marked(v, v.ravi, first)


# --- two worlds ---

OFF_AND_READ, ON_AND_NOT, OFF_AGAIN = "off and read", "on and not read", "on, off before it came, and read"


async def history(v: Village, how: str) -> dict[str, Answer | list[str]]:
    """All that the writer gets to see and hear of it."""
    square = v.running.house.square
    await minute(v)
    await conversations.want_marks(square, v.ravi.viewer, wanted=True)
    await minute(v)
    if how != OFF_AND_READ:
        await conversations.want_marks(square, v.asha.viewer, wanted=True)
    await minute(v)
    if how == OFF_AGAIN:
        await conversations.want_marks(square, v.asha.viewer, wanted=False)
    await v.settle()
    await minute(v)
    first = await v.says(v.ravi, "@asha कल मिलें?", visibility=3)
    await minute(v)
    told: dict[str, Answer | list[str]] = {}
    async with (
        listening(v.running.app, "/api/v1/streaming/direct", token=v.ravi.token) as app,
        listening(v.running.app, "/live?of=here", cookie=f"chaupal={v.ravi.cookie}") as page,
    ):
        if how != ON_AND_NOT:
            assert (await v.look("IN", f"/messages/{first.id}", v.asha)).status_code == 200
            assert (await v.api(v.asha, "POST", f"{PATH}/{first.id}/read")).status_code == 200
        await v.settle()
        await minute(v)
        await v.says(v.meera, "@ravi और मैं?", visibility=3)
        await app.heard("conversation")
        await page.heard("message")
        told["streams"] = [*app.events, "|", *page.events]
    await minute(v)
    headers = {"cookie": f"chaupal={v.ravi.cookie}; language=hi", "x-country": "IN"}
    for path in ("/messages", f"/messages/{first.id}", "/notifications", "/@asha", "/settings/privacy"):
        told[path] = answer_of(await v.client.get(path, headers=headers))
    for path in (PATH, f"/api/v1/accounts/{v.asha.id}", f"/api/v1/statuses/{first.id}", "/api/v1/notifications"):
        token = {"authorization": f"Bearer {v.ravi.token}", "x-country": "IN"}
        told[path] = answer_of(await v.client.get(path, headers=token))
    return told


async def test_who_turned_it_off_looks_like_who_has_not_read(grounds: Grounds):
    worlds: dict[str, dict[str, Answer | list[str]]] = {}
    for how in (ON_AND_NOT, OFF_AND_READ, OFF_AGAIN):
        async with still_village(grounds) as v:
            worlds[how] = await history(v, how)
    never = worlds.pop(ON_AND_NOT)
    assert never["streams"] == ["conversation", "|", "notice", "message"]
    for how, told in worlds.items():
        for name, answer in told.items():
            other = never[name]
            if isinstance(answer, list) or isinstance(other, list):
                assert answer == other, (how, name)
            else:
                assert not difference(other, answer), (how, name, difference(other, answer))
