"""A drawn page, before the words of one answer stand in it: the visitor's own word for its forms, and what makes a form unique.

A page that is kept (decision 23) is cut at the marks of these words once. Its pieces are packed once, too, and put together
with the words of each answer between them.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence

import regex

from chaupal.kernel.secrets import new_secret

# What stands in a page while it is drawn. Random, so that nobody can write it into a post.
WORD = new_secret()  # the visitor's own word (`wire.csrf`)
ONCE = new_secret()  # what makes a form that was sent twice one deed

type Fills = Mapping[bytes, bytes]  # mark -> what stands there in one answer

_MARKS = regex.compile(f"({WORD}|{ONCE})".encode())

# RFC 1952 §2.3: deflate, no name, no time, an unknown system. RFC 1951 §3.2.3: a last block with nothing in it.
_HEAD, _END = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", b"\x03\x00"
_STORED = b"\x00"  # RFC 1951 §3.2.4: a block of bytes as they are, from a byte's boundary on; at most 65,535


def marked(body: bytes) -> bool:
    """Whether the words of an answer are still to come."""
    return WORD.encode() in body or ONCE.encode() in body


def filled(body: bytes, fills: Fills) -> bytes:
    """The page as it is sent."""
    for mark, words in fills.items():
        body = body.replace(mark, words)
    return body


class Cut:
    """A page in pieces: good for many answers. `level`: how hard its pieces are packed."""

    def __init__(self, body: bytes, level: int) -> None:
        found: list[bytes] = _MARKS.split(body)
        self._plain, self._marks = found[::2], found[1::2]
        self._level = level
        self._packed: list[bytes] = []

    @property
    def size(self) -> int:
        """Bytes, with room for its pieces packed."""
        return 2 * sum(map(len, self._plain))

    def plain(self, fills: Fills) -> bytes:
        """The page as it is sent."""
        return b"".join(self._between(self._plain, fills))

    def gzip(self, fills: Fills) -> bytes:
        """The same, packed (RFC 1952)."""
        self._packed = self._packed or [_deflate(piece, self._level) for piece in self._plain]
        check = size = 0
        for piece in self._between(self._plain, fills):
            check, size = zlib.crc32(piece, check), size + len(piece)
        stored = {mark: _store(words) for mark, words in fills.items()}
        body = self._between(self._packed, stored)
        return b"".join((_HEAD, *body, _END, struct.pack("<II", check, size & 0xFFFFFFFF)))

    def _between(self, pieces: Sequence[bytes], fills: Fills) -> Iterator[bytes]:
        yield pieces[0]
        for mark, piece in zip(self._marks, pieces[1:], strict=True):
            yield fills[mark]
            yield piece


def _deflate(piece: bytes, level: int) -> bytes:
    """Blocks that end at a byte's boundary and look back at nothing before them."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)


def _store(words: bytes) -> bytes:
    return _STORED + struct.pack("<HH", len(words), len(words) ^ 0xFFFF) + words
