"""The front of the server: one ASGI app that lets other origins in where that is promised, and has each row answered."""

import functools
import time
from collections.abc import Callable
from typing import Protocol

import regex

from chaupal.http import bodies
from chaupal.http.answer import Dispatcher, Request
from chaupal.http.call import Answer
from chaupal.http.route import Route, Shape
from chaupal.http.router import RouteMatch, router
from chaupal.http.scope import (
    AsgiReceive,
    AsgiSend,
    Pairs,
    Scope,
    SendWhole,
    accept_of,
    lent,
    peer_of,
    query_of,
    target_of,
)
from chaupal.kernel.errors import Problem
from chaupal.kernel.vitals import Vitals

OPEN_PREFIXES = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/",
    "/nodeinfo/",
    "/log/",
    "/openapi.json",
)
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
    (
        b"content-security-policy",
        b"default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; "
        b"font-src 'self'; script-src 'self'; connect-src 'self'; "
        b"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"interest-cohort=()"),
    (b"cache-control", b"private, no-store"),
]
# What is judged for one viewer must not be kept for another (and a 451 is cacheable unless told otherwise, RFC 7725 §3).
FOR_ONE = [(b"cache-control", b"private, no-store")]
BY_SHAPE = {Shape.API: [*ALWAYS, *OPEN, *FOR_ONE], Shape.PAGE: [*ALWAYS, *PAGE], Shape.FILE: [*ALWAYS, *FOR_ONE]}


CONTROLS = regex.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110 §5.5
REPLACEABLE = frozenset(name for shape in BY_SHAPE.values() for name, _ in shape)


@functools.lru_cache(4_096)
def header(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as bytes; the same few are sent again and again. Raises ValueError where it would end and another one begin."""
    both = name + value
    if not both.isprintable() and CONTROLS.search(both):  # what is printable need not be looked through
        raise ValueError(f"{name}: a header holds no control character")
    return name.encode("latin-1"), value.encode("latin-1", "replace")


def line(pair: tuple[bytes, bytes]) -> bytes:
    """A header as it goes over the wire."""
    return b"%s: %s\r\n" % pair


@functools.lru_cache(4_096)
def written(name: str, value: str) -> bytes:
    """The same of one that is not bytes yet. Raises ValueError as `header`; of an empty one nothing is written."""
    return line(header(name, value)) if value else b""


LINES = {shape: b"".join(map(line, pairs)) for shape, pairs in BY_SHAPE.items()}
NAMES = frozenset(name.decode() for name in REPLACEABLE)


def lines_of(route: Route | None, answer: Answer) -> bytes:
    """The headers of a whole answer as they go over the wire: those of `head_of`."""
    if not NAMES.isdisjoint([name for name, _ in answer.headers]):
        return b"".join(map(line, head_of(route, answer)))
    own = [written(name, value) for name, value in answer.headers]
    size = b"content-length: %d\r\n" % len(answer.body)
    return b"".join((written("content-type", answer.mime), size, LINES[route.shape if route else Shape.API], *own))


def head_of(route: Route | None, answer: Answer) -> Pairs:
    """The headers of an answer. One that it names itself replaces the shape's."""
    shape = BY_SHAPE[route.shape] if route else BY_SHAPE[Shape.API]
    own = [header(name, value) for name, value in answer.headers]
    named = {name for name, _ in own}
    own = [pair for pair in own if pair[1]]  # an empty one only takes the shape's away
    if not named.isdisjoint(REPLACEABLE):
        shape = [pair for pair in shape if pair[0] not in named]
    size = len(answer.body) if answer.pieces is None else answer.length
    return [header("content-type", answer.mime), (b"content-length", str(size).encode()), *shape, *own]


async def send_answer(
    send: AsgiSend,
    route: Route | None,
    answer: Answer,
    *,
    head: bool = False,
    drop: Callable[[], None] | None = None,
    whole: SendWhole | None = None,
) -> None:
    """The answer on the wire: at once where the server takes it `whole` and it does not come in pieces.

    `drop` cuts the connection off: the only way left to end an answer of which the rest may not be given any more.
    """
    body = b"" if head or answer.pieces is not None else answer.body
    if whole is not None and answer.pieces is None and whole(answer.status, lines_of(route, answer), body):
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": head_of(route, answer)})
    if answer.pieces is not None and not head:
        try:
            async for piece in answer.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Problem:
            if drop is None:
                raise
            drop()
            return
    await send({"type": "http.response.body", "body": body})


def preflight(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What another origin may send: any header that it asks for, since nothing here is opened by a cookie.

    `*` would not do: browsers leave `Authorization` out of it (fetch.spec.whatwg.org, CORS non-wildcard request-header).
    """
    asked = dict(scope["headers"]).get(b"access-control-request-headers", b"")
    return [*PREFLIGHT, (b"access-control-allow-headers", asked or USUAL), (b"vary", b"Access-Control-Request-Headers")]


class Streaming(Protocol):
    """What answers for connections that stay open (`http.streaming`)."""

    async def events(self, route: Route, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None: ...

    async def socket(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None: ...


class Front:
    """The whole server as one ASGI app. Without `streaming`, connections that stay open are none of its business.

    `vitals`: where requests are counted by how they were answered; None where nobody watches.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        routes: tuple[Route, ...],
        streaming: Streaming | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        peers = dispatcher.house.federation is not None
        served = tuple(r for r in routes if (streaming is not None or not r.stream) and (peers or not r.peer))
        self._peers = peers
        self._find = router(served).find
        self._dispatcher = dispatcher
        self._streaming = streaming
        self._vitals = vitals

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and self._streaming is not None:
            await self._streaming.socket(scope, receive, send)
        else:
            # An app that knows nothing of it says so like this: the house is opened before it is served.
            raise ValueError(f"Nothing answers to {scope['type']} here")

    async def _http(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        method, path = scope["method"], scope["path"]
        if method == "OPTIONS" and path.startswith(OPEN_PREFIXES):
            await send({"type": "http.response.start", "status": 204, "headers": preflight(scope)})
            await send({"type": "http.response.body", "body": b""})
            return
        found = self._find(method, path, accept_of(scope)) if self._peers else self._find(method, path)
        if found.route.stream and self._streaming is not None:
            await self._streaming.events(found.route, scope, receive, send)
            return
        await self._answer(found, scope, receive, send)

    async def _answer(self, route_match: RouteMatch, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        began = 0.0 if self._vitals is None else time.perf_counter()
        route, peer = route_match.route, peer_of(scope)
        asker = self._dispatcher.askers.of_head(peer, scope["headers"])
        body = functools.partial(bodies.read, route, asker.headers, receive)
        target = target_of(scope) if route.peer else ""
        request = Request(peer, asker.headers, route_match.holes, query_of(scope), scope["path"], body, target, asker)
        answer = await self._dispatcher.answer(route, request)
        if route_match.allow:
            answer.headers = [*answer.headers, ("allow", route_match.allow)]
        if route_match.varies:
            answer.headers = [*answer.headers, ("vary", "accept")]
        try:
            drop, whole = lent(scope)
            await send_answer(send, route, answer, head=scope["method"] == "HEAD", drop=drop, whole=whole)
        finally:
            if self._vitals is not None:
                self._vitals.answer(route.counted_as, answer.status, time.perf_counter() - began)
