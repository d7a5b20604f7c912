"""Hostile uploads: what is no sound image is refused with nothing kept, and of a sound one only its pixels survive."""

import io
import resource
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from chaupal.app.wiring import RunningHouse
from clients.images import gif, jpeg, png, png_bomb, png_claiming, png_with_text_bomb
from surfaces.square import Square, check_refused

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PAYLOAD = b"<script>alert(document.cookie)</script>"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("payload.class", PAYLOAD)
    return out.getvalue()


def saved(kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 99, 199)).save(out, kind, **more)
    return out.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PAYLOAD.decode()  # a description
    exif.get_ifd(0x8825)[1] = "N"  # a place
    return saved("JPEG", exif=exif)


@cache  # made where they are sent: unpacked they are half a gigabyte of nought, and every process of tests reads this file
def no_images() -> dict[str, bytes]:
    return {
        "nothing": b"",
        "text": b"hello",
        "svg": SVG,
        "svg behind a declaration": b'<?xml version="1.0"?>' + SVG,
        "html": HTML,
        "html that begins as a gif": b"GIF89a" + HTML,
        "script that begins as a jpeg": b"\xff\xd8\xff" + PAYLOAD * 20,
        "pdf": b"%PDF-1.7\n" + PAYLOAD,
        "tiff": saved("TIFF"),
        "bmp": saved("BMP"),
        "ico": saved("ICO"),
        "half a jpeg": jpeg(400, 300)[:700],
        "half a png": png(400, 300)[:200],
        "header of a png": png()[:33],
        "only the first bytes": b"\x89PNG\r\n\x1a\n",
        "webp of nothing": b"RIFF\x04\x00\x00\x00WEBP",
        "avif of nothing": b"\x00\x00\x00\x18ftypavif" + bytes(30),
        "a size without end": png_claiming(2**31 - 1, 2**31 - 1),
        "a size that is too much": png_claiming(60_000, 60_000),
        "no size": png_claiming(0, 0),
        "a long strip": png_claiming(100_000_000, 1),
        "fewer rows than claimed": png_claiming(500, 500, bytes(501 * 20)),
        "a bomb": png_bomb(),
    }


@cache
def polyglots() -> dict[str, bytes]:
    """Sound images that carry something else as well."""
    return {
        "gifar": gif() + archive(),
        "png with a page behind": png() + HTML + PAYLOAD,
        "jpeg with a script behind": jpeg() + PAYLOAD,
        "jpeg with a description and a place": with_exif(),
        "gif with a comment": saved("GIF", comment=PAYLOAD),
        "png with a comment that unpacks to 50 MB": png_with_text_bomb(),
        "png said to be html": png(),
    }


def files_of(house: RunningHouse) -> set[Path]:
    return {path for path in (Path(house.house.settings.data) / "files").rglob("*") if path.is_file()}


async def send(
    client: httpx2.AsyncClient, data: bytes, name: str = "a.png", mime: str = "image/png"
) -> httpx2.Response:
    return await client.post("/api/v2/media", files={"file": (name, data, mime)}, data={"description": "x"})


async def test_what_is_no_image_is_refused_and_leaves_nothing(square: Square):
    rows, files = await square.rows(), files_of(square.house)
    async with square.app("asha") as asha:
        for about, data in no_images().items():
            check_refused(await send(asha, data), 422, about=about)
            if data:  # an empty field is a field left alone
                portrait = {"avatar": ("a.png", data, "image/png")}
                check_refused(await asha.patch("/api/v1/accounts/update_credentials", files=portrait), 422, about=about)
    assert await square.rows() == rows and files_of(square.house) == files


async def test_refusing_bombs_takes_little_memory(square: Square):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with square.app("asha") as asha:
        for about in ("a bomb", "a size without end", "a size that is too much", "a long strip"):
            check_refused(await send(asha, no_images()[about]), 422, about=about)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 150, f"{grown:.0f} MB: a bomb of 400 megapixels was unpacked"


async def test_files_that_are_too_large(square: Square):
    rows = await square.rows()
    async with square.app("asha") as asha:
        check_refused(await send(asha, png() + bytes(17_000_000)), 413, 422)
        check_refused(await send(asha, bytes(60_000_000)), 413, 422)
        check_refused(await asha.post("/api/v2/media", files={"other": ("a.png", png(), "image/png")}), 422)
        check_refused(await asha.post("/api/v2/media", json={"file": "a.png"}), 422)
    assert await square.rows() == rows


async def test_of_a_sound_image_only_the_pixels_survive(square: Square):
    async with square.app("asha") as asha, square.browser() as anyone:
        for about, data in polyglots().items():
            answer = await send(asha, data, "evil.html\r\nX: y", "text/html")
            assert answer.status_code == 200, (about, answer.text)
            for address in (answer.json()["url"], answer.json()["preview_url"]):
                kept = await anyone.get(address)
                assert kept.status_code == 200, (about, kept.status_code)
                assert kept.headers["content-type"] in ("image/png", "image/jpeg", "image/gif", "image/webp"), about
                assert (
                    kept.headers["x-content-type-options"] == "nosniff"
                    and "sandbox" in kept.headers["content-security-policy"]
                )
                assert not any(
                    word in kept.content for word in (b"script", b"payload", b"PK\x03\x04", b"<html", b"Exif")
                ), about
                assert Image.open(io.BytesIO(kept.content)).size[0] > 0
                assert not Image.open(io.BytesIO(kept.content)).getexif(), about


WORDS: list[dict[str, Any]] = [
    {"description": "x" * 2_000},
    {"description": "क" * 1_501},
    {"description": "nul \0"},
    {"focus": "a,b"},
    {"focus": "nan,nan"},
    {"focus": "inf,0"},
    {"focus": ","},
    {"focus": "1"},
    {"focus": "0,0,0"},
    {"focus": "1e999,0"},
    {"description": "a" + "\u0301" * 15_001},
]


async def test_words_about_a_picture_that_cannot_be_taken(square: Square):
    rows, files = await square.rows(), files_of(square.house)
    async with square.app("asha") as asha:
        for words in WORDS:
            answer = await asha.post("/api/v2/media", files={"file": ("a.png", png(), "image/png")}, data=words)
            check_refused(answer, 422, about=str(words)[:80])
    assert await square.rows() == rows and files_of(square.house) == files


async def test_the_file_of_a_post_that_one_may_not_see_is_not_there(square: Square):
    async with square.app("asha") as asha, square.app("binod") as binod, square.browser("binod") as browser:
        media = (await send(asha, png())).json()
        await asha.post(
            "/api/v1/statuses", json={"status": "for me", "visibility": "direct", "media_ids": [media["id"]]}
        )
        bare, unknown = (f"/media/{id_}/original" for id_ in (media["id"], int(media["id"]) + 1))
        for client in (binod, browser):
            forbidden, missing = await client.get(bare), await client.get(unknown)
            assert forbidden.status_code == missing.status_code == 404
            assert forbidden.headers["content-type"] == missing.headers["content-type"]
        guessed = [await browser.get(f"{bare}?k={key}") for key in ("", "x", "%00", "x" * 5_000)]
        assert {answer.status_code for answer in guessed} <= {404, 422}
