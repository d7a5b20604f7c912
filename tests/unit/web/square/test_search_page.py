"""Search on pages: filters are controls that work without a script, and what is offered while one types."""

from datetime import datetime
from typing import Any

import pytest

from chaupal.policy.sentences.placeholders import SQUARE_TIME
from chaupal.web.square import finding
from village import Village, Villager


async def found(v: Village, who: Villager | None, **asked: str) -> str:
    headers = {"cookie": f"chaupal={who.cookie}"} if who else {}
    page = (await v.client.get("/search", params=asked, headers=headers)).text
    return page.partition('<main id="main"')[2].partition("</main>")[0]


async def test_filters_narrow_posts_by_author_language_media_days_and_whom_one_follows(village: Village):
    v = village
    early = await v.says(v.asha, "सरसों की फ़सल", language="hi")
    v.clock.move(3 * 86_400_000)
    late = await v.says(v.ravi, "सरसों का तेल", language="mr")
    day = datetime.fromtimestamp(v.clock() / 1_000, SQUARE_TIME).date().isoformat()

    async def ids(who: Villager | None = None, **asked: str) -> set[str]:
        page = await found(v, who, q="सरसों", **asked)
        return {name for name, said in (("early", early), ("late", late)) if f'id="p{said.id}"' in page}

    assert await ids() == {"early", "late"}
    assert await ids(by="asha") == await ids(by="@asha") == {"early"}
    assert await ids(language="mr") == {"late"}
    assert await ids(since=day) == {"late"} and await ids(until=day) == {"early", "late"}
    assert await ids(media="1") == set()
    assert await ids(v.karl, followed="1") == {"early", "late"}, "karl follows both"
    assert await ids(v.meera, followed="1") == {"early"}, "and meera one of them"
    assert await ids(None, followed="1") == set()
    assert await ids(by="nobody_here") == set()
    assert await ids(since="soon", language="xx", by="a b") == {"early", "late"}, (
        "what is no day, language or handle narrows nothing"
    )
    without = await found(v, None, by="ravi")
    assert f'id="p{late.id}"' in without, "a filter alone is a question, too"


async def test_filters_are_kept_in_their_controls_and_by_the_tabs(village: Village):
    page = await found(
        village, village.asha, q="सरसों", by="ravi", language="hi", media="1", since="2021-02-01", followed="1"
    )
    assert '<details class="narrow" open>' in page
    for kept in (
        'value="ravi"',
        '<option value="hi" lang="hi" selected>',
        'name="media" value="1" form="seek" checked',
        'value="2021-02-01"',
    ):
        assert kept in page, kept
    assert page.count("since=2021-02-01") >= 4
    assert '<details class="narrow">' in await found(village, None, q="सरसों")


async def test_the_last_page_of_results_leads_to_no_further_one_and_says_so(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    monkeypatch.setattr(finding, "MANY", 2)
    monkeypatch.setattr(finding, "MOST_PAGES", 2)
    for number in range(5):
        await v.says(v.asha, f"सरसों {number}")
    first = await found(v, None, q="सरसों", kind="posts")
    assert "page=2" in first and "और भी हैं" not in first
    last = await found(v, None, q="सरसों", kind="posts", page="2")
    assert 'rel="next"' not in last and "और भी हैं" in last


async def test_an_operator_that_is_not_known_is_said_to_be_none(village: Village):
    page = await found(village, None, q="has:embed has:poll सरसों")
    assert "<bdi>has:embed</bdi>" in page and "शब्द मानकर" in page
    assert "शब्द मानकर" not in await found(village, None, q="has:poll सरसों")


async def offers(v: Village, q: str, who: Villager | None = None) -> list[dict[str, Any]]:
    headers = {"cookie": f"chaupal={who.cookie}"} if who else {}
    return (await v.client.get("/search/suggest", params={"q": q}, headers=headers)).json()


async def test_people_and_tags_are_offered_while_one_types(village: Village):
    v = village
    tag = (await offers(v, "kisan andolan"))[0]
    assert tag["text"] == "#किसान_आंदोलन" or tag["text"] == "#KisanAndolan"
    assert "#किसान_आंदोलन" in [one["text"] for one in await offers(v, "kisan andolan")]
    assert {"text": "आशा देवी", "about": "@asha", "href": "/@asha"} in await offers(v, "आशा")
    assert [one["text"][0] for one in await offers(v, "#किसान")] == ["#"]
    assert all(one["href"].startswith("/@") for one in await offers(v, "@ravi"))
    assert await offers(v, "") == await offers(v, "zzzz") == []


async def test_explore_has_posts_tags_people_and_news(village: Village):
    page = await village.page_as("IN", "/explore", None)
    tabs = page.partition('class="tabs"')[2].partition("</nav>")[0]
    assert [
        tabs.index(f'href="{path}"') for path in ("/explore/posts", "/explore", "/explore/people", "/explore/links")
    ] == sorted(
        tabs.index(f'href="{path}"') for path in ("/explore/posts", "/explore", "/explore/people", "/explore/links")
    )
    assert "खबरें" in tabs
