"""Forms are known by where their browser says that they come from; where it says nothing, by a word."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
import regex

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.http import csrf
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings

WORD = regex.compile(r'(?<=name="csrf" value=")[^"]*')
SITE = "sec-fetch-site"
ELSEWHERE = "https://elsewhere.example"


@pytest.mark.parametrize("path", ["/media/1/small", "/media/1/original?k=x", "/static/nothing.css"])
async def test_a_missing_file_leaves_the_word_alone(house: RunningHouse, path: str):
    origin = house.house.settings.origin
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=house.app), base_url=origin) as client:
        await client.get("/login")
        word = client.cookies["visitor"]
        missing = await client.get(path)
        assert missing.status_code == 404
        assert "set-cookie" not in missing.headers
        form = {"csrf": word, "name": "nobody", "password": "not the one"}
        assert (await client.post("/login", data=form)).status_code == 422  # not 403: the form is not out of date


@pytest.fixture
async def client(house: RunningHouse) -> AsyncIterator[httpx2.AsyncClient]:
    origin = house.house.settings.origin
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=house.app), base_url=origin) as opened:
        yield opened


async def sent_with(client: httpx2.AsyncClient, headers: dict[str, str], word: str = "") -> int:
    form = {"language": "en", "next": "/"} | ({"csrf": word} if word else {})
    return (await client.post("/language", data=form, headers=headers)).status_code


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 303), ("none", 303), ("same-site", 403), ("cross-site", 403)]
)
async def test_a_browser_that_says_where_a_form_comes_from_is_believed_with_and_without_a_word(
    client: httpx2.AsyncClient, site: str, status: int
):
    await client.get("/login")
    for word in ("", client.cookies["visitor"]):
        for origin in ({}, {"origin": str(client.base_url).rstrip("/")}, {"origin": "null"}):
            assert await sent_with(client, {SITE: site} | origin, word) == status


async def test_else_the_origin_of_the_form_counts(client: httpx2.AsyncClient):
    ours = str(client.base_url).rstrip("/")
    host = ours.partition("//")[2]
    assert await sent_with(client, {"origin": ours}) == 303
    assert await sent_with(client, {"origin": "http://other.name:81", "host": "other.name:81"}) == 303
    await client.get("/login")
    for foreign in (
        ELSEWHERE,
        f"http://{host}.elsewhere.example",
        f"http://elsewhere.example/{host}",
        "http://",
        "file://",
    ):
        assert await sent_with(client, {"origin": foreign}, client.cookies["visitor"]) == 403


async def test_a_house_of_https_believes_no_page_of_http(settings: Settings, clock: StillClock):
    house = await open_house(
        msgspec.structs.replace(settings, public_url="https://chaupal.example"), clock=clock, run=False
    )
    transport = httpx2.ASGITransport(app=house.app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://chaupal.example") as client:
        assert await sent_with(client, {"host": "other.name", "origin": "https://other.name"}) == 303
        assert await sent_with(client, {"host": "other.name", "origin": "http://other.name"}) == 403
    await house.close()


@pytest.mark.parametrize("origin", [{}, {"origin": "null"}])
async def test_where_a_browser_says_neither_the_word_of_its_page_is_asked_for(
    client: httpx2.AsyncClient, origin: dict[str, str]
):
    page = (await client.get("/login")).text
    word = client.cookies["visitor"]
    assert {*WORD.findall(page)} == {word}
    assert await sent_with(client, origin, word) == 303
    for wrong in ("", word[:-1], word[::-1], "ऱ", "0" * 24):
        assert await sent_with(client, origin, wrong) == 403


async def test_whoever_says_where_their_forms_come_from_gets_the_same_page_as_others_with_no_word_and_no_cookie(
    client: httpx2.AsyncClient,
):
    first, second = [await client.get("/login", headers={SITE: "none"}) for _ in range(2)]
    assert first.content == second.content
    assert "set-cookie" not in first.headers
    assert not WORD.search(first.text)
    assert csrf.WORD not in first.text
