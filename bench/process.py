"""Servers as processes of their own, pinned to one core, whose CPU time and memory the operating system tells."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
PATIENCE = 60  # seconds
IDLE = 0.02  # of a core: less is not worth waiting for


@dataclass
class Load:
    """What came of a load. `cpu`: ms of the server's CPU per request, `cpu_before`: seconds of it before the first one; `seconds` in all;
    p50 and p99 in ms.
    """

    requests: int
    failures: int
    seconds: float
    p50: float
    p99: float
    cpu: float = 0.0
    cpu_before: float = 0.0

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class Server:
    """A running server; `cpu` in seconds so far, `memory` in MB now, `started` in seconds to the first 200."""

    def __init__(self, pid: int, port: int, started: float) -> None:
        self.pid = pid
        self.port = port
        self.started = started

    @property
    def cpu(self) -> float:
        return cpu_of(self.pid)

    @property
    def waited(self) -> float:
        """Seconds that its first thread could have run and had no core: others' doing."""
        return waited(self.pid)

    @property
    def memory(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_of(pid: int) -> float:
    """Seconds of a core that a process has taken."""
    # Nanoseconds, for each thread: /proc/PID/stat counts in hundredths of a second.
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def waited(pid: int) -> float:
    """Seconds that a process's first thread had no core where it wanted one; also of one that ended and was not waited for."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


@contextlib.contextmanager
def serving(
    command: list[str], port: int, path: str, environ: dict[str, str] | None = None, *, quiet: bool = False
) -> Generator[Server]:
    """Start on the first core, wait for the first 200 on `path`, and stop in the end."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=os.environ | (environ or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if quiet else None,
        preexec_fn=lambda: os.sched_setaffinity(0, {CORES[0]}),
    )
    try:
        yield Server(process.pid, port, answering(process, port, path, began))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answering(process: "subprocess.Popen[bytes]", port: int, path: str, began: float) -> float:
    """Wait for the first 200; the seconds since `began`."""
    while time.perf_counter() - began < PATIENCE:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode} before it answered")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer,
        ):
            if answer.status == 200:
                return time.perf_counter() - began
        time.sleep(0.01)
    raise SystemExit("the server did not answer in time")


def rested(server: Server) -> None:
    """Wait until a server has done what it does once after its start: it walks through its whole record, slice by slice."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        before = server.cpu
        time.sleep(2)
        if server.cpu - before < 2 * IDLE:
            return


def fire(server: Server, requests: list[str], *, connections: int = 16, seconds: float = 60.0, most: int = 0) -> Load:
    """Put load on a server for so many seconds, or with so many requests.

    Its CPU counts from the first connection on, and until the load's process is gone, so that what follows an answer is in it. What the
    server does by itself while that process begins is nobody's: it made each of 49 first homes 3 to 6 % dearer than it is.
    """
    plan = {"port": server.port, "requests": requests, "connections": connections, "seconds": seconds, "most": most}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(plan | {"pid": server.pid}).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the load failed: {done.stderr.decode()[-500:]}")
    load = Load(**json.loads(done.stdout))
    load.cpu = (server.cpu - load.cpu_before) / max(1, load.requests) * 1000
    return load


def arguments(prog: str, about: str | None, database: str) -> argparse.ArgumentParser:
    """The words of a bench that wants a PostgreSQL (`database` says which) and a Valkey."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--database", required=True, help=database)
    parser.add_argument("--valkey", required=True)
    return parser


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
