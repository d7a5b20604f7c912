"""What stands in the place of a withheld post carries its receipt: the browser checks it, and does not take the page's word."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.governance.orders import publishing
from chaupal.kernel.clock import StillClock
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.people import accounts
from chaupal.social.posts import posts
from chaupal.store.court import docket
from serving import Served
from village import REASON, Village, Villager
from waiting import PATIENCE


@pytest.fixture
def page(request: pytest.FixtureRequest, village: Served, chromium: Browser) -> Iterator[Page]:
    yield from one_page(chromium, village, locale=getattr(request, "param", "hi-IN"))


# Where words are looked at. A mark is made of no words.
in_both_languages = pytest.mark.parametrize("page", ["hi-IN", "en-IN"], indirect=True)


@pytest.fixture
def page_alone(village: Served, chromium: Browser) -> Iterator[Page]:
    """Without our service worker: what it fetches for a page, no `route` of that page sees."""
    yield from one_page(chromium, village, locale="hi-IN", service_workers="block")


def one_page(chromium: Browser, village: Served, **more: Any) -> Iterator[Page]:
    context = chromium.new_context(base_url=village.url, **more)
    context.set_default_timeout(1_000 * PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def address(village: Served, chromium: Browser) -> str:
    """The page of a post that an order of the village's play withholds in India."""
    page = chromium.new_page(base_url=village.url)
    page.goto("/orders")
    page.locator("main h2 a[href$='0002']").click()
    page.locator("#target-1 p a").first.click()
    page.locator(".gap").first.wait_for()
    page.close()
    return page.url


def withheld(page: Page, address: str) -> Locator:
    """The receipt beside what stands in the place of the post there."""
    page.goto(address)
    return page.locator(".gap details.proof-of").first


def changing(page: Page, path: str, old: str, new: str) -> None:
    """The server says something else from now on at an address."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        body = fetched.text()
        assert old in body
        route.fulfill(response=fetched, body=body.replace(old, new))

    page.route(path, answer)


@in_both_languages
def test_the_browser_says_what_the_log_says(page: Page, address: str):
    receipt = withheld(page, address)
    expect(receipt.locator("[data-facts]")).to_be_hidden()
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "good")
    said = {name: receipt.locator(f"[data-fact={name}]").inner_text() for name in ("ref", "territory", "from", "until")}
    entry = json.loads(page.request.get(f"/log/entry/{receipt.get_attribute('data-entry')}").text())
    assert said["ref"] == entry["ref"]
    assert said["territory"] in ("India", "भारत")
    assert receipt.locator("[data-fact=witnesses]").inner_text().strip() in ("unwitnessed", "बिना गवाह")
    page.goto(f"/orders/{entry['ref']}")
    expect(page.locator("main")).to_contain_text(said["from"])  # in the time and the form of pages


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("**/log/entry/*", '"territory":["IN"]', '"territory":["PK"]'),
        ("**/log/entry/*", '"until":', '"untyl":'),
        ("**/log/receipt/*", "index ", "index 1"),
        ("**/log/openings/*", '"', "'"),
    ],
)
def test_a_server_that_tells_another_story_than_its_log_is_found_out(
    page_alone: Page, address: str, path: str, old: str, new: str
):
    receipt = withheld(page_alone, address)
    changing(page_alone, path, old, new)
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "bad")
    expect(receipt.locator("[data-facts]")).to_be_hidden()


@pytest.mark.parametrize("name", ["ref", "subject"])
def test_a_page_that_names_another_order_or_another_post_is_found_out(page: Page, address: str, name: str):
    receipt = withheld(page, address)
    receipt.evaluate(f"of => of.dataset.{name} = '99'")
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "bad")


def test_a_log_that_is_signed_by_another_key_than_the_browser_knew_is_said(page: Page, address: str):
    receipt = withheld(page, address)
    page.evaluate("localStorage.setItem('chaupal-log-key', 'another+key')")
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "otherkey")


@pytest.fixture(scope="module")
def was_secret(village: Served) -> tuple[str, str]:
    """The page of a post that a secret order withholds in India, and the number that this order got when it was published."""

    async def act() -> tuple[str, str]:
        async with visiting(village.settings) as house:
            court, square = house.court, house.square
            v = Village(
                SimpleNamespace(house=house, app=None, runner=SimpleNamespace(settle=_nothing)),
                StillClock(court.clock()),
            )
            for handle, role in (
                ("lakshmi", Role.OWNER),
                ("chitra", Role.REVIEWER),
                ("dev", Role.APPROVER),
                ("asha", Role.MEMBER),
            ):
                found = await accounts.account_id(square, handle)
                v.cast[handle] = Villager(handle, "", found, Viewer(account=found, country="IN", role=role), "", "")
            post = await posts.publish(square, v.asha.viewer, posts.Draft(text="बगुला"))
            ref = await v.receives(f"/@asha/{post}", gag_until="2099-01-01T00:00")
            await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
            await decisions.approve(court, v.dev.viewer, ref, 1)
            assert await publishing.publish(court, ref)
            async with court.work.reading() as reading:
                order = await docket.order(reading, ref)
            assert order is not None
            return f"/@asha/{post}", order.ref

    with ThreadPoolExecutor(1) as thread:  # Playwright's loop runs here
        return thread.submit(asyncio.run, act()).result()


async def _nothing() -> None:
    pass


def formerly_secret(page: Page, was_secret: tuple[str, str]) -> Locator:
    page.goto(was_secret[0])
    return page.locator(".gap details.proof-of").first


@in_both_languages
def test_what_was_secret_is_judged_by_the_entry_that_opened_it(page: Page, was_secret: tuple[str, str]):
    """Its own entry says nothing: to the browser every such receipt was untrue."""
    receipt = formerly_secret(page, was_secret)
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "good")
    assert receipt.locator("[data-fact=ref]").inner_text() == was_secret[1]
    assert receipt.locator("[data-fact=territory]").inner_text() in ("India", "भारत")


@pytest.mark.parametrize("name", ["ref", "subject", "entry", "opened"])
def test_of_what_was_secret_nothing_else_is_believed(page: Page, was_secret: tuple[str, str], name: str):
    receipt = formerly_secret(page, was_secret)
    receipt.evaluate(f"of => of.dataset.{name} = '3'")
    receipt.locator("summary").click()
    expect(receipt).to_have_attribute("data-mark", "bad")
    expect(receipt.locator("[data-facts]")).to_be_hidden()


def test_without_a_script_it_is_a_link_to_the_receipt(village: Served, chromium: Browser, address: str):
    context = chromium.new_context(base_url=village.url, java_script_enabled=False)
    page = context.new_page()
    receipt = withheld(page, address)
    receipt.locator("summary").click()
    assert not receipt.locator("[data-said]").inner_text().strip()
    link = receipt.locator("a").first.get_attribute("href") or ""
    assert link == f"/log/receipt/{receipt.get_attribute('data-entry')}"
    assert page.request.get(link).text().startswith("c2sp.org/tlog-proof@v1")
    context.close()
