"""Files that pages and the API send in the same way: in pieces, to their owner alone, kept by nobody on the way."""

from functools import partial
from typing import Any

from chaupal.reads.posts import media
from chaupal.reads.posts.media import File
from chaupal.social.archives import exports
from chaupal.wire.call import Answer, Call


async def export(call: Call[Any], id_: int) -> Answer:
    """What somebody takes along, as a ZIP. Raises NotFound for others' files, and for one that is not ready here."""
    found = await exports.ready(call.house.square, call.viewer, id_)
    again = partial(exports.ready, call.house.square, call.viewer, id_)
    file = File(found.key, "application/zip", str(found.id), again)
    size = await media.size(call.house.reads, file)
    headers = [
        ("content-disposition", f'attachment; filename="chaupal-{found.id}.zip"'), ("cache-control", "private, no-store"),
    ]  # fmt: skip
    return Answer(mime=file.mime, headers=headers, pieces=media.pieces(call.house.reads, file, 0, size), length=size)
