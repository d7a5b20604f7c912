"""The office with the keyboard alone: its keys walk from case to case, and each is pressed once, whatever else listens."""

import re

from playwright.sync_api import Page, expect

from browser.conftest import Opens


def opened_with_two_targets(page: Page) -> str:
    """The order whose page it is now; other tests have filed some with one target."""
    page.goto("/orders")
    for ref in page.locator("main article h2 a").all_inner_texts():
        page.goto(f"/office/orders/{ref}")
        if page.locator("#target-2").count():
            return ref
    raise AssertionError("no order has two targets")


def test_keys_of_the_office_walk_one_by_one_open_and_write(opens: Opens):
    page = opens("chitra", phone=False)
    ref = opened_with_two_targets(page)
    for key, row in (("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(page.locator(f"#target-{row}")).to_be_focused()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(f"/office/orders/{ref}/1$"))
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.locator("#notes textarea")).to_be_focused()
    page.goto("/office")
    page.keyboard.press("/")
    expect(page.locator("[data-find]")).to_be_focused()
    for desk in ("/office", "/office/reports"):
        page.goto(desk)
        page.keyboard.press("?")
        expect(page.locator("details.keys")).to_have_attribute("open", "")
        expect(page.locator("#keys")).to_be_hidden()


def test_what_only_one_answer_needs_is_asked_once_that_answer_is_chosen(opens: Opens):
    page = opens("chitra", at="/office", phone=False, java_script_enabled=False)
    # Its name has the year in it in which the village was founded.
    order = page.locator("main a[href$='-0003']").first.get_attribute("href")
    page.goto(f"{order}/1")
    asked = page.locator("#propose [data-for]")
    for answer, names in (("withhold_post", ["measure"]), ("refuse", ["refuse"]), ("label", ["measure", "label"])):
        page.check(f"#propose [name=outcome][value={answer}]")
        assert [one.get_attribute("data-for") for one in asked.all() if one.is_visible()] == names
    page.check("#propose [name=outcome][value=already_gone]")
    assert not any(one.is_visible() for one in asked.all())
