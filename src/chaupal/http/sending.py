"""Files that pages and the API send in the same way: in pieces, to their owner alone, kept by nobody on the way."""

from functools import partial
from typing import Any

from chaupal.http.call import Answer, Call
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
    size = await media.size(call.house.reads, file)
    return Answer(
        mime=file.mime,
        headers=attached(f"chaupal-{found.id}.zip"),
        pieces=media.pieces(call.house.reads, file, 0, size),
        length=size,
    )
