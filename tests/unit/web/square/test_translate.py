"""The menu of a public post in another language leads to a translation where the operator names one, and nothing else is sent there."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
import regex
from msgspec.structs import replace

from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from village import Village, VillagePost, open_village

TEMPLATE = "https://anuvad.example/?sl={from}&tl={to}&text={text}"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(replace(settings, translate_url=TEMPLATE), clock) as opened:
        yield opened


def menu_of(page: str, post: VillagePost) -> str:
    return page.partition(f'id="p{post.id}"')[2].partition("</article>")[0]


async def test_a_post_in_another_language_leads_to_its_translation(village: Village):
    v = village
    said = await v.says(v.karl, "Der Raps & die Kühe blühen", language="de")
    mine = await v.says(v.asha, "सरसों में फूल", language="hi")
    page = await v.page_as("IN", "/public")
    link = regex.search(r'href="(https://anuvad[^"]+)"', menu_of(page, said))
    assert link
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked == {"sl": ["de"], "tl": ["hi"], "text": ["Der Raps & die Kühe blühen"]}
    assert "noreferrer" in menu_of(page, said)
    assert "anuvad" not in menu_of(page, mine)


async def test_what_few_may_read_or_is_withheld_is_sent_nowhere(village: Village):
    v = village
    few = await v.says(v.karl, "Nur für uns", language="de", visibility=2)
    await v.follows(v.asha, v.karl)
    shown = menu_of(await v.page_as("IN", "/@karl", v.asha), few)
    assert "Nur für uns" in shown and "anuvad" not in shown
    said = await v.says(v.karl, "Der Raps blüht", language="de")
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    assert "anuvad" not in menu_of(await v.page_as("IN", said), said)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://anuvad.example/{text}",
        "https://anuvad.example/",
        "https://a.example/{text}{who}",
        "https://a.example/{text}{",
        "https://a.example/{text.__class__}{text[0]}",
    ],
)
def test_a_template_that_cannot_be_filled_in_is_refused(wrong: str):
    with pytest.raises(BadSettings, match="translate_url"):
        load_settings(environ={}, translate_url=wrong)
