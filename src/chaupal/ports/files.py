"""Where uploads are kept: a protocol, so that one machine's directory can become an object store."""

from typing import Protocol


class Files(Protocol):
    """Bytes by key. A key is lower-case letters, digits, `-`, `.` and `/`; never taken from outside unchecked."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all; replaces what was there."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        ...

    async def drop(self, key: str) -> None:
        """Forget it; forgetting what is not there is no error."""
        ...
