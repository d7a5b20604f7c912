"""A call: who asks, from where, for what, checked; and the answers a handler can give."""

from collections.abc import AsyncIterator, Callable, Mapping, Set
from pathlib import Path
from tempfile import _TemporaryFileWrapper  # pyright: ignore[reportPrivateUsage] - what NamedTemporaryFile gives
from typing import Any

import msgspec

from chaupal.federation.context import Federation
from chaupal.governance.context import Court
from chaupal.http.route import Route
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Caller, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.kept import Touched
from chaupal.social.context import Square

type Headers = list[tuple[str, str]]
type Renew = Callable[[Set[Touched]], tuple[bytes, Headers] | None]
type TemporaryFile = _TemporaryFileWrapper[bytes]


class House(msgspec.Struct, frozen=True):
    """The rooms a handler may ask: `square` changes, `court` judges, `reads` looks, `federation` talks to other servers."""

    settings: Settings
    square: Square
    court: Court
    reads: Reads
    federation: Federation | None = None  # how other servers are talked to, where they are


class Upload:
    """A file that came with a form: in memory where it is small, else in a file that goes with this object."""

    __slots__ = ("_held", "mime", "name")

    def __init__(self, name: str, mime: str, held: bytes | TemporaryFile) -> None:
        self.name = name
        self.mime = mime
        self._held = held

    @property
    def brought(self) -> bytes | Path:
        """Its bytes, or the file that holds them."""
        return self._held if isinstance(self._held, bytes) else Path(self._held.name)

    @property
    def data(self) -> bytes:
        """All of it in memory: for what is small by its nature."""
        return self._held if isinstance(self._held, bytes) else Path(self._held.name).read_bytes()

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self._held) if isinstance(self._held, bytes) else Path(self._held.name).stat().st_size

    @property
    def empty(self) -> bool:
        return self._held == b""


class Call[A: msgspec.Struct]:
    """One request. `args` is what the route takes, checked. `link` is the URL asked for, without its query.

    `target`: of a request of another server's, path and query as they were sent.
    """

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
        "sent",
        "target",
        "viewer",
    )

    def __init__(
        self,
        *,
        house: House,
        route: Route,
        viewer: Viewer,
        caller: Caller | None,
        args: A,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
        link: str,
        query: str,
        address: str = "",
        csrf: str = "",
        files: Mapping[str, Upload] | None = None,
        target: str = "",
    ) -> None:
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
        self.target = target
        self.sent: Mapping[str, Any] = {}  # what came in a form, before it was checked

    @property
    def me(self) -> int:
        """The signed-in account's id. Raises NotSignedIn where there is none."""
        return self.viewer.me


class Answer(msgspec.Struct):
    """Bytes with a status and headers (names in lower case). `pieces`: instead of a body, `length` bytes as they come.

    A page may hold the mark of a word that is still to be put in (`http.csrf`). `packed`: the body as gzip, where it is at hand.
    `renew`: body and headers as they are where of the things in it some only count otherwise by now, or something came before
    them; None: it has to be made anew.
    """

    body: bytes = b""
    status: int = 200
    mime: str = "application/json; charset=utf-8"
    headers: Headers = []
    pieces: AsyncIterator[bytes] | None = None
    length: int = 0
    packed: bytes = b""
    renew: Renew | None = None


_encode = msgspec.json.Encoder().encode


def json(value: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    """A JSON answer from Structs, lists, dictionaries."""
    return Answer(_encode(value), status, headers=headers or [])


def page(html: str, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    return Answer(html.encode("utf-8", "replace"), status, "text/html; charset=utf-8", headers or [])


def redirect(where: str, *, headers: list[tuple[str, str]] | None = None) -> Answer:
    """See other: after a form was taken in."""
    return Answer(b"", 303, "text/plain", [("location", where), *(headers or [])])
