"""Uploaded images, taken apart and painted anew: what is kept was written by us, whatever was sent.

Nothing of the sent file survives but its pixels: no metadata, no second file hidden behind the first. The kind is told
by the first bytes, never by name or claimed type, and only that kind's decoder is called.
"""

import functools
import math
import os
from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.social.media.upload_types import picture_kind
from chaupal.store.square.media import SUFFIX

MOST_ORIGINAL = 8_294_400  # pixels kept of an original (3840 x 2160, as Mastodon keeps)
MOST_MOVING = 8_000_000  # pixels of all frames together; a longer animation stands still
MOST_FRAMES = 1_000  # of which each takes its time, however small it is
SMALL_SIDE = 640
AVATAR = (400, 400)
SMALL_AVATAR = (132, 132)  # beside a post: 44 CSS px of a phone with three dots to each
HEADER = (1500, 500)
QUALITY = 85
MOST_CUT = 4  # times: of a picture that is cut to less of it than that the middle alone is scaled
HASH_SIDE = 32  # pixels: a blurhash needs no more

PNG_NEEDS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"eXIf"}
)
MOST_IN_CHUNK = 65_536  # bytes; a colour profile is packed too

# What came -> what is kept, and how it is written. Lossless stays lossless, and browsers read all of these.
KEPT = {"jpeg": "image/jpeg", "heif": "image/jpeg", "png": "image/png", "gif": "image/png", "webp": "image/webp"}
WRITTEN: dict[str, dict[str, Any]] = {
    "image/jpeg": {"Q": QUALITY, "interlace": True, "optimize_coding": True},
    "image/png": {"compression": 6},
    "image/webp": {"Q": QUALITY},
    "image/gif": {},
}

# For the decoder: half an image is none. (thumbnail's own fail_on does not reach every decoder.)
WHOLE = "[fail_on=truncated]"
WHOLE_MOVING = "[fail_on=truncated,n=-1]"


class Rendering(msgspec.Struct, frozen=True):
    """An image as it is kept: `original` in `mime`, `small` in WebP. Sizes in pixels."""

    mime: str
    original: bytes
    small: bytes
    width: int
    height: int
    small_width: int
    small_height: int
    blurhash: str


def render(data: bytes, most_pixels: int) -> Rendering:
    """Both renditions of an upload. Slow: call it in a thread. Raises Invalid for what is not a whole, sane image."""
    kind = _kind_of(data)
    data = _sifted(data) if kind == "png" else data
    frames = _check_header(kind, data, most_pixels)
    moving = frames > 1 and kind in ("gif", "webp")
    try:
        return _render(kind, data, moving=moving)
    except _vips().Error as error:
        raise Invalid("picture_unreadable") from error


def portrait(data: bytes, most_pixels: int, size: tuple[int, int]) -> bytes:
    """An avatar or header of exactly `size` (width, height), cropped around its middle, as WebP. Raises Invalid."""
    kind = _kind_of(data)
    data = _sifted(data) if kind == "png" else data
    _check_header(kind, data, most_pixels)
    try:
        return bytes(_plain(_filling(data, size)).webpsave_buffer(Q=QUALITY, keep="none"))
    except _vips().Error as error:
        raise Invalid("picture_unreadable") from error


def _filling(data: bytes, size: tuple[int, int]) -> Any:
    """Scaled so that it fills `size`, and what stands out cut off.

    Where that is most of it, it is cut off before: a header of a strip of 4 by 4,000 would be scaled to 1,500 by 1,500,000.
    """
    vips = _vips()
    whole = vips.Image.new_from_buffer(data, WHOLE).autorot()
    wide = min(whole.width, math.ceil(whole.height * size[0] / size[1]))
    high = min(whole.height, math.ceil(whole.width * size[1] / size[0]))
    filled: dict[str, Any] = {"height": size[1], "crop": "centre", **_into_srgb(whole)}
    if whole.width * whole.height <= MOST_CUT * wide * high:
        return vips.Image.thumbnail_buffer(data, size[0], option_string=WHOLE, **filled)
    middle = whole.crop((whole.width - wide) // 2, (whole.height - high) // 2, wide, high)
    return middle.thumbnail_image(size[0], **filled)


def moves_too_long(data: bytes, most_pixels: int) -> bool:
    """Whether it is an animation that is too long to be kept as a picture. Raises Invalid for what is no sane image."""
    return picture_kind(data) == "gif" and _frames("gif", data, most_pixels)[1] > MOST_MOVING


def _kind_of(data: bytes) -> str:
    if kind := picture_kind(data):
        return kind
    raise Invalid("picture_unknown")


def _sifted(png: bytes) -> bytes:
    """A PNG with what its pixels need, and no more: texts in it may unpack to a thousand times their size."""
    kept, at = [png[:8]], 8
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4])
        name, chunk = png[at + 4 : at + 8], png[at : at + 12 + size]
        if name in PNG_NEEDS and (name == b"IDAT" or size <= MOST_IN_CHUNK):
            kept.append(chunk)
        at += 12 + size
        if name == b"IEND":
            break
    return b"".join(kept)


