"""Asking over HTTP, and writing down what came of it: what everybody in a storm sees with.

A small client of its own: a million reads are asked for beside the servers on the same machine, and each must be known to
have been answered, refused, or broken off; nothing is asked again behind our backs.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cluster.engines import MARK
from cluster.history import OK, REFUSED, UNKNOWN, Op

PATIENCE = 15.0  # seconds until an answer that does not come is one that never will


class Broke(Exception):
    """No answer came: nobody took the connection, it broke, or it took too long."""


class Answer(NamedTuple):
    """`start`: before the first byte was sent; `end`: when the last was there."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    start: float
    end: float

    @property
    def server(self) -> str:
        return self.headers.get("x-served-by", "")

    def json(self) -> Any:
        return json.loads(self.body)


class Asker:
    """One connection that is kept, to one address; a new one after it broke."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, Any] | None = None,
        body: Any = None,
        raw: bytes = b"",
    ) -> Answer:
        """One request. `form` is sent as a browser does, `body` as JSON, `raw` as it is. Raises Broke."""
        head = dict(headers or {})
        if token:
            head["authorization"] = f"Bearer {token}"
        if form is not None:
            raw, head["content-type"] = urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            raw, head["content-type"] = json.dumps(body).encode(), "application/json"
        lines = [
            f"{method} {path} HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            *(f"{name}: {value}" for name, value in head.items()),
        ]
        if raw or method != "GET":
            lines.append(f"content-length: {len(raw)}")
        start = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._send("\r\n".join([*lines, "", ""]).encode() + raw, start)
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise Broke(f"{method} {path}: {error or type(error).__name__}") from error
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    async def _send(self, request: bytes, start: float) -> Answer:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        return Answer(status, headers, await self._body(reader, status, headers), start, time.monotonic())

    async def _body(self, reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            parts: list[bytes] = []
            while size := int((await reader.readline()).split(b";")[0], 16):
                parts.append(await reader.readexactly(size))
                await reader.readline()
            await reader.readline()
            return b"".join(parts)
        if status in (204, 304):
            return b""
        return await reader.readexactly(int(headers["content-length"]))

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Notebook:
    """Where everybody writes down what they did and saw. `port`: the balancer's."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.ops: list[Op] = []
        self.answered: dict[int, int] = {}  # how often each status was answered
        self.broke = 0
        self.strange: list[str] = []  # answers that nobody should have got

    @contextmanager
    def asker(self) -> Iterator[Asker]:
        asker = Asker(self.port)
        try:
            yield asker
        finally:
            asker.close()

    async def ask(self, asker: Asker, method: str, path: str, **sent: Any) -> Answer | None:
        """An answer, or None where it broke or the house could not (5xx)."""
        try:
            answer = await asker.ask(method, path, **sent)
        except Broke:
            self.broke += 1
            return None
        self.answered[answer.status] = self.answered.get(answer.status, 0) + 1
        # With it, the balancer's own.
        if answer.status >= 500 and answer.status not in (503, 507) and MARK not in answer.headers:
            self.strange.append(f"{answer.status} {method} {path} {answer.server}: {answer.body[:300]!r}")
        if answer.status == 503 and "retry-after" not in answer.headers:
            self.strange.append(f"503 without Retry-After: {method} {path} {answer.server}: {answer.body[:300]!r}")
        return None if answer.status >= 500 else answer

    async def do(
        self,
        asker: Asker,
        who: str,
        what: str,
        value: str,
        method: str,
        path: str,
        *,
        brings: tuple[str, ...] = (),
        done: tuple[int, ...] = (200,),
        **sent: Any,
    ) -> Answer | None:
        """Set a register by a request. None where nobody knows whether it was done."""
        start = time.monotonic()
        answer = await self.ask(asker, method, path, **sent)
        end = time.monotonic()
        outcome = UNKNOWN if answer is None else OK if answer.status in done else REFUSED
        server = answer.server if answer else ""
        self.ops.append(Op(who, "set", what, value, start, end, outcome, server, brings))
        return answer

    async def see(
        self, asker: Asker, who: str, path: str, read: Callable[[Answer], Mapping[str, str]], **sent: Any
    ) -> Answer | None:
        """Look at registers by one request: `read` says which values an answer shows."""
        answer = await self.ask(asker, "GET", path, **sent)
        if answer is not None:
            for what, value in read(answer).items():
                self.ops.append(Op(who, "see", what, value, answer.start, answer.end, OK, answer.server))
        return answer
