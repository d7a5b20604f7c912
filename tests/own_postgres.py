"""A PostgreSQL of a test's own that may be stopped, frozen and begun again at the same address."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import services
from services import Postgres

# What was answered is there after it has died: the machine lives on, so no disk need be waited for.
KEEPING = {"synchronous_commit": "on"}


class OwnPostgres:
    """`server` hands out databases while it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = services.free_port()
        self.server = Postgres(self.port)
        self._user = services._unprivileged()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self.programs = services.programs(folder, self._user)
        services._run([self.programs / "initdb", "-D", folder / "data", *services.LOCALE, *services.OWNER], self._user)
        self._process: subprocess.Popen[Any] | None = None

    def start(self) -> None:
        doors = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self.folder)}
        flags = [
            f"--{name}={value}" for name, value in {**services.HASTY, **KEEPING, **services.SMALL, **doors}.items()
        ]
        with (self.folder / "log").open("ab") as told:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *flags],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, cwd="/", preexec_fn=services.die_with_parent(),
                **services._as(self._user),
            )  # fmt: skip
        assert services._answers(self._process, self.port), (self.folder / "log").read_text()[-2000:]

    def stop(self) -> None:
        """As a machine that dies: nobody is told."""
        if self._process is not None:
            services._stop(self._process)
            self._process = None
        self.server.forget()

    def signal(self, how: signal.Signals) -> None:
        """SIGSTOP, SIGCONT: to the server and to all that serves a connection."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            os.kill(pid, how)


@contextmanager
def own_postgres() -> Generator[OwnPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="chaupal-pg-"))
    own = OwnPostgres(folder)
    try:
        own.start()
        yield own
    finally:
        own.stop()
        own.server.close()
        shutil.rmtree(folder, ignore_errors=True)
