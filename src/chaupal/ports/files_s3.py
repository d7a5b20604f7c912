"""Uploads in an object store that speaks S3: one store for many machines."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import regex
from obstore.exceptions import BaseError
from obstore.store import S3Store

from chaupal.kernel.errors import Full, Problem, Unavailable, no_room
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.ports.files import check_key

CHUNK = 8_000_000  # bytes of one part of a large file: what is larger goes there, and comes back, in parts
PATIENCE = timedelta(seconds=60)

# What the store's words for people who write programs say of why, in this order. The rest may hold a key.
_WHY = (
    regex.compile(r"status code: (\d{3})"),
    regex.compile(r'Os \{\s*code: \d+,\s*kind: \w+,\s*message: "([^"]+)"'),
    regex.compile(r"(failed to lookup address information|certificate|operation timed out)"),
)


def s3_files(settings: Settings) -> "S3Files":
    """The store that the setting `files` names: `s3://bucket` or `s3://bucket/folder`."""
    parts = urlsplit(settings.files)
    known: Any = {"region": settings.s3_region, "virtual_hosted_style_request": False}
    if settings.s3_endpoint:
        known["endpoint"] = settings.s3_endpoint
    # Without one the usual places are asked: AWS_* in the environment, the machine's own role.
    if settings.s3_access_key:
        known |= {"access_key_id": settings.s3_access_key, "secret_access_key": settings.s3_secret_key}
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=known,
        client_options={"allow_http": settings.s3_endpoint.startswith("http://"), "timeout": PATIENCE},
    )
    return S3Files(store)


def not_reached(settings: Settings, error: BaseException) -> BadSettings | None:
    """In plain words, where this is the store that cannot be reached or entered: its address and why, and none of its keys."""
    if not isinstance(error, BaseError):
        return None
    bucket, endpoint = urlsplit(settings.files), urlsplit(settings.s3_endpoint)
    name = f"s3://{bucket.netloc.rpartition('@')[2]}{bucket.path}"
    where = f" at {endpoint.scheme}://{endpoint.netloc.rpartition('@')[2]}" if endpoint.netloc else ""
    found = next((one for why in _WHY if (one := why.search(str(error)))), None)
    said = "" if found is None else f" (it answers {found[1]})" if found[1].isdecimal() else f" ({found[1]})"
    return BadSettings(f"files: {name}{where} cannot be reached, or does not let this server in{said}")


class S3Files:
    """See `ports.files.Files`. An object is there whole or not at all: that much every such store promises."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def put(self, key: str, data: bytes) -> None:
        await self._store.put_async(check_key(key), data, use_multipart=False)

    async def put_file(self, key: str, path: Path) -> None:
        await self._store.put_async(check_key(key), path, chunk_size=CHUNK, max_concurrency=2)

    async def get(self, key: str) -> bytes | None:
        try:
            found = await self._store.get_async(check_key(key))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None

    async def part(self, key: str, start: int, length: int) -> bytes | None:
        size = await self.size(key)
        if size is None or start >= size or length <= 0:
            return None if size is None else b""
        try:
            found = await self._store.get_range_async(key, start=start, end=min(size, start + length))
        except FileNotFoundError:
            return None
        return bytes(found)

    async def size(self, key: str) -> int | None:
        try:
            return (await self._store.head_async(check_key(key)))["size"]
        except FileNotFoundError:
            return None

    async def fetch(self, key: str, path: Path) -> bool:
        try:
            found = await self._store.get_async(check_key(key))
        except FileNotFoundError:
            return False
        with path.open("wb") as file:
            async for chunk in found.stream(min_chunk_size=CHUNK):
                file.write(chunk)
        return True

    async def drop(self, key: str) -> None:
        try:
            await self._store.delete_async(check_key(key))
        except FileNotFoundError:
            return

    def fault(self, error: BaseException) -> Problem | None:
        if not isinstance(error, BaseError):
            return no_room(error)
        # The store's own status stands in its words only, beside keys and times that may hold the same digits.
        full = "status code: 507" in str(error) or "XMinioStorageFull" in str(error)
        return Full() if full else Unavailable("files_unreached")

    async def every(self) -> AsyncIterator[str]:
        async for found in self._store.list():
            for one in found:
                yield one["path"]
