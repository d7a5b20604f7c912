"""The living page of the design system: in the village only, every piece in both languages and both themes."""

import httpx2

from chaupal.app.wiring import RunningHouse
from chaupal.web.design.village import TOKENS
from chaupal.web.static import sheet
from village import Village


async def test_the_page_stands_in_the_village_in_both_languages_and_themes(village: Village):
    page = (await village.client.get("/about/design", headers={"cookie": "language=hi"})).text
    for language in ("hi", "en"):
        for theme in ("light", "dark"):
            assert f'<section class="board" lang="{language}" data-theme="{theme}"' in page
    assert page.count("पोस्ट करें") >= 2
    assert page.count('class="gap"') == 4
    rules = sheet().decode()
    for token in TOKENS:
        assert page.count(f'class="swatch sw-{token}"') == 4
        assert f".sw-{token} {{ background: var(--{token}); }}" in rules


async def test_elsewhere_it_does_not_exist(house: RunningHouse):
    transport = httpx2.ASGITransport(app=house.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/about/design")).status_code == 404
