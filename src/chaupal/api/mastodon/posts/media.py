"""Uploads in the API: taken in (at once or in time), described, taken back; and the MediaAttachment entity."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chaupal.http.call import Answer, Call, Route, delete, get, json, post, put
from chaupal.http.paging import ById, Number
from chaupal.kernel.errors import Invalid
from chaupal.kernel.settings import Settings
from chaupal.policy.filed import pass_of
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import media as looked
from chaupal.social.media import captions, media
from chaupal.social.media.upload_types import MOST_BYTES

UPLOADS = (30, 1_800)  # per account in so many seconds, as Mastodon's clients expect
MOST_THUMBNAIL = 20_000_000
WAITING, FAILED = "waiting", "failed"


class Size(msgspec.Struct, omit_defaults=True):
    """Pixels, as `640x360` too, and the ratio of width to height; of films frames a second, seconds, bits a second."""

    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    size: str | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    frame_rate: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET


class Focus(msgspec.Struct):
    """What must stay in sight when the picture is cropped: -1 to 1 from left to right and from bottom to top."""

    x: float
    y: float


class Meta(msgspec.Struct, omit_defaults=True):
    """The sizes of both renditions, and the focus; nothing of what is not painted yet. `length`: `0:01:02.34`."""

    original: Size | UnsetType = UNSET
    small: Size | UnsetType = UNSET
    focus: Focus | UnsetType = UNSET
    length: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    fps: int | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    size: str | UnsetType = UNSET
    aspect: float | UnsetType = UNSET


class CaptionsShown(msgspec.Struct):
    """What is said in a film or sound, in one language, Chaupal's own: where its WebVTT file is."""

    id: str
    language: str
    url: str


class Attachment(msgspec.Struct):
    """A MediaAttachment. Without `url` it is still being processed; films and sounds have `captions`, Chaupal's own."""

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    meta: Meta
    description: str | None
    blurhash: str | None
    captions: list[CaptionsShown] | UnsetType = UNSET


class UploadSent(msgspec.Struct, kw_only=True):
    """What an upload says beside its `file`. `focus`: `x,y`; `captions`, Chaupal's own: WebVTT, as a text or a file."""

    description: str | None = None
    focus: str | None = None
    captions: str | None = None
    captions_language: str | None = None


class MediaChanged(UploadSent, kw_only=True):
    """New words for one's upload, or for a picture of a post. An empty text takes the captions in that language away."""

    id: Number


async def upload(call: Call[UploadSent]) -> Answer:
    """Take an upload in; films and sounds are painted in time: 202, and then asked for again."""
    return await _upload(call, wait=False)


async def upload_and_wait(call: Call[UploadSent]) -> Answer:
    """Take an upload in, and answer once it is painted."""
    return await _upload(call, wait=True)


async def _upload(call: Call[UploadSent], *, wait: bool) -> Answer:
    file = call.files.get("file")
    if file is None:
        raise Invalid("file_blank")
    sent = call.args
    focus = focus_of(sent.focus) or (0.0, 0.0)
    told = _captions(call, sent)
    id_ = await media.attach(
        call.house.square,
        call.viewer,
        file.brought,
        sent.description or "",
        focus,
        thumbnail=_thumbnail(call),
        wait=wait,
    )
    if told is not None:
        await captions.put_to_new(call.house.square, call.viewer, id_, told)
    picture = await looked.own_upload(call.house.reads, call.viewer, id_)
    return json(attachment(call.house.settings, picture, call.me), 202 if picture.state == WAITING else 200)


async def show(call: Call[ById]) -> Answer:
    """An upload: 206 while it is being processed, as Mastodon's clients ask until it is 200."""
    picture = await looked.own_upload(call.house.reads, call.viewer, call.args.id)
    if picture.state == FAILED:
        raise Invalid("file_unprocessed")
    return json(attachment(call.house.settings, picture, call.me), 206 if picture.state == WAITING else 200)


