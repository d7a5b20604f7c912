"""Styles, scripts and pictures of the pages, under names that hold their hash, so that browsers may keep them for good."""

import functools
import hashlib
import mimetypes
from pathlib import Path

import msgspec
import regex

from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.http.sending import BEST, LEAST, PACKED, VARY, gzip, takes_gzip
from chaupal.kernel.errors import or_not_found
from chaupal.kernel.logger import log
from chaupal.policy.viewer import Surface

FOLDER = Path(__file__).parent / "static"
# What `make scripts` writes: modules for browsers, built from web/script, and icons drawn from mark.svg.
BUILT = FOLDER / "built"
# The sheet of all pages is one file to a browser: style.css, then those of this folder by their names.
SHEET, SHEETS = "style.css", FOLDER / "style"
# What `make assets` makes of packages: the words that typing in Latin letters offers.
LEXICA = Path(__file__).parent.parent / "assets" / "lexicon"
FOR_GOOD = [("cache-control", "public, max-age=31536000, immutable")]
TEXTS = ("text/", "image/svg+xml", "application/json", "application/manifest+json")

_COMMENT = regex.compile(r"/\*.*?\*/\s*", regex.DOTALL)
_DARK = regex.compile(r"@dark \{\s*(.*?)\s*\}\n", regex.DOTALL)


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is served. `packed`: the same, for browsers that read gzip; empty where it is not smaller."""

    name: str
    mime: str
    data: bytes
    packed: bytes


class FileAsked(msgspec.Struct):
    """The name of a file, with its hash."""

    path: str


@functools.cache
def files() -> dict[str, StaticFile]:
    """Plain name (`style.css`) -> the file. Read once: they are few and small."""
    paths = [file for folder in (FOLDER, BUILT, LEXICA) if folder.is_dir() for file in sorted(folder.iterdir())]
    found = {file.name: _keep(file.name, file.read_bytes()) for file in paths if file.is_file()}
    return found | {SHEET: _keep(SHEET, sheet())}


def sheet() -> bytes:
    """The whole style of the pages, without what only its writers read, and with the dark colours at each place that asks for them."""
    parts = [(FOLDER / SHEET).read_text("utf-8"), *(f.read_text("utf-8") for f in sorted(SHEETS.glob("*.css")))]
    css = _COMMENT.sub("", "\n".join(parts))
    colours = _DARK.findall(css)[0]
    return _DARK.sub("", css).replace("@dark;", colours).encode()


def address(name: str) -> str:
    """Where a page finds the file. Pages work without their scripts; any other file that is missing is a KeyError."""
    if name.endswith(".js") and name not in files():
        _missing(name)
        return f"/static/{name}"
    return f"/static/{files()[name].name}"


@functools.cache
def typing() -> dict[str, str]:
    """What a page tells its scripts about typing: the engine, and the words of each language that could be made."""
    words = {
        name.split(".")[1]: address(name) for name in files() if name.startswith("words.") and name.endswith(".gz")
    }
    return {"typist.js": address("typist.js")} | words


async def serve(call: Call[FileAsked]) -> Answer:
    file = or_not_found(_by_address().get(call.args.path))
    if not file.packed:
        return Answer(file.data, mime=file.mime, headers=list(FOR_GOOD))
    if not takes_gzip(call.headers):
        return Answer(file.data, mime=file.mime, headers=[*FOR_GOOD, VARY])
    return Answer(file.packed, mime=file.mime, headers=[*FOR_GOOD, VARY, PACKED])


@functools.cache
def _missing(name: str) -> None:
    log.warning("pages have no built script; run `make scripts`", name=name)


@functools.cache
def _by_address() -> dict[str, StaticFile]:
    return {file.name: file for file in files().values()}


def _keep(name: str, data: bytes) -> StaticFile:
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip(data, BEST) if mime.startswith(TEXTS) and len(data) >= LEAST else b""
    if mime.startswith(TEXTS):
        mime += "; charset=utf-8"
    stem, _, suffix = name.rpartition(".")
    return StaticFile(f"{stem}.{hashlib.sha256(data).hexdigest()[:12]}.{suffix}", mime, data, packed)


ROUTES: tuple[Route, ...] = (get("/static/{path}", serve, Surface.NONE, shape=Shape.FILE, public=True, unblocked=True),)
