"""The framework's part (Litestar): routing, bodies, multipart; every route answers through the same Desk."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar
from litestar import Request as LitestarRequest
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, HTTPException, NotFoundException
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send

from chaupal.kernel.errors import Invalid, Malformed, NotFound, Problem, TooLarge
from chaupal.policy.surface import Surface
from chaupal.wire.answer import Desk, Request, Sent
from chaupal.wire.asgi import headers_of, peer_of, query_of, send_answer
from chaupal.wire.call import Answer, Upload
from chaupal.wire.params import nest
from chaupal.wire.route import Route, Shape

PATHS = {"path": ":path", "rest": ":path"}


class WrongMethod(Problem):
    """The path is known, the method is not."""

    status = 405
    slug = "wrong_method"


async def unknown(call: Any) -> Answer:
    raise NotFound


MISSING_API = Route(method="GET", path="/api", run=unknown, surface=Surface.NONE, public=True)
MISSING_PAGE = Route(method="GET", path="/", run=unknown, surface=Surface.NONE, public=True, shape=Shape.PAGE)


def build(desk: Desk, routes: tuple[Route, ...]) -> Litestar:
    """A Litestar app with one handler per path, which picks the row by method (HEAD as GET)."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = by_path.setdefault(_litestar_path(route.path), {})
        if route.method in methods:
            raise ValueError(f"{route.name} is declared twice")
        methods[route.method] = route
    handlers = [_handler(desk, path, methods) for path, methods in by_path.items()]

    async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
        api = scope["path"].startswith(("/api", "/oauth/token", "/oauth/revoke", "/.well-known", "/nodeinfo"))
        await _answer(desk, MISSING_API if api else MISSING_PAGE, scope, receive, send)

    handlers.append(asgi("/", is_mount=True, copy_scope=True)(not_found))
    return Litestar(route_handlers=handlers, openapi_config=None, logging_config=None, request_max_body_size=None)


def _litestar_path(path: str) -> str:
    parts = path.split("/")
    names = (p[1:-1] for p in parts if p.startswith("{"))
    for name in names:
        path = path.replace(f"{{{name}}}", f"{{{name}{PATHS.get(name, ':str')}}}")
    return path


def _handler(desk: Desk, path: str, methods: dict[str, Route]) -> Any:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = next(iter(methods.values()))
            await send_answer(send, allowed, _wrong_method(methods))  # pyright: ignore[reportArgumentType]
            return
        await _answer(desk, route, scope, receive, send)

    return asgi(path)(handle)


def _wrong_method(methods: dict[str, Route]) -> Answer:
    body = msgspec.json.encode({"error": "Method not allowed"})
    return Answer(
        body, 405, headers=[("allow", ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods)))]
    )


async def _answer(desk: Desk, route: Route, scope: Any, receive: Receive, send: Send) -> None:
    litestar_request: LitestarRequest[Any, Any, Any] = LitestarRequest(scope, receive=receive, send=send)

    async def take() -> Sent:
        return await _unpack(route, litestar_request)

    try:
        query, text = query_of(scope)
    except Problem:
        query, text = {}, ""
    path = {
        name: str(value).removeprefix("/") for name, value in scope["path_params"].items() if isinstance(value, str)
    }
    request = Request(peer_of(scope), headers_of(scope), path, query, text, scope["path"], take)
    answer = await desk.answer(route, request)
    await send_answer(send, route, answer, head=scope["method"] == "HEAD")  # pyright: ignore[reportArgumentType]


async def _unpack(route: Route, request: LitestarRequest[Any, Any, Any]) -> Sent:
    """The body as one dictionary and the files in it. Raises Malformed, TooLarge."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > route.body:
        raise TooLarge("Too many bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    data = await _body(route, request)
    if not data:
        return {}, {}
    if kind == "application/json" or kind.endswith("+json"):
        return _json(data), {}
    if kind == "multipart/form-data":
        return await _multipart(request)
    if kind in ("application/x-www-form-urlencoded", ""):
        return _form(data), {}
    raise Malformed(f"Cannot read a body of type {kind[:80]}")


async def _body(route: Route, request: LitestarRequest[Any, Any, Any]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > route.body:
            raise TooLarge("Too many bytes")
        chunks.append(chunk)
    request._body = body = b"".join(chunks)  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    return body


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
        return nest(parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000))
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed("The form is not UTF-8, or has too many fields") from error


async def _multipart(request: LitestarRequest[Any, Any, Any]) -> Sent:
    try:
        form = await request.form()
    except (HTTPException, ClientException, NotFoundException, ValueError, UnicodeDecodeError, RuntimeError) as error:
        raise Malformed("The form cannot be read") from error
    fields: list[tuple[str, Any]] = []
    files: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if data or value.filename:
                files[name] = Upload(value.filename, value.content_type, data)
        else:
            if not isinstance(value, str):
                raise Invalid("The form cannot be read")
            fields.append((name, value))
    return nest(fields), files
