"""A server that can be killed at a chosen point, and is back at once: forked from a process that has read all the code.

Run as a program this is that process: `start` on its standard input forks a server, `reap` waits until it is gone. The
server dies by SIGKILL, as everybody's would, at the point that the file KILL_AT names:

within: an entry of the log is written, and the rest of its unit is not;
before: the unit is whole, and not committed;
after: it is committed, and nobody has been told, neither whoever asked nor the house itself.
"""

import importlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving import Served
from waiting import PATIENCE

MODES = ("within", "before", "after")


@dataclass
class Mortal(Served):
    """See above. `arm` says where the next entry of the log becomes deadly."""

    zygote: subprocess.Popen[str] | None = None
    pid: int = 0

    @property
    def point(self) -> Path:
        return Path(self.settings.data).parent / "kill-at"

    def arm(self, mode: str) -> None:
        self.point.write_text(mode, "utf-8")

    def start(self) -> float:
        self.point.unlink(missing_ok=True)
        if self.zygote is None:
            environ = {**os.environ, **self.environ, "KILL_AT": str(self.point)}
            with self.log.open("ab") as log:
                self.zygote = subprocess.Popen(
                    [sys.executable, __file__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=environ,
                    cwd=self.log.parent,
                )
        self.pid = int(self._ask("start"))
        return self.await_first()

    def gone(self) -> None:
        """Wait until it is."""
        if self.pid:
            self._ask("reap")
            self.pid = 0

    def _end(self, how: signal.Signals) -> None:
        if self.pid:
            try:
                os.kill(self.pid, how)
            except ProcessLookupError:
                pass
            self.gone()

    def close(self) -> None:
        """The server and the process it is forked from end."""
        self.kill()
        if self.zygote is not None and self.zygote.stdin is not None:
            self.zygote.stdin.close()
            self.zygote.wait(PATIENCE)

    def alive(self) -> bool:
        return self.pid != 0

    def _ask(self, word: str) -> str:
        assert self.zygote is not None and self.zygote.stdin is not None and self.zygote.stdout is not None
        self.zygote.stdin.write(f"{word}\n")
        self.zygote.stdin.flush()
        return self.zygote.stdout.readline().strip()


# --- the program ---


def _mode() -> str:
    try:
        return Path(os.environ["KILL_AT"]).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _die_at(mode: str) -> None:
    if _mode() == mode:
        os.kill(os.getpid(), signal.SIGKILL)


def _make_mortal() -> None:
    """Units that write to the log die where they are told to."""
    from chaupal.store.court import ledger
    from chaupal.store.machine.work_shared import SharedWork

    add, enter, committed = ledger.add, SharedWork.enter_events, SharedWork.committed
    logged: list[Any] = [None]

    async def add_and_die(w: Any, *args: Any) -> None:
        await add(w, *args)
        logged[0] = w
        _die_at("within")

    async def enter_and_die(self: SharedWork, unit: Any) -> None:
        await enter(self, unit)
        if unit is logged[0]:
            _die_at("before")

    def committed_and_die(self: SharedWork, unit: Any) -> None:
        if unit is logged[0]:
            _die_at("after")
        committed(self, unit)

    ledger.add, SharedWork.enter_events, SharedWork.committed = add_and_die, enter_and_die, committed_and_die  # pyrefly: ignore[bad-assignment] - in their place


def _fork() -> int:
    pid = os.fork()
    if pid:
        return pid
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # what it says goes where its errors go
    from chaupal.app import cli

    sys.argv = ["chaupal", "serve"]
    cli.main()
    os._exit(0)


def main() -> None:
    for read_before_the_fork in (
        "alembic.runtime.environment",
        "asyncpg",
        "sqlalchemy.dialects.postgresql",
        "chaupal.app.logs",
        "chaupal.app.server",
    ):
        importlib.import_module(read_before_the_fork)
    _make_mortal()
    pid = 0
    for line in sys.stdin:
        if line.strip() == "start":
            pid = _fork()
            print(pid, flush=True)
        elif pid:
            os.waitpid(pid, 0)
            print("gone", flush=True)


if __name__ == "__main__":
    main()
