"""Pages that a house has only where it talks to others: nothing is wrong with them by ear, on a small phone and without script."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

import others
from browser.conftest import PATIENCE, come_in
from browser.test_without_script import NARROW, SMALL
from chaupal.app.rooms import visiting
from looks import AXE, axe
from serving import Served, served

type Theme = Literal["light", "dark"]
HANDLE = "moham@other.example"
TEXT = "सरसों फूली है, नदी पार भी"
ORDER = (
    "--as", "imran", "--authority", "Ministry of Information", "--officer", "X", "--rank", "Secretary", "--reference", "M/7", "--law",
    "Section 69A / धारा 69A", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04", "--origin-note", "called back",
)  # fmt: skip


@dataclass(frozen=True)
class Met:
    """A village that talks to others, somebody elsewhere and a post of theirs, and an order that names it."""

    served: Served
    person: int
    post: int
    order: str

    @property
    def pages(self) -> dict[str, tuple[str, ...]]:
        """Whose page -> addresses."""
        theirs = f"/@{HANDLE}"
        square = ("/everywhere", "/everywhere/hi", theirs, f"{theirs}/{self.post}")
        return {
            "": (*square, "/about/servers", "/@asha/follow"),
            "asha": (
                *square,
                "/search?q=@nobody@far.example",
                "/settings/servers",
                "/settings/moving",
                f"/report?account={self.person}",
            ),
            "chitra": ("/office/servers", f"/office/orders/{self.order}", f"/office/orders/{self.order}/1"),
        }


async def meet(server: Served) -> tuple[int, int]:
    async with visiting(server.settings) as house:
        moham = await others.met(house.square, HANDLE)
        return moham, await others.said(house.square, moham, TEXT)


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    folder = tmp_path_factory.mktemp("between")
    with served(folder, village=True, federation="on", federation_test=True) as server:
        with ThreadPoolExecutor(1) as thread:  # Playwright's loop may be running here
            person, post = thread.submit(asyncio.run, meet(server)).result()
        named = f"{server.url}/@{HANDLE}/{post}"
        server.cli("server", "limit", "bad.example", "--as", "chitra", "--reason", "घृणा फैलाने वाले खाते")
        ref = server.cli("order", "receive", *ORDER, "--target", named).split()[0]
        yield Met(server, person, post, ref)


def opened(met: Met, chromium: Browser, who: str, language: str, theme: Theme, *, script: bool = True) -> Page:
    """In the hand of somebody with a small phone."""
    context = chromium.new_context(
        base_url=met.served.url,
        viewport={"width": NARROW["width"], "height": NARROW["height"]},
        locale=f"{language}-IN",
        color_scheme=theme,
        java_script_enabled=script,
        bypass_csp=True,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    if who:
        come_in(page, who)
    return page


@pytest.mark.parametrize(("language", "theme"), [("hi", "light"), ("en", "dark")])
@pytest.mark.parametrize("who", ["", "asha", "chitra"])
def test_pages_about_other_servers_break_no_rule_of_accessibility_and_fit_a_small_phone(
    met: Met, chromium: Browser, who: str, language: str, theme: Theme
):
    page = opened(met, chromium, who, language, theme)
    page.context.add_init_script(path=AXE)
    faults: list[str] = []
    for path in met.pages[who]:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        faults += [f"{path} is small: {one}" for one in page.evaluate(SMALL)]
        faults += [f"{path} {fault}" for fault in axe(page)]
    page.context.close()
    assert not faults, "\n".join(faults)


def test_without_script_one_reads_what_came_from_elsewhere_and_finds_ones_own_server(met: Met, chromium: Browser):
    page = opened(met, chromium, "", "hi", "light", script=False)
    page.goto("/everywhere")
    post = page.locator("article", has_text=TEXT)
    expect(post).to_contain_text("@moham@other.example")
    post.locator("a.when").click()
    expect(page.locator(".origin")).to_contain_text("other.example")
    page.goto("/@asha/follow")
    page.fill("#from", "ravi")
    page.locator("main form button").click()
    expect(page.locator(".field.wrong .error")).to_be_visible()
    page.context.close()
