"""The pages as an app: installable by Chromium's own measure, a page of their own without a network, and no words of people kept."""

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens

KEPT = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return requests.flat().map((request) => new URL(request.url).pathname);
}"""


@pytest.fixture
def page(opens: Opens) -> Page:
    page = opens("asha")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def test_chromium_finds_nothing_that_keeps_it_from_being_installed(page: Page):
    page.reload()
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A context of its own counts as a private window, in which nothing is installed.
    assert [e["errorId"] for e in errors if e["errorId"] != "in-incognito"] == []


def test_without_a_network_there_is_a_page_that_says_so_and_what_was_written(page: Page):
    page.reload()
    page.wait_for_selector(".left", state="attached")
    page.fill("form.sheet textarea", "खेत से लिख रही हूँ, नेटवर्क नहीं है।")
    page.context.set_offline(True)
    page.goto("/notifications")
    expect(page.get_by_role("heading", name="इंटरनेट नहीं है")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_contain_text("खेत से लिख रही हूँ")
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("system-ui")
    with page.expect_navigation(url="**/notifications"):  # it goes on by itself; another step meanwhile would break off
        page.context.set_offline(False)
    page.goto("/")
    expect(page.locator("form.sheet textarea")).to_have_value("खेत से लिख रही हूँ, नेटवर्क नहीं है।")


def test_the_browser_keeps_files_and_no_words_of_people(page: Page):
    for path in ("/", "/public", "/@ravi", "/notifications", "/tags/किसान_आंदोलन"):
        page.goto(path)
    kept = page.evaluate(KEPT)
    assert len(kept) >= 5
    assert [path for path in kept if not path.startswith(("/static/", "/offline/"))] == []
