"""Connections that stay open: server-sent events and one WebSocket for many streams. Each tells what its viewer may see.

In the mailbox of a connection are ids. They are put into words when they are sent, for this viewer and by the law of that
moment, so what was withheld while it waited is not said. Strangers who look from one place in one language are one viewer to
the law: what was put into words for one of them is told to the others as long as nothing at all has changed. https://docs.joinmastodon.org/methods/streaming/
"""

import asyncio
import contextlib
import functools
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec

from chaupal.http.answer import Dispatcher, FieldsAndFiles, Request, problem_json
from chaupal.http.asgi import send_answer
from chaupal.http.asgi_scope import AsgiReceive, AsgiSend, Scope, headers_of, lent, peer_of, query_of
from chaupal.http.call import Route, Shape
from chaupal.http.headers import ALWAYS, OPEN
from chaupal.http.listening import CLOSING, FLOODING, GONE, REVOKED, SLOW, Hearing, Listener, Streams, Tiding, Told
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Malformed, Problem, TooMany, Unavailable
from chaupal.kernel.logger import log
from chaupal.policy.viewer import Surface
from chaupal.reads import kept

DOOR_PATH = "/api/v1/streaming"
HEARTBEAT = 15.0  # seconds of silence, after which the token is looked at and the client hears that all is well
SAID_FOR = SECOND  # how long words for strangers may be said again: some of them (a poll's) go by the clock
MOST_STREAMS = 50  # subscriptions of one WebSocket

# RFC 6455 §7.4.1; 1012 ("service restart") and 1013 ("try again later") are IANA's.
CODES = {REVOKED: 1008, SLOW: 1013, CLOSING: 1012, FLOODING: 1008}
# ms after which a stream is asked for again that ends because its server does; each waits for another time, that they do not
# come all at once.
AGAIN = (500, 3_000)

SSE = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that gathers bytes would hold back what is to be told at once
    *ALWAYS,
]

type Say = Callable[[Hearing, str, bytes], Awaitable[None]]
type Beat = Callable[[], Awaitable[None]]


async def _unknown(call: Any) -> Any:
    raise Malformed("channel_unknown")


DOOR = Route(method="GET", path=DOOR_PATH, run=_unknown, surface=Surface.STREAM, public=True)


class ClientMessage(msgspec.Struct):
    """A message from a client of the WebSocket."""

    type: str = ""
    stream: str = ""
    tag: str = ""
    list: str = ""


