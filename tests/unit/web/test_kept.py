"""Pages kept for strangers: one drawing serves many, and never the wrong one."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import regex

from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.web import pages
from village import Village, open_village

WORD = regex.compile(r'(?<=name="csrf" value=")[^"]+')


@pytest.fixture
async def square(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    async with open_village(settings, clock, bar=False) as opened:
        yield opened


async def look(v: Village, country: str = "IN", language: str = "hi", visitor: str = "a" * 24) -> str:
    headers = {"x-country": country, "cookie": f"visitor={visitor}; language={language}"}
    return (await v.client.get("/@asha", headers=headers)).text


async def test_a_page_is_drawn_once_for_many_and_each_has_their_own_word_in_its_forms(square, monkeypatch):
    first = await look(square)
    drawn: list[str] = []
    render = pages.render

    async def counted(call, template, *args, **context):
        drawn.append(template)
        return await render(call, template, *args, **context)

    monkeypatch.setattr(pages, "render", counted)
    second = await look(square, visitor="b" * 24)
    assert drawn == []
    assert {*WORD.findall(first)} == {"a" * 24}
    assert {*WORD.findall(second)} == {"b" * 24}
    assert WORD.sub("", second) == WORD.sub("", first)


async def test_a_kept_page_is_drawn_anew_for_a_new_post_another_language_a_ruling_and_after_a_minute(square):
    v = square
    await look(v)
    new = await v.says(v.asha, "नई बात सुनो")
    assert "नई बात सुनो" in await look(v)
    assert 'lang="en"' in await look(v, language="en")
    await v.withhold(post=new, by=v.chitra, second=v.dev)
    assert "नई बात सुनो" not in await look(v)
    assert "नई बात सुनो" in await look(v, country="DE")
    before = await look(v)
    v.clock.move(61_000)
    assert await look(v) != before  # it says how long ago things were
