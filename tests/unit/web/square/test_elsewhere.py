"""What others find: feeds, sitemaps, and what a link to a page here looks like on other sites."""

from xml.etree import ElementTree

from chaupal.social.media import media
from painted import picture
from village import Village

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


async def test_a_feed_holds_what_was_said_for_everybody_and_nothing_else(village: Village):
    v = village
    said = await v.says(v.asha, "मंडी में आज <भाव> & तौल #मंडी", language="hi")
    await v.says(v.asha, "केवल मेरे लोगों के लिए", visibility=2)
    await v.says(v.asha, "जवाब", reply_to=(await v.says(v.ravi, "कुछ और")).id)
    covered = await v.says(v.asha, "भीतर की बात", spoiler="सावधान", language="hi")
    for path in ("/@asha/feed.atom", "/@ASHA/feed.atom"):
        answer = await v.client.get(path)
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = ElementTree.fromstring(answer.content)
        entries = feed.findall(f"{ATOM}entry")
        ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
        assert {f"/@asha/{said.id}", f"/@asha/{covered.id}"} <= {id_.partition("8000")[2] for id_ in ids}
        titles = [entry.findtext(f"{ATOM}title") for entry in entries]
        assert "मंडी में आज <भाव> & तौल #मंडी" in titles and "सावधान" in titles
        assert "जवाब" not in titles and "भीतर की बात" not in answer.text and "केवल मेरे" not in answer.text
    tagged = ElementTree.fromstring((await v.client.get("/tags/मंडी/feed.atom")).content)
    assert len(tagged.findall(f"{ATOM}entry")) == 1
    assert (await v.client.get("/@nobody/feed.atom")).status_code == 404
    for mastodons in ("/@asha.rss", "/tags/मंडी.rss"):
        led = await v.client.get(mastodons, follow_redirects=True)
        assert led.headers["content-type"].startswith("application/atom+xml") and "मंडी में आज" in led.text, mastodons
    for path in ("/@asha/feed.atom", "/tags/मंडी/feed.atom", "/orders/feed.atom", "/transparency/feed.atom"):
        mark = (await v.client.get(path)).headers["etag"]
        for known in (mark, f'"other", W/{mark}', "*"):
            again = await v.client.get(path, headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark), path
        assert (await v.client.get(path, headers={"if-none-match": '"other"'})).status_code == 200
    mark = (await v.client.get("/@asha/feed.atom")).headers["etag"]
    await v.says(v.asha, "और एक बात")
    assert (await v.client.get("/@asha/feed.atom", headers={"if-none-match": mark})).status_code == 200


async def test_a_link_shows_words_and_a_picture_elsewhere_unless_its_author_covered_them(village: Village):
    v = village
    photo = await media.attach(v.running.house.square, v.meera.viewer, picture(), description="खेत में ट्रैक्टर")
    shown = await v.says(v.meera, 'देखिए "खेत"', pictures=[photo], language="hi")
    page = (await v.client.get(shown.path)).text
    assert '<meta property="og:description" content="देखिए &#34;खेत&#34;">' in page
    assert f'<meta property="og:image" content="http://127.0.0.1:8000/media/{photo}/original">' in page
    assert '<meta property="og:image:alt" content="खेत में ट्रैक्टर">' in page and "summary_large_image" in page
    covered = await v.says(v.meera, "भीतर", spoiler="सावधान", language="hi")
    page = (await v.client.get(covered.path)).text
    head = page.partition("</head>")[0]
    assert 'content="सावधान"' in head and "भीतर" not in head
    secret = await v.says(v.meera, "केवल अपने", visibility=2)
    assert (await v.client.get(secret.path)).status_code == 404


async def test_whoever_does_not_want_to_be_found_is_in_no_sitemap(village: Village):
    v = village
    await v.api(v.ravi, "PATCH", "/api/v1/accounts/update_credentials", discoverable=False)
    index = ElementTree.fromstring((await v.client.get("/sitemap.xml")).content)
    files = [file.text or "" for file in index.iter(f"{MAP}loc")]
    assert files == [f"http://127.0.0.1:8000/sitemap/{name}.xml" for name in ("pages", "people")]
    people = (await v.client.get("/sitemap/people.xml")).text
    assert "/@asha</loc>" in people and "/@ravi</loc>" not in people
    said = await v.says(v.ravi, "यहाँ हूँ")
    for path in ("/@ravi", said.path):
        assert '<meta name="robots" content="noindex">' in (await v.client.get(path)).text, path
    robots = (await v.client.get("/robots.txt")).text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots and "Disallow: /office" in robots


async def test_the_record_is_in_the_sitemap(village: Village):
    ref = await village.receives(village.meera.handle)
    assert f"/orders/{ref}</loc>" in (await village.client.get("/sitemap/pages.xml")).text


async def test_every_page_says_once_what_it_is(village: Village):
    for path in (
        "/",
        "/public",
        "/orders",
        "/log",
        "/about",
        "/explore",
        "/login",
        "/signup",
        "/@asha",
        village.asha.latest.path,
    ):
        page = await village.page_as("DE", path)
        assert page.count('<meta name="description" content="') == 1, path
        assert '<meta name="description" content="">' not in page, path
