"""Servers as processes of their own, pinned to one core, whose CPU time and memory the operating system tells."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A running server; `cpu` in seconds so far, `memory` in MB now, `started` in seconds to the first 200."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, started: float) -> None:
        self.process = process
        self.port = port
        self.started = started

    @property
    def cpu(self) -> float:
        # After the program's name in parentheses: state is field 3, user and system time are 14 and 15.
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    @property
    def memory(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextlib.contextmanager
def serving(command: list[str], port: int, path: str, environ: dict[str, str] | None = None) -> Iterator[Server]:
    """Start, wait for the first 200 on `path`, and stop in the end."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=os.environ | (environ or {}), preexec_fn=lambda: os.sched_setaffinity(0, {CORES[0]})
    )
    try:
        yield Server(process, port, _wait(process, port, path, began))
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str, began: float) -> float:
    while time.perf_counter() - began < 30:
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


def fire(
    server: Server, requests: list[str], *, connections: int = 16, seconds: float = 2.0, most: int = 0
) -> dict[str, Any]:
    """Put load on a server; what came of it, with `cpu`: milliseconds of the server's CPU per request."""
    plan = {"port": server.port, "requests": requests, "connections": connections, "seconds": seconds, "most": most}
    before = server.cpu
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(plan).encode(), capture_output=True, check=True
    )
    result = json.loads(done.stdout)
    result["cpu"] = (server.cpu - before) / max(1, result["requests"]) * 1000
    return result
