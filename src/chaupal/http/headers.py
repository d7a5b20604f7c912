"""Headers of answers: what browsers are told of pages, files and the API (CSP, CORS, caching), and how a head is put into bytes."""

import functools
from collections.abc import Mapping

import regex

from chaupal.http.asgi_scope import Pairs, Scope
from chaupal.http.call import Answer, Route, Shape
from chaupal.kernel.settings import Settings

CSP = "content-security-policy"
PAGE_CSP = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; "
    "font-src 'self'; script-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A page that is made once for everybody and kept by browsers: no forms.
KEPT_PAGE_CSP = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A page that others may frame: nothing in it can be sent.
FRAMED_CSP = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"
)
# What people brought: should a browser take it for a page after all, nothing in it runs.
FILE_CSP = "default-src 'none'; sandbox"

EXPOSED = b"ETag, Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Mastodon-Async-Refresh"

ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
OPEN = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
PREFLIGHT = [
    *OPEN,
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    (b"access-control-max-age", b"86400"),
]
USUAL = b"Authorization, Cache-Control, Content-Type, Idempotency-Key"
PAGE = [
    (CSP.encode(), PAGE_CSP.encode()),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"interest-cohort=()"),
    (b"cache-control", b"private, no-store"),
]
# What is judged for one viewer must not be kept for another (and a 451 is cacheable unless told otherwise, RFC 7725 §3).
FOR_ONE = [(b"cache-control", b"private, no-store")]
BY_SHAPE = {Shape.API: [*ALWAYS, *OPEN, *FOR_ONE], Shape.PAGE: [*ALWAYS, *PAGE], Shape.FILE: [*ALWAYS, *FOR_ONE]}


CONTROLS = regex.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110 §5.5
REPLACEABLE = frozenset(name for shape in BY_SHAPE.values() for name, _ in shape)


def is_known(asked: Mapping[str, str], mark: str) -> bool:
    """Whether whoever asks has what carries this ETag already, by their headers (RFC 9110 §13.1.2)."""
    known = [one.strip().removeprefix("W/") for one in asked.get("if-none-match", "").split(",")]
    return mark in known or known == ["*"]


@functools.lru_cache(4_096)
def header(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as bytes; the same few are sent again and again. Raises ValueError where it would end and another one begin."""
    both = name + value
    if not both.isprintable() and CONTROLS.search(both):  # what is printable need not be looked through
        raise ValueError(f"{name}: a header holds no control character")
    return name.encode("latin-1"), value.encode("latin-1", "replace")


def line(pair: tuple[bytes, bytes]) -> bytes:
    """A header as it goes over the wire."""
    return b"%s: %s\r\n" % pair


@functools.lru_cache(4_096)
def written(name: str, value: str) -> bytes:
    """The same of one that is not bytes yet. Raises ValueError as `header`; of an empty one nothing is written."""
    return line(header(name, value)) if value else b""


LINES = {shape: b"".join(map(line, pairs)) for shape, pairs in BY_SHAPE.items()}
NAMES = frozenset(name.decode() for name in REPLACEABLE)


def lines_of(route: Route | None, answer: Answer) -> bytes:
    """The headers of a whole answer as they go over the wire: those of `head_of`."""
    if not NAMES.isdisjoint([name for name, _ in answer.headers]):
        return b"".join(map(line, head_of(route, answer)))
    own = [written(name, value) for name, value in answer.headers]
    size = b"content-length: %d\r\n" % len(answer.body)
    return b"".join((written("content-type", answer.mime), size, LINES[route.shape if route else Shape.API], *own))


def head_of(route: Route | None, answer: Answer) -> Pairs:
    """The headers of an answer. One that it names itself replaces the shape's."""
    shape = BY_SHAPE[route.shape] if route else BY_SHAPE[Shape.API]
    own = [header(name, value) for name, value in answer.headers]
    named = {name for name, _ in own}
    own = [pair for pair in own if pair[1]]  # an empty one only takes the shape's away
    if not named.isdisjoint(REPLACEABLE):
        shape = [pair for pair in shape if pair[0] not in named]
    size = len(answer.body) if answer.pieces is None else answer.length
    return [header("content-type", answer.mime), (b"content-length", str(size).encode()), *shape, *own]


def preflight(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What another origin may send: any header that it asks for, since nothing here is opened by a cookie.

    `*` would not do: browsers leave `Authorization` out of it (fetch.spec.whatwg.org, CORS non-wildcard request-header).
    """
    asked = dict(scope["headers"]).get(b"access-control-request-headers", b"")
    return [*PREFLIGHT, (b"access-control-allow-headers", asked or USUAL), (b"vary", b"Access-Control-Request-Headers")]


# --- cookies that answers set ---


def set_cookie(settings: Settings, name: str, value: str, seconds: int | None = None) -> tuple[str, str]:
    """The header by which a browser keeps `value` for so long. None: until it is closed; 0: no longer."""
    lasts = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if settings.secure else ""
    return "set-cookie", f"{name}={value}; Path=/{lasts}; HttpOnly; SameSite=Lax{secure}"
