"""Messages in a browser: whom one writes to is completed while one types, and everything with one person stands in one place."""

import re

from playwright.sync_api import expect

from browser.conftest import Opens


def test_recipients_are_completed_while_one_types(opens: Opens):
    page = opens("asha", at="/messages/new", phone=False, language="en")
    to = page.locator("#to")
    expect(to).to_have_attribute("aria-controls", "to-offers")
    to.click()
    page.keyboard.type("rav")
    offers = page.locator("#to-offers li")
    expect(offers.first).to_contain_text("@ravi")
    page.keyboard.press("Enter")
    expect(to).to_have_value("@ravi ")
    page.keyboard.type("मीरा")
    expect(offers.first).to_contain_text("@meera")
    page.keyboard.press("Tab")
    expect(to).to_have_value("@ravi @meera ")
    assert page.url.endswith("/messages/new"), "nothing was sent meanwhile"
    page.fill("#text", "शाम को मिलते हैं?")
    page.click(".sheet-foot button")
    page.wait_for_url(re.compile(r"/messages/\d+"))
    expect(page.locator("h1")).to_contain_text("रवि")
    expect(page.locator("h1")).to_contain_text("मीरा")


def test_what_one_begins_with_somebody_again_goes_on_where_it_was(opens: Opens):
    page = opens("neelam", at="")
    for text in ("पहली बात", "दूसरी बात"):
        page.goto("/messages/new?to=harpreet")
        page.fill("#text", text)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/messages/\d+"))
        expect(page.locator("article.post").last).to_contain_text(text)
    expect(page.locator("article.post").last).to_be_focused()  # the address names it, and so one stands there
    expect(page.locator("article.post")).to_have_count(2)
    page.goto("/messages")
    expect(page.locator("article.notice", has_text="बात")).to_have_count(1)
