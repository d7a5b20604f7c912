"""WebSockets as the server takes them: what one may send, and that it leaves when it is told to."""

from collections.abc import Callable
from typing import Any, cast, override

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chaupal.app.connections import Config, reset
from chaupal.http.asgi_scope import DROP

SOCKET_BYTES, SOCKET_SECONDS = 16_384, 10.0  # what one WebSocket may send in so long: its messages are a few words


class WebSockets(WebSocketsSansIOProtocol):
    """WebSockets whose messages, pings and pieces together are a few words, and that leave when they are told to."""

    def __init__(self, config: uvicorn.Config, *args: Any, **more: Any) -> None:
        super().__init__(config, *args, **more)
        self._keeper = cast(Config, config).keeper
        self._since, self._came = 0.0, 0

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._keeper.leave(self.transport)
        super().connection_lost(exc)

    @override
    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # not where the handshake was no good
            drop: Callable[[], None] = self.transport.abort
            self.scope.setdefault("extensions", {})[DROP] = {"drop": drop}

    @override
    def data_received(self, data: bytes) -> None:
        # Looked at before a byte is parsed: a quarter of a megabyte holds forty thousand pings.
        if self.handshake_initiated and self._too_much(len(data)):
            self._close(1008, "too many messages")
        elif not self.transport.is_closing():
            super().data_received(data)

    def _too_much(self, size: int) -> bool:
        now = self.loop.time()
        if now - self._since > SOCKET_SECONDS:
            self._since, self._came = now, 0
        self._came += size
        return self._came > SOCKET_BYTES

    def _close(self, code: int, reason: str) -> None:
        if self.close_sent or not self.handshake_complete or self.transport.is_closing():
            self.transport.abort()
            return
        self.conn.fail(code, reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()

    @override
    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:  # theirs, and no error of ours to be printed
                self._close(1007, "not UTF-8")
                return
        super().send_receive_event_to_app()

    @override
    async def send(self, message: Any) -> None:
        await super().send(message)
        # A refusal is an answer; uvicorn takes it for a handshake that was forgotten, and prints an error.
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    @override
    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        if self.transport.is_closing():  # they are gone, and take no farewell
            reset(self.transport)
