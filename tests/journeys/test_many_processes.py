"""Several processes behind one address: whoever dies is replaced, all are replaced in turn, and no request is lost by it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from services import Postgres
from serving import Served, served

PATIENCE = 60.0


@dataclass
class Several(Served):
    """`chaupal serve --processes 2`."""

    def start(self) -> float:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chaupal.app.cli", "serve", "--processes", "2"], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={**os.environ, **self.environ}, cwd=self.log.parent,
            )  # fmt: skip
        took = self.await_first()
        until(lambda: "2 processes serve" in self.said())
        return took

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def children(self) -> set[int]:
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("utf-8").split()}


def until(so: Callable[[], bool]) -> None:
    """Of other processes there is nothing to await."""
    ends = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@pytest.fixture
def several(postgres_server: Postgres, migrated: str, valkey_url: str, tmp_path: Path) -> Iterator[Several]:
    dsn = postgres_server.fresh(template=migrated)
    with served(tmp_path, Several, database=dsn, valkey=valkey_url) as server:
        yield server
    postgres_server.drop(dsn)


class Callers:
    """Ask and ask, some on connections that they keep, some on new ones; `failed` holds what was no good answer."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/healthz"
        self._over = threading.Event()
        self.answered = 0
        self.failed = list[str]()

    def kept(self) -> None:
        # As proxies do it: one that is told that its connection ends takes another.
        with httpx2.Client(timeout=PATIENCE) as client:
            self._ask(client.get)

    def new(self) -> None:
        self._ask(lambda url: httpx2.get(url, timeout=PATIENCE))

    def _ask(self, get: Callable[[str], httpx2.Response]) -> None:
        while not self._over.is_set():
            try:
                status = get(self._url).status_code
            except httpx2.HTTPError as error:
                self.failed.append(repr(error))
            else:
                self.answered += 1
                if status != 200:
                    self.failed.append(str(status))
            time.sleep(0.01)

    @contextmanager
    def calling(self) -> Iterator[None]:
        threads = [threading.Thread(target=how) for how in (self.kept, self.kept, self.new)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()


def test_all_are_replaced_one_after_the_other_and_no_request_is_lost(several: Several):
    before, callers = several.children(), Callers(several.url)
    assert len(before) == 2
    with callers.calling():
        os.kill(several.pid, signal.SIGHUP)
        until(lambda: not before & several.children() and len(several.children()) == 2)
        so_far = callers.answered
        until(lambda: callers.answered > so_far + 20)
    assert callers.failed == []


def test_whoever_dies_is_started_again_and_all_leave_with_the_first(several: Several):
    before = several.children()
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(several.children()) == 2 and min(before) not in several.children())
    until(lambda: httpx2.get(f"{several.url}/healthz", timeout=PATIENCE).status_code == 200)
    left = several.children()
    several.stop()
    assert not any(map(lives, left))


def test_whoever_loses_their_supervisor_leaves_too(several: Several):
    """And holds no address that the next one wants."""
    left = several.children()
    several.kill()
    until(lambda: not any(map(lives, left)))
    several.start()


def test_streams_are_told_to_come_again(several: Several):
    """To whoever serves then: an event stream after how long, a WebSocket by the code of a restart."""
    address = several.url.replace("http", "ws") + "/api/v1/streaming"
    with connect(address, open_timeout=PATIENCE) as ws, httpx2.Client(timeout=PATIENCE) as client:
        with client.stream("GET", f"{several.url}/api/v1/streaming/public") as events:
            lines = events.iter_lines()
            assert next(lines) == ":)"
            os.kill(several.pid, signal.SIGTERM)
            said = [line for line in lines if line]
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(PATIENCE)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
    assert said[-1].startswith("retry: ") and 500 <= int(said[-1].removeprefix("retry: ")) <= 3_000
