"""The bus between processes: listeners here are called at once, those elsewhere through Valkey, in the background."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Any

from valkey.exceptions import ValkeyError

from chaupal.ports.bus import Bus, Listener
from chaupal.ports.valkey import LOOK_EVERY, PATIENCE, TO_CONNECT, Gone, Server

MOST = 1_000  # messages that wait to be sent; what comes above them is lost, as a bus may
# Seconds from one parcel of messages to the next: the first goes at once, and on a busy evening processes do not wake each
# other for every commit, which would cost each as much as a request does.
GATHER = 0.04
SILENCE = 5.0  # seconds, after which a connection that hears is asked whether it still stands


class ValkeyBus:
    """See `ports.bus.Bus`. `local` is that of this process. Of several messages that wait and say the same, one is sent."""

    def __init__(self, server: Server, local: Bus) -> None:
        self._server = server
        self._local = local
        self._mine = secrets.token_hex(8)  # what comes back to us was heard here already
        self._prefix = f"{server.name}:bus:"  # of one house
        self._waiting: dict[tuple[str, str], None] = {}
        self._sending: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[None] | None = None

    def publish(self, channel: str, message: str) -> None:
        self._local.publish(channel, message)
        if self._server.there and len(self._waiting) < MOST:
            self._waiting[self._prefix + channel, f"{self._mine} {message}"] = None
            if self._sending is None or self._sending.done():
                self._sending = self._server.beside(self._send())

    def publish_here(self, channel: str, message: str) -> None:
        self._local.publish(channel, message)

    def subscribe(self, channel: str, listener: Listener) -> Callable[[], None]:
        if self._hearing is None:
            self._hearing = self._server.beside(self._hear())
        return self._local.subscribe(channel, listener)

    async def _send(self) -> None:
        while self._waiting:
            sent, self._waiting = [*self._waiting], {}
            with contextlib.suppress(Gone):
                await self._server.tell([("PUBLISH", *one) for one in sent])
            await asyncio.sleep(GATHER)

    async def _hear(self) -> None:
        while True:
            with contextlib.suppress(ValkeyError, OSError, TimeoutError):
                async with self._server.ears() as ears:
                    await self._hear_with(ears)
            await asyncio.sleep(LOOK_EVERY)

    async def _hear_with(self, ears: Any) -> None:
        """Until the connection is lost. Raises TimeoutError for one that says nothing any more."""
        async with asyncio.timeout(TO_CONNECT):
            await ears.psubscribe(f"{self._prefix}*")
        asked = False
        while True:
            found = await ears.get_message(timeout=10 * PATIENCE if asked else SILENCE)
            if found is not None:
                asked = False
                self._take(found)
            elif asked:
                raise TimeoutError
            else:
                asked = True
                await ears.ping()

    def _take(self, found: dict[str, Any]) -> None:
        if found["type"] != "pmessage":
            return  # an answer to our question
        # Whatever somebody else says on it is no reason to hear nothing more.
        who, _, message = found["data"].decode(errors="replace").partition(" ")
        if who != self._mine:
            self._local.publish(found["channel"].decode(errors="replace").removeprefix(self._prefix), message)
