"""A small web site of somebody else's, for links that lead there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from painted import picture


@dataclass
class Site:
    """A small web site: `pages` by path, each (status line, headers, body). `asked`: the paths, as they came."""

    port: int = 0
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(
        default_factory=dict[str, tuple[int, dict[str, str], bytes]]
    )
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def says(self, path: str, body: str | bytes, kind: str = "text/html", status: int = 200, **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"content-type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}, data)
        return f"http://localhost:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.asked.append((path, head))
        status, headers, body = self.pages.get(path, (404, {}, b""))
        lines = [f"{name}: {value}" for name, value in (headers | {"content-length": str(len(body))}).items()]
        writer.write(f"HTTP/1.1 {status} X\r\n{chr(13) + chr(10)}".encode()[:-2])
        writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    found = Site()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    found.says("/chitra.png", picture(300, 150), "image/png")
    yield found
    server.close()
