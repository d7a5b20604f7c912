"""Films play, sounds sound, pictures open over the page or as plain links, frames stand on other pages. In real Chromium."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import becomes
from films import film, long_gif, sound
from painted import picture
from serving import Member, Served, join, served
from waiting import PATIENCE

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
            client.post("/api/v1/media", files={"file": ("a", data, "x/y")}, data={"description": told}).json()["id"]
            for data, told in files
        ]
        posted: httpx2.Response = client.post("/api/v1/statuses", json={"status": words, "media_ids": ids})
        return f"/@nina/{posted.json()['id']}"


@pytest.fixture
def page(square: Served, chromium: Browser) -> Iterator[Page]:
    """With scripts; whatever the browser refuses to do is a fault."""
    context = chromium.new_context(base_url=square.url, viewport=PHONE, locale="hi-IN")
    context.set_default_timeout(1_000 * PATIENCE)
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
    player.evaluate("(it) => { it.muted = true; void it.play(); }")
    becomes(player, "(it) => it.currentTime > 0")
    assert player.evaluate("(it) => [it.duration > 0.5, it.error === null]") == [True, True]
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


SWIPE = """([from, to]) => {
  const at = document.querySelector('dialog.lightbox img');
  const say = (kind, [x, y]) => at.dispatchEvent(new PointerEvent(kind, { pointerId: 7, clientX: x, clientY: y, bubbles: true }));
  say('pointerdown', from);
  say('pointermove', to);
  say('pointerup', to);
}"""
THREE = ((picture(300, 200), "पहला खेत"), (picture(200, 300), "दूसरा खेत"), (picture(300, 300), ""))


@pytest.fixture
def viewer(square: Served, nina: Member, page: Page) -> Page:
    """Three pictures, the first of them open."""
    page.goto(said(square, nina, "तीन चित्र", *THREE))
    page.wait_for_load_state("networkidle")
    page.locator("a[data-picture]").first.click()
    expect(page.locator("dialog.lightbox")).to_be_visible()
    return page


def test_the_viewer_fills_the_screen_black_and_centred_and_counts(viewer: Page):
    dialog = viewer.locator("dialog.lightbox")
    box, image = dialog.bounding_box(), dialog.locator("img").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert dialog.evaluate("(it) => getComputedStyle(it).backgroundColor") == "rgb(0, 0, 0)"
    assert image and abs(image["x"] + image["width"] / 2 - 195) < 2
    expect(dialog.locator("[data-count]")).to_have_text("3 में से 1")
    viewer.keyboard.press("End")
    expect(dialog.locator("[data-count]")).to_have_text("3 में से 3")


def test_the_viewer_is_walked_by_swipes_and_closed_by_one_downwards(viewer: Page):
    dialog = viewer.locator("dialog.lightbox")
    viewer.evaluate(SWIPE, [[300, 400], [120, 410]])
    expect(dialog.locator("figcaption")).to_have_text("दूसरा खेत")
    viewer.evaluate(SWIPE, [[120, 400], [300, 410]])
    expect(dialog.locator("figcaption")).to_have_text("पहला खेत")
    viewer.evaluate(SWIPE, [[200, 400], [220, 405]])  # a finger that trembles
    expect(dialog.locator("figcaption")).to_have_text("पहला खेत")
    viewer.evaluate(SWIPE, [[200, 300], [210, 500]])
    expect(dialog).to_be_hidden()
    assert viewer.evaluate("document.activeElement.matches('a[data-picture]')")


def test_a_picture_is_made_larger_moved_about_and_small_again(viewer: Page):
    dialog = viewer.locator("dialog.lightbox")
    width = "document.querySelector('dialog.lightbox img').getBoundingClientRect().width"
    small = viewer.evaluate(width)
    zoom = dialog.locator("[data-zoom]")
    zoom.click()
    assert viewer.evaluate(width) > 2 * small
    expect(zoom).to_have_attribute("aria-pressed", "true")
    before = dialog.locator("img").bounding_box()
    viewer.evaluate(SWIPE, [[300, 400], [200, 400]])
    after = dialog.locator("img").bounding_box()
    assert before and after and round(before["x"] - after["x"]) == 100, "it is moved, and not walked on from"
    expect(dialog.locator("figcaption")).to_have_text("पहला खेत")
    viewer.keyboard.press("0")
    assert viewer.evaluate(width) == small
    viewer.keyboard.press("+")
    assert viewer.evaluate(width) > small
    viewer.keyboard.press("ArrowRight")
    expect(dialog.locator("figcaption")).to_have_text("दूसरा खेत")
    expect(zoom).to_have_attribute("aria-pressed", "false")


def test_a_described_film_has_an_alt_badge_that_opens_what_it_says(square: Served, nina: Member, page: Page):
    page.goto(said(square, nina, "झूला", (film(), "मेले का झूला घूमता है")))
    badge = page.locator("article .film .alt-words")
    expect(badge.locator("p")).to_be_hidden()
    badge.locator("summary").click()
    expect(badge.locator("p")).to_have_text("मेले का झूला घूमता है")
    assert page.url.rpartition("/")[2].isdigit()
    page.goto(said(square, nina, "दो", (picture(300, 200), "खेत"), (picture(200, 300), "")))
    expect(page.locator("article .pictures .alt")).to_have_count(1)


@pytest.mark.parametrize("less", [True, False])
def test_a_film_that_goes_round_moves_by_itself_unless_less_motion_is_wished(
    square: Served, nina: Member, chromium: Browser, less: bool
):
    path = said(square, nina, "घूम", (long_gif(), "चक्की"))
    wish = "reduce" if less else "no-preference"
    context = chromium.new_context(base_url=square.url, viewport=PHONE, reduced_motion=wish)
    page = context.new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    film_ = page.locator("article video[data-round]")
    expect(film_).to_have_attribute("controls", "")
    if less:
        page.mouse.wheel(0, 200)
        assert film_.evaluate("(it) => it.paused")
    else:
        becomes(film_, "(it) => !it.paused")
    context.close()


def test_without_a_script_a_picture_is_a_link_and_a_film_is_there(square: Served, nina: Member, chromium: Browser):
    context = chromium.new_context(base_url=square.url, viewport=PHONE, java_script_enabled=False, locale="hi-IN")
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
    context = chromium.new_context(viewport=PHONE, locale="hi-IN")
    page = context.new_page()
    page.goto(elsewhere(f"<!doctype html><body>{told['html']}"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("फ़्रेम में चित्र")).to_be_visible()
    seen = frame.get_by_alt_text("खेत")
    expect(seen).to_be_visible()
    becomes(seen, "(it) => it.complete && it.naturalWidth > 0")
    page.locator("iframe").evaluate("(it) => { it.width = 250; }")  # in a column beside an article
    becomes(
        frame.locator(".by"),
        "(it) => it.querySelector('.avatar').getBoundingClientRect().x === it.parentElement.getBoundingClientRect().x",
    )
    context.close()


HI = "WEBVTT\n\n00:00.000 --> 00:05.000\nझूला घूमता है\n"


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_captions_show_while_a_film_or_sound_plays(square: Served, nina: Member, page: Page, kind: str):
    """In the viewer's language at once; of a sound too, which browsers caption over a picture alone."""
    data = film(seconds=2.0) if kind == "video" else sound()
    with square.client(nina) as client:
        files = {"file": ("a", data, "x/y"), "captions": ("a.vtt", HI.encode(), "text/vtt")}
        sent = client.post("/api/v1/media", files=files, data={"captions_language": "hi"}, timeout=PATIENCE).json()
        posted = client.post("/api/v1/statuses", json={"status": "मेला", "media_ids": [sent["id"]]}).json()
    page.goto(f"/@nina/{posted['id']}")
    player = page.locator("article video")
    player.scroll_into_view_if_needed()
    player.evaluate("(it) => { it.muted = true; return it.play(); }")
    becomes(player, "(it) => it.textTracks[0]?.activeCues?.[0]?.text === 'झूला घूमता है'")
    assert player.evaluate("(it) => it.textTracks[0].mode") == "showing"
    assert (player.bounding_box() or {})["height"] > 60