class Streaming:
    """The streaming API: events by their path, and every WebSocket (refused where it has no business)."""

    def __init__(self, dispatcher: Dispatcher, streams: Streams, routes: Iterable[Route]) -> None:
        self._dispatcher = dispatcher
        self._streams = streams
        self._by_name = {route.stream: route for route in routes if route.stream and route.shape is Shape.API}

    # --- server-sent events ---

    async def events(self, route: Route, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        """What a row with a `stream` tells, until either side ends it."""
        try:
            call = await self._dispatcher.enter(route, _request(scope))
            hearing: Hearing = await route.run(call)
            listener = Listener(call, lent(scope)[0])
            self._streams.join(listener)
        except Exception as error:
            await send_answer(send, route, problem_json(self._dispatcher.problem_for(error, route)))
            return
        leaving = asyncio.create_task(_until_gone(receive, listener))
        try:
            await self._streams.listen(listener, hearing)
            await send({"type": "http.response.start", "status": 200, "headers": sse_headers(route)})
            await _write(send, b":)\n")
            await self._pump(
                listener, lambda _, name, payload: _write(send, sse(name, payload)), lambda: _write(send, b":thump\n")
            )
            if listener.ended == CLOSING:
                await _write(send, b"retry: %d\n\n" % random.randint(*AGAIN))  # noqa: S311 - no secret
            if listener.ended != SLOW:
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._streams.leave(listener)
            leaving.cancel()

    async def _pump(self, listener: Listener, say: Say, beat: Beat) -> None:
        """Until the end: tell what comes, in this viewer's words; look at the token whenever there is doubt or silence."""
        while not listener.ended:
            found = await listener.next(HEARTBEAT)
            await self._judge_again(listener)
            # Asked for only where it must be: this runs for each listener and each tiding.
            if listener.ended or ((listener.doubted or found is None) and not await self._still(listener)):
                return
            if found is not None:
                await self._tell(listener, *found, say)
            elif not listener.waiting:
                await beat()

    async def _judge_again(self, listener: Listener) -> None:
        """By the law of this moment, or the end of it."""
        try:
            await self._dispatcher.house.reads.work.fresh()
        except Unavailable:  # nobody knows what may be said now
            listener.end(CLOSING)

    async def _still(self, listener: Listener) -> bool:
        """False, and the end of it, where the token is no good any more."""
        listener.doubted = False
        if not await self._dispatcher.still(listener.call):
            listener.end(REVOKED)
        return not listener.ended

    async def _tell(self, listener: Listener, topic: str, tiding: Tiding, say: Say) -> None:
        for number, hearing in enumerate(listener.hearings(topic)):
            if number:  # the one before may have been long on its way to whoever reads slowly
                await self._judge_again(listener)
            if listener.ended:
                return
            try:
                told = await self._words(listener, hearing, topic, tiding)
            except Exception:  # one tiding that cannot be put into words does not end the stream
                log.exception("a tiding could not be told", kind=tiding.kind)
                continue
            for name, payload in told:
                if listener.ended or (listener.doubted and not await self._still(listener)):
                    return
                await say(hearing, name, payload)

    async def _words(self, listener: Listener, hearing: Hearing, topic: str, tiding: Tiding) -> Sequence[Told]:
        """What this listener is told of it. Whoever is signed in is judged by themselves; strangers alike, once."""
        call = listener.call
        if call.caller is not None:
            return await hearing.compose(call, topic, tiding)
        reads = self._dispatcher.house.reads
        name = (hearing.compose, hearing.asks, call.viewer, topic, tiding)
        said: Sequence[Told] | None = kept.find(reads, name)
        if said is None:
            with kept.making(reads) as noted:
                said = await hearing.compose(call, topic, tiding)
            kept.keep(reads, name, said, sum(len(payload) for _, payload in said), noted, SAID_FOR)
        return said

    # --- the WebSocket ---

    async def socket(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        """One WebSocket, many streams."""
        await receive()  # websocket.connect
        try:
            if scope["path"].rstrip("/") != DOOR_PATH:
                raise Malformed("channel_unknown")
            call = await self._dispatcher.enter(DOOR, _request(scope))
            listener = Listener(call, lent(scope)[0])
            self._streams.join(listener)
        except Exception as error:
            await _refuse(scope, send, self._dispatcher.problem_for(error, DOOR))
            return
        # A browser gives up where none of the protocols it offers is taken; the token is the one it offers.
        chosen = next(iter(scope.get("subprotocols") or ()), None)
        telling: asyncio.Task[None] | None = None
        try:
            await send({"type": "websocket.accept", "subprotocol": chosen})
            first = {name: values[-1] for name, values in parse_qs(query_of(scope)).items()}
            if first.get("stream"):
                await self._wish(listener, send, {"type": "subscribe", **first})
            telling = asyncio.create_task(self._tell_socket(listener, send))
            await self._read(listener, receive, send)
        except OSError:  # they hung up while something was being said
            pass
        finally:
            listener.end(GONE)
            self._streams.leave(listener)
            if telling is not None:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell_socket(self, listener: Listener, send: AsgiSend) -> None:
        async def say(hearing: Hearing, name: str, payload: bytes) -> None:
            await send({"type": "websocket.send", "text": message(hearing.name, name, payload)})

        async def beat() -> None:
            """The server pings by itself (RFC 6455 §5.5.2)."""

        with contextlib.suppress(OSError):
            await self._pump(listener, say, beat)
            if listener.ended in CODES:
                await send({"type": "websocket.close", "code": CODES[listener.ended], "reason": listener.ended})

    async def _read(self, listener: Listener, receive: AsgiReceive, send: AsgiSend) -> None:
        while True:
            sent = await receive()
            if sent["type"] == "websocket.disconnect":
                return
            if listener.ended:
                continue
            try:
                self._dispatcher.heed(listener.call)
            except TooMany:
                listener.end(FLOODING)  # and whoever tells closes it
            else:
                await self._wish(listener, send, sent.get("text") or sent.get("bytes") or "")

    async def _wish(self, listener: Listener, send: AsgiSend, said: str | bytes | dict[str, Any]) -> None:
        """Subscribe or unsubscribe; what cannot be done is answered, and the connection goes on."""
        try:
            wish = _wish_of(said)
            route = self._by_name.get(wish.stream)
            if route is None:
                raise Malformed("channel_unknown")
            sent = {name: value for name, value in (("tag", wish.tag), ("list", wish.list)) if value}
            hearing: Hearing = await self._dispatcher.ask(route, listener.call, sent)
            if wish.type == "unsubscribe":
                self._streams.unlisten(listener, hearing.name)
            elif wish.type == "subscribe":
                if len(listener.hears) >= MOST_STREAMS:
                    raise Malformed("too_many_on_connection")
                await self._streams.listen(listener, hearing)
            else:
                raise Malformed("message_unknown")
        except Problem as problem:
            error = {"error": problem.message, "status": problem.status}
            await send({"type": "websocket.send", "text": msgspec.json.encode(error).decode()})


def sse_headers(route: Route) -> list[tuple[bytes, bytes]]:
    """The API is open to other origins; what a page hears by its cookie is not."""
    return [*SSE, *OPEN] if route.shape is Shape.API else SSE


# The same words go to many in the same form: the last few are kept in it.
@functools.lru_cache(64)
def sse(name: str, payload: bytes) -> bytes:
    """One server-sent event; JSON holds no line breaks, so one line of data is enough."""
    return b"event: " + name.encode() + b"\ndata: " + payload + b"\n\n"


@functools.lru_cache(64)
def message(stream: tuple[str, ...], name: str, payload: bytes) -> str:
    """One message of the WebSocket; the payload is a string that holds JSON."""
    return msgspec.json.encode({"stream": stream, "event": name, "payload": payload.decode()}).decode()


def _wish_of(said: str | bytes | dict[str, Any]) -> ClientMessage:
    try:
        return (
            msgspec.convert(said, ClientMessage)
            if isinstance(said, dict)
            else msgspec.json.decode(said, type=ClientMessage)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("message_unreadable") from error


def _request(scope: Scope) -> Request:
    """As the dispatcher reads it: a token in the query or among the WebSocket's protocols counts like one in the header."""
    headers, query = headers_of(scope), query_of(scope)
    if "authorization" not in headers:
        token = parse_qs(query).get("access_token", [""])[-1] or next(iter(scope.get("subprotocols") or ()), "")
        if token:
            headers["authorization"] = f"Bearer {token}"
    return Request(peer_of(scope), headers, {}, query, scope["path"], _no_body)


async def _no_body() -> FieldsAndFiles:
    return {}, {}


async def _until_gone(receive: AsgiReceive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end(GONE)


async def _write(send: AsgiSend, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(scope: Scope, send: AsgiSend, problem: Problem) -> None:
    """With the problem as an answer where the server can give one before the handshake, else by closing."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": problem.message})
        return
    answer = problem_json(problem)
    headers = [(b"content-type", answer.mime.encode()), (b"content-length", str(len(answer.body)).encode()), *ALWAYS]
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})
