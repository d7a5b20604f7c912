"""A route is one row: what is asked, who may ask, what it takes, on which surface words are shown. A call is somebody who asks for it,
checked; and what a handler can answer.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Set
from enum import StrEnum
from functools import partial
from inspect import get_annotations
from pathlib import Path
from tempfile import _TemporaryFileWrapper
from typing import Any, get_args

import msgspec

from chaupal.federation.context import Federation
from chaupal.governance.context import Court
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Caller, Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.kept import Touched
from chaupal.social.context import Square


class Shape(StrEnum):
    """In which shape a surface promises its answers and its errors."""

    API = "api"  # JSON, open to other origins
    PAGE = "page"  # HTML, forms guarded against forgery
    FILE = "file"  # bytes: media, log tiles, feeds, styles


PAGE: dict[str, Any] = {"shape": Shape.PAGE}  # of rows for whoever is signed in
OPEN_PAGE: dict[str, Any] = PAGE | {"public": True}  # of rows for everybody


class Nothing(msgspec.Struct):
    """Takes no parameters."""


# To Mastodon's clients they are one thing (Rails routes both to `update`): some send the one, some the other.
UPDATES = ("PUT", "PATCH")

OFFICE = "office"

type Handler = Callable[..., Awaitable[Any]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """`scope`: what an app's token must hold. `public`: nobody need be signed in. `may`: a word of `roles.MAY`.

    `takes`: a Struct of everything the caller can send: path, query and body in one, validated before `run` is called.
    `gives`: what the answer is, for the published description (an `Answer` says nothing). `limit`: (requests, seconds), beside
    the general one. `body`: most bytes taken.
    """

    method: str
    path: str
    run: Handler
    surface: Surface
    shape: Shape = Shape.API
    scope: str = ""
    public: bool = False
    may: str = ""
    takes: type[msgspec.Struct] = Nothing
    gives: Any = None
    limit: tuple[int, int] | None = None
    counts: Callable[[Any], int] | None = None  # as how many a call with such arguments counts towards `limit`
    guards: str = ""  # the argument that names whose secret could be guessed here: guesses are counted by it, too
    first: Handler | None = None  # asked with the path alone (call, holes), before anything that was sent is read
    guesses: Handler | None = None  # whether a call is a guess, so that nobody uses up what others may; None: always
    kept: bool = False  # rests on the store and the asker alone, not on headers: may be answered from memory
    kept_for: int = 0  # ms: of what rests on the hour, too, how long it is good at most
    shaped_by: tuple[str, ...] = ()  # the cookies that it rests on as well
    body: int = 200_000
    sent: bool = False  # a GET whose arguments some apps put into a body
    raw: bool = False  # the body is one text, whatever its type is said to be: the argument `body`
    unready: bool = False  # open to accounts that are not (or no longer) active: confirm, sign in, change the language
    # Open to accounts that are suspended or frozen, and to blocked nets: notices, appeals, their own export.
    suspended: bool = False
    # Open to nets that staff have blocked, as `suspended` is: what leads to that, and how it looks.
    unblocked: bool = False
    takes_back: bool = False  # undoes what one did oneself: open to accounts that are frozen
    village: bool = False  # exists in the village only
    bare: bool = False  # answers whoever asks, as often as they ask: nobody is looked up, counted or turned away
    peer: bool = False  # for other servers, where they are talked to; a page may have the same address
    offices: bool = False  # for the people of authorities, who have no accounts here: its handler finds out who asks
    stream: str = ""  # stays open: server-sent events here, and by this name on the WebSocket

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def counted_as(self) -> str:
        """By which name its requests are counted. Those of the office are one: what it is about is nobody's to watch."""
        return OFFICE if self.may or self.offices or self.surface is Surface.OFFICE else self.name

    @property
    def methods(self) -> tuple[str, ...]:
        """Every method that comes here: its own first."""
        if self.shape is Shape.API and self.method in UPDATES:
            return (self.method, *(other for other in UPDATES if other != self.method))
        return (self.method,)


def _row(method: str, path: str, run: Handler, surface: Surface, **more: Any) -> Route:
    """What a handler takes and gives stands in its signature, `(call: Call[What]) -> Given`; a row says it where it does not."""
    return Route(method=method, path=path, run=run, surface=surface, **{**_signed(run), **more})


def _signed(run: Handler) -> dict[str, Any]:
    signed = get_annotations(run)
    taken = [kind for kind in get_args(signed["call"]) if kind is not Any]
    return {"takes": taken[0] if taken else Nothing, "gives": signed.get("return")}


get = partial(_row, "GET")
post = partial(_row, "POST")
put = partial(_row, "PUT")
patch = partial(_row, "PATCH")
delete = partial(_row, "DELETE")


type Headers = list[tuple[str, str]]
type Renew = Callable[[Set[Touched]], tuple[bytes, Headers] | None]
type TemporaryFile = _TemporaryFileWrapper[bytes]  # what NamedTemporaryFile gives


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


class Call[A: msgspec.Struct](msgspec.Struct, kw_only=True, eq=False):
    """One request. `args` is what the route takes, checked. `link` is the URL asked for, without its query.

    `target`: of a request of another server's, path and query as they were sent. `sent`: what came in a form, before it was checked.
    `lapsed`: a browser asks whose session is over; whoever sits there is told so, for they may wonder where their home is.
    """

    house: House
    route: Route
    viewer: Viewer
    caller: Caller | None
    args: A
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    link: str
    query: str
    address: str = ""
    csrf: str = ""
    files: Mapping[str, Upload] = {}
    target: str = ""
    sent: Mapping[str, Any] = {}
    lapsed: bool = False

    __repr__ = object.__repr__  # cookies and what was typed belong into no log

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
