"""Who wrote what a link leads to: whom the page names, if they list its site, and if the gate offers them to the reader."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

import measures
from chaupal.fanout.outside import previews
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.things import LinkCard
from chaupal.store.square import link_cards
from chaupal.text.page_head import read_head
from elsewhere import Site
from village import Village, VillagePost, Villager, open_village

CREDENTIALS = "/api/v1/accounts/update_credentials"
PLACE = "samachar.example"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(replace(settings, link_previews="any"), clock) as opened:
        yield opened


async def shares(v: Village, by: Villager, *, host: str = f"www.{PLACE}", who: Villager | None = None) -> VillagePost:
    """A post of ravi's that links to a page there, which names `by`, as if it had been followed."""
    url = f"https://{host}/mandi"
    said = await v.says(who or v.ravi, f"पढ़िए {url}")
    async with v.running.house.square.work.writing() as w:
        await link_cards.want(w, said.id, url)
        card = LinkCard(url, "मंडी में भाव", provider_url=f"https://{host}", creator=by.id)
        assert await link_cards.show(w, link_cards.Link(said.id, url, 0, 0), card)
    return said


async def lists(v: Village, who: Villager, *sites: str) -> Any:
    return await v.api(who, "PATCH", CREDENTIALS, attribution_domains=list(sites))


async def authors(v: Village, said: VillagePost, who: Villager | None = None, country: str = "IN") -> list[str]:
    shown = (await v.api(who, "GET", f"/api/v1/statuses/{said.id}", country)).json()["card"]["authors"]
    return [one["account"]["acct"] for one in shown if one["account"]]


async def test_sites_are_set_in_one_spelling_and_told_to_oneself(village: Village):
    v = village
    typed = ["Example.org", " https://blog.example.org/about ", "*.example.net", "example.org", "", "समाचार.भारत"]
    me = (await lists(v, v.asha, *typed)).json()
    kept = ["example.org", "blog.example.org", "example.net", "xn--61b3bh3a5ab.xn--h2brj9c"]
    assert me["source"]["attribution_domains"] == kept
    assert (await v.api(v.asha, "GET", "/api/v1/profile")).json()["attribution_domains"] == kept
    same = (await v.api(v.asha, "PATCH", CREDENTIALS, note="और कुछ")).json()
    assert same["source"]["attribution_domains"] == kept, "what is not sent stays"
    assert "attribution_domains" not in (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}")).text
    assert (await lists(v, v.asha)).json()["source"]["attribution_domains"] == []


@pytest.mark.parametrize(
    "sites",
    [
        ["exa mple.org"],
        ["a..b"],
        ["x" * 64 + ".org"],
        ["https://"],
        ["user@example.org"],
        ["example.org:80"],
        ["-a.org"],
        ["ok.org", "no good"],
        [f"{n}.example.org" for n in range(101)],
        ["a." * 200 + "org"],
        ["क" * 3_000],
    ],
)
async def test_what_is_no_site_is_refused_and_nothing_is_kept(village: Village, sites: list[str]):
    answer = await lists(village, village.asha, *sites)
    assert answer.status_code == 422 and "attribution_domains" in answer.json()["details"], answer.text
    me = (await village.api(village.asha, "GET", "/api/v1/accounts/verify_credentials")).json()
    assert me["source"]["attribution_domains"] == []


async def test_an_author_is_named_where_they_list_the_site_and_as_long_as_they_do(village: Village):
    v = village
    said = await shares(v, v.asha)
    assert await authors(v, said) == []
    await lists(v, v.asha, PLACE)
    shown = (await v.api(None, "GET", f"/api/v1/statuses/{said.id}")).json()["card"]
    (one,) = shown["authors"]
    assert one["url"] == one["account"]["url"] and one["name"] == (one["account"]["display_name"] or "asha")
    assert shown["author_name"] == "", "the page itself names nobody in words"
    assert 'href="/@asha"><bdi>@asha</bdi></a> की कलम से' in await v.page_as("IN", said)
    for host in (f"not{PLACE}", f"{PLACE}.evil.example", "example"):
        assert await authors(v, await shares(v, v.asha, host=host)) == []
    await lists(v, v.asha, "elsewhere.example")
    assert await authors(v, said) == [] and "कलम से" not in await v.page_as("IN", said)
    for site in (PLACE, "elsewhere.example"):  # a profile drawn for one stranger is shown to the next
        await lists(v, v.asha, site)
        assert ("कलम से" in await v.page_as("IN", "/@ravi")) == (site == PLACE)


