"""Films play, sounds sound, pictures open over the page or as plain links, frames stand on other pages. In real Chromium."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from films import film, sound
from painted import picture
from serving import Member, Served, join, served

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("square")) as server:
        yield server


@pytest.fixture(scope="module")
def nina(square: Served) -> Member:
    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(join, square.settings, "nina").result()["nina"]


def said(square: Served, nina: Member, words: str, *files: tuple[bytes, str]) -> str:
    """The path of a new post with these files, each with its description."""
    with square.client(nina) as client:
        ids = [
            client.post("/api/v1/media", files={"file": ("a", data, "x/y")}, data={"description": told}, timeout=60).json()["id"]
            for data, told in files
        ]  # fmt: skip
        posted: httpx2.Response = client.post("/api/v1/statuses", json={"status": words, "media_ids": ids})
        return f"/@nina/{posted.json()['id']}"


@pytest.fixture
def page(square: Served, chromium: Browser) -> Iterator[Page]:
    """With scripts; whatever the browser refuses to do is a fault."""
    context = chromium.new_context(base_url=square.url, viewport=PHONE, locale="hi-IN")  # pyright: ignore[reportArgumentType]
    context.set_default_timeout(15_000)
    opened, refused = context.new_page(), list[str]()
    opened.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert refused == []


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_a_film_and_a_sound_play_where_they_stand(square: Served, nina: Member, page: Page, kind: str):
    data = film(seconds=2.0) if kind == "video" else sound()
    page.goto(said(square, nina, "सुनिए, देखिए", (data, "मेले का झूला")))
    player = page.locator(f"article {kind}").first
    expect(player).to_have_attribute("aria-label", "मेले का झूला")
    played = player.evaluate(
        """async (it) => {
          it.muted = true;
          await it.play();
          await new Promise((done) => (it.ontimeupdate = () => it.currentTime > 0 && done()));
          return [it.currentTime > 0, it.duration > 0.5, it.error === null];
        }"""
    )
    assert played == [True, True, True]
    if kind == "video":
        before = player.bounding_box()
        assert before and 190 < before["height"] < 240, "its place was kept before it came"


def test_a_picture_opens_over_the_page_with_its_words_and_is_walked_with_keys(square: Served, nina: Member, page: Page):
    page.goto(said(square, nina, "दो चित्र", (picture(300, 200), "पहला खेत"), (picture(200, 300), "दूसरा खेत")))
    page.wait_for_load_state("networkidle")
    first = page.locator("a[data-picture]").first
    first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.lightbox")
    expect(dialog).to_be_visible()
    expect(dialog.locator("figcaption")).to_have_text("पहला खेत")
    expect(dialog.locator("img")).to_have_attribute("alt", "पहला खेत")
    expect(dialog.locator("[data-by='-1']")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(dialog.locator("figcaption")).to_have_text("दूसरा खेत")
    expect(dialog.locator("[data-by='1']")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('a[data-picture]')")
    assert page.url.rpartition("/")[2].isdigit(), "nothing was followed"


def test_without_a_script_a_picture_is_a_link_and_a_film_is_there(square: Served, nina: Member, chromium: Browser):
    context = chromium.new_context(base_url=square.url, viewport=PHONE, java_script_enabled=False, locale="hi-IN")  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    path = said(square, nina, "एक चित्र", (picture(300, 200), "खेत"))
    page.goto(path)
    page.locator("a[data-picture]").first.click()
    assert page.url.endswith("/original")
    page.goto(said(square, nina, "फ़िल्म", (film(), "झूला")))
    expect(page.locator("article video[controls]")).to_be_visible()
    context.close()


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Another site: the address at which it shows a page."""
    pages: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(pages[-1].encode())

        def log_message(self, format: str, *args: object) -> None: ...

    def show(html: str) -> str:
        pages.append(html)
        return f"http://localhost:{server.server_port}/"

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield show
        server.shutdown()


def test_a_post_stands_in_a_frame_on_another_page(
    square: Served, nina: Member, chromium: Browser, elsewhere: Callable[[str], str]
):
    path = said(square, nina, "फ़्रेम में चित्र", (picture(300, 200), "खेत"))
    with square.client() as client:
        told = client.get("/api/oembed", params={"url": f"{square.settings.origin}{path}"}).json()
    context = chromium.new_context(viewport=PHONE, locale="hi-IN")  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    page.goto(elsewhere(f"<!doctype html><body>{told['html']}"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("फ़्रेम में चित्र")).to_be_visible()
    seen = frame.get_by_alt_text("खेत")
    expect(seen).to_be_visible()
    assert seen.evaluate("(it) => it.complete && it.naturalWidth > 0")
    context.close()
