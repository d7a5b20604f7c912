"""Languages first: asked for once, in their own scripts; the square begins with those one reads, and shows the rest when asked."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
import regex

from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.social.people import appearance
from village import Village, open_village

ASKED = "tongue-strip"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    async with open_village(settings, clock, bar=False) as opened:
        await opened.says(opened.ravi, "खेत की बात", language="hi")
        await opened.says(opened.karl, "Der Raps blüht", language="de")
        await opened.says(opened.meera, "ধানের কথা", language="bn")
        yield opened


def cookie(reads: str = "", session: str = "") -> dict[str, str]:
    parts = {"visitor": "v" * 24, "language": "hi", "reads": reads, "chaupal": session}
    return {"cookie": "; ".join(f"{name}={value}" for name, value in parts.items() if value)}


async def choose(v: Village, *codes: str, session: str = "", **more: str) -> httpx2.Response:
    page = await v.client.get("/languages", headers=cookie(session=session))
    word = regex.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    sent = {"csrf": word, "languages[]": list(codes), "next": "/public", **more}
    return await v.client.post("/languages", data=sent, headers=cookie(session=session))


@pytest.mark.parametrize("path", ["/", "/public"])
async def test_a_first_visit_is_asked_in_own_scripts_and_sees_everything_meanwhile(village: Village, path: str):
    page = (await village.client.get(path, headers=cookie() | {"accept-language": "bn-IN,en;q=0.5"})).text
    assert ASKED in page
    for name in ("हिन्दी", "বাংলা", "தமிழ்", "اردو", "অসমীয়া"):
        assert name in page
    assert regex.search(r'value="bn" checked', page)
    assert not regex.search(r'value="ta" checked', page)
    for text in ("खेत की बात", "Der Raps blüht", "ধানের কথা"):
        assert text in page


async def test_what_was_chosen_is_kept_and_the_rest_is_one_tap_away(village: Village):
    answer = await choose(village, "hi", "bn")
    assert answer.headers["location"] == "/public"
    assert "reads=hi.bn;" in answer.headers["set-cookie"]
    for path in ("/", "/public"):
        page = (await village.client.get(path, headers=cookie("hi.bn"))).text
        assert ASKED not in page
        assert "खेत की बात" in page and "ধানের কথা" in page
        assert "Der Raps" not in page
        assert "/live?of=public&amp;languages=hi%2Cbn" in page
        everything = (await village.client.get(f"{path}?all=1", headers=cookie("hi.bn"))).text
        assert "Der Raps" in everything


async def test_pages_of_one_language_and_of_tags_show_what_they_say(village: Village):
    assert "Der Raps" in (await village.client.get("/public/de", headers=cookie("hi"))).text
    await village.says(village.karl, "Viel los #चौपाल", language="de")
    assert "Viel los" in (await village.client.get("/tags/चौपाल", headers=cookie("hi"))).text


async def test_an_account_takes_its_languages_along_and_home_is_narrowed_where_one_wants_that(village: Village):
    v = village
    await v.follows(v.asha, v.karl)
    await choose(v, "hi", session=v.asha.cookie)
    elsewhere = await v.client.get("/public", headers=cookie(session=v.asha.cookie))
    assert "Der Raps" not in elsewhere.text
    assert ASKED not in elsewhere.text
    assert "Der Raps" in (await v.client.get("/", headers=cookie(session=v.asha.cookie))).text
    await v.follows(v.asha, v.ravi)
    for n in range(22):
        await v.says(v.karl, f"Zeile {n} #feld", language="de")
    await v.api(v.asha, "POST", "/api/v1/tags/feld/follow")
    await choose(v, "hi", session=v.asha.cookie, home="read")
    assert regex.search(r'name="home" value="read" checked', await v.page_as("IN", "/languages", v.asha))
    narrow = await v.page_as("IN", "/", v.asha)
    assert "Zeile" not in narrow and "खेत की बात" in narrow and 'class="also"' in narrow
    first = (await v.api(v.asha, "GET", "/api/v1/timelines/home", limit=1)).json()
    assert [post["language"] for post in first] == ["hi"], "pages on which nothing would stand are passed over"
    newest = await v.says(v.ravi, "नई बात")
    above = (await v.api(v.asha, "GET", "/api/v1/timelines/home", limit=1, min_id=first[0]["id"])).json()
    assert [post["id"] for post in above] == [str(newest.id)], "upwards, too"
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.karl.id}/follow", languages=["de"])
    assert "Zeile" in await v.page_as("IN", "/", v.asha), (
        "what is wanted of him goes before what is wanted of everybody"
    )
    await choose(v, "hi", session=v.asha.cookie, home="all")
    assert 'class="also"' not in await v.page_as("IN", "/", v.asha)
    await choose(v, "hi", session=v.asha.cookie, home="read", all="1")
    await choose(v, "hi", session=v.asha.cookie)
    assert 'class="also"' not in await v.page_as("IN", "/", v.asha), "what was not asked for comes later neither"


async def test_all_languages_can_be_chosen_and_nonsense_is_all(village: Village):
    for answer in (await choose(village), await choose(village, "hi", all="1"), await choose(village, "<x>", "🙂")):
        assert "reads=all;" in answer.headers["set-cookie"]
    page = (await village.client.get("/public", headers=cookie("all"))).text
    assert ASKED not in page
    assert "Der Raps" in page


async def test_the_pages_of_a_list_stay_in_all_languages(village: Village):
    for n in range(25):
        await village.says(village.karl, f"Zeile {n}", language="de")
    page = (await village.client.get("/public?all=1", headers=cookie("hi"))).text
    older = regex.search(r'href="(/public\?all=1&amp;max_id=\d+)" rel="next"', page)[1]
    assert "Zeile 1<" in (await village.client.get(older.replace("&amp;", "&"), headers=cookie("hi"))).text


async def test_unfinished_languages_are_listed_with_a_way_to_help(village: Village):
    page = (await village.client.get("/languages", headers=cookie())).text
    assert "अनुवाद में मदद करें" in page
    assert '<li lang="ta">தமிழ்</li>' in page
    assert '<li lang="hi">' not in page


@pytest.mark.parametrize(
    ("text", "read"),
    [("", None), ("all", ()), ("hi.bn", ("hi", "bn")), ("hin.HI", ("hi",)), ("...", None), ("x" * 300, None)],
)
def test_what_a_cookie_says_is_read_strictly(text: str, read: tuple[str, ...] | None):
    assert appearance.read_tongues(text) == read
