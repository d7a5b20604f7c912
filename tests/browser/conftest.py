"""One village and one Chromium for all tests in a browser, and ways in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from screenshots import CHROMIUM, QUIET
from serving import Served, served

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = (
    20_000  # ms: two browsers, two servers and PostgreSQL share the cores of a small machine; a pass takes no longer
)

expect.set_options(timeout=PATIENCE)

type Opens = Callable[..., Page]


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`chaupal serve --village`, founded in an empty directory."""
    with served(tmp_path_factory.mktemp("village"), village=True) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one file of tests: as long as Playwright is open its loop runs in this thread, and no other test's loop can."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here: make services")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def opens(village: Served, chromium: Browser) -> Iterator[Opens]:
    """Opens a browser of its own for somebody of the cast (or nobody), and gives its first page."""
    made: list[BrowserContext] = []

    def one(handle: str = "", *, phone: bool = True, language: str = "hi", **more: object) -> Page:
        context = chromium.new_context(
            base_url=village.url,
            viewport=PHONE if phone else DESKTOP,
            locale=f"{language}-IN",
            timezone_id="Asia/Kolkata",
            **more,
        )  # pyright: ignore[reportArgumentType]
        context.set_default_timeout(PATIENCE)
        made.append(context)
        page = context.new_page()
        if handle:
            come_in(page, handle)
        return page

    yield one
    for context in made:
        context.close()


def come_in(page: Page, handle: str) -> None:
    page.goto("/")
    page.locator("section.village summary").click()
    page.locator(f"section.village button[name=handle][value={handle}]").click()
    page.wait_for_url("**/")
    expect(page.locator("section.village summary")).to_contain_text(f"@{handle}")
