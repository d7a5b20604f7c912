"""Bodies as they are sent: a form, a form with files, JSON or text, each read as one dictionary and the files in it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from chaupal.http import multipart
from chaupal.http.answer import FieldsAndFiles
from chaupal.http.asgi_scope import AsgiReceive
from chaupal.http.call import Route
from chaupal.http.params import nest, pairs_of
from chaupal.kernel.errors import Malformed, TooLarge

MOST_FIELDS = 1_000


async def read(route: Route, headers: Mapping[str, str], receive: AsgiReceive) -> FieldsAndFiles:
    """The body as one dictionary and the files in it. Raises Malformed, TooLarge."""
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20) or int(length) > route.body:
        raise TooLarge()
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and not route.raw:
        return await multipart.read(headers.get("content-type", ""), _chunks(route, receive))
    data = b"".join([chunk async for chunk in _chunks(route, receive)])
    if route.raw:
        return {"body": _text(data)}, {}
    if not data:
        return {}, {}
    if kind == "application/json" or kind.endswith("+json"):
        return _json(data), {}
    if kind in ("application/x-www-form-urlencoded", ""):
        return _form(data), {}
    raise Malformed("body_unknown_type", type=kind[:80])


async def _chunks(route: Route, receive: AsgiReceive) -> AsyncIterator[bytes]:
    # A body in chunks names no length, and one that names it may be longer.
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("body_cut_off")
        chunk = message.get("body", b"")
        size, more = size + len(chunk), message.get("more_body", False)
        if size > route.body:
            raise TooLarge()
        yield chunk


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("body_not_utf8") from error


def _json(data: bytes) -> dict[str, Any]:
    try:
        value: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("body_not_json") from error
    if not isinstance(value, dict):
        raise Malformed("body_no_object")
    return value  # pyright: ignore[reportUnknownVariableType]


def _form(data: bytes) -> dict[str, Any]:
    if data.count(b"&") >= MOST_FIELDS:
        raise Malformed("form_unreadable")
    try:
        return nest(pairs_of(data.decode(), errors="strict"))
    except UnicodeDecodeError as error:
        raise Malformed("form_unreadable") from error
