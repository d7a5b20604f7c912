"""The front of the server: answers to bytes on the wire, other origins let in where that is promised, and the lane.

The lane answers the hottest reads before the framework's routing. It runs the very same Desk and handler; turning it
off (`lane = false`) must change no byte, which a test holds.
"""

import functools
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from chaupal.kernel.errors import Problem
from chaupal.wire.answer import Desk, Request, Sent
from chaupal.wire.call import Answer
from chaupal.wire.route import Route, Shape

DROP = "chaupal.drop"  # the server's extension of the scope: cut the connection off

type Scope = MutableMapping[str, Any]
type AsgiReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type AsgiSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, AsgiReceive, AsgiSend], Awaitable[None]]

OPEN_PREFIXES = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/log/", "/openapi.json")
EXPOSED = b"ETag, Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Mastodon-Async-Refresh"

ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
OPEN = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
PREFLIGHT = [
    *OPEN,
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    (b"access-control-max-age", b"86400"),
]
USUAL = b"Authorization, Cache-Control, Content-Type, Idempotency-Key"
PAGE = [
    (b"content-security-policy", b"default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; "
     b"font-src 'self'; script-src 'self'; connect-src 'self'; "
     b"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"interest-cohort=()"),
    (b"cache-control", b"private, no-store"),
]  # fmt: skip
# What is judged for one viewer must not be kept for another (and a 451 is cacheable unless told otherwise, RFC 7725 §3).
FOR_ONE = [(b"cache-control", b"private, no-store")]
BY_SHAPE = {Shape.API: [*ALWAYS, *OPEN, *FOR_ONE], Shape.PAGE: [*ALWAYS, *PAGE], Shape.FILE: [*ALWAYS, *FOR_ONE]}


REPLACEABLE = frozenset(name for shape in BY_SHAPE.values() for name, _ in shape)


@functools.lru_cache(4_096)
def header(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as bytes; the same few are sent again and again."""
    return name.encode("latin-1"), value.encode("latin-1", "replace")


async def send_answer(
    send: AsgiSend, route: Route | None, answer: Answer, *, head: bool = False, drop: Callable[[], None] | None = None
) -> None:
    """The answer on the wire. A header that the answer names itself replaces the shape's.

    `drop` cuts the connection off: the only way left to end an answer of which the rest may not be given any more.
    """
    shape = BY_SHAPE[route.shape] if route else BY_SHAPE[Shape.API]
    own = [header(name, value) for name, value in answer.headers]
    named = {name for name, _ in own}
    own = [pair for pair in own if pair[1]]  # an empty one only takes the shape's away
    if not named.isdisjoint(REPLACEABLE):
        shape = [pair for pair in shape if pair[0] not in named]
    size = len(answer.body) if answer.pieces is None else answer.length
    length = (b"content-length", str(size).encode())
    headers = [header("content-type", answer.mime), length, *shape, *own]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.pieces is not None and not head:
        try:
            async for piece in answer.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Problem:
            if drop is None:
                raise
            drop()
            return
    body = b"" if head or answer.pieces is not None else answer.body
    await send({"type": "http.response.body", "body": body})


def dropper(scope: Scope) -> Callable[[], None] | None:
    """What cuts a connection off, where the server lends that."""
    return (scope.get("extensions") or {}).get(DROP, {}).get("drop")


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names are lower case in ASGI; a repeated header is one list (RFC 9110 §5.3), so what a client slipped in beside
    what a proxy set is seen: two countries are no country. Cookies are joined as HTTP/2 splits them (RFC 9113 §8.2.3)."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        if key in headers:
            text = f"{headers[key]}{'; ' if key == 'cookie' else ', '}{text}"
        headers[key] = text
    return headers


def query_of(scope: Scope) -> str:
    """As it was sent; some clients send letters beyond ASCII as they are."""
    return scope["query_string"].decode("utf-8", "replace")


def preflight(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What another origin may send: any header that it asks for, since nothing here is opened by a cookie.

    `*` would not do: browsers leave `Authorization` out of it (fetch.spec.whatwg.org, CORS non-wildcard request-header).
    """
    asked = dict(scope["headers"]).get(b"access-control-request-headers", b"")
    return [*PREFLIGHT, (b"access-control-allow-headers", asked or USUAL), (b"vary", b"Access-Control-Request-Headers")]


async def no_body() -> Sent:
    return {}, {}


def peer_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _hole(route: Route) -> tuple[str, str, str, Route]:
    """A path with one hole: what stands before it and after it, and its name."""
    before, _, rest = route.path.partition("{")
    name, _, after = rest.partition("}")
    return before, after, name, route


class Streaming(Protocol):
    """What answers for connections that stay open (`wire.streaming`)."""

    def serves(self, scope: Scope) -> bool: ...

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None: ...


class Front:
    """The whole server as one ASGI app: preflights, the lane, streams, then the framework."""

    def __init__(self, app: App, desk: Desk, lane: tuple[Route, ...], streaming: Streaming | None = None) -> None:
        self._app = app
        self._streaming = streaming
        self._desk = desk
        self._lane = {route.path: route for route in lane if "{" not in route.path}
        self._holes = tuple(_hole(route) for route in lane if "{" in route.path)

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if scope["method"] == "GET" and (found := self._find(path)) is not None:
                await self._in_lane(*found, scope, send)
                return
            if scope["method"] == "OPTIONS" and path.startswith(OPEN_PREFIXES):
                await send({"type": "http.response.start", "status": 204, "headers": preflight(scope)})
                await send({"type": "http.response.body", "body": b""})
                return
        if self._streaming is not None and self._streaming.serves(scope):
            await self._streaming(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """The lane's route for a path, and what stands in its hole."""
        if (route := self._lane.get(path)) is not None:
            return route, {}
        for before, after, name, route in self._holes:
            if path.startswith(before) and path.endswith(after):
                inside = path[len(before) : len(path) - len(after)]
                if inside and "/" not in inside:
                    return route, {name: inside}
        return None

    async def _in_lane(self, route: Route, holes: dict[str, str], scope: Scope, send: AsgiSend) -> None:
        request = Request(peer_of(scope), headers_of(scope), holes, query_of(scope), scope["path"], no_body)
        await send_answer(send, route, await self._desk.answer(route, request), drop=dropper(scope))
