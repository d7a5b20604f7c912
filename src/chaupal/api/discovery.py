"""How the server and its people are found by machines: nodeinfo, WebFinger, host-meta; and the blank portraits."""

import functools
import struct
import zlib
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, json
from chaupal.kernel.errors import Malformed, NotFound, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.kernel.version import VERSION
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.0", "2.1")
# Where whoever reads elsewhere goes on to follow somebody of ours
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
KEPT_A_DAY = [("cache-control", "public, max-age=86400")]


class WebFingerAsked(msgspec.Struct):
    """`acct:asha@this.server`, or the address of a profile."""

    resource: Annotated[str, Meta(max_length=500)] = ""


class BlankPortraitAsked(msgspec.Struct):
    """`avatar.png` or `header.png`."""

    name: str


class NodeInfoLinks(msgspec.Struct):
    links: list[dict[str, str]]


class NodeInfo(msgspec.Struct, kw_only=True):
    """http://nodeinfo.diaspora.software/ns/schema/2.0 and 2.1"""

    version: str = "2.0"
    software: dict[str, str]
    protocols: list[str] = []
    services: dict[str, list[str]]
    usage: dict[str, Any]
    open_registrations: bool = msgspec.field(name="openRegistrations")
    metadata: dict[str, Any]


class WebFingerFound(msgspec.Struct):
    """RFC 7033 §4.4."""

    subject: str
    aliases: list[str]
    links: list[dict[str, str]]


class HostMeta(msgspec.Struct):
    """RFC 6415, Appendix A."""

    links: list[dict[str, str]]


async def nodeinfo_links(call: Call[Nothing]) -> NodeInfoLinks:
    """Where the server is described (NodeInfo)."""
    origin = call.house.settings.origin
    return NodeInfoLinks([{"rel": NODEINFO + known, "href": f"{origin}/nodeinfo/{known}"} for known in VERSIONS])


async def nodeinfo(call: Call[Nothing]) -> NodeInfo:
    """This server, in the version of NodeInfo's schema that the address names."""
    settings, asked = call.house.settings, call.route.path.rpartition("/")[2]
    census = await people.census(call.house.reads)
    software = {"name": "chaupal", "version": VERSION}
    return NodeInfo(
        version=asked,
        software=software | ({} if asked == "2.0" else {"homepage": settings.origin}),
        protocols=["activitypub"] if settings.federates else [],
        services={"inbound": [], "outbound": []},
        usage={"users": {"total": census.people, "activeMonth": census.active}, "localPosts": census.posts},
        open_registrations=settings.registrations == "open",
        # Apps on megalodon (Whalebird, Fedistar) turn away from names that they do not know, unless this says whose API is spoken.
        metadata={
            "nodeName": settings.title,
            "nodeDescription": settings.description,
            "upstream": {"name": "Mastodon"},
            "transparency": f"{settings.origin}/api/v1/transparency/report.json",
        },
    )


