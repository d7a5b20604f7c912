"""Where uploads are kept: a protocol, so that one machine's directory can become an object store."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import regex

from chaupal.kernel.errors import Problem

_KEY = regex.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


class Files(Protocol):
    """Bytes by key. A key is letters, digits, `-`, `_`, `.` and `/`; never taken from outside unchecked."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all; replaces what was there."""
        ...

    async def put_file(self, key: str, path: Path) -> None:
        """The same with what a file of this machine holds, without having all of it in memory."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        ...

    async def part(self, key: str, start: int, length: int) -> bytes | None:
        """At most `length` bytes from `start` on, or None. A start past the end gives none."""
        ...

    async def size(self, key: str) -> int | None:
        """How many bytes there are, or None."""
        ...

    async def fetch(self, key: str, path: Path) -> bool:
        """Write it into a file of this machine, without having all of it in memory; False where there is none."""
        ...

    async def drop(self, key: str) -> None:
        """Forget it; forgetting what is not there is no error."""
        ...

    def fault(self, error: BaseException) -> Problem | None:
        """What an error of this store means for whoever asked: 503 or 507; None for any other error."""
        ...

    def every(self) -> AsyncIterator[str]:
        """All there are, in any order."""
        ...


def check_key(key: str) -> str:
    """The key. Raises ValueError for what is none: nothing may lead outside."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
