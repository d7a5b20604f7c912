"""Uploads in a directory of this machine."""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

from chaupal.kernel.errors import Problem, no_room
from chaupal.ports.files import check_key

CHUNK = 1_000_000  # bytes in memory at once

type Write = Callable[[BinaryIO], None]

ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class LocalFiles:
    """See `ports.files.Files`. Written beside and renamed, so that a crash leaves the old bytes or the new ones."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, key: str) -> Path:
        path = (self._root / check_key(key)).resolve()
        if not path.is_relative_to(self._root.resolve()):  # a link that somebody put there
            raise ValueError(f"not a key: {key!r}")
        return path

    async def put(self, key: str, data: bytes) -> None:
        def write(file: BinaryIO) -> None:
            file.write(data)

        await asyncio.to_thread(self._put, self._path(key), write)

    async def put_file(self, key: str, path: Path) -> None:
        def write(file: BinaryIO) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, file, CHUNK)

        await asyncio.to_thread(self._put, self._path(key), write)

    def _put(self, path: Path, write: Write) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._keep_names(path.parent)

    def _keep_names(self, folder: Path) -> None:
        """The row that names the file is durable once committed, so its name in the folder must be too."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self._get, self._path(key))

    def _get(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except ABSENT:
            return None

    async def part(self, key: str, start: int, length: int) -> bytes | None:
        return await asyncio.to_thread(self._part, self._path(key), start, length)

    def _part(self, path: Path, start: int, length: int) -> bytes | None:
        try:
            with path.open("rb") as file:
                file.seek(start)
                return file.read(length)
        except ABSENT:
            return None

    async def size(self, key: str) -> int | None:
        path = await asyncio.to_thread(self._path, key)
        return await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else None)

    async def fetch(self, key: str, path: Path) -> bool:
        return await asyncio.to_thread(self._fetch, self._path(key), path)

    def _fetch(self, kept: Path, path: Path) -> bool:
        try:
            with kept.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK)
        except ABSENT:
            return False
        return True

    async def drop(self, key: str) -> None:
        with contextlib.suppress(*ABSENT):
            await asyncio.to_thread(self._path(key).unlink)

    def fault(self, error: BaseException) -> Problem | None:
        return no_room(error)

    async def every(self) -> AsyncIterator[str]:
        for path in await asyncio.to_thread(lambda: sorted(self._root.rglob("*"))):
            if path.is_file():
                yield str(path.relative_to(self._root))
