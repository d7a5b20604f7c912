"""What opens over pages and stands on them breaks no rule of accessibility, by day and by night; nothing is wider than its window."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens
from browser.test_axe import violations

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATHS = (
    "/", "/welcome/languages", "/welcome/people", "/welcome/post", "/notifications", "/messages", "/messages/new", "/settings/profile",
    "/@asha", "/public/ur", "/explore/people",
)  # fmt: skip
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page_breaks_no_rule_of_accessibility(opens: Opens, theme: str):
    page = opens("asha", color_scheme=theme, bypass_csp=True)
    found: list[str] = []

    def look(where: str) -> None:
        found.extend(f"{where}: {one}" for one in violations(page))

    for path in PATHS[1:]:
        page.goto(path)
        look(path)
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_on_a_desktop_breaks_no_rule_of_accessibility(opens: Opens, theme: str):
    page = opens("asha", phone=False, color_scheme=theme, bypass_csp=True, language="en")
    page.goto("/public")
    page.wait_for_load_state("networkidle")
    page.locator("[data-list] article.post a.name").first.hover()
    expect(page.locator(".hover-card")).to_be_visible()
    assert violations(page) == []
    guest = opens("", phone=False, color_scheme=theme, bypass_csp=True)
    guest.goto("/")
    assert violations(guest) == []


@pytest.mark.parametrize("width", NARROW)
@pytest.mark.parametrize("language", ["hi", "en"])
def test_nothing_scrolls_sideways_on_the_smallest_phone_and_at_two_hundred_per_cent(
    opens: Opens, width: int, language: str
):
    page, guest = opens("asha", language=language), opens("", language=language)
    for one in (page, guest):
        one.set_viewport_size({"width": width, "height": 560})
    wide: list[str] = []
    for path in PATHS:
        page.goto(path)
        if page.evaluate(SIDEWAYS) > 0:
            wide.append(path)
    for size in ("", "huge"):
        for path in ("/", "/public", "/public/ur", "/@asha"):
            guest.goto(path)
            guest.evaluate("(size) => size && (document.documentElement.dataset.size = size)", size)
            if guest.evaluate(SIDEWAYS) > 0:
                wide.append(f"{path} {size}")
    page.goto("/public#more")
    expect(page.locator("#more")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0
    assert not wide, wide
