"""The framework's part (Litestar): routing, bodies, multipart; every route answers through the same Desk."""

import functools
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar
from litestar import Request as LitestarRequest
from litestar.exceptions import NotFoundException
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send
from litestar.utils import normalize_path

from chaupal.kernel.errors import Malformed, NotFound, Problem, TooLarge
from chaupal.policy.surface import Surface
from chaupal.wire import multipart
from chaupal.wire.answer import Desk, Request, Sent
from chaupal.wire.asgi import App, dropper, headers_of, peer_of, query_of, send_answer
from chaupal.wire.call import Answer
from chaupal.wire.params import nest
from chaupal.wire.route import Route, Shape

PATHS = {"path": ":path", "rest": ":path"}
API_PREFIXES = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/")


class WrongMethod(Problem):
    """The path is known, the method is not."""

    status = 405
    slug = "wrong_method"


async def unknown(call: Any) -> Answer:
    raise NotFound


MISSING_API = Route(method="GET", path="/api", run=unknown, surface=Surface.NONE, public=True)
MISSING_PAGE = Route(method="GET", path="/", run=unknown, surface=Surface.NONE, public=True, shape=Shape.PAGE)


def build(desk: Desk, routes: tuple[Route, ...]) -> App:
    """The routes as one ASGI app: Litestar's table finds the path, then the row is picked by method (HEAD as GET)."""
    framework = _table(routes)
    # Litestar's own entry looks an ASGI route's parameters up by method and fails, and a mount at the root (for what is
    # missing) forbids parameters there (/@handle); its table, asked directly and for no method, does neither.
    find = framework.asgi_router.handle_routing

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await framework(scope, receive, send)
            return
        scope["path_params"] = {}
        scope["litestar_app"] = framework  # multipart forms are read by it
        scope["desk"] = desk
        try:
            handle, _, _, scope["path_params"], _ = find(path=normalize_path(scope["path"]), method=None)
        except (NotFoundException, ValueError):
            handle = _missing
        await handle(scope, receive, send)

    return answer


@functools.cache
def _table(routes: tuple[Route, ...]) -> Litestar:
    """What knows no desk: it takes longer to make than all else that a server opens, and is the same for each of them."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in (route for route in routes if not route.stream):
        methods = by_path.setdefault(route.path, {})
        for method in route.methods:
            if method in methods:
                raise ValueError(f"{method} {route.path} is declared twice")
            methods[method] = route
    handlers = [_handler(path, methods) for path, methods in by_path.items()]
    return Litestar(route_handlers=handlers, openapi_config=None, logging_config=None, request_max_body_size=None)


async def _missing(scope: Any, receive: Any, send: Any) -> None:
    # `/api` itself, too: clients make it of `/api/v1/…/..` before they ask.
    missing = MISSING_API if f"{scope['path']}/".startswith(API_PREFIXES) else MISSING_PAGE
    await _answer(missing, scope, receive, send)


def _litestar_path(path: str) -> str:
    """`{id}` as Litestar writes it. Its parameters are whole segments, so the @ of `@{handle}` is looked at later."""
    parts = (part[part.index("{") + 1 : -1] if part.endswith("}") else part for part in path.split("/"))
    names = ("{" in part for part in path.split("/"))
    return "/".join(
        f"{{{part}{PATHS.get(part, ':str')}}}" if named else part for part, named in zip(parts, names, strict=True)
    )


def _sigils(path: str) -> dict[str, str]:
    """Parameter -> what stands before it in its segment (`@`)."""
    parts = (part.partition("{") for part in path.split("/"))
    return {name.rstrip("}"): before for before, brace, name in parts if brace and before}


def _handler(path: str, methods: dict[str, Route]) -> Any:
    sigils = _sigils(path)

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        asked: Any = scope
        params = asked["path_params"]
        route = methods.get("GET" if asked["method"] == "HEAD" else asked["method"])
        if not all(str(params[name]).startswith(sigil) for name, sigil in sigils.items()):
            await _missing(asked, receive, send)
        elif route is None:
            await send_answer(send, next(iter(methods.values())), _wrong_method(methods))  # pyright: ignore[reportArgumentType]
        else:
            asked["path_params"] = params | {name: params[name].removeprefix(sigil) for name, sigil in sigils.items()}
            await _answer(route, asked, receive, send)

    return asgi(_litestar_path(path), copy_scope=True)(handle)


def _wrong_method(methods: dict[str, Route]) -> Answer:
    body = msgspec.json.encode({"error": "Method not allowed"})
    return Answer(
        body, 405, headers=[("allow", ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods)))]
    )


async def _answer(route: Route, scope: Any, receive: Receive, send: Send) -> None:
    litestar_request: LitestarRequest[Any, Any, Any] = LitestarRequest(scope, receive=receive, send=send)

    async def take() -> Sent:
        return await _unpack(route, litestar_request)

    path = {
        name: str(value).removeprefix("/") for name, value in scope["path_params"].items() if isinstance(value, str)
    }
    request = Request(peer_of(scope), headers_of(scope), path, query_of(scope), scope["path"], take)
    desk: Desk = scope["desk"]
    answer = await desk.answer(route, request)
    await send_answer(send, route, answer, head=scope["method"] == "HEAD", drop=dropper(scope))  # pyright: ignore[reportArgumentType]


async def _unpack(route: Route, request: LitestarRequest[Any, Any, Any]) -> Sent:
    """The body as one dictionary and the files in it. Raises Malformed, TooLarge."""
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20) or int(length) > route.body:
        raise TooLarge("Too many bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and not route.raw:
        return await multipart.read(request.headers.get("content-type", ""), _chunks(route, request))
    data = b"".join([chunk async for chunk in _chunks(route, request)])
    if route.raw:
        return {"body": _text(data)}, {}
    if not data:
        return {}, {}
    if kind == "application/json" or kind.endswith("+json"):
        return _json(data), {}
    if kind in ("application/x-www-form-urlencoded", ""):
        return _form(data), {}
    raise Malformed(f"Cannot read a body of type {kind[:80]}")


async def _chunks(route: Route, request: LitestarRequest[Any, Any, Any]) -> AsyncIterator[bytes]:
    # Litestar's own stream asks its route for the most bytes; the rows here say it themselves.
    size, more = 0, True
    while more:
        message: Any = await request.receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The body was cut off")
        chunk = message.get("body", b"")
        size, more = size + len(chunk), message.get("more_body", False)
        if size > route.body:
            raise TooLarge("Too many bytes")
        yield chunk


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8") from error


def _json(data: bytes) -> dict[str, Any]:
    try:
        value: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object")
    return value  # pyright: ignore[reportUnknownVariableType]


def _form(data: bytes) -> dict[str, Any]:
    try:
        return nest(parse_qsl(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=1000))
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed("The form is not UTF-8, or has too many fields") from error
