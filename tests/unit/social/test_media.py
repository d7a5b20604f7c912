"""Pictures: hostile ones are refused, good ones painted anew, and their files judged like the posts they stand in."""

import asyncio
import contextlib
import io
import random
import resource
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pyvips
from PIL import Image

from chaupal.kernel.errors import Invalid, NotFound, WithheldByLaw
from chaupal.kernel.settings import load_settings
from chaupal.policy.drafts_and_scheduled import Unsaid
from chaupal.policy.facts import Visibility
from chaupal.policy.filed import pass_of
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role, Viewer
from chaupal.ports.files_s3 import s3_files
from chaupal.reads.posts import media as looked
from chaupal.social.media import media, painting, pictures
from chaupal.social.media.media import LOOSE_FOR
from chaupal.social.people import graph, leaving, profiles
from chaupal.social.posts import drafts_and_scheduled, editing, posts
from chaupal.store.identity import accounts, leaving as leaving_rows
from films import film
from neighbours import DIRECT, PRIVATE, Street, by

PUBLIC = Visibility.PUBLIC
MOST = 33_000_000
SECRET = b"26.9124N,75.7873E the house of a source"


def image(kind: str = "JPEG", size: tuple[int, int] = (320, 200), mode: str = "RGB", **more: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(file, kind, **more)
    return file.getvalue()


def moving(kind: str, frames: int = 4) -> bytes:
    file = io.BytesIO()
    first, *rest = [Image.effect_noise((60, 40), 60).convert("P") for _ in range(frames)]
    first.save(file, kind, save_all=True, append_images=rest, duration=80)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge image, as a decompression bomb does."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9_999)) + chunk(b"IEND", b"")
    )


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# --- painting ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "kept"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("WEBP", "RGBA", "image/webp"),
        ("GIF", "P", "image/png"),
        ("AVIF", "RGB", "image/jpeg"),
    ],
)
def test_what_is_kept_can_be_shown_by_every_browser(kind: str, mode: str, kept: str):
    done = pictures.render(image(kind, mode=mode), MOST)
    assert done.mime == kept == Image.MIME[opened(done.original).format or ""]
    assert (done.width, done.height) == (320, 200) == opened(done.original).size
    assert opened(done.small).format == "WEBP"
    assert len(done.blurhash) == 28


def test_a_large_picture_is_made_smaller_and_its_small_rendition_fits_a_phone():
    done = pictures.render(image(size=(4_600, 2_300)), MOST)
    assert done.width * done.height <= pictures.MOST_ORIGINAL
    assert done.width / done.height == pytest.approx(2, abs=0.01)
    assert (done.small_width, done.small_height) == (640, 320) == opened(done.small).size


def test_a_small_picture_is_not_blown_up():
    done = pictures.render(image("PNG", size=(7, 3)), MOST)
    assert (done.width, done.height, done.small_width, done.small_height) == (7, 3, 7, 3)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (9_000, 1), (1, 9_000)])
def test_the_narrowest_pictures_have_both_renditions(width: int, height: int):
    done = pictures.render(image("PNG", size=(width, height)), MOST)
    assert min(opened(done.small).size) == 1
    assert done.blurhash


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp", ".avif"])
def test_colours_are_turned_into_srgb_where_they_are_others(monkeypatch: pytest.MonkeyPatch, kind: str):
    """To turn those that are in sRGB into it took four fifths of the work, and changed not one."""
    dots = pyvips.Image.new_from_memory(random.Random(1).randbytes(90 * 70 * 3), 90, 70, 3, "uchar")
    plain, other = (dots.copy(interpretation="srgb").write_to_buffer(kind, **more) for more in ({}, {"profile": "p3"}))
    turn = {"output_profile": "srgb"}
    assert [pictures._into_srgb(pyvips.Image.new_from_buffer(one, "")) for one in (plain, other)] == [{}, turn]
    portrait = partial(pictures.portrait, most_pixels=MOST, size=(30, 30))
    done, small = pictures.render(plain, MOST), portrait(plain)
    assert pictures.render(other, MOST).original != done.original and portrait(other) != small
    monkeypatch.setattr(pictures, "_into_srgb", lambda _: turn)
    assert pictures.render(plain, MOST) == done and portrait(plain) == small


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_keeps_moving(kind: str):
    done = pictures.render(moving(kind), MOST)
    assert done.mime == f"image/{kind.lower()}"
    assert opened(done.original).n_frames == 4  # pyrefly: ignore[missing-attribute] - of files that can hold several
    assert (done.width, done.height) == (60, 40)


