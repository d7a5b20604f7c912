"""Previews of links: followed as a stranger, once for all who link there, painted by us, shown with the post and as it is."""

import gzip
import ipaddress
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

import others
from chaupal.fanout.context import Carrier
from chaupal.fanout.outside import previews
from chaupal.governance import calling, http_client
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import DAY, HOUR, StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.things import LinkCard
from chaupal.social.events import PostPublished
from chaupal.social.posts import posts
from chaupal.store.square import link_cards
from chaupal.text.page_head import read_head
from elsewhere import Site
from listening import listening
from painted import picture
from village import Village, VillagePost, open_village

PAGE = """<!doctype html><html lang="hi-IN"><head><meta charset="utf-8"><title>पुराना शीर्षक</title>
<meta property="og:title" content="मंडी में   भाव\u202e बढ़े"><meta property="og:description" content="सरसों &amp; गेहूँ">
<meta property="og:image" content="/chitra.png"><meta property="og:site_name" content="गाँव समाचार">
<meta name="author" content="आशा"></head><body><p>बाक़ी</p></body></html>"""


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(replace(settings, link_previews="any"), clock) as opened:
        yield opened


async def follow(v: Village) -> int:
    return await previews.fetch_due(v.running.carrier)


async def links(v: Village, url: str, **draft: Any) -> VillagePost:
    said = await v.says(v.asha, f"पढ़िए {url}", **draft)
    await follow(v)
    return said


async def card(v: Village, said: VillagePost, country: str = "IN") -> Any:
    return (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}", country)).json()["card"]


async def test_a_link_is_followed_after_its_post_is_out(village: Village, site: Site):
    v = village
    url = site.says("/khabar", PAGE)
    said = await v.says(v.asha, f"पढ़िए {url}#neeche")
    assert await card(v, said) is None
    assert await follow(v) == 1 and await follow(v) == 0
    shown = await card(v, said)
    assert (shown["url"], shown["title"], shown["description"]) == (url, "मंडी में भाव बढ़े", "सरसों & गेहूँ")
    assert (shown["provider_name"], shown["author_name"], shown["language"]) == ("गाँव समाचार", "आशा", "hi")
    assert (shown["width"], shown["height"], shown["type"], shown["html"]) == (300, 150, "link", "")
    got = await v.client.get(shown["image"])
    assert got.headers["content-type"] == "image/webp" and got.content[8:12] == b"WEBP"
    page = await v.page_as("IN", said)
    assert f'href="{url}"' in page and "मंडी में भाव बढ़े" in page and f'src="/cards/{said.id}"' in page
    assert all("cookie" not in head.lower() and "Chaupal-Preview" in head for _, head in site.asked)


async def test_open_streams_are_told_once_that_a_card_has_come(village: Village, site: Site):
    """The post comes at once, its card later; what leads to nothing, or is another link by then, is no news."""
    v = village
    url, empty = site.says("/khabar", PAGE), site.says("/khaali", "<p>कुछ नहीं</p>")
    async with listening(v.running.app, "/api/v1/streaming/public", country="IN") as ear:
        said = await links(v, url)
        assert (await ear.heard("update", said.id)).payload["card"] is None
        assert (await ear.heard("status.update", said.id)).payload["card"]["title"] == "मंडी में भाव बढ़े"
        await links(v, empty)
        await links(v, url, visibility=Visibility.PRIVATE)
        changed = await v.says(v.asha, f"पढ़िए {url}")
        await v.api(v.asha, "PUT", f"/api/v1/statuses/{changed.id}", status="कोई कड़ी नहीं")
        await follow(v)
        last = await v.says(v.asha, "प्रहरी")
        await ear.heard("update", last.id)
        updates = [m.payload["id"] for m in ear.messages if m.event == "status.update"]
        assert updates == [str(said.id), str(changed.id)], "once for the card, once for the edit"


async def test_a_link_that_was_followed_while_its_post_was_edited_is_shown_nowhere(village: Village, site: Site):
    v = village
    said = await v.says(v.asha, f"पढ़िए {site.says('/khabar', PAGE)}")
    async with v.running.house.square.work.writing() as w:
        old = link_cards.Link(said.id, site.says("/khabar", PAGE), w.now(), 0)
        await link_cards.want(w, said.id, "https://another.example/")
        assert not await link_cards.show(w, old, LinkCard(old.url, "पुराना"))
    assert await card(v, said) is None


async def test_whoever_links_there_again_gets_what_was_found(village: Village, site: Site):
    v = village
    url = site.says("/khabar", PAGE)
    await links(v, url)
    said = await links(v, url)
    assert (await card(v, said))["title"] == "मंडी में भाव बढ़े"
    assert [path for path, _ in site.asked] == ["/khabar", "/chitra.png"]
    v.clock.move(15 * DAY)
    site.says("/khabar", PAGE.replace("भाव", "दाम"))
    assert "दाम" in (await card(v, await links(v, url)))["title"]


