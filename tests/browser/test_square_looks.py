"""What opens over pages and stands on them breaks no rule of accessibility, by day and by night; nothing is wider than its window."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens
from looks import AXE, axe_day_and_night

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATHS = (
    "/",
    "/welcome/languages",
    "/welcome/people",
    "/welcome/post",
    "/notifications",
    "/messages",
    "/messages/new",
    "/settings/profile",
    "/@asha",
    "/public/ur",
    "/explore/people",
)
# Of CSS: the smallest phone; a desktop at 200 % (1280 by two), and at 400 % as WCAG 1.4.10 asks.
NARROW = (320, 640)


def a_talk(page: Page) -> None:
    page.goto("/messages/new?to=ravi")
    if page.locator("#to").is_visible():
        page.fill("#text", "कल मंडी चलें?")
    else:
        page.fill("#text", "और फिर?")
    page.click(".sheet-foot button")
    page.wait_for_url(re.compile(r"/messages/\d+"))


def test_what_opens_over_a_page_breaks_no_rule_of_accessibility(opens: Opens):
    """The pages themselves: `test_axe`."""
    page = opens("asha", bypass_csp=True)
    page.context.add_init_script(path=AXE)
    found: list[str] = []

    def look(where: str) -> None:
        found.extend(f"{where}: {one}" for one in axe_day_and_night(page))

    a_talk(page)
    look("a conversation")
    page.goto("/public#more")
    expect(page.locator("#more")).to_be_visible()
    look("the sheet of places")
    page.goto("/explore/posts")
    page.wait_for_load_state("networkidle")
    page.locator("a[data-picture]").first.click()
    expect(page.locator("dialog.lightbox")).to_be_visible()
    look("a picture")
    assert not found, "\n".join(found)


def test_what_opens_on_a_desktop_breaks_no_rule_of_accessibility(opens: Opens):
    page = opens("asha", at="/public", phone=False, bypass_csp=True, language="en")
    page.wait_for_load_state("networkidle")
    page.locator("[data-list] article.post a.name").first.hover()
    expect(page.locator(".hover-card")).to_be_visible()
    assert axe_day_and_night(page) == []
    guest = opens("", phone=False, bypass_csp=True)
    guest.goto("/")
    assert axe_day_and_night(guest) == []


def wide_at(page: Page, where: str) -> list[str]:
    """In which of the narrow windows the page as it stands is wider than its window."""
    found: list[str] = []
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 560})
        found += [f"{where} at {width}"] * (page.evaluate(SIDEWAYS) > 0)
    return found


@pytest.mark.parametrize("language", ["hi", "en"])
def test_nothing_scrolls_sideways_on_the_smallest_phone_and_at_two_hundred_per_cent(opens: Opens, language: str):
    page, guest = opens("asha", language=language), opens("", language=language)
    wide: list[str] = []
    for path in PATHS:
        page.goto(path)
        wide += wide_at(page, path)
    for path in ("/", "/public", "/public/ur", "/@asha"):
        guest.goto(path)
        wide += wide_at(guest, path)
        guest.evaluate("document.documentElement.dataset.size = 'huge'")
        wide += wide_at(guest, f"{path} huge")
    page.goto("/public#more")
    expect(page.locator("#more")).to_be_visible()
    wide += wide_at(page, "the sheet of places")
    assert not wide, wide


def test_a_poll_has_bars_as_long_as_its_percentages_which_stand_whole_beside_long_options(opens: Opens):
    asha = opens("asha", at="/compose")
    asha.fill("#text", "मेले में पहले क्या खाएँ?")
    asha.locator("details:has(> #poll) > summary").click()
    asha.fill("#option0", "गरमागरम जलेबी और रबड़ी, दोनों साथ में, बड़ी दुकान वाली")
    asha.fill("#option1", "चाट")
    asha.click(".sheet-foot button:not([formaction])")
    path = asha.locator("[data-list] article:has(.poll) a.when").first.get_attribute("href") or ""
    for voter, choice in (("ravi", 0), ("meera", 1), ("chitra", 0)):
        page = opens(voter, at="")
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(path)
        page.locator(".poll [type=radio]").nth(choice).check()
        page.locator(".poll button").click()
        expect(page.locator(".poll meter")).to_have_count(2)
    said, bars = page.locator(".share b"), page.locator(".share meter")
    assert said.all_inner_texts() == ["67%", "33%"]
    assert [bar.evaluate("it => it.value / it.max * 100 | 0") for bar in bars.all()] == [66, 33]
    lines = "it => { const all = new Range(); all.selectNodeContents(it); return all.getClientRects().length }"
    assert [one.evaluate(lines) for one in said.all()] == [1, 1]
    assert page.evaluate(SIDEWAYS) <= 0
