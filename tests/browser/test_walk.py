"""A whole walk through the app in real Chromium: joining, writing, reading, being withheld, reading why, appealing, verifying.

In Hindi on a phone and in English on a desktop; in Hindi on a phone without a script; and over a network that is slow, or gone.
"""

import re
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens
from browser.sitting import withhold
from mails import letter_to, secret_in
from painted import picture
from serving import Served
from waiting import eventually

TEXT = "form.sheet textarea"
POST = ".sheet-foot button:not([formaction])"
FIELDS = {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)}
PASSWORD = "sarson ke khet mein"
WHY = "मैंने किसी को मारने की बात नहीं कही, खेत की बात कही है।"
number = count(1)


@dataclass(frozen=True)
class Way:
    """Who walks: name, language, device, with or without scripts."""

    handle: str
    language: str
    phone: bool
    scripts: bool = True

    @property
    def tag(self) -> str:
        return f"सरसों_{self.handle}"


WAYS = (
    Way("kamla", "hi", phone=True),
    Way("william", "en", phone=False),
    Way("phoolan", "hi", phone=True, scripts=False),
)


@pytest.fixture(
    params=WAYS,
    ids=lambda way: f"{way.language}-{'phone' if way.phone else 'desktop'}-{'script' if way.scripts else 'plain'}",
)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


def test_one_joins_writes_reads_is_withheld_reads_why_and_appeals(village: Served, opens: Opens, way: Way):
    page = opens(phone=way.phone, language=way.language, java_script_enabled=way.scripts)
    join(page, village, way)
    path = write_with_a_picture(page, way)
    answer_and_repost(page, way)
    follow_and_search(page, way)
    report(page)
    filter_a_word(page)
    ref = withhold(village, path, f"69A/walk/{next(number)}")
    guest = opens(phone=way.phone, language=way.language, java_script_enabled=way.scripts)
    read_why(guest, path, ref)
    appeal(page, ref)
    if way.scripts:  # a receipt is verified by the reader's own browser
        verify(guest, ref)


def join(page: Page, village: Served, way: Way) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", way.language)
    page.locator("a[href='/signup']").first.click()
    email = f"{way.handle}@gaanv.example"
    for name, typed in (("handle", way.handle), ("email", email), ("password", "short")):
        page.fill(f"#{name}", typed)
    page.click("main form button")
    expect(page.locator("#password-error")).to_be_visible()
    assert page.input_value("#handle") == way.handle, "what was typed is kept"
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/welcome")
    expect(page.locator("main")).to_contain_text(email)
    letter = letter_to(village.settings, email)
    page.goto(f"/confirm/{secret_in(letter, 'confirm')}")
    page.click("main form button")
    page.locator(".ask-languages button").first.click()
    page.locator("main a[href='/welcome/post']").click()
    page.locator("main a.button[href='/']").click()
    expect(page.locator(TEXT)).to_be_visible()


def write_with_a_picture(page: Page, way: Way) -> str:
    """The path of a new post, typed in Latin letters where there is a script."""
    page.locator(TEXT).click()
    if way.scripts:
        page.keyboard.press("Control+m")
        page.wait_for_selector("html[data-typing=hi]", state="attached")
        page.keyboard.type("kisan andolan ")
        expect(page.locator(TEXT)).to_have_value("किसान आंदोलन ")
        page.keyboard.press("Control+m")
    page.fill(TEXT, f"किसान आंदोलन में सरसों फूली। #{way.tag}")
    if way.scripts:
        page.set_input_files("input[type=file]", FIELDS)
        page.locator(".attached input[type=text]").fill("पीले खेत")
    else:
        page.locator(".with-pictures > summary").click()
        page.set_input_files("#picture1", FIELDS)
        page.fill("#alt1", "पीले खेत")
    page.click(POST)
    mine = page.locator("article", has_text=f"#{way.tag}").first
    expect(mine.get_by_alt_text("पीले खेत")).to_be_visible()
    return str(mine.locator("a.when").first.get_attribute("href"))


def answer_and_repost(page: Page, way: Way) -> None:
    page.goto("/@ravi")
    page.locator("article a.when").first.click()
    page.locator("article.focal .again > summary").click()
    page.locator("article.focal [formaction$='/repost']").click()
    expect(page.locator("article.focal [formaction$='/unrepost']")).to_have_attribute("aria-pressed", "true")
    page.fill(TEXT, f"@ravi {way.handle} का राम-राम।")
    page.click(POST)
    expect(page.locator("article", has_text=f"{way.handle} का राम-राम।").first).to_be_visible()
    page.goto(f"/@{way.handle}")
    expect(page.locator("article .why").first).to_be_visible()


def follow_and_search(page: Page, way: Way) -> None:
    page.goto(f"/tags/{way.tag}")
    page.click("[formaction='/settings/tags/follow']")
    expect(page.locator("[formaction='/settings/tags/unfollow']")).to_be_visible()
    page.goto("/@ravi")
    page.click(".profile-top form > button")
    expect(page.locator("[formaction$='/unfollow'], .profile-top [aria-pressed=true]").first).to_be_attached()
    page.goto("/search")
    page.fill("#q", "सरसों")
    page.press("#q", "Enter")
    expect(page.locator("article", has_text=f"#{way.tag}").first).to_be_visible()