async def describe(call: Call[MediaChanged]) -> Attachment:
    """Change description, focus, thumbnail or captions until it is in a post."""
    sent = call.args
    square, viewer = call.house.square, call.viewer
    if told := _captions(call, sent):
        await captions.change(square, viewer, sent.id, told)
    await media.describe(square, viewer, sent.id, sent.description, focus_of(sent.focus), _thumbnail(call))
    return attachment(call.house.settings, await looked.own_upload(call.house.reads, viewer, sent.id), call.me)


async def withdraw(call: Call[ById]) -> None:
    """Take an upload back that is in no post."""
    await media.withdraw(call.house.square, call.viewer, call.args.id)


def attachment(settings: Settings, picture: Picture, reader: int | None = None) -> Attachment:
    """The entity. What is not for everybody has addresses for its `reader` alone, since apps ask for files without a token."""
    where = f"{settings.origin}/media/{picture.id}"
    key = f"?k={pass_of(picture.key, reader)}" if picture.key and reader is not None else ""
    return Attachment(
        id=str(picture.id),
        type=picture.kind,
        url=f"{where}/{looked.name_of(picture, 'original')}{key}" if picture.shown else None,
        preview_url=f"{where}/{looked.name_of(picture, 'small')}{key}" if picture.shown else None,
        remote_url=picture.remote_url or None,
        preview_remote_url=None,
        meta=_meta(picture) if picture.shown else Meta(),
        description=picture.description or None,
        blurhash=picture.blurhash or None,
        captions=[
            CaptionsShown(str(one.id), one.language, f"{where}/captions/{one.id}{key}") for one in picture.captions
        ]
        if picture.kind in captions.HEARD
        else UNSET,
    )


def _meta(picture: Picture) -> Meta:
    small = _size(picture.small_width, picture.small_height)
    if picture.kind == "image":
        return Meta(original=_size(picture.width, picture.height), small=small, focus=Focus(*picture.focus))
    seconds = picture.length / 1_000
    told = Meta(
        original=Size(duration=seconds, bitrate=picture.bitrate),
        small=small,
        focus=Focus(*picture.focus),
        length=_clock(picture.length),
        duration=seconds,
    )
    if picture.kind == "audio":
        return told
    size = _size(picture.width, picture.height)
    return replace(
        told,
        original=replace(size, frame_rate=picture.frame_rate, duration=seconds, bitrate=picture.bitrate),
        fps=_rate(picture.frame_rate),
        width=size.width,
        height=size.height,
        size=size.size,
        aspect=size.aspect,
    )


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest / 1_000:05.2f}"


def _rate(fraction: str) -> int:
    """Frames a second, rounded: `30000/1001` is 30."""
    frames, _, seconds = fraction.partition("/")
    return round(int(frames or 0) / max(1, int(seconds or 1)))


def _size(width: int, height: int) -> Size:
    return Size(width, height, f"{width}x{height}", round(width / max(1, height), 6))


def _captions(call: Call[Any], sent: UploadSent) -> captions.CaptionsSent | None:
    file = call.files.get("captions")
    return captions.sent(sent.captions_language, sent.captions if file is None else file.brought)


def _thumbnail(call: Call[Any]) -> bytes:
    file = call.files.get("thumbnail")
    return file.data if file is not None else b""


def focus_of(text: str | None) -> tuple[float, float] | None:
    """`x,y` as two numbers; None where none was sent. Raises Invalid."""
    if not text:
        return None
    x, _, y = text.partition(",")
    try:
        return float(x), float(y)
    except ValueError as error:
        raise Invalid("focus_invalid") from error


TAKES: dict[str, Any] = {"scope": "write:media", "gives": Attachment}
NEW: dict[str, Any] = {**TAKES, "limit": UPLOADS, "body": MOST_BYTES}

ROUTES: tuple[Route, ...] = (
    post("/api/v2/media", upload, Surface.OWN, **NEW),
    post("/api/v1/media", upload_and_wait, Surface.OWN, **NEW),
    get("/api/v1/media/{id}", show, Surface.OWN, **TAKES),
    put("/api/v1/media/{id}", describe, Surface.OWN, body=MOST_THUMBNAIL, **TAKES),
    delete("/api/v1/media/{id}", withdraw, Surface.OWN, scope="write:media"),
)