async def test_a_repost_and_a_quote_say_who_wrote_it_too(village: Village):
    v = village
    await lists(v, v.asha, PLACE)
    said = await shares(v, v.asha)
    boosted = (await v.api(v.meera, "POST", f"/api/v1/statuses/{said.id}/reblog")).json()
    assert boosted["reblog"]["card"]["authors"][0]["account"]["acct"] == "asha"
    quoting = (await v.api(v.meera, "POST", "/api/v1/statuses", status="देखिए", quoted_status_id=str(said.id))).json()
    assert quoting["quote"]["quoted_status"]["card"]["authors"][0]["account"]["acct"] == "asha"


async def test_who_may_not_be_offered_to_a_reader_is_not_named_to_them(village: Village):
    v = village
    await lists(v, v.asha, PLACE)
    said = await shares(v, v.asha, who=v.lakshmi)
    assert await authors(v, said, v.karl, "DE") == ["asha"]
    ref = await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    assert (await authors(v, said), await authors(v, said, v.karl, "DE")) == ([], ["asha"])
    assert await authors(v, said, v.asha) == ["asha"], "nothing of one's own is withheld from oneself"
    assert "@asha" not in await v.page_as("IN", said)
    await v.lift(ref, by=v.chitra)
    assert await authors(v, said) == ["asha"]
    for act in ("mute", "block"):
        await v.api(v.meera, "POST", f"/api/v1/accounts/{v.asha.id}/{act}")
        assert await authors(v, said, v.meera) == [], act
        await v.api(v.meera, "POST", f"/api/v1/accounts/{v.asha.id}/un{act}")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    assert await authors(v, said, v.meera) == []
    await measures.begin(v, Measure.SUSPEND, v.asha.id)
    assert (await authors(v, said), await authors(v, said, v.karl, "DE")) == ([], [])


async def test_a_page_names_somebody_of_this_server_or_nobody(village: Village):
    v = village
    domain, carrier = v.running.house.settings.domain, v.running.carrier
    creator = previews._creator
    for named in (f"@asha@{domain}", f"Asha@{domain.upper()}", f"asha@{domain}"):
        assert await creator(carrier, named) == v.asha.id, named
    for named in (
        "@asha@elsewhere.example",
        "@asha",
        f"@nobody_here@{domain}",
        f"@@{domain}",
        "",
        "आशा",
        f"@a\0sha@{domain}",
    ):
        assert await creator(carrier, named) == 0, named
    page = f'<meta name="fediverse:creator" content=" @asha@{domain} "><meta name="fediverse:creator" content="@x@y">'
    assert read_head(page.encode(), "", "http://x.example/").creator == f"@asha@{domain}"


async def test_a_link_is_followed_and_its_page_names_its_author(village: Village, site: Site):
    v = village
    head = f'<title>मंडी</title><meta name="fediverse:creator" content="@asha@{v.running.house.settings.domain}">'
    url = site.says("/mandi", head)
    said = await v.says(v.ravi, f"पढ़िए {url}")
    await previews.fetch_due(v.running.carrier)
    assert await authors(v, said) == []
    await lists(v, v.asha, "localhost")
    assert await authors(v, said) == ["asha"]


async def test_the_profile_page_takes_a_site_a_line_and_keeps_what_was_typed(village: Village):
    v = village
    headers = {"cookie": f"chaupal={v.asha.cookie}; look_as=IN; language=hi"}
    page = (await v.client.get("/settings/profile", headers=headers)).text
    form = {"name": "आशा", "visibility": "public", "csrf": page.partition('name="csrf" value="')[2].partition('"')[0]}
    assert 'content="@asha@' in page.replace("&#34;", '"')
    sent = form | {"sites": "समाचार.भारत\r\n\r\nhttps://Example.org/x"}
    assert (await v.client.post("/settings/profile", data=sent, headers=headers)).status_code == 303
    assert ">समाचार.भारत\nexample.org</textarea>" in await v.page_as("IN", "/settings/profile", v.asha)
    wrong = await v.client.post("/settings/profile", data=form | {"sites": "मेरा अख़बार"}, headers=headers)
    assert wrong.status_code == 422 and 'id="sites-error"' in wrong.text and "मेरा अख़बार</textarea>" in wrong.text
    assert (await v.client.post("/settings/profile", data=form | {"sites": ""}, headers=headers)).status_code == 303
    assert (await v.api(v.asha, "GET", "/api/v1/profile")).json()["attribution_domains"] == []


async def test_a_link_that_trends_names_its_author_too(village: Village):
    v = village
    await lists(v, v.asha, PLACE)
    for who in (v.ravi, v.meera, v.karl):
        await shares(v, v.asha, who=who)
    (link,) = (await v.api(None, "GET", "/api/v1/trends/links")).json()
    assert [one["account"]["acct"] for one in link["authors"]] == ["asha"]
    assert 'href="/@asha"' in await v.page_as("IN", "/explore/links")
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    (link,) = (await v.api(None, "GET", "/api/v1/trends/links")).json()
    assert link["authors"] == [] and 'href="/@asha"' not in await v.page_as("IN", "/explore/links")
