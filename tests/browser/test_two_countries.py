"""Pages that stand open in India and abroad: what is withheld here goes from here, however it came on the screen, and only here."""

import re
from itertools import count

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Opens
from browser.sitting import withhold
from painted import picture
from serving import Served, join

TEXT = "form.sheet textarea"
POST = ".sheet-foot button:not([formaction])"
number = count(1)


def from_(page: Page, country: str, path: str) -> Page:
    page.context.add_cookies([{"name": "look_as", "value": country, "url": page.url}])
    page.goto(path)
    return page


def both(opens: Opens, path: str) -> tuple[Page, Page]:
    """A page as it stands open in India and in the United States."""
    return opened(opens, "IN", path), opened(opens, "US", path)


def opened(opens: Opens, country: str, path: str) -> Page:
    page = opens(phone=False)
    page.goto("/about")
    return from_(page, country, path)


def write(page: Page, text: str, *, pictured: bool = False) -> str:
    """Where the post is."""
    page.goto("/")
    page.fill(TEXT, text)
    if pictured:
        page.set_input_files(
            "input[type=file]", {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)}
        )
        page.locator(".attached input[type=text]").fill(f"चित्र: {text}")
    page.click(POST)
    post = page.locator("[data-list] article").first
    expect(post).to_contain_text(text.split(" #")[0])
    return post.locator(".when").first.get_attribute("href") or ""


def order(village: Served, path: str) -> None:
    withhold(village, path, f"69A/2021/{900 + next(number)}")


def holds_back_the_stream(page: Page) -> None:
    """The page comes, and its connection breaks before it is open; the browser tries again by itself."""
    page.route("**/live?*", lambda route: route.abort())


def test_what_is_withheld_between_the_page_and_its_stream_goes_when_the_stream_opens(village: Served, opens: Opens):
    text = "दोपहर की बात"
    path = write(opens("savita"), text)
    here, abroad = opens(phone=False), opens(phone=False)
    for page, country in ((here, "IN"), (abroad, "US")):
        page.goto("/about")
        holds_back_the_stream(page)
        from_(page, country, "/public")
        expect(page.locator("article", has_text=text)).to_be_visible()
    order(village, path)
    for page in (here, abroad):
        page.wait_for_timeout(300)
        expect(page.locator("article", has_text=text)).to_be_visible()
        page.unroute("**/live?*")
    expect(here.locator("article", has_text=text)).to_have_count(0)
    abroad.wait_for_timeout(500)
    expect(abroad.locator("article", has_text=text)).to_be_visible()


def test_an_open_conversation_shows_the_placeholder_here_and_the_words_abroad(village: Served, opens: Opens):
    text = "शाम की बात"
    path = write(opens("savita"), text)
    here, abroad = both(opens, path)
    for page in (here, abroad):
        with page.expect_response(re.compile("/live/standing")):
            page.reload()
        expect(page.locator("article.focal .words")).to_contain_text(text)
    order(village, path)
    expect(here.locator("article.focal .gap")).to_contain_text("69A")
    expect(here.locator("article.focal .words")).to_have_count(0)
    abroad.wait_for_timeout(500)
    expect(abroad.locator("article.focal .words")).to_contain_text(text)


def test_a_picture_that_is_looked_at_large_closes_where_its_post_is_withheld(village: Served, opens: Opens):
    text = "खेत का चित्र"
    path = write(opens("savita"), text, pictured=True)
    here, abroad = both(opens, "/public")
    for page in (here, abroad):
        with page.expect_response(re.compile("/live/standing")):
            page.reload()
        page.locator("article", has_text=text).locator("a[data-picture]").first.click()
        expect(page.locator("dialog.lightbox img")).to_have_attribute("src", re.compile("/media/"))
    order(village, path)
    expect(here.locator("dialog.lightbox")).to_be_hidden()
    expect(here.locator("dialog.lightbox img")).not_to_have_attribute("src", re.compile("."))
    expect(here.locator("article", has_text=text)).to_have_count(0)
    abroad.wait_for_timeout(500)
    expect(abroad.locator("dialog.lightbox")).to_be_visible()


