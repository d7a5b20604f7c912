"""The links between the parts of a cluster: they carry, are cut, frozen, healed and aimed elsewhere; and go with whoever holds them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.links import Links
from waiting import PATIENCE, eventually

HERE = Path(__file__).parent
HOLDER = """
import pathlib, sys, time
from cluster.links import Links
links = Links(pathlib.Path(sys.argv[1]))
print(links.open("a", 1), flush=True)
time.sleep(60)
"""


class Echo:
    """Says back what it hears, after its name."""

    def __init__(self, name: bytes) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.name = name
        threading.Thread(target=self.take, daemon=True).start()

    def take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                came, _ = self.door.accept()
                threading.Thread(target=self.answer, args=(came,), daemon=True).start()

    def answer(self, came: socket.socket) -> None:
        with contextlib.suppress(OSError), came:
            while heard := came.recv(1000):
                came.sendall(self.name + heard)


@pytest.fixture
def links() -> Iterator[Links]:
    links = Links()
    yield links
    links.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo(b"one ")
    yield echo
    echo.door.close()


def join(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def hears(line: socket.socket, word: bytes) -> bytes:
    """What comes back; nothing where it was cut, and b'...' where nothing comes at all."""
    try:
        line.sendall(word)
        return line.recv(1000)
    except TimeoutError:
        return b"..."
    except OSError:
        return b""


@contextlib.contextmanager
def talking(port: int, name: bytes = b"one ") -> Iterator[socket.socket]:
    """A connection on which the one of this name has answered."""
    with join(port) as line:
        assert hears(line, b"hello") == name + b"hello"
        yield line


def test_it_carries_both_ways(links: Links, echo: Echo):
    with talking(links.open("a", echo.port)) as line:
        assert hears(line, b"again") == b"one again"


def test_what_is_cut_breaks_and_takes_nobody_until_it_is_healed(links: Links, echo: Echo):
    port = links.open("a", echo.port)
    with talking(port) as line:
        links.cut("a")
        assert hears(line, b"hello") == b""
    with join(port) as line:
        assert hears(line, b"hello") == b""
    links.heal("a")
    with talking(port):
        pass


def test_what_is_frozen_stands_and_carries_nothing_until_it_is_healed(links: Links, echo: Echo):
    port = links.open("a", echo.port)
    with talking(port) as line:
        links.freeze("a")
        line.settimeout(0.3)
        assert hears(line, b"late") == b"..."
        with join(port) as newer:
            newer.settimeout(0.3)
            assert hears(newer, b"new") == b"..."
            links.heal("a")
            line.settimeout(PATIENCE)
            newer.settimeout(PATIENCE)
            assert line.recv(1000) == b"one late"
            assert newer.recv(1000) == b"one new"


def test_what_is_slow_comes_late_and_in_its_order_also_where_it_is_healed_meanwhile(links: Links, echo: Echo):
    port = links.open("a", echo.port)
    with talking(port) as line:
        links.slow("a", 200)
        began = time.monotonic()
        line.sendall(b"a")
        assert line.recv(1000) == b"one a" and time.monotonic() - began >= 0.39
        line.sendall(b"b")
        line.settimeout(0.05)
        heard = b""
        with contextlib.suppress(TimeoutError):  # it is on its way, or there on a machine that stood still meanwhile
            heard = line.recv(1000)
        links.heal("a")
        line.settimeout(PATIENCE)
        line.sendall(b"c")
        while b"c" not in heard:
            heard += line.recv(1000)
        assert heard.replace(b"one ", b"") == b"bc"


def test_what_is_aimed_elsewhere_leads_there(links: Links, echo: Echo):
    port, other = links.open("a", echo.port), Echo(b"two ")
    with talking(port) as line:
        links.aim("a", other.port)
        assert hears(line, b"hello") == b""
    with talking(port, b"two "):
        pass
    other.door.close()


def test_links_and_the_clusters_folder_are_gone_when_whoever_held_them_was_killed(tmp_path: Path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    environ = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE.parent.parent}"}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True, env=environ
    )
    assert holder.stdout is not None
    port = int(holder.stdout.readline())
    join(port).close()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    eventually(lambda: not folder.exists(), "the end of the links' own process")
    with pytest.raises(ConnectionRefusedError):
        join(port)
