"""What the server hands over (ASGI's scope) in our words: headers, query, peer, and what it lends beside them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

# The server's extensions of the scope: cut the connection off; take an answer whole.
DROP, WHOLE = "chaupal.drop", "chaupal.whole"

NOTHING: dict[str, Any] = {}

type Scope = MutableMapping[str, Any]
type AsgiReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type AsgiSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, AsgiReceive, AsgiSend], Awaitable[None]]
type Pairs = list[tuple[bytes, bytes]]
# Status, headers as they go over the wire (each with its end of line), and body at once; False where that cannot be now, and the
# answer is to be sent as to any server.
type SendWhole = Callable[[int, bytes, bytes], bool]


def lent(scope: Scope) -> tuple[Callable[[], None] | None, SendWhole | None]:
    """What cuts a connection off, and what takes an answer whole, where the server lends that."""
    extensions = scope.get("extensions")
    if not extensions:
        return None, None
    return extensions.get(DROP, NOTHING).get("drop"), extensions.get(WHOLE, NOTHING).get("send")


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names are lower case in ASGI; a repeated header is one list (RFC 9110 §5.3), so what a client slipped in beside
    what a proxy set is seen: two countries are no country. Cookies are joined as HTTP/2 splits them (RFC 9113 §8.2.3)."""
    return joined_headers(scope["headers"])


def joined_headers(pairs: Pairs) -> dict[str, str]:
    """The same of a head alone."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        if key in headers:
            text = f"{headers[key]}{'; ' if key == 'cookie' else ', '}{text}"
        headers[key] = text
    return headers


def accept_of(scope: Scope) -> str:
    """Which kinds of answers whoever asks can read (RFC 9110 §12.5.1); nothing where they do not say."""
    return ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")


def query_of(scope: Scope) -> str:
    """As it was sent; some clients send letters beyond ASCII as they are."""
    return scope["query_string"].decode("utf-8", "replace")


def target_of(scope: Scope) -> str:
    """Path and query as they were sent, before anybody decoded them: what a signature is about."""
    query = scope["query_string"]
    path = scope.get("raw_path") or scope["path"].encode()  # a server need not hand it over
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def peer_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
