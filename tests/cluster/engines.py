"""The engines that a cluster stands on, each from its package: PostgreSQL with a standby, PgBouncer, Valkey with Sentinel, HAProxy, S3."""

import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import valkey as valkey_client

from cluster.children import Child, answers, give
from object_store import KEYS
from ports import free_port
from services import LOCALE, OWNER, programs, run, unprivileged
from waiting import PATIENCE

DATABASE = "chaupal"
BALLAST = "ballast"
# A killed process loses nothing that it gave to the system: what is not synced is lost with the machine's power alone. Pages are
# written whole all the same: a standby that is killed while it replays finds pages of maps that nothing else would bring back.
POSTGRES = {
    "fsync": "off",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "wal_level": "replica",
    "hot_standby": "on",
    "wal_keep_size": "64MB",
    "max_wal_senders": "8",
    "dynamic_shared_memory_type": "mmap",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "wal_receiver_status_interval": "1s",
    "wal_retrieve_retry_interval": "200ms",
}
EVERY_STANDBY = "ANY 1 (*)"


def missing() -> list[str]:
    """Programs of the engines that are not on this machine."""
    wanted = ("haproxy", "pgbouncer", "valkey-server", "valkey-sentinel")
    return [
        name for name in wanted if shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") is None
    ]


class Postgres:
    """One node of PostgreSQL: a primary, or a standby of one. `child` is its process."""

    def __init__(self, folder: Path, name: str) -> None:
        self.user = unprivileged()
        self.folder, self.name, self.port = give(folder, self.user), name, free_port()
        self.programs = programs(folder, self.user)
        self.data = folder / "data"
        flags = {
            **POSTGRES,
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": folder,
            "cluster_name": name,
        }
        command = [self.programs / "postgres", "-D", self.data, *(f"--{key}={value}" for key, value in flags.items())]
        self.child = Child(name, command, folder.parent / f"{name}.log", user=self.user, ready=self.answers)

    def found(self) -> None:
        """Begin as a primary, with an empty database of ours."""
        run([self.programs / "initdb", "-D", self.data, *LOCALE, *OWNER], self.user)
        self.child.start()
        self.ask(f"CREATE DATABASE {DATABASE}", "postgres")

    def follow(self, port: int) -> None:
        """Begin anew as a standby of the primary at `port`, from a copy of it; waits until it streams."""
        shutil.rmtree(self.data, ignore_errors=True)
        where = f"host=127.0.0.1 port={port} user=chaupal application_name={self.name}"
        run(
            [self.programs / "pg_basebackup", "-D", self.data, "-d", where, "-R", "-X", "stream", "-c", "fast"],
            self.user,
        )
        self.child.start()

    def promote(self) -> None:
        """Become the primary; returns when it is."""
        self.ask("SELECT pg_promote(true, 30)", "postgres")

    def insist(self, on: bool) -> None:
        """Whether a commit waits for a standby."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{EVERY_STANDBY if on else ''}'", "postgres")
        self.ask("SELECT pg_reload_conf()", "postgres")

    def streams(self) -> bool:
        """Whether a standby follows this primary so closely that a commit may wait for it."""
        return self.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "postgres") != "0"

    def await_standby(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.streams():
            if time.monotonic() > until:
                raise RuntimeError(f"{self.name} has no standby that follows")
            time.sleep(0.05)

    def ask(self, statement: str, database: str = DATABASE) -> str:
        """What psql prints of a statement. Raises RuntimeError."""
        where = f"host=127.0.0.1 port={self.port} user=chaupal dbname={database} connect_timeout=5"
        return run([self.programs / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, where]).strip()

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1", "postgres") == "1"
        except RuntimeError:
            return False

    def quit(self) -> None:
        """At once and without farewell (SIGQUIT is PostgreSQL's immediate shutdown)."""
        self.child.stop(signal.SIGQUIT)


# --- Disks and clocks of one's own ---


def small_disk(folder: Path, megabytes: int) -> None:
    """A disk in memory at this folder. Raises RuntimeError where we may not."""
    folder.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder])


def no_disk(folder: Path) -> None:
    run(["umount", "-l", folder])


def fill(folder: Path) -> None:
    """Not a byte more fits on the disk of this folder, until `make_room`. Raises ValueError where it has none of its own."""
    if not folder.is_mount():
        raise ValueError(f"{folder} is on a disk of others")
    with (folder / BALLAST).open("wb", buffering=0) as ballast:
        with suppress(OSError):
            while True:
                ballast.write(bytes(1 << 20))
        with suppress(OSError):
            while True:
                ballast.write(bytes(512))


def make_room(folder: Path) -> None:
    (folder / BALLAST).unlink(missing_ok=True)


def faketime() -> Path | None:
    """The library that tells a program another time."""
    return next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