async def test_links_that_are_not_followed(village: Village, site: Site):
    v = village
    url, own = site.says("/khabar", PAGE), v.running.house.settings.origin
    await links(v, url, visibility=Visibility.DIRECT)
    await links(v, url, visibility=Visibility.LOCAL)
    await links(v, f"{own}/@asha")
    off = replace(v.running.carrier, settings=replace(v.running.carrier.settings, link_previews="off"))
    plain = await links(v, "example")
    async with v.running.house.square.work.writing() as w:
        await previews.want(off, w, PostPublished(post=plain.id, author=v.asha.id, visibility=0))
    assert await follow(v) == 0 and site.asked == []
    assert previews.first_link(f"{own}/@asha और {url}", v.running.house.settings.domain) == ""
    assert previews.first_link(f"#टैग @asha {url}?a=1#b", "x.example") == f"{url}?a=1"


@pytest.mark.parametrize("how", ["redirect", "oembed", "picture"])
async def test_nothing_of_this_server_is_shown_as_what_a_link_leads_to(
    settings: Settings, clock: StillClock, site: Site, how: str
):
    """What it shows to the machine on which it stands would be shown in every country, and go on being shown once it is withheld."""
    own = f"http://127.0.0.1:{site.port}"
    site.says("/khabar", PAGE)
    site.says("/o", '{"title": "एक गीत"}', "application/json")
    oembed = f'<link rel="alternate" type="application/json+oembed" href="{own}/o">'
    leads = {
        "redirect": site.says("/r", "", status=302, location=f"{own}/khabar"),
        "oembed": site.says("/e", oembed),
        "picture": site.says("/p", PAGE.replace("/chitra.png", f"{own}/chitra.png")),
    }
    async with open_village(replace(settings, link_previews="any", public_url=own), clock) as v:
        said = await links(v, leads[how])
        shown = await card(v, said)
    assert (shown["image"] if how == "picture" else shown) is None
    assert {path for path, head in site.asked if "host: 127" in head} == set()


async def test_a_link_to_what_came_from_another_server_has_no_card_of_its_words(
    village: Village, site: Site, monkeypatch: pytest.MonkeyPatch
):
    v, at = village, f"http://localhost:{site.port}"
    author = await others.met(v.running.house.square, "moham@other.example", at=at)
    await others.said(v.running.house.square, author, number=7)
    site.says("/@moham/7", PAGE)
    assert await card(v, await links(v, f"{at}/@moham/7")) is None
    assert site.asked == [], "nobody has to be asked"

    async def meanwhile(_: Carrier, url: str) -> LinkCard:
        await others.said(v.running.house.square, author, number=8)
        return LinkCard(url, "सरसों फूली है")

    monkeypatch.setattr(previews, "_fetch", meanwhile)
    assert await card(v, await links(v, f"{at}/@moham/8")) is None, "nor where it comes while its page is asked for"


async def test_a_page_that_fails_is_tried_again_and_then_left(village: Village, site: Site):
    v = village
    url = site.says("/khabar", "", status=503)
    said = await links(v, url)
    for pause in previews.AGAIN_AFTER:
        assert await follow(v) == 0
        v.clock.move(pause)
        assert await follow(v) == 1
    v.clock.move(HOUR)
    assert await follow(v) == 0 and await card(v, said) is None
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"body": b"\0" * 100, "kind": "application/octet-stream"},
        {"body": ""},
        {"body": "<title> \u200b </title>"},
        {"body": "x", "status": 301, "location": "http://127.0.0.1:1/"},
        {"body": "x", "status": 302, "location": "file:///etc/passwd"},
        {"body": "x", "status": 302, "location": "/khabar"},
        {"body": b"\x1f\x8bnot gzip", "content_encoding": "gzip"},
        {"body": PAGE, "content_encoding": "br"},
    ],
)
async def test_what_cannot_be_shown_is_not(village: Village, site: Site, answer: dict[str, Any]):
    url = site.says("/khabar", **answer)
    assert await card(village, await links(village, url)) is None


async def test_a_page_without_end_is_read_at_its_beginning(village: Village, site: Site):
    head = PAGE.partition("</head>")[0].encode()
    url = site.says("/khabar", gzip.compress(head + b"<p>" + bytes(60_000_000)), content_encoding="gzip")
    assert (await card(village, await links(village, url)))["title"] == "मंडी में भाव बढ़े"


