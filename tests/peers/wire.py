"""The wire before a server that is killed: passes everything on, and keeps what was said to its inboxes and what it answered.

What a server took (2xx) and forgot is its own loss, and what it never took is its author's: only the wire tells which.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from peers.sides import Json, listed

AWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"  # as a proxy has it


@dataclass(frozen=True)
class Word:
    """An activity that was said to an inbox. `answer`: the status, 0: none came; `why`: in whose words it was refused."""

    activity: Json
    answer: int
    why: str = ""

    @property
    def refused(self) -> str:
        """What was refused for good, and why; "" where it was not."""
        return f"{self.answer} {self.why}: {json.dumps(self.activity)}" if 400 <= self.answer < 500 else ""

    @property
    def taken(self) -> bool:
        return 200 <= self.answer < 300

    @property
    def what(self) -> tuple[str, str, str]:
        """Kind, actor and object; of what is undone the same of that, with `Undo` before its kind."""
        inner, kind = self.activity.get("object"), str(self.activity.get("type"))
        if kind == "Undo" and isinstance(inner, dict):
            kind, inner = f"Undo {inner.get('type')}", inner.get("object")
        return kind, _uri(self.activity.get("actor")), _uri(inner)

    def names(self, whom: str) -> bool:
        """Whether what it brings is said to somebody: a server that cannot ask who `@name@host` is says it to nobody."""
        thing = self.activity.get("object")
        said = thing if isinstance(thing, dict) else {}
        tags = [tag.get("href") for tag in listed(said.get("tag")) if isinstance(tag, dict)]
        return whom in (*listed(said.get("to")), *listed(said.get("cc")), *tags)

    def agrees_to(self, who: str, whom: str) -> bool:
        """Whether it is the Accept of a follow."""
        inner = self.activity.get("object")
        asked = _uri(inner.get("actor")) if isinstance(inner, dict) else who
        return (self.activity.get("type"), _uri(self.activity.get("actor")), asked) == ("Accept", whom, who)


def _uri(value: Any) -> str:
    return value if isinstance(value, str) else str(value.get("id", "")) if isinstance(value, dict) else ""


class Wire:
    """Listens where others reach the server, which itself listens `behind`."""

    def __init__(self, behind: int, says: bytes) -> None:
        self.behind, self.port, self.says = behind, 0, says
        self.words: list[Word] = []
        self._passing = set[asyncio.Task[Any]]()
        self.moved = 0.0  # when something was last said, by the loop's clock

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer; what is cut off on the other side is cut off here."""
        if (task := asyncio.current_task()) is not None:
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head, body = await _request(reader, writer)
            answer = await self._ask(head, body)
            self._keep(head, body, answer)
            writer.write(answer or self.says)
            await writer.drain()
        writer.close()

    async def end(self) -> None:
        """Nothing is passed on any more."""
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _ask(self, head: list[bytes], body: bytes) -> bytes:
        """All that the server says; nothing where it is not there."""
        try:
            there, to = await asyncio.open_connection("127.0.0.1", self.behind)
        except OSError:
            return b""
        answer = bytearray()
        with suppress(ConnectionError):
            to.write(b"\r\n".join([*head, b"Connection: close", b"", b""]) + body)
            while part := await there.read(65_536):
                answer += part
        to.close()
        return bytes(answer)

    def _keep(self, head: list[bytes], body: bytes, answer: bytes) -> None:
        path = head[0].split()[1]
        if head[0].startswith(b"POST ") and path.endswith((b"/inbox", b"/shared-inbox")):
            self.moved = asyncio.get_running_loop().time()
            status = answer.split(maxsplit=2)[1] if answer.startswith(b"HTTP/") else b"0"
            why = answer.partition(b"\r\n\r\n")[2].decode(errors="replace") if status.startswith(b"4") else ""
            self.words.append(Word(json.loads(body), int(status), why))


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[list[bytes], bytes]:
    """The lines of its head, but those about the connection, and its body."""
    lines = (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n").split(b"\r\n")
    named = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in lines[1:]}
    if b"expect" in named:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(int(named.get(b"content-length", b"0")))
    return [line for line in lines if line.partition(b":")[0].lower() not in (b"connection", b"expect")], body


@asynccontextmanager
async def wire(behind: int, says: bytes = b"") -> AsyncGenerator[Wire]:
    """At a port of its own, to the server that will listen `behind`. `says`: what is answered for it when it is not there."""
    one = Wire(behind, says)
    server = await asyncio.start_server(one.pass_on, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await one.end()
