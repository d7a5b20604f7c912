"""A person with a phone, a browser and no JavaScript: reads, writes, answers, looks from elsewhere. In real Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from painted import picture
from serving import Served
from waiting import PATIENCE

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
PATHS = (
    "/",
    "/public",
    "/public/ur",
    "/tags/किसान_आंदोलन",
    "/orders",
    "/transparency",
    "/transparency/t1",
    "/statements",
    "/about",
    "/login",
    "/signup",
    "/search?q=किसान",
    "/@asha",
)


@pytest.fixture
def phone(village: Served, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=village.url, viewport=PHONE, java_script_enabled=False, locale="hi-IN", timezone_id="Asia/Kolkata"
    )
    context.set_default_timeout(1_000 * PATIENCE)
    yield context
    context.close()


def come_in(page: Page, handle: str) -> None:
    page.goto("/")
    page.locator("section.village summary").click()
    page.locator(f"section.village button[name=handle][value={handle}]").click()
    page.wait_for_url("**/")
    expect(page.locator("section.village summary")).to_contain_text(f"@{handle}")


def test_a_member_writes_with_a_picture_and_another_answers(phone: BrowserContext):
    page = phone.new_page()
    come_in(page, "asha")
    page.fill("#text", "आज गुड़ बना है। #गुड़")
    page.locator(".with-pictures > summary").click()
    page.set_input_files("#picture1", {"name": "gur.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    page.fill("#alt1", "कड़ाही में उबलता गुड़")
    page.locator(".sheet-foot button:not([formaction])").click()
    post = page.locator("article", has_text="आज गुड़ बना है").first
    expect(post.get_by_alt_text("कड़ाही में उबलता गुड़")).to_be_visible()
    come_in(page, "ravi")
    page.goto("/tags/गुड़")
    page.locator("article .when").first.click()
    page.fill("#text", "@asha एक भेली मेरे लिए रखिए।")
    page.locator(".sheet-foot button:not([formaction])").click()
    expect(page.locator("article", has_text="एक भेली")).to_be_visible()
    page.get_by_role("button", name="पसंद करें").first.click()
    expect(page.get_by_role("button", name="पसंद करें").first).to_have_attribute("aria-pressed", "true")
    come_in(page, "asha")
    page.goto("/notifications")
    expect(page.locator(".notice.new").first).to_contain_text("रवि त्रिपाठी")


def test_the_same_address_is_a_placeholder_from_india_and_a_post_from_germany(phone: BrowserContext):
    page = phone.new_page()
    page.goto("/orders")
    page.locator("main h2 a[href$='0002']").click()
    page.locator("#target-1 p a").first.click()
    expect(page.locator(".gap")).to_contain_text("कानूनी आदेश")
    expect(page.locator(".focal .words")).to_have_count(0)
    page.get_by_role("button", name="जर्मनी से देखें").click()
    expect(page.locator(".focal .words")).to_be_visible()
    expect(page.locator(".gap")).to_have_count(0)
    page.get_by_role("button", name="भारत से देखें").click()
    expect(page.locator(".gap")).to_be_visible()


def test_the_language_of_the_pages_is_one_button_away(phone: BrowserContext):
    page = phone.new_page()
    page.goto("/public")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Local")).to_be_visible()


@pytest.mark.parametrize("language", ["hi-IN", "en-IN"])
def test_nothing_is_wider_than_a_small_phone_and_all_buttons_can_be_hit(
    village: Served, chromium: Browser, language: str
):
    context = chromium.new_context(base_url=village.url, viewport=NARROW, locale=language)
    page = context.new_page()
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        assert page.evaluate(SMALL) == [], path
    context.close()


def test_the_keyboard_reaches_the_content_first(phone: BrowserContext):
    page = phone.new_page()
    page.goto("/public")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_urdu_lines_are_taller_and_run_from_the_right(village: Served, chromium: Browser):
    page = chromium.new_page(base_url=village.url)
    page.goto("/public/ur")
    words = page.locator(".words:lang(ur) p").first
    size, line, way = words.evaluate(
        "e => { const s = getComputedStyle(e); return [parseFloat(s.fontSize), parseFloat(s.lineHeight), s.direction] }"
    )
    assert line >= 2 * size
    assert way == "rtl"
    page.close()


# Buttons, links of menus and rows of deeds that are smaller than a fingertip (44 px; the village's own bar has 40).
SMALL = """() => [...document.querySelectorAll('button, .deed, .rail > a, .chips a, .tabs a, summary, input:not([type=hidden])')]
  .filter(e => !e.closest('.village') && e.offsetParent && getComputedStyle(e).display !== 'none')
  .filter(e => !['checkbox', 'radio'].includes(e.type))
  .map(e => [e.outerHTML.slice(0, 80), Math.round(e.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""
