"""On a phone: every place is reachable, with what is new in it, with and without a script; nothing wraps that should not."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens

PLACES = ("/messages", "/explore", "/likes", "/saved", "/lists", "/@asha", "/settings")
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def opened(page: Page) -> None:
    page.locator(".rail-open").click()
    expect(page.locator("#more")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "plain"])
def test_all_places_are_reachable_from_a_phone_with_their_badges_when_logged_in(opens: Opens, scripts: bool):
    ravi = opens("ravi", at="/messages/new?to=asha")
    ravi.fill("#text", "मंडी कब चलें?")
    ravi.click(".sheet-foot button")
    ravi.wait_for_url(re.compile(r"/messages/\d+"))
    page = opens("asha", at="", java_script_enabled=scripts, reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/public")
    expect(page.locator(".rail-open [data-badge=messages]")).to_be_visible()
    for path in PLACES:
        opened(page)
        link = page.locator(f"#more a[href='{path}']")
        if path == "/messages":
            expect(link.locator("[data-badge=messages]")).to_be_visible()
        link.click()
        page.wait_for_url(f"**{path}")
        expect(page.locator("#more")).not_to_be_visible()
    for place in ("/", "/public", "/compose", "/notifications"):
        expect(page.locator(f".rail > a[href='{place}']")).to_be_visible()
    opened(page)
    page.mouse.click(180, 40)  # beside the sheet
    expect(page.locator("#more")).not_to_be_visible()


def test_the_sheet_closes_on_escape_and_gives_the_focus_back(opens: Opens):
    page = opens("asha")
    opened(page)
    page.keyboard.press("Escape")
    expect(page.locator("#more")).not_to_be_visible()
    expect(page.locator("#less")).to_be_focused()


def test_on_a_desktop_the_places_stand_open_and_nothing_opens_them(opens: Opens):
    page = opens("asha", phone=False)
    expect(page.locator(".rail-more a[href='/messages']")).to_be_visible()
    for hidden in (".rail-open", ".rail-close"):
        expect(page.locator(hidden)).not_to_be_visible()


@pytest.mark.parametrize("width", [360, 320])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_post_button_stands_in_the_row_of_the_icons(opens: Opens, width: int, language: str):
    page = opens("asha", at="", language=language)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto("/")
    page.locator("form.sheet textarea").click()
    expect(page.locator(".tools .ring")).to_be_visible()
    button = page.locator(".sheet-foot button:not([formaction])").bounding_box()
    tool = page.locator(".tools .tool").first.bounding_box()
    assert button and tool and abs(button["y"] - tool["y"]) < 20, (button, tool)
    assert tool["width"] >= 24 and tool["height"] >= 44, tool  # WCAG 2.2, 2.5.8
    assert page.evaluate(OVER) <= 0


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("handle", ["", "asha"])
def test_the_brand_does_not_break_at_320_px(opens: Opens, language: str, handle: str):
    page = opens(handle, at="", language=language)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/")
    bar = page.locator(".top-inner").bounding_box()
    brand = page.locator(".brand").bounding_box()
    assert bar and brand and brand["height"] <= 48 and bar["height"] <= 60, (bar, brand)
    assert page.evaluate(OVER) <= 0


# What of each handle is seen, in em of its own letters; a handle is whole, or has some letters left, or is not there.
SEEN = """() => [...document.querySelectorAll('.post .whom')].map((room) => {
  const handle = room.firstElementChild, box = handle.getBoundingClientRect(), size = parseFloat(getComputedStyle(handle).fontSize);
  const there = box.top < room.getBoundingClientRect().bottom - 4;
  return {there, whole: handle.scrollWidth <= handle.clientWidth + 1, letters: box.width / size};
})"""


def test_beside_a_long_name_a_handle_is_not_cut_to_its_sign(opens: Opens):
    page = opens("asha", at="")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/@morcha")
    seen = page.evaluate(SEEN)
    assert seen and not all(one["there"] for one in seen)
    assert all(one["whole"] or one["letters"] >= 4 for one in seen if one["there"])


@pytest.mark.parametrize("handle", ["", "asha"])
def test_with_letters_of_twice_their_size_nothing_stands_beside_a_page_of_320_px(opens: Opens, handle: str):
    page = opens(handle)
    page.set_viewport_size({"width": 320, "height": 640})
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    for path in ("/public", "/@asha", "/orders", "/search?q=%E0%A4%AE%E0%A4%82%E0%A4%A1%E0%A5%80"):
        page.goto(path)
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 32
        assert page.evaluate(OVER) <= 0, path
    page.goto("/@asha")
    with page.expect_navigation():
        page.locator(".post .when").first.click()
    assert page.evaluate(OVER) <= 0, page.url
