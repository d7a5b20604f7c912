"""Forms with files are read as they come: whole, in whatever pieces, and large ones not in memory."""

import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaupal.http.bodies import IN_MEMORY, MOST_WORDS, read_multipart as read
from chaupal.kernel.errors import Malformed

KIND = "multipart/form-data; boundary=naav"


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    return f'--naav\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + data + b"\r\n"


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield b""
        yield body[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 100, 1_000_000])
async def test_a_form_is_the_same_in_whatever_pieces_it_comes(size: int):
    small, data = b"\r\n--naa\r\n" * 20, os.urandom(2_000)
    body = part("words[]", "एक".encode()) + part("words[]", b"two") + part("a[b]", b"") + part("file", small, "s.bin")
    body += part("file", data, "t.bin") + part("left", b"", "") + b"--naav--\r\n"
    fields, files = await read(KIND, pieces(body, size))
    assert fields == {"words": ["एक", "two"], "a": {"b": ""}}
    assert {name: (one.name, one.data) for name, one in files.items()} == {
        "file": ("s.bin", small),
        "file+": ("t.bin", data),
    }


async def test_a_large_file_is_not_in_memory_and_goes_with_its_form():
    piece, times = os.urandom(65_536), 1_200

    async def body() -> AsyncIterator[bytes]:
        yield part("file", b"", "a.mp4")[:-2]
        for _ in range(times):
            yield piece
        yield b"\r\n--naav--\r\n"

    tracemalloc.start()
    _, files = await read(KIND, body())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    path = files["file"].brought
    assert isinstance(path, Path) and path.stat().st_size == len(piece) * times
    assert peak < 6 * IN_MEMORY
    files.clear()
    assert not path.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        b"--naav",
        part("a", b"x"),
        b"--naav\r\n\r\nx\r\n--naav--",
        part("a", b"\xff") + b"--naav--\r\n",
        part("a", b"x" * (MOST_WORDS + 1)) + b"--naav--\r\n",
        part("a", b"x") * 1_001 + b"--naav--\r\n",
    ],
)
async def test_what_is_no_form_is_refused(body: bytes):
    with pytest.raises(Malformed):
        await read(KIND, pieces(body, 1_000))


async def test_no_boundary_is_no_form_and_nothing_is_nothing():
    with pytest.raises(Malformed):
        await read("multipart/form-data", pieces(b"x", 1))
    assert await read(KIND, pieces(b"", 1)) == ({}, {})
