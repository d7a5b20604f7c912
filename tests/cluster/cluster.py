"""A cluster on one machine: servers behind a balancer, workers, a database with its standby, Valkey, uploads; all from packages.

    with Cluster(servers=3, workers=2) as cluster:
        httpx2.get(cluster.url)

Everything lies in one folder and on free ports of this machine, and is gone when the block is left, or whoever runs it is.
Between the parts stand links (`links.py`), so that the network can be cut anywhere without root:

    people > haproxy > server:N > chaupal serve > pool:NAME > pgbouncer > database > PostgreSQL
                                                > valkey:N > Valkey     > s3 > S3
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from chaupal.kernel.settings import FIELDS, Settings, load_settings
from cluster import engines
from cluster.children import Child
from cluster.engines import DATABASE
from cluster.links import Links
from ports import free_port

HEALTH = "/readyz"
# Rate limits are counted, and never reached; each look at the log's checkpoint signs a new one.
GIVEN: dict[str, Any] = {
    "rate_limits": True,
    "rate_limit_scale": 1_000_000,
    "log_level": "warning",
    "log_batch_minutes": 0,
    "trusted_proxies": "127.0.0.0/8",
    "streams_per_caller": 2_000,
}
CHAUPAL = (sys.executable, "-m", "chaupal.app.cli")


class Cluster:
    """See above. `run` is the command that runs Chaupal: the storm puts another one in its place, with a bug in it.

    `disk`: each PostgreSQL has one of so many megabytes, which can be full (root only). `clocks`: each house has a clock of its
    own, which can be set (libfaketime). Both are left out where they cannot be had.
    """

    def __init__(
        self,
        *,
        servers: int = 3,
        workers: int = 2,
        standby: bool = True,
        replica: bool = True,
        uploads: bool = True,
        disk: int = 0,
        clocks: bool = False,
        folder: Path | None = None,
        run: Sequence[str] = CHAUPAL,
        environ: dict[str, str] | None = None,
        **given: Any,
    ) -> None:
        self._wanted = (servers, workers)
        self.has_standby, self.has_replica, self._uploads = standby, replica, uploads
        self.has_disk, self.has_clocks = bool(disk) and os.geteuid() == 0, clocks and engines.faketime() is not None
        self._disk = disk
        self._folder, self._run, self._environ, self._given = folder, run, environ or {}, given
        self.servers: list[Child] = []
        self.workers: list[Child] = []
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where people come in: the balancer."""
        return f"http://127.0.0.1:{self.port}"

    def server_url(self, number: int) -> str:
        """One server, past the balancer."""
        return f"http://127.0.0.1:{self.server_ports[number]}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._build(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _build(self, stack: ExitStack) -> None:
        self.folder = self._folder or Path(tempfile.mkdtemp(prefix="chaupal-cluster-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # PostgreSQL and PgBouncer run as somebody else, and have folders in it
        # Whoever starts something again while people are about: what it started ends with the thread that did.
        self.hands = ThreadPoolExecutor(1, "hands")
        stack.callback(self.hands.shutdown)
        self.links = Links(None if self._folder else self.folder)
        stack.callback(self.links.close)
        self._start_database(stack)
        self._start_valkey(stack)
        self._start_files(stack)
        self._start_houses(stack)
        self._start_balancer(stack)

    # --- what the houses stand on ---

    def _start_database(self, stack: ExitStack) -> None:
        nodes: list[engines.Postgres] = []
        for name in ("pg1", "pg2"):
            if self.has_disk:
                engines.small_disk(self.folder / name, self._disk)
                stack.callback(engines.no_disk, self.folder / name)
            nodes.append(engines.Postgres(self.folder / name, name))
            stack.callback(nodes[-1].quit)
        self.primary, self.standby = nodes
        self.primary.found()
        if self.has_standby:
            self.standby.follow(self.primary.port)
            self.primary.await_standby()
            self.primary.insist(True)
        database = self.links.open("database", self.primary.port)
        self.pool, self.pool_port = engines.pgbouncer(self.folder / "pgbouncer", database)
        stack.callback(self.pool.stop)
        self.pool.start()

    def fail_over(self) -> None:
        """The primary is gone (or fenced: it is killed here, whatever it does), and its standby takes its place.

        It leads alone until `build_standby`: nobody is there for a commit to wait for.
        """
        self.primary.child.kill()
        self.standby.promote()
        self.standby.insist(False)
        self.primary, self.standby = self.standby, self.primary
        self.links.aim("database", self.primary.port)

    def build_standby(self) -> None:
        """The one that was lost comes back as a standby of the other, and commits wait for it again."""
        self.standby.child.kill()
        self.standby.follow(self.primary.port)
        self.primary.await_standby()
        self.primary.insist(True)

    def _start_valkey(self, stack: ExitStack) -> None:
        self.valkeys: list[Child] = []
        self.valkey_ports: list[int] = []
        links: list[int] = []
        for number in range(2 if self.has_replica else 1):
            name, port = f"valkey{number + 1}", free_port()
            links.append(self.links.open(f"valkey:{number}", port))
            child = engines.valkey(self.folder / name, name, port, links[-1], links[0] if number else 0)
            stack.callback(child.stop)
            child.start()
            self.valkeys.append(child)
            self.valkey_ports.append(port)
        self.valkey_url = f"valkey://127.0.0.1:{links[0]}"
        if self.has_replica:
            self.sentinel, port = engines.sentinel(self.folder / "sentinel", links[0])
            stack.callback(self.sentinel.stop)
            self.sentinel.start()
            self.valkey_url = f"valkey+sentinel://127.0.0.1:{port}/chaupal"

    def valkey_primary(self) -> int:
        """Which Valkey leads, as it says itself; -1 where none does."""
        leads = (number for number, port in enumerate(self.valkey_ports) if engines.leads(port))
        return next(leads, -1)

    def _start_files(self, stack: ExitStack) -> None:
        self.files: dict[str, Any] = {}
        if self._uploads:
            child, port = engines.s3(self.folder)
            stack.callback(child.stop)
            child.start()
            self.files = engines.bucket(port) | {"s3_endpoint": f"http://127.0.0.1:{self.links.open('s3', port)}"}

    # --- the houses ---

    def _start_houses(self, stack: ExitStack) -> None:
        servers, workers = self._wanted
        names = [f"server{n + 1}" for n in range(servers)] + [f"worker{n + 1}" for n in range(workers)]
        for name in names:
            self.links.open(f"pool:{name}", self.pool_port)
        self.server_ports = [free_port() for _ in range(servers)]
        for number, name in enumerate(names):
            served = number < servers
            words = ["serve", "--port", str(self.server_ports[number])] if served else ["work"]
            child = self._house(name, words, self.server_url(number) + HEALTH if served else "")
            stack.callback(child.stop)
            (self.servers if served else self.workers).append(child)
        # The first brings the database to its version. Keys lie in a folder that all machines have: some are made when they
        # are first needed.
        first, *others = [*self.servers, *self.workers]
        first.start()
        for child in others:
            (self.folder / child.name / "keys").symlink_to(self.folder / first.name / "keys")
            child.begin()
        for child in others:
            child.wait()

    def _house(self, name: str, words: Sequence[str], health: str) -> Child:
        (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        given = spelled(self.given(name))
        # What this shell says of a house of its own is not said to these.
        foreign = {key for key in os.environ if key.startswith("CHAUPAL_")} - set(given)
        log = self.folder / f"{name}.log"
        clock: dict[str, str] = {}
        if self.has_clocks:
            self.set_clock(name, 0)
            clock = engines.own_clock(self.clock(name))
        return Child(
            name, [*self._run, *words], log, given | clock | self._environ, ready=lambda: healthy(health), unset=foreign
        )

    def clock(self, name: str) -> Path:
        """The file that says by how much a house's clock is wrong."""
        return self.folder / f"{name}.clock"

    def set_clock(self, name: str, seconds: int) -> None:
        """A house's clock is wrong by so much, within a second from now."""
        self.clock(name).write_text(f"{seconds:+}")

    def given(self, name: str) -> dict[str, Any]:
        """The settings of a house, by its name."""
        database = f"postgresql://chaupal@127.0.0.1:{self.links.port(f'pool:{name}')}/{DATABASE}"
        own = {"data": str(self.folder / name), "database": database, "valkey": self.valkey_url, "public_url": self.url}
        return GIVEN | own | self.files | self._given

    @property
    def settings(self) -> Settings:
        """For whoever visits the store beside the servers (`rooms.visiting`): those of the first one, past links and pool."""
        direct = f"postgresql://chaupal@127.0.0.1:{self.primary.port}/{DATABASE}"
        return load_settings(environ=spelled(self.given("server1") | {"database": direct}))

    def _start_balancer(self, stack: ExitStack) -> None:
        behind = {f"server{n + 1}": self.links.open(f"server:{n}", port) for n, port in enumerate(self.server_ports)}
        # Where nothing is broken on purpose, a server that is late has a busy machine.
        late = 500 if self.has_standby else 10_000
        self.balancer = engines.haproxy(self.folder / "haproxy", self.port, behind, HEALTH, late)
        stack.callback(self.balancer.stop)
        self.balancer.ready = lambda: healthy(self.url + HEALTH)
        self.balancer.start()


def spelled(given: dict[str, Any]) -> dict[str, str]:
    """Settings as the environment says them."""
    strange = set(given) - set(FIELDS)
    if strange:
        raise ValueError(f"no settings: {strange}")
    return {
        f"CHAUPAL_{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }


def healthy(url: str) -> bool:
    """Whether 200 is answered there; true where there is nothing to ask."""
    if not url:
        return True
    try:
        return httpx2.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
