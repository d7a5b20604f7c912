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
from ports import free_port
from services import Postgres

# What was answered is there after it has died: the machine lives on, so no disk need be waited for.
KEEPING = {"synchronous_commit": "on"}


class OwnPostgres:
    """`server` hands out databases while it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.server = Postgres(self.port)
        self._user = services.unprivileged()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self.programs = services.programs(folder, self._user)
        services.run([self.programs / "initdb", "-D", folder / "data", *services.LOCALE, *services.OWNER], self._user)
        self._process: subprocess.Popen[Any] | None = None

    def start(self) -> None:
        flags = services.HASTY | KEEPING
        self._process = services.start_postgres(
            self.programs, self.folder, self._user, self.port, self.folder / "data", **flags
        )

    def stop(self) -> None:
        """As a machine that dies: nobody is told."""
        if self._process is not None:
            services.stop_postgres(self._process)
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
