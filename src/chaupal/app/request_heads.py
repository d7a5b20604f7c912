"""Heads of requests that were parsed before. Apps send the same head each time, so it is not parsed again.

Letter for letter the same, standing by itself in what came, with nothing after it and nothing in it that is about the connection:
so it says what it said. What has no such head is read by uvicorn, as everything was.
"""

import functools
from typing import Any, NamedTuple
from urllib.parse import unquote

import httptools
import regex

from chaupal.http.asgi_scope import Pairs
from chaupal.kernel.shelf import Shelf

KNOWN, LONGEST = 500, 4_000  # heads that are remembered, and bytes of the longest
GET, VERSION, END = b"GET ", b" HTTP/1.1", b"\r\n\r\n"
# After these something else comes, or the connection is another one.
PARTICULAR = frozenset(
    (
        b"connection",
        b"content-length",
        b"expect",
        b"http2-settings",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
_PLAIN = regex.compile(rb"/[A-Za-z0-9._~!$&'()*+,;=:@%/?\[\]-]*")


class Target(NamedTuple):
    """What is asked for, as ASGI has it."""

    path: str
    raw: bytes
    query: bytes


@functools.lru_cache(KNOWN)
def _target(said: bytes) -> Target | None:
    """The target as uvicorn would parse it; None where it is anything but a path with a query."""
    if _PLAIN.fullmatch(said) is None:
        return None
    found: Any = httptools.parse_url(said)
    return Target(unquote(found.path.decode("ascii")), found.path, found.query or b"")


class Heads:
    """What is behind the first line, up to the empty one -> its headers."""

    def __init__(self) -> None:
        self._known: Shelf[bytes, Pairs] = Shelf(KNOWN)

    def __len__(self) -> int:
        return len(self._known.items)

    def read(self, data: bytes) -> tuple[Target, Pairs] | None:
        """The whole of a request, from where one may begin; None where it has to be read."""
        if data[:4] != GET:
            return None
        end = data.find(b"\r\n")
        headers = self._known.items.get(data[end:])
        if headers is None or data[end - 9 : end] != VERSION or (target := _target(data[4 : end - 9])) is None:
            return None
        return target, headers

    def learn(self, data: bytes, headers: Pairs) -> None:
        """What was read of a request that has ended, and began where one may."""
        end = data.find(b"\r\n")
        if data[:4] != GET or data[end - 9 : end] != VERSION or data.find(END) != len(data) - 4 or len(data) > LONGEST:
            return
        if PARTICULAR.isdisjoint([name for name, _ in headers]):
            self._known.put(data[end:], headers)
