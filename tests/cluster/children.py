"""Processes of the cluster: started, stopped, killed, paused and started again; none outlives whoever started it."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services import ending_with_us

PATIENCE = 60.0  # seconds until something that does not come up is an error


def give(path: Path, user: pwd.struct_passwd | None) -> Path:
    """Make a folder there that `user` may write in; the folder itself."""
    path.mkdir(0o700, parents=True, exist_ok=True)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


@dataclass
class Child:
    """One process of the cluster. `ready` asks whether it answers; what it says is kept in `log`.

    A child's parent is the thread that started it, and it dies with that: the main one, or the cluster's `hands`.
    """

    name: str
    command: Sequence[object]
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    user: pwd.struct_passwd | None = None
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[Any] | None = None
    stopped: bool = False  # by SIGSTOP
    unset: Collection[str] = ()  # words of our environment that are not told

    def begin(self) -> None:
        """Start, and do not wait."""
        ours = {name: value for name, value in os.environ.items() if name not in self.unset}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ending_with_us(self.command, signal.SIGKILL, self.user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**ours, **self.environ},
                start_new_session=True,
            )
        self.stopped = False

    def start(self) -> float:
        """Start and wait until it answers; seconds that it took. Raises RuntimeError with its last words."""
        self.begin()
        return self.wait()

    def wait(self) -> float:
        """Wait until it answers; seconds that it took. Raises RuntimeError with its last words."""
        began = time.monotonic()
        while self.alive() and time.monotonic() - began < PATIENCE:
            if self.ready():
                return time.monotonic() - began
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not come up:\n{self.said()}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def send(self, how: signal.Signals) -> None:
        """A signal, to it alone."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)

    def pause(self) -> None:
        """It and what it started stand still (SIGSTOP), until `go_on`."""
        self.stopped = True
        self._all(signal.SIGSTOP)

    def go_on(self) -> None:
        self.stopped = False
        self._all(signal.SIGCONT)

    def kill(self) -> None:
        """As a power cut: kill -9, of it and of what it started."""
        if self.process is not None:
            self._all(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _all(self, how: signal.Signals) -> None:
        # The first one first: it would start anew what is taken from it.
        for pid in tree(self.process.pid) if self.process is not None else ():
            with suppress(ProcessLookupError):
                os.kill(pid, how)

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 20.0) -> None:
        """Ask it to end; killed where it does not."""
        if self.process is not None:
            if self.stopped:
                self.go_on()
            self.send(how)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
            self.kill()


def tree(pid: int) -> list[int]:
    """A process and all that it started and that they started, parents before children (Linux)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses may hold anything; the parent is the second field after it.
            parent = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def answers(port: int) -> bool:
    """Whether somebody takes connections there."""
    with closing(socket.socket()) as door:
        door.settimeout(1)
        return door.connect_ex(("127.0.0.1", port)) == 0
