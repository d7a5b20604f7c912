"""Pictures at the wire: upload, describe, take back; and the MediaAttachment entity."""

from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.kernel.settings import Settings
from chaupal.policy.surface import Surface
from chaupal.policy.things import Picture
from chaupal.reads import media as looked
from chaupal.social import media
from chaupal.wire.call import Call
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, delete, get, post, put

# More than any picture that is taken; the setting `max_media_bytes` decides within it.
MOST_BYTES = 48_000_000
UPLOADS = (30, 1_800)  # per account in so many seconds, as Mastodon's clients expect


class Size(msgspec.Struct):
    """Pixels, as `640x360` too, and the ratio of width to height."""

    width: int
    height: int
    size: str
    aspect: float


class Focus(msgspec.Struct):
    """What must stay in sight when the picture is cropped: -1 to 1 from left to right and from bottom to top."""

    x: float
    y: float


class Meta(msgspec.Struct):
    """The sizes of both renditions, and the focus."""

    original: Size
    small: Size
    focus: Focus


class Attachment(msgspec.Struct):
    """A MediaAttachment."""

    id: str
    type: str
    url: str
    preview_url: str
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: Meta
    description: str | None
    blurhash: str | None


class Sent(msgspec.Struct, kw_only=True):
    """What an upload says beside its `file`. `focus`: `x,y`."""

    description: str | None = None
    focus: str | None = None


class Changed(msgspec.Struct, kw_only=True):
    """New words for one's upload."""

    id: Number
    description: str | None = None
    focus: str | None = None


class One(msgspec.Struct):
    """An upload by its id."""

    id: Number


async def upload(call: Call[Sent]) -> Attachment:
    file = call.files.get("file")
    if file is None:
        raise Invalid("Validation failed: File can't be blank", file="can't be blank")
    sent = call.args
    focus = _focus(sent.focus) or (0.0, 0.0)
    id_ = await media.attach(call.house.square, call.viewer, file.data, sent.description or "", focus)
    return await _one(call, id_)


async def look(call: Call[One]) -> Attachment:
    return await _one(call, call.args.id)


async def describe(call: Call[Changed]) -> Attachment:
    sent = call.args
    await media.describe(call.house.square, call.viewer, sent.id, sent.description, _focus(sent.focus))
    return await _one(call, sent.id)


async def withdraw(call: Call[One]) -> dict[str, Any]:
    await media.withdraw(call.house.square, call.viewer, call.args.id)
    return {}


def attachment(settings: Settings, picture: Picture) -> Attachment:
    """The entity. Its addresses carry the picture's key, since apps ask for files without a token."""
    where = f"{settings.origin}/media/{picture.id}"
    key = f"?k={picture.key}" if picture.key else ""
    return Attachment(
        id=str(picture.id),
        type=picture.kind,
        url=f"{where}/original{key}",
        preview_url=f"{where}/small{key}",
        remote_url=None,
        preview_remote_url=None,
        text_url=None,
        meta=Meta(
            _size(picture.width, picture.height),
            _size(picture.small_width, picture.small_height),
            Focus(*picture.focus),
        ),
        description=picture.description or None,
        blurhash=picture.blurhash or None,
    )


async def _one(call: Call[Any], id_: int) -> Attachment:
    return attachment(call.house.settings, await looked.own(call.house.reads, call.viewer, id_))


def _size(width: int, height: int) -> Size:
    return Size(width, height, f"{width}x{height}", round(width / max(1, height), 6))


def _focus(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    x, _, y = text.partition(",")
    try:
        return float(x), float(y)
    except ValueError as error:
        raise Invalid("Validation failed: Focus must be two numbers from -1 to 1", focus="not a point") from error


TAKES: dict[str, Any] = {"scope": "write:media", "gives": Attachment}
NEW: dict[str, Any] = {**TAKES, "takes": Sent, "limit": UPLOADS, "body": MOST_BYTES}

ROUTES: tuple[Route, ...] = (
    post("/api/v2/media", upload, Surface.OWN, **NEW),
    post("/api/v1/media", upload, Surface.OWN, **NEW),
    get("/api/v1/media/{id}", look, Surface.OWN, takes=One, **TAKES),
    put("/api/v1/media/{id}", describe, Surface.OWN, takes=Changed, **TAKES),
    delete("/api/v1/media/{id}", withdraw, Surface.OWN, takes=One, scope="write:media"),
)  # fmt: skip
