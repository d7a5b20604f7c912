"""What every keeper of files must do; a new one is added to `files` and passes all of this."""

import asyncio
import os
from pathlib import Path

import pytest
from obstore.exceptions import GenericError

from chaupal.kernel.errors import Full, Unavailable
from chaupal.kernel.settings import load_settings
from chaupal.ports.files import Files
from chaupal.ports.files_local import LocalFiles
from chaupal.ports.files_s3 import S3Files, not_reached, s3_files
from object_store import ObjectStore

KEY = "media/109/original.webp"
LARGE = 20_000_000  # bytes: more than goes to a store in one part


@pytest.fixture(params=["local", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "local":
        return LocalFiles(tmp_path / "files")
    store: ObjectStore = request.getfixturevalue("object_store")
    return s3_files(load_settings(environ={}, **store.fresh()))


async def test_what_was_put_is_got(files: Files):
    data = bytes(range(256)) * 4_000
    await files.put(KEY, data)
    assert await files.get(KEY) == data


async def test_nothing_is_got_where_nothing_was_put(files: Files):
    assert await files.get(KEY) is None
    await files.put(KEY, b"x")
    for near in ("media/109", "media", "media/109/original", f"{KEY}/x", "media/10/original.webp"):
        assert await files.get(near) is None


async def test_putting_again_replaces(files: Files):
    await files.put(KEY, b"a longer one")
    await files.put(KEY, b"short")
    assert await files.get(KEY) == b"short"


async def test_nothing_at_all_is_something(files: Files):
    await files.put(KEY, b"")
    assert await files.get(KEY) == b""


async def test_what_was_dropped_is_gone_and_its_neighbour_stays(files: Files):
    await files.put(KEY, b"one")
    await files.put("media/109/small.webp", b"other")
    await files.drop(KEY)
    assert await files.get(KEY) is None
    assert await files.get("media/109/small.webp") == b"other"


async def test_dropping_what_is_not_there_is_no_error(files: Files):
    await files.drop(KEY)
    await files.drop("nothing/of/the/kind")


@pytest.mark.parametrize("key", ["../outside", "media/../../outside", "/etc/passwd", "", ".", "media/.."])
async def test_no_key_leads_outside(files: Files, tmp_path: Path, key: str):
    (tmp_path / "outside").write_bytes(b"not yours")
    for act in (files.get(key), files.put(key, b"x"), files.drop(key), files.size(key), files.part(key, 0, 1)):
        with pytest.raises(ValueError, match="not a key"):
            await act
    assert (tmp_path / "outside").read_bytes() == b"not yours"


async def test_a_file_goes_in_and_out_whole_however_large_it_is(files: Files, tmp_path: Path):
    data = os.urandom(1_000_000) * (LARGE // 1_000_000)
    (tmp_path / "sent").write_bytes(data)
    await files.put_file(KEY, tmp_path / "sent")
    assert await files.size(KEY) == LARGE
    assert await files.fetch(KEY, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == data
    assert await files.get(KEY) == data


async def test_what_is_not_there_has_no_size_no_part_and_is_not_fetched(files: Files, tmp_path: Path):
    await files.put(KEY, b"x")
    for near in ("media/109", "media/109/original", "media/9/original.webp"):
        assert await files.size(near) is None
        assert await files.part(near, 0, 10) is None
        assert not await files.fetch(near, tmp_path / "got")


async def test_a_part_is_what_lies_there_and_no_more(files: Files):
    await files.put(KEY, bytes(range(100)))
    assert await files.part(KEY, 0, 10) == bytes(range(10))
    assert await files.part(KEY, 90, 50) == bytes(range(90, 100))
    assert await files.part(KEY, 99, 1) == bytes([99])
    assert await files.part(KEY, 100, 5) == b""


async def test_all_keys_are_told(files: Files):
    assert [key async for key in files.every()] == []
    keys = [f"media/{number}/small.webp" for number in range(30)] + ["portraits/4/aB-_c.webp"]
    for key in keys:
        await files.put(key, b"x")
    assert sorted([key async for key in files.every()]) == sorted(keys)


async def test_a_reader_meets_the_old_bytes_or_the_new_ones(files: Files):
    old, new = b"o" * 300_000, b"n" * 500_000
    await files.put(KEY, old)

    async def write() -> None:
        for turn in range(20):
            await files.put(KEY, (new, old)[turn % 2])

    writing = asyncio.create_task(write())
    while not writing.done():
        assert await files.get(KEY) in (old, new)
        await asyncio.sleep(0)
    await writing


async def test_many_write_at_once_and_one_of_them_stands(files: Files):
    sent = [bytes([number]) * 50_000 for number in range(12)]
    await asyncio.gather(*(files.put(KEY, data) for data in sent))
    assert await files.get(KEY) in sent


async def test_a_disk_that_fails_leaves_the_old_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    local = LocalFiles(tmp_path / "files")
    await local.put(KEY, b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await local.put(KEY, b"new")
    assert await local.get(KEY) == b"old"
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == ["original.webp"]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (
            "Error performing PUT http://127.0.0.1:1/b/media/115507000.png in 507.2ms - HTTP error: not reached",
            Unavailable,
        ),
        ("Server returned non-2xx status code: 507 Insufficient Storage: <Error/>", Full),
        ("Server returned non-2xx status code: 500: <Code>XMinioStorageFull</Code>", Full),
    ],
)
def test_a_store_that_is_full_is_told_from_one_that_is_away_whatever_digits_a_key_has(
    said: str, means: type[Exception]
):
    store = S3Files(None)
    assert isinstance(store.fault(GenericError(said)), means)


REFUSED = (
    'error sending request\n\nDebug: retry_timeout: 180s, Os {\n code: 111,\n kind: X,\n message: "Connection refused",'
)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (REFUSED, " (Connection refused)"),
        ("code: 403 Forbidden: <Code>InvalidAccessKeyId</Code><AWSAccessKeyId>KEY", ""),
        ("status code: 403 Forbidden: <AWSAccessKeyId>KEY</AWSAccessKeyId>", " (it answers 403)"),
        ('"failed to lookup address information: Name', " (failed to lookup address information)"),
    ],
)
def test_a_store_that_is_away_is_told_by_its_address_and_none_of_its_keys(said: str, why: str):
    settings = load_settings(environ={}, files="s3://KEY:SECRET@gaanv/up", s3_endpoint="https://KEY:SECRET@s3.example")
    told = not_reached(settings, GenericError(said))
    where = "files: s3://gaanv/up at https://s3.example cannot be reached, or does not let this server in"
    assert told is not None and told.message == where + why
    assert not_reached(settings, OSError(said)) is None