@pytest.mark.parametrize(("most", "few"), [("MOST_MOVING", 60 * 40 * 3), ("MOST_FRAMES", 3)])
def test_a_very_long_animation_stands_still(monkeypatch: pytest.MonkeyPatch, most: str, few: int):
    monkeypatch.setattr(pictures, most, few)
    assert pictures.render(moving("GIF"), MOST).mime == "image/png"


def test_nothing_but_the_pixels_survives():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    sent = image(exif=exif.tobytes(), comment=SECRET, icc_profile=b"") + b"<script>" + SECRET
    done = pictures.render(sent, MOST)
    assert SECRET in sent
    assert (done.width, done.height) == (200, 320)  # upright, as its maker saw it
    assert not opened(done.original).getexif()
    for kept in (done.original, done.small):
        assert SECRET not in kept
        assert b"<script>" not in kept


def test_a_second_file_hidden_in_the_first_is_gone():
    jar = b"PK\x03\x04" + b"evil.class" * 20
    page = b"<html><script>alert(1)</script></html>"
    png = image("PNG")
    for polyglot in (image() + jar, png + page, png[:33] + b"\0\0\0\x26tEXt" + page + b"\0\0\0\0" + png[33:]):
        try:
            done = pictures.render(polyglot, MOST)
        except Invalid:
            continue  # refused is as good
        assert not any(b"evil.class" in kept or b"script" in kept for kept in (done.original, done.small))


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (33_001, 1_000)])
def test_a_bomb_is_refused_by_the_size_it_claims(size: tuple[int, int]):
    with pytest.raises(Invalid):
        pictures.render(png_of_claimed_size(*size), MOST)


