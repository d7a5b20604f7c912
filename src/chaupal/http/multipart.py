"""Forms with files, read as they come: what is large goes to a file of its own, so that no body sits in memory."""

from collections.abc import AsyncIterator
from tempfile import NamedTemporaryFile

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chaupal.http.call import TemporaryFile, Upload
from chaupal.http.params import nest
from chaupal.kernel.errors import Malformed

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


async def read(content_type: str, chunks: AsyncIterator[bytes]) -> tuple[dict[str, object], dict[str, Upload]]:
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
    except (MultipartError, ValueError, UnicodeError, AssertionError) as error:
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
