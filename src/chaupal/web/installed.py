"""The pages as an app: its manifest, its worker, and the page that stands in for others while there is no network."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get
from chaupal.http.headers import CSP, KEPT_PAGE_CSP
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.viewer import Surface
from chaupal.web import pages, static
from chaupal.web.words import LANGUAGES, N_, words

PAPER = "#faf9f6"
FILES = ("style.css", "app.js", "composer.js", "mark.svg")  # what the worker keeps
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-masked.png", "512x512", "maskable"),
)


class Spoken(msgspec.Struct):
    """A language of the pages."""

    language: str


async def manifest(call: Call[Nothing]) -> Answer:
    """https://www.w3.org/TR/appmanifest/, in the viewer's language."""
    said = words(call.viewer.language)
    body = {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": said.language,
        "dir": said.direction,
        "name": call.house.settings.title_in(said.language),
        "short_name": call.house.settings.title_in(said.language),
        "description": said.gettext(N_("A square where every limit on speech is decided in the open.")),
        "background_color": PAPER,
        "theme_color": PAPER,
        "categories": ["social", "news"],
        "icons": [
            {"src": static.address(name), "sizes": size, "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
            if name in static.files()
        ],
        "shortcuts": [
            {"name": said.gettext(N_("Write a post")), "url": "/compose"},
            {"name": said.gettext(N_("Notifications")), "url": "/notifications"},
        ],
        "share_target": {
            "action": "/compose",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"text": "text", "title": "title", "url": "url"},
        },
    }
    return _file(msgspec.json.encode(body), "application/manifest+json; charset=utf-8")


async def worker(call: Call[Nothing]) -> Answer:
    """The script of the worker, with the names of what it keeps: with them it changes, and browsers fetch it anew."""
    script = or_not_found(static.files().get("worker.js"))
    files = [static.address(name) for name in FILES if name in static.files()]
    offline = {language: f"/offline/{language}" for language in LANGUAGES}
    head = b"self.FILES=" + msgspec.json.encode(files) + b";self.OFFLINE=" + msgspec.json.encode(offline) + b";\n"
    return _file(head + script.data, script.mime)


async def offline(call: Call[Spoken]) -> Answer:
    """What is shown in place of a page that cannot be had. It holds nobody's words and is the same for everybody."""
    if call.args.language not in LANGUAGES:
        raise NotFound
    said = words(call.args.language)
    html = (
        pages.environment(said.language)
        .get_template("offline.html")
        .render(site=call.house.settings.title_in(said.language))
    )
    return _file(html.encode(), "text/html; charset=utf-8")


def _file(body: bytes, mime: str) -> Answer:
    return Answer(body, mime=mime, headers=[("cache-control", "no-cache"), (CSP, KEPT_PAGE_CSP)])


FILE: dict[str, Any] = {"shape": Shape.FILE, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/manifest.webmanifest", manifest, Surface.NONE, **FILE),
    get("/worker.js", worker, Surface.NONE, **FILE),
    get("/offline/{language}", offline, Surface.NONE, **FILE),
)
