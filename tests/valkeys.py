"""Private Valkeys for tests, with replica and Sentinels where asked for: on free ports of this machine, gone when the tests end."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import valkey

from chaupal.ports import valkey as client
from ports import free_port
from services import ending_with_us
from waiting import PATIENCE

SMALL = {
    "save": "",
    "appendonly": "no",
    "bind": "127.0.0.1",
    "maxmemory": "200mb",
    "io-threads": "1",
    "daemonize": "no",
}
DOWN_AFTER = 500  # ms until a Sentinel takes a silent server for dead


class Valkey:
    """A running server of one's own, to be stopped, killed and begun again on the same port."""

    def __init__(self, folder: Path, port: int, **flags: str) -> None:
        self.port = port
        self._folder = folder
        self._flags = {**SMALL, "dir": str(folder), "port": str(port), **flags}
        self._server: subprocess.Popen[Any] | None = None

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}"

    def ask(self, *words: str) -> Any:
        """Send one command and return what is answered, on a connection of its own."""
        password = self._flags.get("requirepass")
        with valkey.Valkey(port=self.port, password=password, socket_timeout=PATIENCE, decode_responses=True) as client:
            return client.execute_command(*words)

    def start(self) -> None:
        """Raises RuntimeError, with the server's words, if it cannot."""
        flags = [word for name, value in self._flags.items() for word in (f"--{name}", value)]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                ending_with_us(["valkey-server", *flags]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._wait(self._server)

    def lock(self, password: str) -> None:
        """Begin again with a password: whoever has none, or another, is refused."""
        self._flags["requirepass"] = password
        self.kill()
        self.start()

    def _wait(self, server: subprocess.Popen[Any]) -> None:
        until = time.monotonic() + PATIENCE
        while server.poll() is None and time.monotonic() < until:
            try:
                self.ask("PING")
            except (OSError, valkey.ValkeyError):
                time.sleep(0.02)
            else:
                return
        self.kill()
        raise RuntimeError(f"Valkey did not start:\n{(self._folder / 'log').read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """As a machine that is lost: kill -9."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def freeze(self) -> None:
        """It answers nobody, and its connections stand (SIGSTOP)."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)


class Sentinel(Valkey):
    """A Sentinel that watches the server `main` under that name."""

    def __init__(self, folder: Path, port: int, watched: int, quorum: int) -> None:
        super().__init__(folder, port)
        (folder / "sentinel.conf").write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor main 127.0.0.1 {watched} {quorum}\n"
            f"sentinel down-after-milliseconds main {DOWN_AFTER}\nsentinel failover-timeout main 5000\n"
        )

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                ending_with_us(["valkey-sentinel", self._folder / "sentinel.conf"]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._wait(self._server)


class Watched:
    """A server with one replica and three Sentinels: what an operator would have on three machines."""

    def __init__(self, main: Valkey, replica: Valkey, sentinels: list[Sentinel]) -> None:
        self.main = main
        self.replica = replica
        self.sentinels = sentinels

    @property
    def url(self) -> str:
        return "valkey+sentinel://" + ",".join(f"127.0.0.1:{one.port}" for one in self.sentinels) + "/main"

    def ready(self) -> bool:
        """Whether the replica follows, and each Sentinel knows of it and of the others."""
        if self.replica.ask("INFO", "replication")["master_link_status"] != "up":
            return False
        told = [one.ask("SENTINEL", "MASTER", "main") for one in self.sentinels]
        known = [dict(zip(words[::2], words[1::2], strict=True)) for words in told]
        return all(
            int(k["num-slaves"]) == 1 and int(k["num-other-sentinels"]) == len(self.sentinels) - 1 for k in known
        )


def of_a_busy_machine(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks a Valkey waits longer than a house does, for an answer as for a connection; who was killed is known at once.

    Before the connections are opened.
    """
    for patience in ("PATIENCE", "TO_CONNECT", "AT_START"):
        patch.setattr(client, patience, 10.0)


@contextmanager
def valkey_server(**flags: str) -> Generator[Valkey]:
    """Start one, hand it out, stop it. Raises RuntimeError where there is none on this machine: make services."""
    if shutil.which("valkey-server") is None:
        raise RuntimeError("no valkey-server here: make services")
    with _folder() as folder:
        server = Valkey(folder, free_port(), **flags)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextmanager
def watched_servers() -> Generator[Watched]:
    """A server, its replica and three Sentinels, ready for a failover."""
    with ExitStack() as stack:
        main = stack.enter_context(valkey_server(**{"repl-diskless-sync-delay": "0"}))
        replica = stack.enter_context(valkey_server(replicaof=f"127.0.0.1 {main.port}"))
        sentinels: list[Sentinel] = []
        for _ in range(3):
            one = Sentinel(stack.enter_context(_folder()), free_port(), main.port, 2)
            stack.callback(one.kill)
            one.start()
            sentinels.append(one)
        watched = Watched(main, replica, sentinels)
        until = time.monotonic() + PATIENCE
        while not watched.ready():
            if time.monotonic() > until:
                raise RuntimeError("the Sentinels did not find each other")
            time.sleep(0.05)
        yield watched


@contextmanager
def _folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chaupal-valkey-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_valkey() -> Iterator[Valkey]:
    """One server for each test process."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey_url(shared_valkey: Valkey) -> str:
    """The URL of a Valkey with nothing in it."""
    shared_valkey.ask("FLUSHALL")
    return shared_valkey.url


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A Valkey for this test alone, which may be killed and frozen."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def watched_valkeys() -> Iterator[Watched]:
    """For this test alone."""
    with watched_servers() as watched:
        yield watched
