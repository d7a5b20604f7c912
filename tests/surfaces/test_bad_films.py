"""Hostile films and sounds: what is none is refused with nothing kept, and none reaches a file or a network from within."""

import asyncio
import functools
import struct
import subprocess
import tempfile
from pathlib import Path

import httpx2
import pytest

from chaupal.app.wiring import RunningHouse
from chaupal.social.media import films, painting
from films import film, sound
from surfaces.square import Square, check_refused
from waiting import PATIENCE

SECRET = "राज़-की-फ़ाइल"


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + name + body


@functools.cache
def of_codec(codec: str, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"film{suffix}"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=0.4:s=64x48:r=5", "-c:v", codec, str(target)],
            check=True, timeout=PATIENCE,
        )  # fmt: skip
        return target.read_bytes()


FTYP = box(b"ftyp", b"isom\0\0\0\0isom")


def no_films() -> dict[str, bytes]:
    return {
        "a playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "a list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "a playlist that begins as a film": FTYP + b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/\n",
        "a playlist that begins as a sound": b"ID3\x04\0\0\0\0\0\0#EXTM3U\nfile:///etc/passwd",
        "the first bytes of a film": FTYP,
        "a film of boxes in boxes": FTYP + functools.reduce(lambda inside, _: box(b"moov", inside), range(2_000), b""),
        "a box larger than the file": FTYP + struct.pack(">I", 2**31 - 1) + b"moov" + bytes(60),
        "half a film": film()[: len(film()) // 2],
        "the first bytes of matroska": b"\x1aE\xdf\xa3" + bytes(200),
        "ogg of nothing": b"OggS" + bytes(200),
        "flac of nothing": b"fLaC" + bytes(200),
        "wav of nothing": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        "html that begins as a sound": b"ID3<html><script>alert(1)</script></html>",
        "a codec that is not for strangers": of_codec("ffv1", ".mkv"),
        "a script that begins as a sound": b"\xff\xfb<script>alert(1)</script>",
    }


def files_of(house: RunningHouse) -> set[Path]:
    return {path for path in (Path(house.house.settings.data) / "files").rglob("*") if path.is_file()}


async def send(client: httpx2.AsyncClient, data: bytes, version: int = 1) -> httpx2.Response:
    return await client.post(f"/api/v{version}/media", files={"file": ("a.mp4", data, "video/mp4")})


async def test_what_is_no_film_is_refused_and_leaves_no_file(square: Square):
    async with square.app("asha") as asha:
        # Looked at in the same way at both addresses: each is sent to one of them, and on the other database to the other.
        first = 1 if square.house.house.settings.postgres else 2
        for number, (about, data) in enumerate(no_films().items()):
            check_refused(await send(asha, data, 1 + (number + first) % 2), 422, about=about)
    assert files_of(square.house) == set()


async def test_a_film_that_names_another_file_does_not_get_it(square: Square, tmp_path: Path):
    """QuickTime may say that its pictures lie elsewhere (`dref`); nobody follows that here."""
    other = tmp_path / "other.mp4"
    other.write_bytes(SECRET.encode() * 1_000)
    alias = box(b"url ", b"\0\0\0\0", str(other).encode() + b"\0")
    whole = film(".mov")
    inside = box(b"dref", b"\0\0\0\0\0\0\0\1", alias)
    where = whole.index(b"dref") - 4
    size = struct.unpack(">I", whole[where : where + 4])[0]
    sent = whole[:where] + inside + whole[where + size :]
    async with square.app("asha") as asha:
        answer = await send(asha, sent)
        if answer.status_code == 200:
            kept = await asha.get(answer.json()["url"])
            assert SECRET.encode() not in kept.content
    assert all(SECRET.encode() not in path.read_bytes() for path in files_of(square.house))


async def test_films_that_are_too_large(square: Square):
    async with square.app("asha") as asha:
        check_refused(await send(asha, film() + bytes(111_000_000)), 413)
    assert files_of(square.house) == set()


async def test_a_long_film_is_cut_off_by_the_clock_of_its_painter(square: Square, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(films, "PAINT", 0.05)
    async with square.app("asha") as asha:
        check_refused(await send(asha, film(seconds=20.0, size="1280x720")), 422)
    assert files_of(square.house) == set()


async def test_a_painter_dies_with_whoever_waits_for_it(square: Square):
    house = square.house.house
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sent"
        await asyncio.to_thread(source.write_bytes, film(seconds=20.0, size="1280x720"))
        sent = await films.probe(house.settings, source, "mov")
        task = asyncio.create_task(films.paint(house.settings, source, sent, Path(folder) / "kept"))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        running = await asyncio.to_thread(subprocess.run, ["pgrep", "-f", str(folder)], capture_output=True)
        assert running.stdout == b""


async def test_ranges_that_cannot_be_had(square: Square):
    async with square.app("asha") as asha:
        sent = (await send(asha, sound())).json()
        whole = await asha.get(sent["url"])
        size = len(whole.content)
        for asked, status in (
            ("bytes=0-", 206),
            ("bytes=-5", 206),
            (f"bytes={size}-", 416),
            ("bytes=-0", 416),
            ("bytes=5-2", 200),
            ("bytes=a-b", 200),
            ("bytes=0-1,3-4", 200),
            ("lines=0-1", 200),
            ("bytes=", 200),
            ("bytes=99999999999999999999-", 200),
            (f"bytes={size - 1}-", 206),
        ):
            got = await asha.get(sent["url"], headers={"range": asked})
            assert got.status_code == status, asked
            if status == 206:
                told = got.headers["content-range"].removeprefix("bytes ").partition("/")[0].split("-")
                assert got.content == whole.content[int(told[0]) : int(told[1]) + 1], asked
        stale = await asha.get(sent["url"], headers={"range": "bytes=0-1", "if-range": '"old"'})
        assert stale.status_code == 200 and stale.content == whole.content


async def test_nothing_waits_that_cannot_be_painted_for_ever(square: Square):
    house = square.house.house
    async with square.app("asha") as asha:
        answer = await send(asha, film(), 2)
        await house.square.files.drop(f"media/{answer.json()['id']}/sent")
        assert await painting.paint_waiting(house.square) == 1
        assert await painting.paint_waiting(house.square) == 0
        check_refused(await asha.get(f"/api/v1/media/{answer.json()['id']}"), 422)