async def webfinger(call: Call[WebFingerAsked]) -> Answer:
    """Where somebody of this server is (RFC 7033)."""
    settings = call.house.settings
    if settings.federates and call.args.resource.removeprefix("acct:") in _house(settings):
        return _jrd(WebFingerFound(f"acct:{_house(settings)[0]}", [_house(settings)[1]], [_self(_house(settings)[1])]))
    seen = await people.named(call.house.reads, call.viewer, _handle(call.args.resource, settings.origin))
    if seen.item.server:
        raise NotFound  # their own server says where they are
    if isinstance(seen.verdict, Placeholder) and seen.verdict.ruling.neutral:
        raise NotFound  # who asks for a name where its account is kept back by a gagged order learns nothing of it
    handle = seen.item.handle
    url = f"{settings.origin}/@{handle}"
    links = [{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": url}]
    if settings.federates:
        template = f"{settings.origin}/authorize_interaction?uri={{uri}}"
        links += [_self(url), {"rel": SUBSCRIBE, "template": template}]
    return _jrd(WebFingerFound(f"acct:{handle}@{settings.domain}", [url], links))


def _house(settings: Settings) -> tuple[str, str]:
    """The server's own actor, by the names under which it is looked for."""
    from chaupal.federation.writing import addresses  # most houses talk to no other server

    return f"{addresses.house_name(settings.domain)}@{settings.domain}", addresses.house(settings.origin)


def _self(actor: str) -> dict[str, str]:
    return {"rel": "self", "type": "application/activity+json", "href": actor}


def _jrd(found: WebFingerFound) -> Answer:
    answer = json(found)
    answer.mime = "application/jrd+json; charset=utf-8"
    return answer


async def host_meta(call: Call[Nothing]) -> Answer:
    """Where people of this server are asked for: as XML, or as JSON to whoever asks for that (RFC 6415)."""
    if "json" in call.headers.get("accept", ""):
        return json(await host_meta_json(call), headers=[BY_KIND])
    where = f"{call.house.settings.origin}/.well-known/webfinger?resource={{uri}}"
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{where}"/>\n</XRD>\n'
    )
    return Answer(xml.encode(), mime="application/xrd+xml; charset=utf-8", headers=[BY_KIND])


async def host_meta_json(call: Call[Nothing]) -> HostMeta:
    """Where people of this server are asked for (RFC 6415, RFC 7033)."""
    where = f"{call.house.settings.origin}/.well-known/webfinger?resource={{uri}}"
    return HostMeta([{"rel": "lrdd", "type": "application/jrd+json", "template": where}])


async def blank_portrait(call: Call[BlankPortraitAsked]) -> Answer:
    """The portrait of whoever has none."""
    drawn = or_not_found(PORTRAITS.get(call.args.name))
    return Answer(drawn(), mime="image/png", headers=[*KEPT_A_DAY, ("access-control-allow-origin", "*")])


def _handle(resource: str, origin: str) -> str:
    """The handle, perhaps with a domain. Raises Malformed for what names nobody in any form we know."""
    if resource.startswith("acct:"):
        return resource.removeprefix("acct:")
    if resource.startswith(f"{origin}/@"):
        return urlsplit(resource).path.removeprefix("/@").rstrip("/")
    if "@" in resource and ":" not in resource.partition("@")[0]:
        return resource
    raise Malformed("acct_unreadable")


async def health(call: Call[Nothing]) -> Answer:
    """The server answers."""
    return Answer(b"OK", mime="text/plain; charset=utf-8")


BY_KIND = ("vary", "accept")

ROUTES: tuple[Route, ...] = (
    get("/health", health, Surface.NONE, public=True),
    get("/.well-known/nodeinfo", nodeinfo_links, Surface.NONE, public=True),
    get("/nodeinfo/2.0", nodeinfo, Surface.NONE, public=True),
    get("/nodeinfo/2.1", nodeinfo, Surface.NONE, public=True),
    get("/.well-known/webfinger", webfinger, Surface.PROFILE, public=True, gives=WebFingerFound),
    get("/.well-known/host-meta", host_meta, Surface.NONE, public=True),
    get("/.well-known/host-meta.json", host_meta_json, Surface.NONE, public=True),
    get("/blank/{name}", blank_portrait, Surface.NONE, public=True, shape=Shape.FILE),
)


GROUND, FIGURE = b"\xe9\xeb\xf7", b"\xa9\xb5\xe0"
AVATAR = 192  # pixels
HEADER = (750, 250)


@functools.cache
def avatar() -> bytes:
    """A head and shoulders."""
    return _png(AVATAR, AVATAR, lambda x, y: FIGURE if _figure(x / AVATAR, y / AVATAR) else GROUND)


@functools.cache
def header() -> bytes:
    """One colour."""
    return _png(*HEADER, lambda x, y: GROUND)


PORTRAITS: dict[str, Callable[[], bytes]] = {"avatar.png": avatar, "header.png": header}


def _figure(x: float, y: float) -> bool:
    head = (x - 0.5) ** 2 + (y - 0.4) ** 2 < 0.03
    shoulders = (x - 0.5) ** 2 + ((y - 1.02) * 0.9) ** 2 < 0.11
    return head or shoulders


def _png(width: int, height: int, colour: Callable[[int, int], bytes]) -> bytes:
    rows = b"".join(b"\0" + b"".join(colour(x, y) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
