"""The front of the server: one ASGI app that lets other origins in where that is promised, and has each row answered."""

import functools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chaupal.http import bodies
from chaupal.http.answer import Dispatcher, Request
from chaupal.http.asgi_scope import (
    AsgiReceive,
    AsgiSend,
    Scope,
    SendWhole,
    accept_of,
    lent,
    peer_of,
    query_of,
    target_of,
)
from chaupal.http.call import Answer, Route
from chaupal.http.headers import head_of, lines_of, preflight
from chaupal.http.router import RouteMatch, router
from chaupal.kernel.errors import Problem
from chaupal.kernel.vitals import Vitals

if TYPE_CHECKING:
    from chaupal.http.streaming import Streaming

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


class Front:
    """The whole server as one ASGI app. Without `streaming`, connections that stay open are none of its business.

    `vitals`: where requests are counted by how they were answered; None where nobody watches.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        routes: tuple[Route, ...],
        streaming: "Streaming | None" = None,
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
