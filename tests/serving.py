"""A real server for tests: `chaupal serve` as a process of its own, on a free port, stopped or killed when a test says so."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import httpx2

import forked
from begun import lay
from chaupal.app.rooms import visiting
from chaupal.http.call import House
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Role
from chaupal.social.people import accounts
from chaupal.social.signin import sessions
from chaupal.store.machine import outbox
from ports import free_port
from waiting import PATIENCE, until

STARTS = 2 * PATIENCE  # seconds: whoever starts a village founds it first; one that died is waited for no longer
FIRST_PATH = "/api/v2/instance"
SCOPES = "read write follow push"


@dataclass(frozen=True)
class Member:
    """Somebody with an account; the cast of these tests."""

    handle: str
    id: str
    token: str
    email: str
    password: str


@dataclass
class Served:
    """One data directory and the process that serves it. It can be killed and started again on the same port."""

    begins_empty: ClassVar[bool] = False  # it makes and migrates its store by itself

    settings: Settings
    process: forked.Process | None = None
    environ: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return self.settings.origin

    @property
    def log(self) -> Path:
        return Path(self.settings.data).parent / "served.log"

    def start(self) -> float:
        """Start and wait for the first 200; seconds that it took. Raises RuntimeError with the server's last words."""
        with self.log.open("ab") as log:
            self.process = forked.begin(["serve"], {**os.environ, **self.environ}, self.log.parent, log, log)
        return self.await_first()

    def _asking(self, **more: Any) -> httpx2.Client:
        """Without the certificates of the world where none is needed: to read them took more than the server to start."""
        return httpx2.Client(base_url=self.url, timeout=PATIENCE, verify=self.url.startswith("https"), **more)

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process is not None and self.process.poll() is None

    def await_first(self) -> float:
        """Wait for the first 200; seconds that it took. Raises RuntimeError with the server's last words."""
        began = time.monotonic()
        with self._asking() as asking:
            while self.alive() and time.monotonic() - began < STARTS:
                try:
                    if asking.get(FIRST_PATH).status_code == 200:
                        return time.monotonic() - began
                except httpx2.TransportError:
                    pass
                time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server did not come up:\n{self.said()}")

    def said(self) -> str:
        """The end of what the server wrote."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def kill(self) -> None:
        """As a power cut: kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def cli(self, *words: str) -> str:
        """What the `chaupal` command prints, run beside the server. Raises RuntimeError with what it complains of."""
        done = forked.run(words, {**os.environ, **self.environ})
        if done.returncode:
            raise RuntimeError(f"chaupal {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def settle(self) -> None:
        """Wait until all that follows from what was done has been carried out: notices, letters, search, trends, streams."""

        async def act() -> None:
            async with visiting(self.settings) as house:
                await until(partial(waiting, house), "the end of the outbox", lambda many: not many)

        asyncio.run(act())

    def client(self, member: Member | None = None) -> httpx2.Client:
        """An HTTP client at this server, signed in as `member`."""
        headers = {"authorization": f"Bearer {member.token}"} if member else {}
        return self._asking(headers=headers)


async def waiting(house: House) -> int:
    """How many events are to be carried out yet."""
    async with house.square.work.reading() as reading:
        return (await outbox.depth(reading)).waiting


class Direct(Served):
    """Asked at its own port, whatever address people see: past the proxy, or until that is there."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"


@contextmanager
def served[S: Served](folder: Path, kind: type[S] = Served, **settings: object) -> Generator[S]:
    """A served house whose data lies in `folder`; settings as in `kernel/settings.py`. Rate limits are off unless asked.

    Its store is at this version already, unless there is one or this kind begins with none.
    """
    given = {
        "data": str(folder / "data"),
        "port": free_port(),
        "rate_limits": False,
        "log_level": "warning",
        "log_batch_minutes": 0,
    } | settings
    environ = {f"CHAUPAL_{name.upper()}": _spelled(value) for name, value in given.items()}
    server = kind(load_settings(environ=environ), environ=environ)
    if not kind.begins_empty and not server.settings.database:
        lay(Path(server.settings.data) / "chaupal.db")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def join(settings: Settings, *handles: str, role: Role = Role.MEMBER, scopes: str = SCOPES) -> dict[str, Member]:
    """Make members with every scope that a member has use for, beside a server that may be running."""

    async def act() -> dict[str, Member]:
        async with visiting(settings) as house:
            made: dict[str, Member] = {}
            for handle in handles:
                email, password = f"{handle}@example.org", f"{handle} keeps a long secret"
                id_ = await accounts.create(
                    house.square, handle=handle, email=email, password=password, role=role, name=handle.capitalize()
                )
                token = await sessions.issue_token(house.square, id_, scopes)
                made[handle] = Member(handle, str(id_), token, email, password)
            return made

    with ThreadPoolExecutor(1) as thread:  # a loop may be running here: Playwright's, for one
        return thread.submit(asyncio.run, act()).result()
