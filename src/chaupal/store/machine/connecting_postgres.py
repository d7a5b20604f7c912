"""Connections to PostgreSQL, each of which is ended by its own loop, also where nobody has closed it."""

from contextlib import suppress
from typing import Any

import asyncpg


class Connection(asyncpg.Connection):
    """One that was left behind is found by the garbage collector, in whichever thread that runs just then; there the driver would end it.

    A loop that is reading from it meanwhile takes the process down with it (https://github.com/MagicStack/uvloop/issues/538).
    """

    __slots__ = ()

    def __del__(self) -> None:
        if self.is_closed() or self._loop.is_closed():
            return
        with suppress(RuntimeError):  # closed meanwhile, and all that was connected with it
            self._loop.call_soon_threadsafe(super().__del__)


async def connect(dsn: str) -> Any:
    """A connection for whoever closes it. Raises what the driver raises."""
    return await asyncpg.connect(dsn, connection_class=Connection)  # noqa: TID251 - here alone
