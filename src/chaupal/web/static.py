"""Styles and pictures of the pages, under names that hold their hash, so that browsers may keep them for good."""

import functools
import hashlib
import mimetypes
from pathlib import Path

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.surface import Surface
from chaupal.wire.call import Answer, Call
from chaupal.wire.route import Route, Shape, get

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = [("cache-control", "public, max-age=31536000, immutable")]


class Kept(msgspec.Struct, frozen=True):
    """A file as it is served."""

    name: str
    mime: str
    data: bytes


class Asked(msgspec.Struct):
    """The name of a file, with its hash."""

    path: str


@functools.cache
def kept() -> dict[str, Kept]:
    """Plain name (`style.css`) -> the file. Read once: they are few and small."""
    return {file.name: _keep(file) for file in sorted(FOLDER.iterdir()) if file.is_file()}


def address(name: str) -> str:
    """Where a page finds the file. Raises KeyError for one that does not exist."""
    return f"/static/{kept()[name].name}"


async def serve(call: Call[Asked]) -> Answer:
    file = _by_address().get(call.args.path)
    if file is None:
        raise NotFound
    return Answer(file.data, mime=file.mime, headers=list(FOR_GOOD))


@functools.cache
def _by_address() -> dict[str, Kept]:
    return {file.name: file for file in kept().values()}


def _keep(file: Path) -> Kept:
    data = file.read_bytes()
    mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if mime.startswith("text/") or mime == "image/svg+xml":
        mime += "; charset=utf-8"
    return Kept(f"{file.stem}.{hashlib.sha256(data).hexdigest()[:12]}{file.suffix}", mime, data)


ROUTES: tuple[Route, ...] = (
    get("/static/{path}", serve, Surface.NONE, shape=Shape.FILE, public=True, takes=Asked),
)  # fmt: skip
