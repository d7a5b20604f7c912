"""The pictures of those who have none, drawn here: clients want an address that answers, and a PNG."""

import functools
import struct
import zlib
from collections.abc import Callable

GROUND, FIGURE = b"\xe9\xeb\xf7", b"\xa9\xb5\xe0"
AVATAR = 192  # pixels
HEADER = (750, 250)


@functools.cache
def avatar() -> bytes:
    """A head and shoulders."""
    return _png(AVATAR, AVATAR, lambda x, y: FIGURE if _figure(x / AVATAR, y / AVATAR) else GROUND)


@functools.cache
def header() -> bytes:
    """One colour."""
    return _png(*HEADER, lambda x, y: GROUND)


PORTRAITS: dict[str, Callable[[], bytes]] = {"avatar.png": avatar, "header.png": header}


def _figure(x: float, y: float) -> bool:
    head = (x - 0.5) ** 2 + (y - 0.4) ** 2 < 0.03
    shoulders = (x - 0.5) ** 2 + ((y - 1.02) * 0.9) ** 2 < 0.11
    return head or shoulders


def _png(width: int, height: int, colour: Callable[[int, int], bytes]) -> bytes:
    rows = b"".join(b"\0" + b"".join(colour(x, y) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
