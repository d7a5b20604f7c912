"""One village and one Chromium for all tests in a browser, and ways in."""

import asyncio
import signal
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

import waiting
from screenshots import CHROMIUM, QUIET, press_in_bar
from serving import Served, served

# Most of what a page computes it computes once: to translate that well took a sixth of the browser's work.
ONCE = "--js-flags=--no-maglev --no-turbofan"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = waiting.PATIENCE * 1_000  # ms
HUNG = 300  # s: evaluating, closing and the like have no timeout of their own; more than twice as long

expect.set_options(timeout=PATIENCE)

type Opens = Callable[..., Page]


def give_up(*_: object) -> None:
    """Ends the call that Playwright waits in. Raised here it would end Playwright's loop instead, and hang what comes next."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        raise TimeoutError("nothing came in time") from None
    calls = [task for task in asyncio.all_tasks(loop) if hasattr(task, "__pw_caller_frame__")]
    if not calls:
        raise TimeoutError("nothing came in time")
    for call in calls:
        loop.call_soon_threadsafe(call.cancel)


@contextmanager
def ended_when_it_hangs(after: float = HUNG) -> Generator[None]:
    """What takes longer than `after` (in seconds) fails by `TimeoutError`, and what comes next can still be tried."""
    before = signal.signal(signal.SIGALRM, give_up)
    left = signal.setitimer(signal.ITIMER_REAL, after, after)
    try:
        yield
    except asyncio.CancelledError as error:
        raise TimeoutError(f"the browser did not answer for {after} s") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    with ended_when_it_hangs():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    with ended_when_it_hangs():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    with ended_when_it_hangs():
        yield


def becomes(of: Page | Locator, expression: str, arg: object = None) -> None:
    """Waits until it is true. Playwright's own `wait_for_function` evaluates text in the page, which our policy forbids."""
    end = time.monotonic() + PATIENCE / 1000
    while not of.evaluate(expression, arg):
        assert time.monotonic() < end, expression
        (of if isinstance(of, Page) else of.page).wait_for_timeout(50)


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`chaupal serve --village`, founded in an empty directory."""
    with served(tmp_path_factory.mktemp("village"), village=True) as server:
        yield server


def chromium_here() -> str:
    """The program that tests look at pages with; they are left out where there is none."""
    return CHROMIUM if Path(CHROMIUM).exists() else pytest.skip("no Chromium here: make services")


class SharedBrowser:
    """Playwright and its Chromium, from the first file of this process that looks at pages to the end: each took a second to begin.

    As long as Playwright is open its loop runs in this thread. Between files it is put aside: no other test's loop could run beside it.
    """

    def __init__(self, play: Playwright) -> None:
        self._play = play
        self._loop = asyncio.get_running_loop()
        self._browser: Browser | None = None
        asyncio._set_running_loop(None)

    @contextmanager
    def at_work(self) -> Generator[None]:
        """Its loop counts as the one that runs in this thread."""
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    @contextmanager
    def taken(self) -> Generator[Browser]:
        """The Chromium of all files, for one of them, which finds nothing in it of those before."""
        with self.at_work():
            if self._browser is None or not self._browser.is_connected():
                self._browser = self.launch(ONCE)
            yield self._browser
            for context in self._browser.contexts:
                context.close()

    def launch(self, *more: str) -> Browser:
        """Another one, to be closed by whoever asks."""
        return self._play.chromium.launch(executable_path=chromium_here(), args=[*QUIET, *more])

    def close(self) -> None:
        with self.at_work():
            if self._browser is not None:
                self._browser.close()
        asyncio._set_running_loop(self._loop)  # Playwright closes it


@pytest.fixture(scope="session")
def shared() -> Iterator[SharedBrowser]:
    chromium_here()
    with sync_playwright() as play:
        shared = SharedBrowser(play)
        yield shared
        shared.close()


@pytest.fixture(scope="module")
def chromium(shared: SharedBrowser) -> Iterator[Browser]:
    with shared.taken() as browser:
        yield browser


@pytest.fixture
def opens(village: Served, chromium: Browser) -> Iterator[Opens]:
    """Opens a browser of its own for somebody of the cast (`at` a page; "": none yet), or nobody, and gives its first page."""
    made: list[BrowserContext] = []

    def one(handle: str = "", *, at: str = "/", phone: bool = True, language: str = "hi", **more: object) -> Page:
        context = chromium.new_context(
            base_url=village.url,
            viewport=PHONE if phone else DESKTOP,
            locale=f"{language}-IN",
            timezone_id="Asia/Kolkata",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        made.append(context)
        page = context.new_page()
        if handle:
            come_in(page, handle, at)
        return page

    yield one
    for context in made:
        context.close()


def come_in(page: Page, handle: str, at: str = "/") -> None:
    """What a press on a name in the village's bar does (`test_without_script`, `test_typing` press it).

    `at`: the page on which they then are; "": none, of whoever goes on to one by themselves.
    """
    press_in_bar(page, "login", handle=handle)
    if at:
        page.goto(at)
        expect(page.locator("section.village summary")).to_contain_text(f"@{handle}")
