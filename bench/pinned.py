"""Processes held to cores: servers to one, and whatever they and their callers need beside them to another."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import valkey

PROC = Path("/proc")


def engines(database: str, at: str) -> list[int]:
    """The processes of a PostgreSQL and a Valkey (`at`) of this machine. Raises ProcessLookupError where they are not here."""
    with valkey.Valkey.from_url(at) as client:
        told: Any = client.info("server")
    server = asyncio.run(_server(database))
    return [server, *_children(server), int(told["process_id"])]


async def _server(database: str) -> int:
    connection: Any = await asyncpg.connect(database)
    try:
        pid = int(await connection.fetchval("SELECT pg_backend_pid()"))
        if not (PROC / str(pid)).exists():
            raise ProcessLookupError("the database is on another machine")
        return int((PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()[1])  # its parent, proc(5)
    finally:
        await connection.close()


def _children(pid: int) -> list[int]:
    return [int(child) for child in (PROC / f"{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def pinned(found: Callable[[], Iterable[int]], core: int) -> Generator[None]:
    """All threads of these processes run on this core for as long as this lasts; also of those that they begin meanwhile."""
    before = _cores(found())
    _hold({thread: {core} for thread in before})
    try:
        yield
    finally:
        wide = set[int]().union(*before.values())
        _hold({thread: before.get(thread, wide) for thread in _cores(found())})


def _hold(threads: Mapping[int, set[int]]) -> None:
    for thread, cores in threads.items():
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(thread, cores)


def _cores(pids: Iterable[int]) -> dict[int, set[int]]:
    """Of each thread of these processes, as long as it lives."""
    cores: dict[int, set[int]] = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for thread in (PROC / f"{pid}/task").iterdir():
                cores[int(thread.name)] = os.sched_getaffinity(int(thread.name))
    return cores
