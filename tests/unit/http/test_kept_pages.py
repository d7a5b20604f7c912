"""Pages kept for whoever asks again: as a fresh one but for the words of its forms, and gone with whatever they rested on."""

from typing import Any

import pytest
import regex

from chaupal.kernel.secrets import digest
from chaupal.social.signin import sessions
from chaupal.web import pages
from village import Village, Villager

WORD = regex.compile(r'(?<=name="csrf" value=")[^"]+')
KEY = regex.compile(r'(?<=name="key" value=")[^"]+')
PATHS = ("/", "/public", "/tags/किसान_आंदोलन", "/@asha")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were drawn since."""
    found: list[str] = []
    render = pages.render

    async def counted(call: Any, template: str, *args: Any, **context: Any) -> Any:
        found.append(template)
        return await render(call, template, *args, **context)

    monkeypatch.setattr(pages, "render", counted)
    return found


def same(page: str) -> str:
    return KEY.sub("", WORD.sub("", page))


async def send(v: Village, tab: str, text: str) -> None:
    """The form of this page, sent by asha."""
    sent = {"csrf": WORD.findall(tab)[-1], "key": KEY.findall(tab)[0], "text": text, "visibility": "public"}
    answer = await v.client.post("/compose", data=sent, headers={"cookie": f"chaupal={v.asha.cookie}"})
    assert answer.status_code == 303


async def said(v: Village) -> list[str]:
    """What asha said, the newest first."""
    found = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/statuses")).json()
    return [one["text"] if one.get("text") else regex.sub("<[^>]+>", "", one["content"]) for one in found]


@pytest.mark.parametrize("who", ["asha", ""])
async def test_a_page_is_drawn_once_while_nothing_changes(village: Village, drawn: list[str], who: str):
    v = village
    for path in (*PATHS, v.ravi.latest.path):
        del drawn[:]
        first, second = [await v.look("IN", path, v.cast.get(who)) for _ in (1, 2)]
        assert len(drawn) == 1, path
        assert WORD.sub("", second.text) == WORD.sub("", first.text)  # a stranger gets a new word each time
        assert (second.status_code, second.headers["content-type"]) == (200, first.headers["content-type"])


async def test_its_forms_are_good_for_whoever_got_it_and_for_nobody_else(village: Village):
    v = village
    again = await sessions.begin_session(v.running.house.square, v.asha.id)
    for secret in (v.asha.cookie, again.secret, v.asha.cookie, again.secret):
        page = await v.client.get("/", headers={"cookie": f"chaupal={secret}"})
        caller = await sessions.caller_by_cookie(v.running.house.square, digest(secret))
        assert caller is not None
        assert {*WORD.findall(page.text)} == {caller.csrf}


async def test_two_tabs_with_the_same_page_send_two_posts(village: Village):
    v = village
    tabs = [(await v.look("IN", "/", v.asha)).text for _ in (1, 2)]
    for number, tab in enumerate(tabs):
        await send(v, tab, f"पन्ना {number}")
    assert (await said(v))[:2] == ["पन्ना 1", "पन्ना 0"]


@pytest.mark.parametrize("path", ["/", "/compose"])
async def test_a_form_that_comes_twice_is_one_post_and_the_same_words_from_a_page_opened_later_are_another(
    village: Village, path: str
):
    v = village
    tab = await v.page_as("IN", path, v.asha)
    before = len(await said(v))
    await send(v, tab, "हाँ")
    await send(v, tab, "हाँ")
    assert len(await said(v)) == before + 1
    await send(v, await v.page_as("IN", path, v.asha), "हाँ")
    assert (await said(v))[:2] == ["हाँ", "हाँ"]


async def test_whatever_changes_is_on_the_next_page(village: Village):
    v = village

    async def home(who: Villager | None = v.asha, country: str = "IN") -> str:
        return await v.page_as(country, "/", who)

    await home()
    new = await v.says(v.ravi, "अभी अभी की बात")
    assert new.text in await home()
    assert f"/posts/{new.id}/unlike" not in await home()
    await v.api(v.asha, "POST", f"/api/v1/statuses/{new.id}/favourite")
    assert f"/posts/{new.id}/unlike" in await home()
    assert f"/posts/{new.id}/unlike" not in await home(v.ravi)
    assert f"/posts/{new.id}/delete" in await home(v.ravi)
    assert f"/posts/{new.id}/delete" not in await home()
    ref = await v.withhold(post=new, by=v.chitra, second=v.dev)
    assert new.text not in await home()
    assert new.text not in await home(None)
    assert new.text in await home(None, "DE")
    await v.lift(ref, by=v.chitra)
    assert new.text in await home()
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/mute")
    assert new.text not in await home()


async def test_the_hour_and_ones_wishes_are_on_it_too(village: Village):
    v = village
    await v.says(v.ravi, "समय की बात")
    first = await v.page_as("IN", "/", v.asha)
    v.clock.move(5 * 60_000)
    later = await v.page_as("IN", "/", v.asha)
    assert same(first) != same(later)
    assert "5 मिनट पहले" in later
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=en; look_as=IN"}
    assert "5 min ago" in (await v.client.get("/", headers=headers)).text
    dark = await v.client.get("/public", headers={"cookie": "appearance=theme-dark"})
    light = await v.client.get("/public", headers={"cookie": "appearance=theme-light"})
    assert 'data-theme="dark"' in dark.text and 'data-theme="light"' in light.text


async def test_a_poll_is_open_for_one_and_answered_for_another(village: Village):
    v = village
    asked = await v.api(
        v.ravi, "POST", "/api/v1/statuses", status="धान या गेहूँ?", poll={"options": ["धान", "गेहूँ"], "expires_in": 600}
    )
    poll = asked.json()["poll"]["id"]
    assert 'type="radio"' in await v.page_as("IN", "/", v.asha)
    await v.api(v.asha, "POST", f"/api/v1/polls/{poll}/votes", choices=[0])
    assert 'type="radio"' not in await v.page_as("IN", "/", v.asha)
    assert 'type="radio"' in await v.page_as("IN", "/public", v.meera)
