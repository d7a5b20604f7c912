"""Bodies as they are sent: a form, a form with files, JSON or text, each read as one dictionary and the files in it.

Forms with files are read as they come: what is large goes to a file of its own, so that no body sits in memory.
"""

from collections.abc import AsyncIterator, Mapping
from tempfile import NamedTemporaryFile
from typing import Any

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chaupal.http.answer import FieldsAndFiles
from chaupal.http.asgi_scope import AsgiReceive
from chaupal.http.call import Route, TemporaryFile, Upload
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
        return await read_multipart(headers.get("content-type", ""), _chunks(route, receive))
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
    return value


def _form(data: bytes) -> dict[str, Any]:
    if data.count(b"&") >= MOST_FIELDS:
        raise Malformed("form_unreadable")
    try:
        return nest(pairs_of(data.decode(), errors="strict"))
    except UnicodeDecodeError as error:
        raise Malformed("form_unreadable") from error


IN_MEMORY = 1_000_000  # bytes of a file
MOST_WORDS = 1_000_000  # bytes of all fields that are no files
MOST_PARTS = 1_000


class _Part:
    """One part of a form while it comes."""

    def __init__(self, segment: MultipartSegment) -> None:
        self.name = segment.name or ""
        self.filename = segment.filename
        self.mime = segment.content_type or ""
        self._small = bytearray()
        self._large: TemporaryFile | None = None

    def take(self, data: bytes) -> None:
        if self._large is not None:
            self._large.write(data)
            return
        self._small += data
        if self.filename is not None and len(self._small) > IN_MEMORY:
            # Goes with the object that holds it, however the call ends.
            self._large = NamedTemporaryFile(prefix="chaupal-upload-")  # noqa: SIM115
            self._large.write(self._small)
            self._small = bytearray()

    @property
    def size(self) -> int:
        return len(self._small)

    def upload(self) -> Upload:
        if self._large is None:
            return Upload(self.filename or "", self.mime, bytes(self._small))
        self._large.flush()
        return Upload(self.filename or "", self.mime, self._large)

    def text(self) -> str:
        return self._small.decode()


async def read_multipart(
    content_type: str, chunks: AsyncIterator[bytes]
) -> tuple[dict[str, object], dict[str, Upload]]:
    """The fields of a form as one dictionary and the files in it. Raises Malformed."""
    parts: list[_Part] = []
    try:
        _, options = parse_options_header(content_type)
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS)
        received = 0
        async for chunk in chunks:
            received += len(chunk)
            for event in parser.parse(chunk) if chunk else ():  # an empty one would be the end
                _hear(parts, event)
        if received:
            parser.close()
        return _sorted(parts)
    except (MultipartError, ValueError, AssertionError) as error:
        raise Malformed("parts_unreadable") from error


def _hear(parts: list[_Part], event: MultipartSegment | bytearray | bytes | None) -> None:
    if isinstance(event, MultipartSegment):
        parts.append(_Part(event))
    elif event is not None:
        parts[-1].take(bytes(event))
        if parts[-1].filename is None and sum(part.size for part in parts if part.filename is None) > MOST_WORDS:
            raise Malformed("too_many_words")


def _sorted(parts: list[_Part]) -> tuple[dict[str, object], dict[str, Upload]]:
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    for part in parts:
        if part.filename is None:
            fields.append((part.name, part.text()))
            continue
        upload, name = part.upload(), part.name
        if upload.empty and not part.filename:
            continue  # a field for a file that was left alone
        while name in files:  # several under one name: `documents`, `documents+`, `documents++`
            name += "+"
        files[name] = upload
    return nest(fields), files
