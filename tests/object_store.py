"""A private object store that speaks S3 for tests: moto's server in a process of its own, on a free port, gone when the tests end."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx2
import pytest

from ports import free_port
from waiting import PATIENCE

KEYS: dict[str, Any] = {"s3_access_key": "chaupal", "s3_secret_key": "gaanv-gaanv"}


class ObjectStore:
    """A running server. `fresh` makes buckets, and says with which settings one is reached."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._names = (f"gaanv-{number}" for number in count(1))

    def fresh(self, folder: str = "uploads") -> dict[str, Any]:
        name = next(self._names)
        httpx2.put(f"{self.address}/{name}", trust_env=False, timeout=PATIENCE).raise_for_status()
        return {"files": f"s3://{name}/{folder}".rstrip("/"), "s3_endpoint": self.address, **KEYS}


@contextmanager
def running() -> Iterator[ObjectStore]:
    """Start a server, hand it out, stop it. Raises RuntimeError where it does not answer."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _await(address)
        yield ObjectStore(address)
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _await(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            httpx2.get(address, trust_env=False, timeout=PATIENCE)
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no object store answers at {address}")


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """One server for each test process."""
    with running() as store:
        yield store
