"""A call: who asks, from where, for what, checked; and the answers a handler can give."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chaupal.governance.context import Court
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Caller, Viewer
from chaupal.reads.context import Reads
from chaupal.social.context import Square
from chaupal.wire.route import Route


class House(msgspec.Struct, frozen=True):
    """The rooms a handler may ask: `square` changes, `court` judges, `reads` looks."""

    settings: Settings
    square: Square
    court: Court
    reads: Reads


class Upload(msgspec.Struct, frozen=True):
    """A file that came with a form."""

    name: str
    mime: str
    data: bytes


class Call[A: msgspec.Struct]:
    """One request. `args` is what the route takes, checked. `link` is the URL asked for, without its query."""

    __slots__ = (
        "address",
        "args",
        "caller",
        "cookies",
        "csrf",
        "files",
        "headers",
        "house",
        "link",
        "query",
        "route",
        "viewer",
    )

    def __init__(
        self, *, house: House, route: Route, viewer: Viewer, caller: Caller | None, args: A, headers: Mapping[str, str],
        cookies: Mapping[str, str], link: str, query: str, address: str = "", csrf: str = "", files: Mapping[str, Upload] | None = None,
    ) -> None:  # fmt: skip
        self.house = house
        self.route = route
        self.viewer = viewer
        self.caller = caller
        self.args = args
        self.headers = headers
        self.cookies = cookies
        self.link = link
        self.query = query
        self.address = address
        self.csrf = csrf
        self.files = files or {}

    @property
    def me(self) -> int:
        """The signed-in account's id. Raises NotSignedIn where there is none."""
        return self.viewer.me


class Answer(msgspec.Struct):
    """Bytes with a status and headers (names in lower case)."""

    body: bytes = b""
    status: int = 200
    mime: str = "application/json; charset=utf-8"
    headers: list[tuple[str, str]] = []


_encode = msgspec.json.Encoder().encode


def json(value: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    """A JSON answer from Structs, lists, dictionaries."""
    return Answer(_encode(value), status, headers=headers or [])


def page(html: str, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    return Answer(html.encode("utf-8", "replace"), status, "text/html; charset=utf-8", headers or [])


def redirect(where: str, *, headers: list[tuple[str, str]] | None = None) -> Answer:
    """See other: after a form was taken in."""
    return Answer(b"", 303, "text/plain", [("location", where), *(headers or [])])
