"""What stands in the place of a withheld post carries its receipt: the browser checks it, and does not take the page's word."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from serving import Served


@pytest.fixture(params=("hi-IN", "en-IN"))
def page(request: pytest.FixtureRequest, village: Served, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=village.url, locale=request.param)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def withheld(page: Page) -> Locator:
    """The page of a post that an order of the village's play withholds in India; the receipt beside what stands in its place."""
    page.goto("/orders")
    page.locator("main h2 a[href$='0002']").click()
    page.locator("#target-1 p a").first.click()
    return page.locator(".gap details.proof-of").first


def changing(page: Page, path: str, old: str, new: str) -> None:
    """The server says something else from now on at an address."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        body = fetched.text()
        assert old in body
        route.fulfill(response=fetched, body=body.replace(old, new))

    page.route(path, answer)


def test_the_browser_says_what_the_log_says(page: Page):
    receipt = withheld(page)
    expect(receipt.locator("[data-facts]")).to_be_hidden()
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "good")
    said = {name: receipt.locator(f"[data-fact={name}]").inner_text() for name in ("ref", "territory", "from", "until")}
    entry = json.loads(page.request.get(f"/log/entry/{receipt.get_attribute('data-entry')}").text())
    assert said["ref"] == entry["ref"]
    assert said["territory"] in ("India", "भारत")
    assert said["from"][-5:-3].isdigit() or said["from"]
    assert receipt.locator("[data-fact=witnesses]").inner_text().strip() in ("unwitnessed", "बिना गवाह")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("**/log/entry/*", '"territory":["IN"]', '"territory":["PK"]'),
        ("**/log/entry/*", '"until":', '"untyl":'),
        ("**/log/receipt/*", "index ", "index 1"),
        ("**/log/openings/*", '"', "'"),
    ],
)
def test_a_server_that_tells_another_story_than_its_log_is_found_out(page: Page, path: str, old: str, new: str):
    receipt = withheld(page)
    changing(page, path, old, new)
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "bad")
    expect(receipt.locator("[data-facts]")).to_be_hidden()


@pytest.mark.parametrize("name", ["ref", "subject"])
def test_a_page_that_names_another_order_or_another_post_is_found_out(page: Page, name: str):
    receipt = withheld(page)
    receipt.evaluate(f"of => of.dataset.{name} = '99'")
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "bad")


def test_a_log_that_is_signed_by_another_key_than_the_browser_knew_is_said(page: Page):
    receipt = withheld(page)
    page.evaluate("localStorage.setItem('chaupal-log-key', 'another+key')")
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "otherkey")


def test_without_a_script_it_is_a_link_to_the_receipt(village: Served, chromium: Browser):
    context = chromium.new_context(base_url=village.url, java_script_enabled=False)
    page = context.new_page()
    receipt = withheld(page)
    receipt.locator("summary").click()
    assert not receipt.locator("[data-said]").inner_text().strip()
    address = receipt.locator("a").first.get_attribute("href") or ""
    assert address == f"/log/receipt/{receipt.get_attribute('data-entry')}"
    assert page.request.get(address).text().startswith("c2sp.org/tlog-proof@v1")
    context.close()
