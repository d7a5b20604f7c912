"""Files that pages and the API send in the same way: in pieces, to their owner alone, kept by nobody on the way. And what makes answers
smaller on theirs.
"""

import zlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from chaupal.http.call import Answer, Call, Headers
from chaupal.reads.posts import media
from chaupal.reads.posts.media import MediaFile
from chaupal.social.archives import exports

CSV = "text/csv; charset=utf-8"


def attached(name: str) -> list[tuple[str, str]]:
    """The headers of a file that a browser saves under this name, and that nobody keeps on the way."""
    return [("content-disposition", f'attachment; filename="{name}"'), ("cache-control", "private, no-store")]


def csv_file(written: bytes, name: str) -> Answer:
    """A CSV file to be saved."""
    return Answer(written, mime=CSV, headers=attached(f"{name}.csv"))


async def export(call: Call[Any], id_: int) -> Answer:
    """What somebody takes along, as a ZIP. Raises NotFound for others' files, and for one that is not ready here."""
    found = await exports.ready(call.house.square, call.viewer, id_)
    again = partial(exports.ready, call.house.square, call.viewer, id_)
    file = MediaFile(found.key, "application/zip", str(found.id), again)
    return await in_pieces(call, file, attached(f"chaupal-{found.id}.zip"))


async def in_pieces(call: Call[Any], file: MediaFile, headers: Headers) -> Answer:
    """A file whole, as it comes from where it lies."""
    size = await media.size(call.house.reads, file)
    there = media.pieces(call.house.reads, file, 0, size)
    return Answer(mime=file.mime, headers=headers, pieces=there, length=size)


# --- made smaller on the way (gzip, RFC 1952), for whoever can read that ---
#
# A page may be packed although it holds words that others chose (BREACH), for there is nothing in it worth guessing letter by
# letter: one with the word of a session in its forms (`http.csrf`) is sent as it is.

LEAST = 1_400  # bytes: what fits into one packet anyway is not packed
FAST, BEST = 1, 9  # for what is made for one reader, and for what is made once
VARY = ("vary", "accept-encoding")
PACKED = ("content-encoding", "gzip")


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether the asker says so, and does not say `gzip;q=0`."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.strip().removeprefix("q=").rstrip("0.") != "" or not weight.strip()
    return False


def gzip(data: bytes, level: int) -> bytes:
    """Without a time in its head, so that the same bytes are packed into the same bytes."""
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(data) + packer.flush()


def pack(headers: Mapping[str, str], answer: Answer) -> Answer:
    """A page, packed where that saves something; files say themselves how they are sent, and the API answers as it is."""
    if len(answer.body) < LEAST:
        return answer
    if not takes_gzip(headers):
        answer.headers = [*answer.headers, VARY]
        return answer
    packed = answer.packed or gzip(answer.body, FAST)
    return Answer(packed, answer.status, answer.mime, [*answer.headers, VARY, PACKED])
