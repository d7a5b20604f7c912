"""Files of pictures, judged at every request: an order is obeyed here as on the page that the picture stands on."""

from typing import Any, Literal

import msgspec

from chaupal.policy.surface import Surface
from chaupal.reads import media
from chaupal.reads.media import File
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, Shape, get


class Picture(msgspec.Struct, kw_only=True):
    """A picture's rendition. `k`: its key, by which apps are let in that cannot say who asks."""

    id: Number
    rendition: Literal["original", "small"]
    k: str = ""


class Portrait(msgspec.Struct, kw_only=True):
    """An account's avatar or header."""

    account: Number
    name: str


async def picture(call: Call[Picture]) -> Answer:
    asked = call.args
    file = await media.picture_file(call.house.reads, call.viewer, asked.id, asked.rendition, asked.k)
    return await _send(call, file)


async def portrait(call: Call[Portrait]) -> Answer:
    return await _send(
        call, await media.portrait_file(call.house.reads, call.viewer, call.args.account, call.args.name)
    )


async def _send(call: Call[Any], file: File) -> Answer:
    # Only what may be shown at this moment gets here, so "not modified" never outlives a ruling.
    headers = headers_of(file)
    if f'"{file.mark}"' in [
        mark.strip().removeprefix("W/") for mark in call.headers.get("if-none-match", "").split(",")
    ]:
        return Answer(b"", 304, file.mime, headers)
    return Answer(await media.contents(call.house.reads, file), mime=file.mime, headers=headers)


def headers_of(file: File) -> list[tuple[str, str]]:
    """Kept by the reader's own browser, and asked about each time: verdicts change, and differ by country."""
    return [
        ("cache-control", "private, no-cache"),
        ("etag", f'"{file.mark}"'),
        ("accept-ranges", "none"),
        # Web apps of other origins show pictures too, and may read those that anybody may see.
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ]


FILE: dict[str, Any] = {"shape": Shape.FILE, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/media/{id}/{rendition}", picture, Surface.MEDIA, takes=Picture, **FILE),
    get("/media/portraits/{account}/{name}", portrait, Surface.PROFILE, takes=Portrait, **FILE),
)
