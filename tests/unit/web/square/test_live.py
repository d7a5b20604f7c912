"""What an open page is told: ids of what is new and of what is gone, judged for whoever looks at it; and parts of pages."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
import regex

from chaupal.kernel.clock import StillClock
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.social.signin import sessions
from listening import listening
from village import Village, Villager, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    async with open_village(settings, clock, bar=False) as opened:
        yield opened


async def press(v: Village, who: Villager, path: str, *, part: bool = True) -> httpx2.Response:
    """A button of a page, as a script presses it."""
    cookies = {"cookie": f"chaupal={who.cookie}; language=hi"}
    page = await v.client.get("/about", headers=cookies)
    word = regex.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    return await v.client.post(
        path, data={"csrf": word, "next": "/public#p7"}, headers=cookies | ({"x-part": "1"} if part else {})
    )


async def test_the_square_is_told_live_by_ids_alone(village: Village):
    v = village
    async with listening(v.running.app, "/live?of=public&languages=hi", country="IN") as ear:
        assert "access-control-allow-origin" not in ear.headers
        said = await v.says(v.meera, "सरसों के फूल", language="hi")
        await ear.heard("update", said.id)
        other = await v.says(v.karl, "Der Raps blüht", language="de")
        last = await v.says(v.ravi, "प्रहरी", language="hi")
        await ear.heard("update", last.id)
        assert str(other.id).encode() not in ear.raw
        assert "सरसों".encode() not in ear.raw


async def test_whoever_looks_where_a_post_becomes_withheld_loses_it_at_once(village: Village):
    v = village
    said = await v.says(v.meera, "खेत की बात", language="hi")
    async with (
        listening(v.running.app, "/live?of=public", country="IN") as here,
        listening(v.running.app, "/live?of=public", country="DE") as abroad,
    ):
        await v.withhold(post=said, by=v.chitra, second=v.dev)
        await here.heard("delete", said.id)
        await abroad.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
        assert b"delete" not in abroad.raw


async def test_home_is_heard_with_the_cookie_of_a_page_until_its_session_ends(village: Village):
    v = village
    cookie = f"chaupal={v.asha.cookie}"
    async with listening(v.running.app, "/live?of=home", country="IN", cookie=cookie) as ear:
        said = await v.says(v.asha, "अपनी बात")
        await ear.heard("update", said.id)
        caller = await sessions.caller_by_cookie(v.running.house.square, digest(v.asha.cookie))
        assert caller is not None
        await sessions.sign_out(v.running.house.square, caller)
        await ear.until(lambda e: e.ended)


async def test_home_is_told_to_nobody_without_a_cookie_and_a_tag_needs_a_name(village: Village):
    for path, status in (("/live?of=home", 401), ("/live?of=tag", 400), ("/live?of=everything", 422)):
        assert (await village.client.get(path)).status_code == status


async def test_a_button_pressed_by_a_script_is_answered_with_its_row_as_it_is_now(village: Village):
    v = village
    said = await v.says(v.meera, "पसंद आने वाली बात", language="hi")
    answer = await press(v, v.asha, f"/posts/{said.id}/like")
    assert answer.status_code == 200
    assert f'formaction="/posts/{said.id}/unlike" aria-pressed="true"' in answer.text
    assert 'value="/public#p7"' in answer.text
    assert "<html" not in answer.text
    followed = await press(v, v.asha, f"/people/{v.ravi.id}/follow")
    assert f'formaction="/people/{v.ravi.id}/unfollow"' in followed.text
    assert (await press(v, v.asha, f"/posts/{said.id}/unlike", part=False)).headers["location"] == "/public#p7"


async def test_a_button_on_what_is_not_there_is_answered_as_a_page_with_what_is_wrong(village: Village):
    answer = await press(village, village.asha, "/posts/1/like")
    assert answer.status_code == 404
    assert 'class="problem"' in answer.text


async def seen(v: Village, country: str, path: str) -> httpx2.Response:
    return await v.client.get(path, headers={"x-country": country})


async def standing(v: Village, country: str, since: int, *ids: int) -> dict[str, list[str]]:
    found = (await seen(v, country, f"/live/standing?since={since}&ids={','.join(map(str, ids))}")).json()
    return {name: found[name] for name in ("gone", "changed")}


async def test_a_page_learns_what_became_of_its_posts_before_its_stream_opened(village: Village):
    v = village
    kept, deleted, edited, withheld = [await v.says(v.meera, f"बात {n}", language="hi") for n in range(4)]
    boost = int((await v.api(v.asha, "POST", f"/api/v1/statuses/{withheld.id}/reblog")).json()["id"])
    private = await v.says(v.meera, "अपनों से", visibility=Visibility.PRIVATE)
    ids = (kept.id, deleted.id, edited.id, withheld.id, boost)
    v.clock.move(60_000)
    since = v.clock()
    assert await standing(v, "IN", since, *ids) == {"gone": [], "changed": []}
    await v.api(v.meera, "DELETE", f"/api/v1/statuses/{deleted.id}")
    await v.api(v.meera, "PUT", f"/api/v1/statuses/{edited.id}", status="दूसरी बात")
    await v.withhold(post=withheld, by=v.chitra, second=v.dev)
    here, abroad = await standing(v, "IN", since, *ids), await standing(v, "US", since, *ids)
    assert here == {"gone": [str(one) for one in (deleted.id, withheld.id, boost)], "changed": [str(edited.id)]}
    assert abroad == {"gone": [str(deleted.id)], "changed": [str(edited.id)]}
    v.clock.move(60_000)
    assert (await standing(v, "US", v.clock(), *ids))["changed"] == []
    # Whoever asks after what they may not see learns no more than of what was never there.
    assert await standing(v, "IN", 0, private.id, 7) == {"gone": [str(private.id), "7"], "changed": []}
    for bad in ("ids=", "ids=x,,-1,%00", "since=x&ids=1", "ids=" + "9" * 400, ""):
        assert (await v.client.get(f"/live/standing?{bad}")).status_code in (200, 422), bad


async def test_one_post_is_drawn_as_it_is_now_where_one_is(village: Village):
    v = village
    said = await v.says(v.meera, "कोहरे की बात", language="hi")
    boost = int((await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/reblog")).json()["id"])
    for id_ in (said.id, boost):
        part = (await seen(v, "IN", f"/live/posts/{id_}")).text
        assert f'id="p{id_}"' in part and "कोहरे" in part and "<html" not in part
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    here = (await seen(v, "IN", f"/live/posts/{said.id}")).text
    assert 'class="gap"' in here and "कोहरे" not in here and "data-of" not in here
    assert "कोहरे" in (await seen(v, "US", f"/live/posts/{said.id}")).text


async def test_a_page_to_which_nothing_comes_hears_what_goes(village: Village):
    v = village
    said = await v.says(v.meera, "खेत की बात", language="hi")
    async with listening(v.running.app, "/live?of=here", country="IN") as ear:
        await v.says(v.ravi, "नई बात")
        await v.withhold(post=said, by=v.chitra, second=v.dev)
        await ear.heard("delete", said.id)
        assert b"update" not in ear.raw


async def test_a_page_hears_who_is_withheld_where_it_is_open_and_there_alone(village: Village):
    v = village
    async with (
        listening(v.running.app, "/live?of=here", country="IN") as here,
        listening(v.running.app, "/live?of=here", country="US") as abroad,
    ):
        await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
        await here.heard("away", v.ravi.id)
        last = await v.says(v.meera, "इसके बाद कुछ नहीं")
        await v.api(v.meera, "DELETE", f"/api/v1/statuses/{last.id}")
        await abroad.heard("delete", last.id)
        assert "away" not in abroad.events


async def test_a_page_learns_which_of_its_people_were_withheld_before_its_stream_opened(village: Village):
    v = village
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    path = f"/live/standing?people={v.ravi.id},{v.asha.id},7,x"
    assert (await seen(v, "IN", path)).json()["away"] == [str(v.ravi.id), "7"]
    assert (await seen(v, "US", path)).json()["away"] == ["7"]


async def test_what_shows_people_says_whom_and_nothing_of_whom_it_withholds(village: Village):
    v = village
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    for path in (f"/@{v.ravi.handle}", "/search?q=ravi"):
        assert f'data-who="{v.ravi.id}"' in (await seen(v, "US", path)).text, path
        assert f'data-who="{v.ravi.id}"' not in (await seen(v, "IN", path)).text, path


async def look(
    v: Village, who: Villager | None, path: str, language: str = "hi", country: str = "IN"
) -> httpx2.Response:
    cookies = f"language={language}" + (f"; chaupal={who.cookie}" if who else "")
    return await v.client.get(path, headers={"cookie": cookies, "x-country": country})


async def test_one_connection_tells_whoever_is_signed_in_what_comes_to_them_as_well(village: Village):
    v = village
    cookie = f"chaupal={v.asha.cookie}"
    async with listening(v.running.app, "/live?of=here", country="IN", cookie=cookie) as ear:
        await v.api(v.karl, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
        await v.settle()
        await ear.until(lambda e: any(m.event == "notice" for m in e.messages))
        said = await v.says(v.ravi, "@asha गुप्त-बात", visibility=Visibility.DIRECT)
        await ear.heard("message", said.id)
        assert "गुप्त".encode() not in ear.raw


@pytest.mark.parametrize("how", ["notice", "message"])
async def test_not_even_the_number_is_told_of_what_is_withheld_from_whoever_it_is_for(village: Village, how: str):
    v = village
    await v.withhold_account(v.karl, by=v.chitra, second=v.dev)

    async def comes_from(who: Villager) -> None:
        if how == "notice":
            await v.api(who, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
        else:
            await v.says(who, "@asha गुप्त-बात", visibility=Visibility.DIRECT)
        await v.settle()

    async with listening(v.running.app, "/live?of=here", country="IN", cookie=f"chaupal={v.asha.cookie}") as ear:
        await comes_from(v.karl)
        await comes_from(v.ravi)
        await ear.until(lambda e: any(m.event == how for m in e.messages))
        told = [str(m.payload) for m in ear.messages if m.event == how]
    shown = (await v.api(v.asha, "GET", f"/api/v1/{'notifications' if how == 'notice' else 'conversations'}")).json()
    assert len(told) == 1 and told[0] in {one["id"] for one in shown}


async def test_a_stranger_hears_nothing_of_what_comes_to_others(village: Village):
    v = village
    async with listening(v.running.app, "/live?of=here", country="IN") as ear:
        await v.api(v.karl, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
        await v.says(v.ravi, "@asha गुप्त-बात", visibility=Visibility.DIRECT)
        await v.settle()
        await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
        await ear.heard("delete", v.meera.latest.id)
        assert {message.event for message in ear.messages} <= {"delete", "away", "status.update"}


async def test_badges_are_told_as_the_menu_writes_them_to_their_owner_alone(village: Village):
    v = village
    assert (await look(v, None, "/live/badges")).status_code in (302, 303, 401)
    assert (await look(v, v.meera, "/live/badges")).json()["messages"] == ""
    await v.says(v.ravi, "@meera सुनो", visibility=Visibility.DIRECT)
    await v.api(v.karl, "POST", f"/api/v1/statuses/{v.meera.latest.id}/favourite")
    await v.settle()
    told = (await look(v, v.meera, "/live/badges")).json()
    page = (await look(v, v.meera, "/settings")).text
    assert told["messages"] == "1" and told["notices"]
    for kind, text in told.items():
        assert regex.search(rf'data-badge="{kind}">.*?<b>{regex.escape(text)}</b>', page)


async def test_counts_are_told_of_what_one_may_see_and_of_nothing_else(village: Village):
    v = village
    mine, few = v.asha.latest, await v.says(v.asha, "अपनों से", visibility=Visibility.PRIVATE)
    await v.api(v.karl, "POST", f"/api/v1/statuses/{mine.id}/favourite")
    await v.api(v.karl, "POST", f"/api/v1/statuses/{mine.id}/reblog")
    await v.settle()
    path = f"/live/counts?ids={mine.id},{few.id},17,x"
    assert (await look(v, None, path)).json() == {str(mine.id): ["", "1", "1"]}
    assert str(few.id) in (await look(v, v.ravi, path)).json(), "a follower may"
    await v.withhold(post=mine, by=v.chitra, second=v.dev)
    assert (await look(v, None, path)).json() == {}
    assert str(mine.id) in (await look(v, None, path, country="DE")).json()


async def test_notifications_are_grouped_with_the_faces_of_those_who_did_it(village: Village):
    v = village
    for who in (v.ravi, v.meera, v.karl):
        await v.api(who, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.settle()
    page = (await look(v, v.asha, "/notifications?kind=likes")).text
    group = page.partition('<article id="n')[2].partition("</article>")[0]
    faces = group.partition('<p class="faces">')[2].partition("</p>")[0]
    assert faces.count('class="face"') == 3 and "और 2 अन्य" in group
    for who in (v.ravi, v.meera, v.karl):
        assert f'href="/@{who.handle}"' in faces


async def test_what_is_talked_about_comes_as_a_part_of_a_page(village: Village):
    answer = await look(village, None, "/live/trends")
    assert answer.status_code == 200 and "<main" not in answer.text