def _check_header(kind: str, data: bytes, most_pixels: int) -> int:
    """How many frames are kept. Nothing is decoded yet: a bomb is refused by the size that it claims."""
    frames, pixels = _frames(kind, data, most_pixels)
    return frames if pixels <= MOST_MOVING and frames <= MOST_FRAMES else 1


def _frames(kind: str, data: bytes, most_pixels: int) -> tuple[int, int]:
    """How many frames there are, and how many pixels in all of them together. Raises Invalid."""
    vips = _vips()
    try:
        image = getattr(vips.Image, f"{kind}load_buffer")(data, access="sequential")
    except vips.Error as error:
        raise Invalid("picture_unreadable") from error
    if image.width * image.height > most_pixels:
        raise Invalid("picture_too_fine", most=most_pixels)
    frames = int(image.get("n-pages")) if image.get_typeof("n-pages") else 1
    return frames, frames * image.width * image.height if frames > 1 else 0


def _render(kind: str, data: bytes, *, moving: bool) -> Rendering:
    mime = "image/gif" if moving and kind == "gif" else KEPT[kind]
    image = _shrunk(data, *_most_sides(kind, data), moving=moving)
    if mime == "image/jpeg" and image.hasalpha():
        image = image.flatten(background=255)
    still = _shrunk(data, SMALL_SIDE, SMALL_SIDE, moving=False).copy_memory()  # read twice: kept whole
    height = int(image.get("page-height")) if moving else image.height
    original = image.write_to_buffer(SUFFIX[mime], keep="none", **WRITTEN[mime])
    return Rendering(
        mime,
        bytes(original),
        bytes(still.webpsave_buffer(Q=QUALITY, keep="none")),
        image.width,
        height,
        still.width,
        still.height,
        _blurhash(still),
    )


def _most_sides(kind: str, data: bytes) -> tuple[int, int]:
    """The box that an original must fit into, so that it has no more than MOST_ORIGINAL pixels."""
    image = getattr(_vips().Image, f"{kind}load_buffer")(data, access="sequential")
    excess = (image.width * image.height / MOST_ORIGINAL) ** 0.5
    side = max(image.width, image.height)
    side = side if excess <= 1 else int(side / excess)
    return side, side


def _shrunk(data: bytes, width: int, height: int, *, moving: bool) -> Any:
    """Turned upright, in sRGB, no larger than asked, never enlarged."""
    vips, options = _vips(), WHOLE_MOVING if moving else WHOLE
    colours = _into_srgb(vips.Image.new_from_buffer(data, options))
    return _plain(
        vips.Image.thumbnail_buffer(data, width, height=height, size="down", option_string=options, **colours)
    )


def _into_srgb(image: Any) -> dict[str, str]:
    """How its colours become sRGB. What says nothing of its colours is in sRGB: it stayed the same, for four fifths of the work."""
    plain = image.interpretation == "srgb" and not image.get_typeof("icc-profile-data")
    return {} if plain else {"output_profile": "srgb"}


def _plain(image: Any) -> Any:
    """Eight bits, three colours and perhaps transparency, whatever came (grey, CMYK, 16 bits)."""
    image = image.colourspace("srgb") if image.interpretation != "srgb" else image
    return image.cast("uchar") if image.format != "uchar" else image


def _blurhash(still: Any) -> str:
    from blurhash_rs import blurhash_encode
    from PIL import Image

    dot = still.flatten(background=255) if still.hasalpha() else still
    dot = dot.thumbnail_image(HASH_SIDE, height=HASH_SIDE, size="both")
    pixels = Image.frombytes("RGB", (dot.width, dot.height), dot.write_to_memory())
    across, down = (4, 3) if dot.width >= dot.height else (3, 4)
    return blurhash_encode(pixels, across, down)


@functools.cache
def _vips() -> Any:
    """libvips, with every decoder shut that was not written for hostile input. Loaded when first needed: it is large."""
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    os.environ["VIPS_BLOCK_UNTRUSTED"] = "1"
    import pyvips

    vips: Any = pyvips
    vips.block_untrusted_set(True)
    for loader in ("Svg", "Pdf", "Magick", "Tiff", "Raw", "Csv", "Matrix", "Vips", "Analyze", "Jxl", "Jp2k"):
        vips.operation_block_set(f"VipsForeignLoad{loader}", True)
    vips.cache_set_max(0)  # every upload is another: a cache would only hold their pixels
    return vips
