"""What search engines may know of (sitemaps.org): pages of the record, and people who want to be found, as seen from where the asker is."""

from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec

from chaupal.governance.orders import statements
from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.http.paging import Number
from chaupal.kernel.clock import iso
from chaupal.policy.viewer import Surface
from chaupal.reads.court import record
from chaupal.reads.page import Cursor
from chaupal.reads.people import people_lists
from chaupal.web import links

XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
MIME = "application/xml; charset=utf-8"
ORDERS = 1_000
STANDING = ("/", "/public", "/about", "/privacy", "/terms", "/orders", "/transparency", "/statements")
# Rooms for those who live or work here; nothing in them is for a search engine.
CLOSED = ("/api/", "/oauth/", "/office", "/portal", "/settings", "/search", "/compose", "/login")

type Place = tuple[str, int | None]  # a path, and when it last changed (ms since 1970 UTC)


class SitemapAsked(msgspec.Struct):
    """Where a file of people starts: with accounts older than this one."""

    max_id: Number | None = None


async def robots(call: Call[Any]) -> Answer:
    """RFC 9309. What single people and posts ask for stands on their own pages (`noindex`)."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        "",
        f"Sitemap: {call.house.settings.origin}/sitemap.xml",
    ]
    return Answer("\n".join([*lines, ""]).encode(), mime="text/plain; charset=utf-8")


async def index(call: Call[Any]) -> Answer:
    """The files of the sitemap: one of pages, and as many of people as they fill."""
    files = ["/sitemap/pages.xml", "/sitemap/people.xml"]
    below = (await people_lists.discoverable(call.house.reads, call.viewer)).next
    while below is not None:
        files.append(f"/sitemap/people.xml?max_id={below}")
        below = (await people_lists.discoverable(call.house.reads, call.viewer, below)).next
    origin = call.house.settings.origin
    return _xml("sitemapindex", (f"<sitemap><loc>{escape(origin + file)}</loc></sitemap>" for file in files))


async def pages(call: Call[Any]) -> Answer:
    """The pages that always stand, the newest orders and the statements."""
    orders = await record.register(call.house.reads, Cursor(limit=ORDERS))
    said = await statements.listed(call.house.court)
    return _urls(
        call,
        [
            *((path, None) for path in STANDING),
            *((f"/orders/{line.order.ref}", line.order.received_at) for line in orders.items),
            *((f"/statements/{one.slug}", None) for one in said),
        ],
    )


async def people(call: Call[SitemapAsked]) -> Answer:
    """Profiles of those who want to be found; whoever is withheld or suspended is not among them."""
    found = await people_lists.discoverable(call.house.reads, call.viewer, call.args.max_id)
    return _urls(call, [(links.person(seen.item.handle), seen.item.last_post_at) for seen in found.items])


def _urls(call: Call[Any], places: Iterable[Place]) -> Answer:
    origin = call.house.settings.origin
    return _xml(
        "urlset",
        (
            f"<url><loc>{escape(origin + path)}</loc>{f'<lastmod>{iso(at)}</lastmod>' if at else ''}</url>"
            for path, at in places
        ),
    )


def _xml(root: str, parts: Iterable[str]) -> Answer:
    document = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{XMLNS}">{"".join(parts)}</{root}>\n'
    return Answer(document.encode(), mime=MIME)


OPEN: dict[str, Any] = {"shape": Shape.FILE, "public": True, "limit": (60, 60)}

ROUTES: tuple[Route, ...] = (
    get("/robots.txt", robots, Surface.NONE, **OPEN),
    get("/sitemap.xml", index, Surface.FEED, **OPEN),
    get("/sitemap/pages.xml", pages, Surface.RECORD, **OPEN),
    get("/sitemap/people.xml", people, Surface.FEED, **OPEN),
)