def filter_a_word(page: Page) -> None:
    page.goto("/settings/filters")
    page.fill("#title", "आज खेती नहीं")
    page.fill("#keywords", "किसान\n#किसान_आंदोलन")
    for box in page.locator("[name='context[]']").all():
        box.check()
    page.click("main form:has(#title) p > button")
    expect(page.locator("main section").first).to_contain_text("आज खेती नहीं")
    page.goto("/tags/किसान_आंदोलन")
    expect(page.locator("article details.warned summary").first).to_contain_text("आज खेती नहीं")


def report(page: Page) -> None:
    page.goto("/@achar_wali")
    post = page.locator("article:has(a[href^='/report'])").first
    post.locator(".more:not(.again) > summary").click()
    post.locator("a[href^='/report']").click()
    page.locator("[name=kind]").first.check()
    page.fill("#comment", "यह झूठी ख़बर है।")
    page.click("main form p > button")
    expect(page).to_have_url(re.compile("/report$"))
    page.goto("/reports")
    expect(page.locator("main article")).to_contain_text("यह झूठी ख़बर है।")


def read_why(guest: Page, path: str, ref: str) -> None:
    look(guest, "DE")
    guest.goto(path)
    expect(guest.locator(".focal .words")).to_contain_text("सरसों फूली")
    look(guest, "IN")
    guest.goto(path)
    expect(guest.locator(".gap").first).to_be_visible()
    assert "सरसों फूली" not in guest.content() and "पीले खेत" not in guest.content()
    guest.locator(".gap-links a").first.click()
    expect(guest).to_have_url(re.compile(f"/orders/{ref}"))
    expect(guest.locator("#target-1")).to_be_visible()
    assert guest.locator("ol.tale li").count() >= 3
    assert "सरसों फूली" not in guest.content()


def appeal(page: Page, ref: str) -> None:
    told = page.locator("a[href^='/disputes/strikes/']:not([target])")

    def comes() -> int:
        page.goto("/notifications")  # without a script a page does not change by itself
        return told.count()

    eventually(comes, "the notice of the ruling")
    expect(page.locator("article.notice [role=note]")).to_have_count(0)  # what was decided is said once
    told.first.click()
    expect(page.locator("dl.facts")).to_contain_text(ref)
    page.fill("#text", WHY)
    page.click("form[action$='/appeal'] p > button")
    expect(page.locator(".said.done")).to_be_visible()
    expect(page.locator("ol.talk-list")).to_contain_text(WHY)


def verify(guest: Page, ref: str) -> None:
    guest.goto(f"/orders/{ref}")
    guest.locator("a.seal").first.click()
    guest.locator("a[href^='/verify?entry=']").first.click()
    expect(guest.locator("[data-verdict]")).to_have_attribute("data-mark", "good")


def look(page: Page, country: str) -> None:
    page.goto("/about")
    page.click(f"section.village button[value={country}]")
    expect(page.locator(f"section.village button[value={country}]")).to_have_attribute("aria-pressed", "true")


def test_over_a_slow_network_a_post_is_sent_once_and_what_was_typed_without_one_is_sent_later(opens: Opens):
    page = opens("balbir")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 800, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    page.fill(TEXT, "धीमा नेटवर्क है, बात एक ही बार जाए।")
    page.click(POST)
    page.click(POST)
    expect(page.locator("[data-list] article", has_text="बात एक ही बार जाए")).to_have_count(1)
    network.send("Network.emulateNetworkConditions", slow | {"offline": True})
    page.fill(TEXT, "नेटवर्क गया, बात यहीं रही।")
    page.click(POST)
    expect(page.locator("#toast")).to_be_visible()
    network.send("Network.emulateNetworkConditions", slow)
    page.goto("/about")
    page.goto("/")
    expect(page.locator(TEXT)).to_have_value("नेटवर्क गया, बात यहीं रही।")
    page.click(POST)
    expect(page.locator("[data-list] article").first).to_contain_text("बात यहीं रही")
    page.reload()
    expect(page.locator("[data-list] article", has_text="बात एक ही बार जाए")).to_have_count(1)


def test_pages_that_stand_open_in_two_countries_follow_the_law_of_each(village: Served, opens: Opens):
    writer, indian, german = opens("savita"), opens(phone=False), opens(phone=False)
    writer.fill(TEXT, "खुले पन्ने पर खुली बात।")
    writer.click(POST)
    expect(writer.locator("[data-list] article").first).to_contain_text("खुली बात")
    path = writer.locator("[data-list] article a.when").first.get_attribute("href")
    for page, country in ((indian, "IN"), (german, "DE")):
        look(page, country)
        with page.expect_response("**/live?*"):  # its connection is open
            page.goto("/public")
        expect(page.locator("article", has_text="खुली बात").first).to_be_visible()
    withhold(village, str(path), "69A/walk/open")
    expect(indian.locator("article", has_text="खुली बात")).to_have_count(0)
    expect(german.locator("article", has_text="खुली बात").first).to_be_visible()