def test_the_pill_of_new_posts_counts_and_brings_what_may_be_seen_where_one_is(village: Served, opens: Opens):
    here, abroad = both(opens, "/public")
    for page in (here, abroad):
        with page.expect_response(re.compile("/live/standing")):
            page.reload()
    writer = opens("savita")
    path = write(writer, "गिनती की पहली बात")
    write(writer, "गिनती की दूसरी बात")
    for page in (here, abroad):
        expect(page.locator("[data-live] button")).to_have_text("2 नई पोस्ट")
    order(village, path)
    expect(here.locator("[data-live] button")).to_have_text("1 नई पोस्ट")
    abroad.wait_for_timeout(300)
    expect(abroad.locator("[data-live] button")).to_have_text("2 नई पोस्ट")
    for page, first in ((here, 0), (abroad, 1)):
        page.locator("[data-live] button").click()
        expect(page.locator("article", has_text="गिनती की दूसरी बात")).to_be_visible()
        expect(page.locator("article", has_text="गिनती की पहली बात")).to_have_count(first)


def test_a_post_that_is_withheld_while_its_page_is_on_the_way_does_not_stay(village: Served, opens: Opens):
    here, abroad = both(opens, "/public")
    for page in (here, abroad):
        with page.expect_response(re.compile("/live/standing")):
            page.reload()
    path = write(opens("savita"), "रास्ते में रुकी बात")
    write(opens("savita"), "रास्ते से आई बात")
    for page in (here, abroad):
        expect(page.locator("[data-live] button")).to_have_text("2 नई पोस्ट")
    ordered: list[str] = []

    def arrives_late(route: Route) -> None:
        """What the server answered before the decision comes after it."""
        answer = route.fetch()
        if not ordered:
            ordered.append(path)
            order(village, path)
        route.fulfill(response=answer)

    for page, first in ((here, 0), (abroad, 1)):
        page.route("**/public", arrives_late)
        page.locator("[data-live] button").click()
        expect(page.locator("article", has_text="रास्ते से आई बात")).to_be_visible()
        expect(page.locator("article", has_text="रास्ते में रुकी बात")).to_have_count(first)
        page.unroute("**/public")


def test_an_open_profile_gives_way_to_the_notice_here_and_stays_abroad(village: Served, opens: Opens):
    join(village.settings, "bhola_tangewala")  # nobody of the cast: other tests speak with them
    here, abroad = both(opens, "/@bhola_tangewala")
    search = opened(opens, "IN", "/search?q=bhola_tangewala")
    for page in (here, abroad, search):
        with page.expect_response(re.compile("/live/standing")):
            page.reload()
    expect(search.locator(".person", has_text="@bhola_tangewala")).to_be_visible()
    words = here.locator(".profile").inner_text()
    withhold(
        village,
        "@bhola_tangewala",
        f"69A/2021/{900 + next(number)}",
        "withhold_account",
        finding="अलग-अलग पोस्ट रोकने से काम नहीं चलेगा: हर नई पोस्ट में वही बात फिर कही जाती है।",
    )
    expect(here.locator("main [data-who]")).to_have_count(0)
    expect(here.locator("main")).to_contain_text("69A")
    expect(search.locator(".person", has_text="@bhola_tangewala")).to_have_count(0)
    abroad.wait_for_timeout(500)
    assert abroad.locator(".profile").inner_text() == words


@pytest.mark.parametrize(("sigil", "word"), [("#", "गोपनखेत")])
def test_a_tag_that_only_a_withheld_post_has_is_offered_abroad_alone(
    village: Served, opens: Opens, sigil: str, word: str
):
    path = write(opens("savita"), f"टैग के साथ {sigil}{word}")
    order(village, path)
    offers: list[int] = []
    for country in ("IN", "US"):
        page = from_(opens("asha"), country, "/")
        page.wait_for_selector(".left", state="attached")
        with page.expect_response(re.compile("/compose/suggest")):
            page.locator(TEXT).press_sequentially(f"बात {sigil}{word[:4]}", delay=20)
        offered = page.locator(".offers li", has_text=word)
        if country == "US":
            expect(offered).to_have_count(1)
        page.wait_for_timeout(300)
        offers.append(offered.count())
        page.fill(TEXT, "")
    assert offers == [0, 1]