async def test_a_redirect_and_oembed_are_followed(village: Village, site: Site):
    v = village
    site.says(
        "/oembed",
        '{"title": "एक गीत", "author_name": "मीरा", "thumbnail_url": "/chitra.png", "html": "<script>"}',
        "application/json",
    )
    site.says("/geet", '<link rel="alternate" type="application/json+oembed" href="/oembed"><body>')
    shown = await card(v, await links(v, site.says("/g", "", status=302, location="/geet")))
    assert (shown["title"], shown["author_name"], shown["width"]) == ("एक गीत", "मीरा", 300)
    assert shown["html"] == ""
    site.says("/oembed", '{"more": ' + "[" * 40_000 + "]" * 40_000 + "}", "application/json")
    assert await card(v, await links(v, site.says("/g?2", "", status=302, location="/geet"))) is None


@pytest.mark.parametrize("image", [b"<svg/>", b"GIF89a", picture()[:200], b""])
async def test_a_bad_picture_leaves_a_card_without_one(village: Village, site: Site, image: bytes):
    site.says("/chitra.png", image, "image/png")
    shown = await card(village, await links(village, site.says("/khabar", PAGE)))
    assert shown["title"] and shown["image"] is None


async def test_a_card_goes_where_its_post_goes(village: Village, site: Site):
    v = village
    url = site.says("/khabar", PAGE)
    said, other = await links(v, url), await v.says(v.meera, f"मैंने भी पढ़ा {url}")
    await follow(v)
    image = (await card(v, said, "DE"))["image"]
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    there = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{said.id}")).json()
    assert there["card"] is None and "मंडी" not in str(there)
    assert "मंडी" not in await v.page_as("IN", said)
    for address in (image, f"/cards/{said.id}"):  # its key says nothing against an order
        got = await v.client.get(address, headers={"cookie": "look_as=IN"})
        assert got.status_code == 451 and 'rel="blocked-by"' in got.headers["link"]
        assert (await v.client.get(address, headers={"cookie": "look_as=DE"})).status_code == 200
    assert (await card(v, other))["title"] == "मंडी में भाव बढ़े"  # somebody else's link is somebody else's
    await v.lift(ref, by=v.chitra)
    assert (await card(v, said))["title"] == "मंडी में भाव बढ़े"


async def test_the_picture_of_a_followers_post_needs_its_audience_or_its_key(village: Village, site: Site):
    v = village
    said = await links(v, site.says("/khabar", PAGE), visibility=Visibility.PRIVATE)
    image = (await card(v, said))["image"]
    assert (await v.client.get(f"/cards/{said.id}")).status_code == 404
    assert (await v.client.get(f"/cards/{said.id}?k=wrong")).status_code == 404
    assert (await v.client.get(image)).status_code == 200


async def test_what_nobody_links_to_any_longer_is_forgotten(village: Village, site: Site):
    v = village
    said = await links(v, site.says("/khabar", PAGE))
    v.clock.move(2 * DAY)
    assert await previews.sweep(v.running.carrier) == 0
    await posts.delete(v.running.house.square, v.asha.viewer, said.id)
    await v.settle()
    assert await previews.sweep(v.running.carrier) == 1
    assert [key async for key in v.running.house.square.files.every() if key.startswith("cards/")] == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest", "http://10.0.0.1/",
            "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "ftp://example.org/", "http://u:p@example.org/",
            "http://93.184.216.34:22/", "gopher://x/", "http:///x", "http://" + "a" * 3_000],
)  # fmt: skip
async def test_nothing_inside_is_called(url: str):
    with pytest.raises(NotAnswered):
        await calling.get(url, {}, ("text/",), 1_000)


async def test_no_redirect_leads_inside(site: Site, monkeypatch: pytest.MonkeyPatch):
    inner = site.says("/inner", PAGE)
    first = site.says("/first", "", status=302, location=inner.replace("localhost", "127.0.0.1"))
    seen: list[str] = []

    async def looked(host: str, port: int, *, private: bool, looked_up: None) -> list[http_client.Address]:
        seen.append(host)
        if len(seen) > 1:
            return await look(host, port, private=False, looked_up=looked_up)
        return [ipaddress.IPv4Address("127.0.0.1")]  # as if it had been anybody's

    look = http_client.addresses_of
    monkeypatch.setattr(http_client, "addresses_of", looked)
    with pytest.raises(NotAnswered, match="not public"):
        await calling.get(first, {}, ("text/",), 1_000, private=True)
    assert seen == ["localhost", "127.0.0.1"] and [path for path, _ in site.asked] == ["/first"]


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\0", b"<" * 50_000, b"<meta charset=utf-7><title>+ADw-", b"<title>" + "ा".encode() * 9_000]
)
def test_a_page_may_be_anything(body: bytes):
    assert len(read_head(body, "no-such", "http://x.example/").title) < 1_000


@pytest.mark.parametrize("image", ["javascript:alert(1)", "data:image/png;base64,x", "http://[", "\n"])
def test_what_is_no_address_is_left_out(image: str):
    assert read_head(f'<meta property="og:image" content="{image}">'.encode(), "", "http://x.example/").image == ""
