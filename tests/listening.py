"""Ears for tests: connections that stay open, in-process over ASGI, server-sent events and WebSocket alike."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from chaupal.app.wiring import RunningHouse
from chaupal.http.asgi_scope import DROP, App
from waiting import PATIENCE, until


@dataclass(frozen=True)
class Message:
    """One event as a client reads it; `stream` is empty for server-sent events."""

    event: str
    payload: Any
    stream: tuple[str, ...] = ()


@dataclass
class Ear:
    """An open connection. `raw`: every byte that came; `deaf`: it takes nothing, until it is set again."""

    raw: bytearray = field(default_factory=bytearray)
    messages: list[Message] = field(default_factory=list[Message])
    status: int = 0
    ended: bool = False
    code: int = 0  # with which the server closed the WebSocket
    cut: bool = False  # it was cut off
    headers: dict[str, str] = field(default_factory=dict[str, str])
    subprotocol: str | None = None
    taking: asyncio.Event = field(default_factory=asyncio.Event)
    inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _rest: bytes = b""

    def __post_init__(self) -> None:
        self.taking.set()

    # --- what the server does ---

    async def receive(self) -> dict[str, Any]:
        return await self.inbox.get()

    async def send(self, sent: MutableMapping[str, Any]) -> None:
        await self.taking.wait()
        if self.cut:
            return
        match sent["type"]:
            case "http.response.start" | "websocket.http.response.start":
                self.status = sent["status"]
                self.headers = {k.decode(): v.decode() for k, v in sent["headers"]}
            case "http.response.body" | "websocket.http.response.body":
                self._heard(sent.get("body", b""))
                self.ended = not sent.get("more_body", False)
            case "websocket.accept":
                self.status, self.subprotocol = 101, sent.get("subprotocol")
            case "websocket.send":
                self.raw += sent["text"].encode()
                said = json.loads(sent["text"])
                payload = said.get("payload")
                self.messages.append(
                    Message("error", said)
                    if "error" in said
                    else Message(said["event"], _read(payload), tuple(said["stream"]))
                )
            case "websocket.close":
                self.code, self.ended = sent["code"], True
                self.inbox.put_nowait({"type": "websocket.disconnect", "code": sent["code"]})
            case other:
                raise AssertionError(other)
        self.news.set()

    def drop(self) -> None:
        """The server cuts it off, as `transport.abort` does."""
        self.cut = self.ended = True
        self.taking.set()
        self.news.set()
        self.inbox.put_nowait({"type": "http.disconnect"})

    def _heard(self, body: bytes) -> None:
        self.raw += body
        *whole, self._rest = (self._rest + body).split(b"\n\n")
        for event in whole:
            lines = dict(line.split(": ", 1) for line in event.decode().splitlines() if not line.startswith(":"))
            if "event" in lines:  # else it says only when to come again
                self.messages.append(Message(lines["event"], _read(lines["data"])))

    # --- what the client does ---

    def say(self, **message: Any) -> None:
        """A message on the WebSocket."""
        self.inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def hang_up(self, kind: str) -> None:
        self.inbox.put_nowait({"type": f"{kind}.disconnect", "code": 1000})

    async def until(self, is_so: Callable[["Ear"], Any]) -> Any:
        """Wait until it is so; what it gave. Raises AssertionError with what came instead."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := is_so(self)):
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"status {self.status}, ended {self.ended}: {self.events}") from None
        return found

    async def heard(self, event: str, id_: object = None) -> Message:
        """The first event of this name (about this id)."""
        return await self.until(lambda ear: next((m for m in ear.messages if _is(m, event, id_)), None))

    @property
    def events(self) -> list[str]:
        return [message.event for message in self.messages]


def _read(payload: str) -> Any:
    return json.loads(payload)


def _is(message: Message, event: str, id_: object) -> bool:
    if message.event != event:
        return False
    found = message.payload["id"] if isinstance(message.payload, dict) and "id" in message.payload else message.payload
    return id_ is None or str(found) == str(id_)


async def hears(running: RunningHouse, many: int) -> None:
    """Wait until all connections of a house hear so many streams in all: what a WebSocket asks for is done later."""
    houses = getattr(running, "both", ()) or (running,)
    open_ = [vars(one.carrier.streams)["_listeners"] for one in houses]
    await until(lambda: sum(len(one.hears) for among in open_ for one in among), "streams", lambda now: now == many)


@asynccontextmanager
async def listening(
    app: App,
    path: str,
    *,
    token: str = "",
    cookie: str = "",
    country: str = "",
    address: str = "",
    socket: bool = False,
    protocols: tuple[str, ...] = (),
    denials: bool = True,
) -> AsyncGenerator[Ear]:
    """Open a stream and wait until it is open, or was refused. `country`, `address`: as a trusted proxy says them."""
    ear = Ear()
    where, _, query = path.partition("?")
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    headers += [(b"cookie", cookie.encode())] if cookie else []
    headers += [(b"x-country", country.encode())] if country else []
    headers += [(b"x-forwarded-for", address.encode())] if address else []
    scope: dict[str, Any] = {
        "type": "websocket" if socket else "http",
        "path": unquote(where),
        "query_string": quote(query, "=&%[]").encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "extensions": {DROP: {"drop": ear.drop}},
    }
    if socket:
        scope["subprotocols"] = list(protocols)
        if denials:
            scope["extensions"]["websocket.http.response"] = {}
        ear.inbox.put_nowait({"type": "websocket.connect"})
    else:
        scope["method"] = "GET"
    task = asyncio.ensure_future(app(scope, ear.receive, ear.send))
    await ear.until(lambda e: e.status or e.ended)
    try:
        yield ear
    finally:
        ear.taking.set()
        ear.hang_up("websocket" if socket else "http")
        async with asyncio.timeout(PATIENCE):
            await task