@cache
def packed() -> bytes:
    """Fifty million bytes."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(50)), packer.flush()])


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"iCCP", b"quIt"])
def test_words_packed_into_a_picture_are_not_unpacked(name: bytes):
    head = {b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0", b"iCCP": b"profile\0\0"}.get(name, b"")
    whole, words = image("PNG"), head + packed()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = pictures.render(whole[:33] + 8 * chunk(name, words) + whole[33:], MOST)
    assert (done.width, done.height) == (320, 200)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_picture_is_refused(kind: str, part: float):
    whole = image(kind, mode="P" if kind == "GIF" else "RGB")
    with pytest.raises(Invalid):
        pictures.render(whole[: int(len(whole) * part)], MOST)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"",
        b"\0" * 99,
        b"push graphic-context\nfill 'url(https://example.org/\"|ls \"-la)'",
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"\xff\xd8\xff" + SVG,
        b"....ftypavif" + b"\0" * 40,
    ],
)
def test_what_is_no_image_of_a_known_kind_is_refused(data: bytes):
    with pytest.raises(Invalid):
        pictures.render(data, MOST)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM"])
def test_kinds_that_are_not_taken_are_refused_though_they_are_images(kind: str):
    with pytest.raises(Invalid):
        pictures.render(image(kind, size=(64, 64)), MOST)


def test_decoders_not_meant_for_strangers_are_shut():
    vips = pictures._vips()
    for load in (lambda: vips.Image.svgload_buffer(SVG), lambda: vips.Image.new_from_buffer(image("TIFF"), "")):
        with pytest.raises(vips.Error):
            load().avg()


@pytest.mark.parametrize(("size", "made"), [(pictures.AVATAR, (400, 400)), (pictures.HEADER, (1500, 500))])
def test_portraits_have_one_size(size: tuple[int, int], made: tuple[int, int]):
    assert opened(pictures.portrait(image("PNG", size=(50, 900), mode="RGBA"), MOST, size)).size == made


@pytest.mark.parametrize("size", [(4, 4_000), (4_000, 4)])
def test_of_a_strip_the_middle_is_scaled_and_not_all_of_it(size: tuple[int, int]):
    """As it stood, a header of the first was scaled to 1,500 by 1,500,000 before it was cut."""
    strip = Image.new("RGB", size, "blue")
    middle = [side // 2 for side in size]
    strip.paste("red", (middle[0] - 20, middle[1] - 20, middle[0] + 20, middle[1] + 20))
    written = io.BytesIO()
    strip.save(written, "PNG")
    for wanted in (pictures.AVATAR, pictures.HEADER):
        made = opened(pictures.portrait(written.getvalue(), MOST, wanted))
        red, _, blue = made.convert("RGB").getpixel((wanted[0] // 2, wanted[1] // 2))
        assert made.size == wanted and red > 200 and blue < 50


# --- taking in -----------------------------------------------------------------------------------------------------


async def test_an_upload_is_described_and_taken_back(street: Street):
    (asha,) = await street.people("asha")
    id_ = await media.attach(street.square, by(asha), image(), "  नीम का पेड़ ", (0.5, -3.0))
    picture = await looked.own_upload(street.reads, by(asha), id_)
    assert (picture.description, picture.focus, picture.mime) == ("नीम का पेड़", (0.5, -1.0), "image/jpeg")
    await media.describe(street.square, by(asha), id_, "A neem tree", None)
    assert (await looked.own_upload(street.reads, by(asha), id_)).description == "A neem tree"
    await media.withdraw(street.square, by(asha), id_)
    with pytest.raises(NotFound):
        await looked.own_upload(street.reads, by(asha), id_)
    await street.settle()
    assert not files_of(street)


async def test_anothers_upload_is_as_one_that_does_not_exist(street: Street):
    asha, bela = await street.people("asha", "bela")
    id_ = await media.attach(street.square, by(asha), image())
    for act in (
        looked.own_upload(street.reads, by(bela), id_),
        media.describe(street.square, by(bela), id_, "mine now", None),
        media.withdraw(street.square, by(bela), id_),
        file_of(street, by(bela), id_),
        file_of(street, by(None), id_),
        file_of(street, by(None), id_ + 1),
    ):
        with pytest.raises(NotFound):
            await act


async def test_a_picture_in_a_post_is_not_changed_or_taken_back(street: Street):
    (asha,) = await street.people("asha")
    id_ = await media.attach(street.square, by(asha), image())
    await street.say(asha, "देखो", pictures=[id_])
    with pytest.raises(NotFound):
        await media.describe(street.square, by(asha), id_, "something else", None)
    with pytest.raises(Invalid, match="currently used by a status"):
        await media.withdraw(street.square, by(asha), id_)


async def test_nothing_is_left_of_an_upload_that_was_refused(street: Street):
    (asha,) = await street.people("asha")
    for bad in (SVG, image()[:500], png_of_claimed_size(60_000, 60_000), b"\0" * 16_000_001):
        with pytest.raises(Invalid):
            await media.attach(street.square, by(asha), bad)
    assert not files_of(street)


@pytest.mark.parametrize("text", ["क" * 1_501, "\0", "क\ud800", "\u0301" * 20_000, "x\x07"])
async def test_alt_text_that_cannot_be_taken(street: Street, text: str):
    (asha,) = await street.people("asha")
    with pytest.raises(Invalid):
        await media.attach(street.square, by(asha), image(), text)


async def test_alt_text_is_counted_as_its_reader_counts(street: Street):
    (asha,) = await street.people("asha")
    id_ = await media.attach(street.square, by(asha), image(), "कि" * 1_500)
    assert (await looked.own_upload(street.reads, by(asha), id_)).description == "कि" * 1_500


@pytest.mark.parametrize("focus", [(float("nan"), 0.0), (0.0, float("inf"))])
def test_a_focus_is_a_point(focus: tuple[float, float]):
    with pytest.raises(Invalid):
        media.check_focus(focus)


async def test_the_second_copy_of_a_request_is_answered_like_the_first_that_took_its_picture_meanwhile(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    (asha,) = await street.people("asha")
    draft = posts.Draft(text="देखो", pictures=[await media.attach(street.square, by(asha), image())], key="sent twice")
    prepare, first = posts.prepare_series, list[int]()

    async def after_the_first(*args: Any) -> Any:
        monkeypatch.setattr(posts, "prepare_series", prepare)
        first.append(await posts.publish(street.square, by(asha), draft))
        return await prepare(*args)

    monkeypatch.setattr(posts, "prepare_series", after_the_first)
    assert await posts.publish(street.square, by(asha), draft) == first[0]
    with pytest.raises(Invalid):
        await posts.publish(street.square, by(asha), posts.Draft(text="देखो", pictures=draft.pictures, key="another"))


async def test_uploads_nobody_used_are_swept_after_a_day(street: Street):
    (asha,) = await street.people("asha")
    used = await media.attach(street.square, by(asha), image())
    unused = await media.attach(street.square, by(asha), image())
    await street.say(asha, "देखो", pictures=[used])
    street.clock.move(LOOSE_FOR)
    fresh = await media.attach(street.square, by(asha), image())
    street.clock.move(1)
    assert await media.sweep(street.square) == 1
    await street.settle()
    assert {path.parent.name for path in files_of(street)} == {str(used), str(fresh)}
    with pytest.raises(NotFound):
        await looked.own_upload(street.reads, by(asha), unused)


async def test_the_pictures_of_a_deleted_post_wait_a_day_to_be_used_anew(street: Street):
    (asha,) = await street.people("asha")
    id_ = await media.attach(street.square, by(asha), image())
    post = await street.say(asha, "देखो", pictures=[id_])
    street.clock.move(30 * LOOSE_FOR)
    await posts.delete(street.square, by(asha), post)
    assert await media.sweep(street.square) == 0
    await street.say(asha, "फिर देखो", pictures=[id_])
    street.clock.move(30 * LOOSE_FOR)
    assert await media.sweep(street.square) == 0


async def test_the_pictures_of_a_deleted_post_go_at_once_where_that_is_asked(street: Street):
    (asha,) = await street.people("asha")
    before, kept, other = [await media.attach(street.square, by(asha), image()) for _ in range(3)]
    post = await street.say(asha, "देखो", pictures=[before])
    await editing.edit(street.square, by(asha), post, editing.Edit(text="यह देखो", pictures=[kept]))
    await street.say(asha, "और", pictures=[other])
    await posts.delete(street.square, by(asha), post, uploads=True)
    await street.settle()
    assert {path.parent.name for path in files_of(street)} == {str(other)}, "the one that an edit took out goes, too"
    for gone in (before, kept):
        with pytest.raises(NotFound):
            await looked.own_upload(street.reads, by(asha), gone)
    with pytest.raises(Invalid):
        await street.say(asha, "फिर", pictures=[kept])


@pytest.mark.parametrize("way", ["deleted", "taken back", "swept"])
async def test_files_that_nobody_names_go_though_whoever_let_them_go_died_after_the_commit(
    street: Street, monkeypatch: pytest.MonkeyPatch, way: str
):
    (asha,) = await street.people("asha")
    id_ = await media.attach(street.square, by(asha), image())
    post = await street.say(asha, "देखो", pictures=[id_]) if way == "deleted" else 0
    await street.settle()

    async def dies(key: str) -> None:
        raise asyncio.CancelledError(key)

    with monkeypatch.context() as dying, contextlib.suppress(asyncio.CancelledError):
        dying.setattr(street.square.files, "drop", dies)
        if way == "deleted":
            await posts.delete(street.square, by(asha), post, uploads=True)
        elif way == "taken back":
            await media.withdraw(street.square, by(asha), id_)
        else:
            street.clock.move(LOOSE_FOR + 1)
            await media.sweep(street.square)
    with pytest.raises(NotFound):
        await looked.own_upload(street.reads, by(asha), id_)
    await street.settle()  # by whoever is next
    assert not files_of(street)


async def test_an_upload_that_is_let_go_while_its_files_come_leaves_none(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    """It is taken back by its id, or its day is over; what was written by then is not all."""
    files, (asha,) = street.square.files, await street.people("asha")
    put, written = files.put, list[str]()

    async def slowly(key: str, data: bytes) -> None:
        await put(key, data)
        if not written:
            await media.withdraw(street.square, by(asha), int(Path(key).parent.name))
        written.append(key)

    monkeypatch.setattr(files, "put", slowly)
    with pytest.raises(NotFound):
        await media.attach(street.square, by(asha), image())
    await street.settle()
    assert len(written) == 2 and not files_of(street)


@pytest.mark.parametrize("upload", ["picture", "film"])
@pytest.mark.parametrize("store", ["folder", "s3"])
async def test_the_files_of_an_upload_whose_process_dies_before_all_is_written_go(
    street: Street, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, upload: str, store: str
):
    """The first time with one file of it there, the second with all of them."""
    files, (asha,) = street.square.files, await street.people("asha")
    if store == "s3":
        s3 = s3_files(load_settings(environ={}, **request.getfixturevalue("object_store").fresh()))
        for way in ("put", "put_file", "drop", "every"):
            monkeypatch.setattr(files, way, getattr(s3, way))

    class Killed(BaseException):
        """Nothing that comes after it is carried out."""

    for last in (1, 2):
        with monkeypatch.context() as dying:
            put, put_file, came = files.put, files.put_file, count(1)

            async def counted(
                put: Callable[[str, Any], Awaitable[None]], key: str, what: Any, came: Iterator[int]
            ) -> None:
                await put(key, what)
                if next(came) == last:  # noqa: B023 - called within this turn
                    raise Killed

            dying.setattr(files, "put", lambda key, data, put=put, came=came: counted(put, key, data, came))
            dying.setattr(files, "put_file", lambda key, path, put=put_file, came=came: counted(put, key, path, came))
            with pytest.raises(Killed):
                await media.attach(
                    street.square, by(asha), image() if upload == "picture" else film(), thumbnail=image(), wait=False
                )
    assert len([key async for key in files.every()]) == 3
    assert await painting.paint_waiting(street.square) == 0, "nobody was told of it, so it is not painted"
    street.clock.move(LOOSE_FOR + 1)
    assert await media.sweep(street.square) == 2
    await street.settle()
    assert not [key async for key in files.every()]


async def test_what_a_draft_needs_or_a_ruling_binds_is_not_dropped_with_its_post(street: Street):
    (asha,) = await street.people("asha")
    needed, bound = [await media.attach(street.square, by(asha), image()) for _ in range(2)]
    await drafts_and_scheduled.keep(street.square, by(asha), Unsaid(text="बाद में", pictures=[needed]))
    first, second = await street.say(asha, "देखो", pictures=[needed]), await street.say(asha, "और", pictures=[bound])
    await street.rule(second, Measure.WITHHOLD_POST)  # its beginning is not carried on yet, so nothing is held
    for post in (first, second):
        await posts.delete(street.square, by(asha), post, uploads=True)
    await street.settle()
    assert {path.parent.name for path in files_of(street)} == {str(needed), str(bound)}


# --- who may have the file -----------------------------------------------------------------------------------------


async def file_of(
    street: Street, viewer: Viewer, id_: int, key: str = "", rendition: looked.Rendition = "original"
) -> bytes:
    return await looked.contents(street.reads, await looked.picture_file(street.reads, viewer, id_, rendition, key))


def files_of(street: Street) -> list[Path]:
    return [path for path in Path(street.square.settings.data).rglob("files/media/*/*") if path.is_file()]


async def shown(street: Street, who: int, **more: object) -> tuple[int, int, str]:
    """(post, picture, key) of a post with one picture."""
    id_ = await media.attach(street.square, by(who), image())
    key = (await looked.own_upload(street.reads, by(who), id_)).key
    return await street.say(who, "देखो", pictures=[id_], **more), id_, key


async def test_everybody_may_have_what_is_public_in_both_renditions(street: Street):
    (asha,) = await street.people("asha")
    _, id_, _ = await shown(street, asha)
    assert opened(await file_of(street, by(None), id_)).size == (320, 200)
    assert opened(await file_of(street, by(None), id_, rendition="small")).format == "WEBP"


@pytest.mark.parametrize("visibility", [PRIVATE, DIRECT])
async def test_what_is_not_public_needs_its_audience_or_a_pass_of_one_in_it(street: Street, visibility: Visibility):
    asha, bela = await street.people("asha", "bela")
    _, id_, key = await shown(street, asha, visibility=visibility)
    mine = pass_of(key, asha)
    assert len(key) >= 16 and key not in mine
    forged = mine.replace(str(asha), str(bela)), pass_of("x" * len(key), asha), f"{asha}-", "1-\ud800", f"-{mine}"
    for viewer, said in (
        (by(None), ""),
        (by(bela), ""),
        (by(None), key),
        (by(None), mine[:-1]),
        (by(None), "\ud800"),
        (by(None), pass_of(key, bela)),
        (by(bela), mine),
        *((by(None), one) for one in forged),
    ):
        with pytest.raises(NotFound):
            await file_of(street, viewer, id_, said)
    assert await file_of(street, by(asha), id_) == await file_of(street, by(None), id_, mine)


async def test_an_address_is_judged_by_whom_it_was_written_for_and_by_what_holds_the_file_now(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(bela), asha)
    post, id_, key = await shown(street, asha, visibility=PRIVATE)
    theirs, mine = pass_of(key, bela), pass_of(key, asha)
    assert await file_of(street, by(None), id_, theirs)
    await graph.block(street.square, by(asha), bela)
    with pytest.raises(NotFound):
        await file_of(street, by(None), id_, theirs)
    await graph.unblock(street.square, by(asha), bela)
    await graph.follow(street.square, by(bela), asha)
    assert await file_of(street, by(None), id_, theirs)
    await posts.delete(street.square, by(asha), post)
    for rendition in ("original", "small"):
        with pytest.raises(NotFound):
            await file_of(street, by(None), id_, theirs, rendition)
        assert await file_of(street, by(None), id_, mine, rendition), "a day to write it anew is left to its owner"


async def test_the_picture_of_a_deleted_public_post_is_closed_with_it(street: Street):
    (asha,) = await street.people("asha")
    post, id_, key = await shown(street, asha)
    assert await file_of(street, by(None), id_)
    await posts.delete(street.square, by(asha), post)
    for said in ("", key):
        with pytest.raises(NotFound):
            await file_of(street, by(None), id_, said)


async def test_no_pass_of_a_suspended_account_opens_anything(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(bela), asha)
    _, id_, key = await shown(street, asha, visibility=PRIVATE)
    await street.rule(bela, Measure.SUSPEND)
    with pytest.raises(NotFound):
        await file_of(street, by(None), id_, pass_of(key, bela))


RULED: dict[str, tuple[Measure, Callable[[int, int, int], int]]] = {
    "the post": (Measure.WITHHOLD_POST, lambda author, post, picture: post),
    "the picture": (Measure.WITHHOLD_MEDIA, lambda author, post, picture: picture),
    "the account": (Measure.WITHHOLD_ACCOUNT, lambda author, post, picture: author),
}


@pytest.mark.parametrize("what", RULED)
@pytest.mark.parametrize("visibility", [PUBLIC, PRIVATE])
async def test_no_pass_opens_what_is_withheld(street: Street, what: str, visibility: Visibility):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(bela), asha)
    measure, subject = RULED[what]
    post, id_, secret = await shown(street, asha, visibility=visibility)
    india, key = by(None, "IN"), pass_of(secret, bela)
    assert await file_of(street, india, id_, key)
    await street.rule(subject(asha, post, id_), measure)
    for rendition in ("original", "small"):
        with pytest.raises(WithheldByLaw) as told:
            await file_of(street, india, id_, key, rendition)
        assert told.value.notice_url == "http://localhost:8000/orders/1"
        assert await file_of(street, by(None, "DE"), id_, key, rendition)
        assert await file_of(street, by(asha, "IN"), id_, "", rendition)


async def test_one_withheld_picture_leaves_the_other_in_place(street: Street):
    (asha,) = await street.people("asha")
    one, other = [await media.attach(street.square, by(asha), image()) for _ in range(2)]
    await street.say(asha, "दो चित्र", pictures=[one, other])
    await street.rule(one, Measure.WITHHOLD_MEDIA)
    with pytest.raises(WithheldByLaw):
        await file_of(street, by(None, "IN"), one)
    assert await file_of(street, by(None, "IN"), other)


async def test_a_withheld_private_post_says_nothing_to_strangers(street: Street):
    (asha,) = await street.people("asha")
    post, id_, _ = await shown(street, asha, visibility=PRIVATE)
    await street.rule(post, Measure.WITHHOLD_POST)
    with pytest.raises(NotFound):
        await file_of(street, by(None, "IN"), id_)


async def test_deleting_a_withheld_post_does_not_free_its_picture(street: Street):
    (asha,) = await street.people("asha")
    post, id_, key = await shown(street, asha)
    await street.rule(post, Measure.WITHHOLD_POST)
    await posts.delete(street.square, by(asha), post)
    for country in ("IN", "DE"):
        with pytest.raises(NotFound):
            await file_of(street, by(None, country), id_, key)
    assert await file_of(street, by(asha, "IN"), id_)


async def test_the_pictures_of_who_blocks_me_are_not_for_me(street: Street):
    asha, bela = await street.people("asha", "bela")
    _, id_, _ = await shown(street, asha)
    await graph.block(street.square, by(asha), bela)
    with pytest.raises(NotFound):
        await file_of(street, by(bela), id_)


async def test_the_mark_of_a_file_tells_nothing_of_rulings_and_counts_none(street: Street):
    """Two worlds: whoever gets the same bytes gets the same mark, whatever was ruled, secretly or not, on this or anything."""
    (asha,) = await street.people("asha")
    _, id_, _ = await shown(street, asha)
    other, _, _ = await shown(street, asha)

    async def mark(country: str) -> str:
        return (await looked.picture_file(street.reads, by(None, country), id_, "small", "")).mark

    before = await mark("DE")
    assert await mark("FR") == before
    await street.rule(other, Measure.WITHHOLD_POST)
    assert await mark("IN") == before
    await street.rule(id_, Measure.WITHHOLD_MEDIA)
    assert await mark("DE") == before
    with pytest.raises(WithheldByLaw):
        await mark("IN")


# --- portraits -----------------------------------------------------------------------------------------------------


async def with_avatar(street: Street) -> tuple[int, str]:
    asha = await street.person("asha", "आशा")
    key = await media.keep_portrait(street.square, by(asha), image(), "avatar")
    async with street.work.writing() as w:
        await accounts.change(w, asha, accounts.Face(avatar=key))
    return asha, key


async def portrait_of(street: Street, viewer: Viewer, account: int, key: str) -> bytes:
    name = key.rpartition("/")[2]
    return await looked.contents(street.reads, await looked.portrait_file(street.reads, viewer, account, name))


async def test_an_avatar_is_for_everybody_until_its_account_is_withheld(street: Street):
    asha, key = await with_avatar(street)
    assert opened(await portrait_of(street, by(None, "IN"), asha, key)).size == (400, 400)
    await street.rule(asha, Measure.WITHHOLD_ACCOUNT)
    with pytest.raises(WithheldByLaw):
        await portrait_of(street, by(None, "IN"), asha, key)
    assert await portrait_of(street, by(None, "DE"), asha, key)
    assert await portrait_of(street, by(asha, "IN"), asha, key)


async def test_an_avatar_that_its_account_no_longer_shows_is_gone(street: Street):
    asha, old = await with_avatar(street)
    bela = await street.person("bela")
    for account, name in ((bela, old), (asha + 1, old), (asha, "x.webp"), (asha, ""), (asha, "..\\x"), (asha, "\0")):
        with pytest.raises(NotFound):
            await portrait_of(street, by(None), account, name)
    await media.drop_portrait(street.square, old)
    with pytest.raises(NotFound):
        await portrait_of(street, by(None), asha, old)


class Killed(BaseException):
    """Nothing that comes after it is carried out."""


async def keys_of(street: Street) -> list[str]:
    return [key async for key in street.square.files.every()]


async def test_of_a_process_that_dies_between_a_portrait_and_its_profile_no_file_stays(street: Street):
    (asha,) = await street.people("asha")
    named = await media.keep_portrait(street.square, by(asha), image(), "avatar")
    await profiles.change(street.square, by(asha), accounts.Face(avatar=named))
    left = await media.keep_portrait(street.square, by(asha), image(), "header")  # and its profile never came
    assert sorted(await keys_of(street)) == sorted([named, left])
    assert await media.sweep(street.square) == 0
    street.clock.move(LOOSE_FOR + 1)
    assert await media.sweep(street.square) == 1
    assert await keys_of(street) == [named]
    assert await media.sweep(street.square) == 0


@pytest.mark.parametrize("goes", ["changed", "left"])
async def test_of_a_process_that_dies_before_it_drops_the_portrait_that_was_no_file_stays(
    street: Street, monkeypatch: pytest.MonkeyPatch, goes: str
):
    (asha,) = await street.people("asha")
    old, new = [await media.keep_portrait(street.square, by(asha), image(), "avatar") for _ in range(2)]
    await profiles.change(street.square, by(asha), accounts.Face(avatar=old))

    async def dies(*_: object) -> None:
        raise Killed

    async def due(_: object) -> int:
        return asha

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(media, "drop_portrait", dies)
        if goes == "changed":
            await profiles.change(street.square, by(asha), accounts.Face(avatar=new))
        else:
            dying.setattr(leaving_rows, "due", due)
            await leaving.carry_out(street.square)
    assert await media.sweep(street.square) == 1, "what nothing names any more is let go of at once"
    assert old not in await keys_of(street)
    assert new in await keys_of(street)


async def test_staff_are_shown_what_is_withheld(street: Street):
    (asha,) = await street.people("asha")
    _, id_, _ = await shown(street, asha)
    await street.rule(id_, Measure.WITHHOLD_MEDIA)
    clerk = Viewer(account=await street.person("clerk", role="clerk"), country="IN", role=Role.CLERK)
    assert await file_of(street, clerk, id_)