def own_clock(file: Path) -> dict[str, str]:
    """What a process must be told to read the time off by what stands in a file (+3600, in seconds). What elapsed stays true."""
    return {
        "LD_PRELOAD": str(faketime()),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def pgbouncer(folder: Path, database: int) -> tuple[Child, int]:
    """A pool in transaction mode in front of the PostgreSQL that is reached at port `database`; (process, port)."""
    user, port = unprivileged(), free_port()
    give(folder, user)
    config = folder / "pgbouncer.ini"
    config.write_text(f"""[databases]
{DATABASE} = host=127.0.0.1 port={database} dbname={DATABASE} user=chaupal
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 40
max_prepared_statements = 500
server_login_retry = 0.5
server_connect_timeout = 3
server_check_delay = 1
query_wait_timeout = 10
""")
    child = Child(
        "pgbouncer",
        ["/usr/sbin/pgbouncer", config],
        folder.parent / "pgbouncer.log",
        user=user,
        ready=lambda: answers(port),
    )
    return child, port


# --- Valkey ---

VALKEY = """port {port}
bind 127.0.0.1
dir {folder}
save ""
appendonly no
repl-diskless-sync-delay 0
replica-announce-ip 127.0.0.1
replica-announce-port {announced}
"""
SENTINEL = """port {port}
bind 127.0.0.1
dir {folder}
sentinel resolve-hostnames no
sentinel monitor chaupal 127.0.0.1 {primary} 1
sentinel down-after-milliseconds chaupal 1000
sentinel failover-timeout chaupal 5000
"""


def valkey(folder: Path, name: str, port: int, announced: int, primary: int = 0) -> Child:
    """A Valkey at `port` that others reach at `announced`; a replica of the one at `primary`, where one is named."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "valkey.conf"
    config.write_text(
        VALKEY.format(port=port, folder=folder, announced=announced)
        + (f"replicaof 127.0.0.1 {primary}\n" if primary else "")
    )
    return Child(name, ["valkey-server", config], folder.parent / f"{name}.log", ready=lambda: pongs(port))


def sentinel(folder: Path, primary: int) -> tuple[Child, int]:
    """The one who says which Valkey is the primary, and makes the replica one; (process, port)."""
    folder.mkdir(parents=True, exist_ok=True)
    port, config = free_port(), folder / "sentinel.conf"
    config.write_text(SENTINEL.format(port=port, folder=folder, primary=primary))
    return Child(
        "sentinel", ["valkey-sentinel", config], folder.parent / "sentinel.log", ready=lambda: pongs(port)
    ), port


def tell_valkey(port: int, *words: str) -> Any:
    """What a Valkey answers to one command. Raises valkey.ValkeyError, OSError."""
    with valkey_client.Valkey(port=port, socket_timeout=2, socket_connect_timeout=2, decode_responses=True) as client:
        return client.execute_command(*words)


def pongs(port: int) -> bool:
    """Whether a Valkey, or a Sentinel, answers there."""
    try:
        return bool(tell_valkey(port, "PING"))
    except (OSError, valkey_client.ValkeyError):
        return False


def leads(port: int) -> bool:
    """Whether a Valkey is there that says that it is the primary."""
    try:
        return tell_valkey(port, "ROLE")[0] in ("master", "primary")
    except (OSError, valkey_client.ValkeyError):
        return False


# --- In front, and where uploads lie ---

# What the balancer answers by itself bears its mark, so that whoever judges knows whose it was (docs.haproxy.org, http-error).
MARK = "x-answered-by"
OWN = (500, 502, 503, 504)

HAPROXY = """global
    maxconn 4000
    log stdout format raw local0
defaults
    mode http
    log global
    option dontlog-normal
    log-format "%Tl %ST %ts %b/%s %Ta %HM %HPO"
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    timeout http-keep-alive 60s
    timeout check {late}ms
    option redispatch
    retries 3
    retry-on conn-failure
{own}
frontend square
    bind 127.0.0.1:{port}
    default_backend houses
backend houses
    balance random
    option httpchk GET {health}
    http-check expect status 200
    http-response set-header x-served-by %s
    default-server inter 500ms fastinter 250ms downinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions
{servers}"""


def haproxy(folder: Path, port: int, servers: Mapping[str, int], health: str, late: int) -> Child:
    """A balancer that sends each request to a server at random, and says in `x-served-by` to which.

    `late`: ms after which a look at a server's health has failed; twice, and what it was at is broken off.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"    server {name} 127.0.0.1:{at} check\n" for name, at in servers.items())
    config = folder / "haproxy.cfg"
    mark = f'content-type text/plain string "no house answered" hdr {MARK} balancer hdr retry-after 1'
    own = "\n".join(f"    http-error status {status} {mark}" for status in OWN)
    config.write_text(HAPROXY.format(port=port, servers=lines, health=health, own=own, late=late))
    return Child(
        "haproxy",
        ["/usr/sbin/haproxy", "-db", "-f", config],
        folder.parent / "haproxy.log",
        ready=lambda: answers(port),
    )


def s3(folder: Path) -> tuple[Child, int]:
    """A store that speaks S3 (moto); (process, port). It keeps everything in memory: it is not among what is killed."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    return Child("s3", command, folder.parent / "s3.log", ready=lambda: answers(port)), port


def bucket(port: int, name: str = "gaanv") -> dict[str, object]:
    """Make a bucket; the settings by which a server finds it."""
    address = f"http://127.0.0.1:{port}"
    httpx2.put(f"{address}/{name}", trust_env=False, timeout=PATIENCE).raise_for_status()
    return {"files": f"s3://{name}/uploads", "s3_endpoint": address, **KEYS}
