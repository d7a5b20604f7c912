"""`chaupal` for tests as processes forked from one that has read all its code: to read it took longer than most have to do.

Run as a program this is the process that they are forked from. What it forks becomes a child of whoever asked, with arguments,
environment, folder and streams of its own, as if it had been started. Where starting is what a test is about (`deploy`,
`unit/app`, a replacement in `journeys/test_many_processes`), it starts the command itself.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

READ_BEFORE = (
    "alembic.runtime.environment",
    "asyncpg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "chaupal.app.cli_law",
    "chaupal.app.cli_log",
    "chaupal.app.cli_order",
    "chaupal.app.cli_report",
    "chaupal.app.cli_server",
    "chaupal.app.logs",
    "chaupal.app.server",
)
# Words of the environment that an interpreter reads when it begins: where a test says others, it gets one of its own.
AT_THE_BEGINNING = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "MALLOC_", "VIPS_")
TEMPLATES = "TESTS_TEMPLATES"  # in the environment: where tests keep templates of pages that are compiled
LARGEST = 1 << 20  # bytes of one asking: arguments and environment
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Process(Protocol):
    """What there is to do with a process, of `subprocess` or of here."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


class Forked:
    """A child of ours that was forked for us; all as in `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None
        self._ending = threading.Lock()
        self._ended = os.pidfd_open(pid)

    def __del__(self) -> None:
        os.close(self._ended)

    def poll(self) -> int | None:
        with self._ending:
            if self._code is None and (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
                self._code = os.waitstatus_to_exitcode(ended[1])
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        until = select.poll()
        until.register(self._ended, select.POLLIN)
        until.poll(None if timeout is None else timeout * 1000)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("chaupal", timeout or 0)
        return code

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def begin(
    words: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
    out: IO[Any],
    err: IO[Any],
    ends: int = signal.SIGTERM,
) -> Process:
    """`chaupal WORDS` with that environment and nothing else in it, in `folder`; nothing to read on its standard input.

    `ends`: the signal that it gets when this process is gone.
    """
    if sys.platform == "linux" and _early(environ) == _early(os.environ):
        with _ASKING:
            source = _source(os.getpid(), json.dumps(_early(environ), sort_keys=True))
        return source.fork(words, environ, folder, out, err, ends)
    command = [sys.executable, "-m", "chaupal.app.cli", *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=dict(environ), cwd=folder)


def run(words: Sequence[str], environ: Mapping[str, str], timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    """The same to its end. Raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = begin(words, environ, Path.cwd(), out, err)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        return subprocess.CompletedProcess(list(words), code, _written(out), _written(err))


def _written(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _early(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(AT_THE_BEGINNING)}


_ASKING = threading.Lock()


class _Source:
    """The process that is forked from."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], cwd="/")
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)

    def fork(
        self, words: Sequence[str], environ: Mapping[str, str], folder: Path, out: IO[Any], err: IO[Any], ends: int
    ) -> Forked:
        asked = json.dumps([os.getpid(), list(words), dict(environ), str(folder), int(ends)]).encode()
        with _ASKING:
            _prctl(PR_SET_CHILD_SUBREAPER, 1)  # whoever is forked for us, and loses its parent at once, is ours
            try:
                socket.send_fds(self._line, [asked], [out.fileno(), err.fileno()])
                told = self._line.recv(100)
            finally:
                _prctl(PR_SET_CHILD_SUBREAPER, 0)
        if not told:
            raise RuntimeError("whom processes of tests are forked from is gone")
        return Forked(int(told))


@cache
def _source(of: int, early: str) -> _Source:
    return _Source()


def _prctl(what: int, value: int) -> None:
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


# --- the process that is forked from ---


def _listen(line: socket.socket) -> list[str]:
    """Fork for whoever asks, for as long as they do. Returns in what was forked: its arguments."""
    null = os.open(os.devnull, os.O_RDONLY)
    while True:
        asked, streams, _, _ = socket.recv_fds(line, LARGEST, 2)
        if not asked:
            os._exit(0)
        told, tells = os.pipe()
        between = os.fork()
        if not between:
            return _fork(line, [null, *streams], told, tells, *json.loads(asked))
        os.close(tells)
        pid = os.read(told, 100)
        os.waitpid(between, 0)  # only now does what it has forked belong to whoever asked
        line.send(pid)
        for one in (told, *streams):
            os.close(one)


def _fork(line: socket.socket, streams: Sequence[int], told: int, tells: int, *asked: Any) -> list[str]:
    """In the one between: fork, say whom, and be gone. Returns in what was forked, which is then like one that was started."""
    asker, words, environ, folder, ends = asked
    between = os.getpid()
    pid = os.fork()
    if pid:
        os.write(tells, str(pid).encode())
        os._exit(0)
    line.close()
    for to, one in enumerate(streams):
        os.dup2(one, to)
    for one in (told, tells, *streams):
        os.close(one)
    while os.getppid() == between:
        time.sleep(0.0005)
    _prctl(PR_SET_PDEATHSIG, ends)
    if os.getppid() != asker:  # gone before that was said, so nobody will tell
        os.kill(os.getpid(), ends)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    return words


def main() -> None:
    for module in READ_BEFORE:
        importlib.import_module(module)
    if TEMPLATES in os.environ:
        importlib.import_module("compiled").keep()
    # As `python -m chaupal.app.cli` would have it: for what the command says of itself, and for what it starts.
    cli = importlib.import_module("chaupal.app.cli")
    sys.modules["__main__"].__package__ = cli.__package__
    sys.path.pop(0)
    gc.collect()
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        sys.argv = [str(cli.__file__), *_listen(socket.socket(fileno=int(sys.argv[1])))]
        cli.main()


if __name__ == "__main__":
    main()
