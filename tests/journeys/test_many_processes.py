"""Several processes behind one address: whoever dies is replaced, all are replaced in turn, and no request is lost by it."""

import os
import signal
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

import forked
from ports import free_port
from services import Postgres
from serving import Served, join, served
from waiting import PATIENCE, eventually


@dataclass
class Flagged(Served):
    """Served by more words than `serve`."""

    words: tuple[str, ...] = ("serve", "--no-work")

    def begin(self, *words: str) -> forked.Process:
        with self.log.open("ab") as log:
            return forked.begin(words, {**os.environ, **self.environ}, self.log.parent, log, log)

    def start(self) -> float:
        self.process = self.begin(*self.words)
        return self.await_first()


@dataclass
class Several(Flagged):
    """`chaupal serve --processes 2`."""

    words: tuple[str, ...] = ("serve", "--processes", "2")

    def start(self) -> float:
        took = super().start()
        eventually(lambda: "2 processes serve" in self.said())
        return took

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def children(self) -> set[int]:
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("utf-8").split()}


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
        eventually(lambda: not before & several.children() and len(several.children()) == 2)
        so_far = callers.answered
        eventually(lambda: callers.answered > so_far + 20)
    assert callers.failed == []


def test_told_to_leave_they_say_so_and_answer_whoever_comes_until_that_is_known(several: Several):
    """A balancer asks once a second, and until then sends requests here."""
    os.kill(several.pid, signal.SIGTERM)
    eventually(lambda: httpx2.get(f"{several.url}/readyz", timeout=PATIENCE).status_code == 503)

    def told() -> set[tuple[int, str]]:
        answers = [httpx2.get(f"{several.url}/healthz", timeout=PATIENCE) for _ in range(10)]
        return {(answer.status_code, answer.headers.get("connection", "")) for answer in answers}

    # Of two processes the other one may be told a moment later.
    eventually(told, wanted=lambda found: found == {(200, "close")})


def test_whoever_dies_is_started_again_and_all_leave_with_the_first(several: Several):
    before = several.children()
    os.kill(min(before), signal.SIGKILL)
    eventually(lambda: len(several.children()) == 2 and min(before) not in several.children())
    eventually(lambda: httpx2.get(f"{several.url}/healthz", timeout=PATIENCE).status_code == 200)
    left = several.children()
    several.stop()
    assert not any(map(lives, left))


def test_whoever_loses_their_supervisor_leaves_too(several: Several):
    """And holds no address that the next one wants."""
    left = several.children()
    several.kill()
    eventually(lambda: not any(map(lives, left)))
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


def test_one_that_is_alone_leaves_as_ever_when_it_is_to_be_replaced(tmp_path: Path):
    with served(tmp_path) as server:
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGHUP)
        assert server.process.wait(PATIENCE) == 0


def test_what_servers_leave_is_done_by_whoever_works(
    postgres_server: Postgres, migrated: str, valkey_url: str, tmp_path: Path
):
    """And what those say is how they fare, and nothing of the square."""
    dsn, port = postgres_server.fresh(template=migrated), free_port()
    with served(tmp_path, Flagged, database=dsn, valkey=valkey_url) as server:
        cast = join(server.settings, "asha", "bela")
        with server.client(cast["asha"]) as asha, server.client(cast["bela"]) as bela:
            post = bela.post("/api/v1/statuses", data={"status": "बात"}).json()["id"]
            assert asha.post(f"/api/v1/statuses/{post}/favourite").status_code == 200

            def told() -> list[str]:
                return [one["type"] for one in bela.get("/api/v1/notifications").json()]

            assert not any(told() for _ in range(20))
            working = server.begin("work", "--port", str(port))
            try:
                eventually(lambda: told() == ["favourite"])
                at = f"http://127.0.0.1:{port}"
                eventually(lambda: answers(f"{at}/readyz"))
                assert httpx2.get(f"{at}/healthz", timeout=PATIENCE).status_code == 200
                for path in ("/", "/api/v2/instance", f"/api/v1/statuses/{post}", "/healthz/"):
                    assert httpx2.get(at + path, timeout=PATIENCE).status_code == 404
            finally:
                working.send_signal(signal.SIGTERM)
                working.wait(PATIENCE)
    postgres_server.drop(dsn)


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=PATIENCE).status_code == 200
    except httpx2.TransportError:
        return False
