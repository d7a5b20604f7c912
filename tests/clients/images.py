"""Images for tests, sound and hostile."""

import io
import struct
import zlib

from PIL import Image


def png(width: int = 64, height: int = 48, colour: tuple[int, int, int] = (190, 90, 30)) -> bytes:
    """A plain picture."""
    return _saved("PNG", width, height, colour)


def jpeg(width: int = 64, height: int = 48) -> bytes:
    return _saved("JPEG", width, height, (20, 120, 160))


def gif(width: int = 16, height: int = 16) -> bytes:
    return _saved("GIF", width, height, (20, 160, 60))


def _saved(kind: str, width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def png_claiming(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header claims a size; `rows` are its unpacked bytes, whatever they are."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )


def png_bomb(side: int = 20_000) -> bytes:
    """Some hundred kilobytes that unpack to `side` x `side` grey pixels: it is all there, and it is too much."""
    packer = zlib.compressobj(9)
    row = bytes(side + 1)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def png_with_text_bomb(size: int = 50_000_000) -> bytes:
    """A sound small picture whose comment unpacks to `size` bytes."""
    whole = png()
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))
    at = whole.index(b"IDAT") - 4
    return whole[:at] + comment + whole[at:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
