"""The one way to a Valkey: its addresses, its time-outs, and what it is when nobody answers. Nobody waits for one that is gone.

The law, posts and ties are never here: what Valkey holds may be lost at any moment, and is only a shorter way to the same answer.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import valkey.asyncio as driver
from valkey.asyncio.retry import Retry
from valkey.asyncio.sentinel import SentinelConnectionPool
from valkey.backoff import NoBackoff
from valkey.exceptions import AuthenticationError, NoPermissionError, ResponseError, ValkeyError

from chaupal.kernel.clock import Patience
from chaupal.kernel.logger import log
from chaupal.kernel.settings import BadSettings

PATIENCE = 0.1  # seconds that a command may take; after that Valkey is gone until a look finds it again
LOOK_EVERY = 1.0  # seconds between looks for one that is gone
TO_CONNECT = 1.0  # seconds that such a look may take, and a new connection
AT_START = 5.0  # seconds to answer at the start, where a wrong address must be told
LEAST = (7, 2)
CONNECTIONS = 16  # commands at once; who listens has a connection beside these
PORT, SENTINEL_PORT = 6379, 26379

UNREACHED = "valkey: nobody answers at {0} ({1}); is the address right, and Valkey started?"
STRANGER = "valkey: what answers at {0} is no Valkey ({1})"
REFUSED = "valkey: {0} refuses this user: {1}"
OLD = "valkey: {0} is {1} {2}; Valkey 7.2 or newer is needed (a Redis of 7.2 or newer does, too)"
COPY = "valkey: {0} is a replica, which takes no writing; name the primary, or its Sentinels by valkey+sentinel://"


class Gone(Exception):
    """Valkey does not answer now. Whoever asked goes on without it."""


class Address(msgspec.Struct, frozen=True):
    """Where it is. `hosts`: of its Sentinels where `name` is what they call it."""

    hosts: Sequence[tuple[str, int]]
    name: str = ""
    user: str = ""
    password: str = ""
    database: int = 0
    tls: bool = False

    def __str__(self) -> str:
        """As it may be told to anybody: without the password."""
        return ",".join(f"{host}:{port}" for host, port in self.hosts)


def address_of(url: str) -> Address:
    """`valkey://user:password@host:port/0`, or `valkey+sentinel://user:password@host:port,host:port/name/0`; with
    `valkeys` over TLS, and `redis` for the same. User and password are those of the Valkey, not of its Sentinels.

    Raises BadSettings.
    """
    parts = urlsplit(url)
    scheme, _, way = parts.scheme.partition("+")
    path = [part for part in parts.path.split("/") if part]
    name = path.pop(0) if way and path else ""
    who, _, where = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    try:
        hosts = [_host(text, SENTINEL_PORT if way else PORT) for text in where.split(",")]
        database = int(path.pop(0)) if path else 0
    except ValueError as error:
        raise BadSettings(f"valkey: {error}") from error
    if path or (len(hosts) > 1 and not way):
        raise BadSettings("valkey: one address as valkey://host:port, or valkey+sentinel://host:port,host:port/name")
    if way and not name:
        raise BadSettings(
            "valkey: after the Sentinels comes what they call the Valkey: valkey+sentinel://host:port/name"
        )
    return Address(hosts, name, unquote(user), unquote(password), database, scheme in ("valkeys", "rediss"))


def _host(text: str, usual: int) -> tuple[str, int]:
    """Raises ValueError."""
    found = urlsplit(f"//{text}")
    if not found.hostname:
        raise ValueError("an address without a host")
    return found.hostname, found.port or usual


class Server:
    """One Valkey. `name`, given before anything is kept there, begins all names, so that two houses at one Valkey do not meet.

    `there`: whether it answered when it was last asked. While it is not, `ask` and `run` raise Gone at once, and one look
    a second finds it again.
    """

    def __init__(self, url: str, name: str = "") -> None:
        self.address = address_of(url)
        self.name = name
        self.there = False
        self._client = _client_of(self.address)
        self._scripts: dict[str, Any] = {}
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._patience = Patience(lambda: PATIENCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises BadSettings for what is not there at the start, or is not what it should be. Later it may be lost."""
        await self.meet()
        await self._try_out()
        self.there = True

    async def meet(self) -> None:
        """Only look whether it is there and what it is; no name is needed for that. Raises BadSettings."""
        try:
            async with asyncio.timeout(AT_START):
                told: Mapping[str, Any] = await self._client.info("server")
                role: Sequence[Any] = await self._client.role()
        except (AuthenticationError, NoPermissionError) as error:
            raise BadSettings(REFUSED.format(self.address, error)) from error
        except ResponseError as error:  # an answer, though not one that is right
            wrong = REFUSED if str(error).startswith(("NOAUTH", "WRONGPASS")) else STRANGER
            raise BadSettings(wrong.format(self.address, error)) from error
        except (ValkeyError, OSError) as error:
            text = str(error)
            wrong = STRANGER if "rotocol" in text else UNREACHED
            raise BadSettings(wrong.format(self.address, text or "it is silent")) from error
        kind = "Valkey" if "valkey_version" in told else "Redis"
        version = str(told.get("valkey_version") or told.get("redis_version") or "0")
        if _numbers(version) < LEAST:
            raise BadSettings(OLD.format(self.address, kind, version))
        if _text(role[0]) == "slave":
            raise BadSettings(COPY.format(self.address))

    async def _try_out(self) -> None:
        """Each kind of thing that is asked of it, once: a user who may do half of it only would seem to be gone, again and again.

        Raises BadSettings.
        """
        key, channel = f"{self.name}:trial", f"{self.name}:bus:"
        asked = (
            ("SET", key, "", "PX", 1),
            ("EVAL", "return redis.call('GET', KEYS[1])", 1, key),
            ("PUBLISH", channel, ""),
        )
        try:
            async with asyncio.timeout(AT_START):
                for words in asked:
                    await self._client.execute_command(*words)
        except ResponseError as error:
            raise BadSettings(REFUSED.format(self.address, error)) from error
        except (ValkeyError, OSError) as error:
            raise BadSettings(UNREACHED.format(self.address, str(error) or "it is silent")) from error

    async def ask(self, *words: Any) -> Any:
        """Send one command. Raises Gone."""
        send: Any = self._client.execute_command
        return await self._attempt(partial(send, *words))

    async def say_here(self, holder: str, ms: int) -> bool:
        """For so long whoever asks here finds this process, by the word under which it holds its seat. False where nobody answers."""
        with contextlib.suppress(Gone):
            return bool(await self.ask("SET", f"{self.name}:here:{holder}", "", "PX", ms))
        return False

    async def any_here(self, holders: Collection[str]) -> bool:
        """Whether one of those processes is found here; also where nobody can say."""
        try:
            return bool(await self.ask("EXISTS", *(f"{self.name}:here:{holder}" for holder in holders)))
        except Gone:
            return True

    async def run(self, script: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run a script at once and alone. Raises Gone."""
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self._client.register_script(script)
        return await self._attempt(partial(known, keys=keys, args=args))

    async def tell(self, commands: Iterable[Sequence[Any]]) -> None:
        """Send several commands in one go. Raises Gone."""
        pipe: Any = self._client.pipeline(transaction=False)
        for words in commands:
            pipe.execute_command(*words)
        await self._attempt(pipe.execute)

    def ears(self) -> Any:
        """A connection of its own that hears channels."""
        return self._client.pubsub(ignore_subscribe_messages=True)

    async def _attempt(self, doing: Callable[[], Any]) -> Any:
        if not self.there:
            raise Gone
        async with self._turns:
            if not self.there:  # lost while we waited for our turn
                raise Gone
            try:
                return await self._patience.wait(doing())
            except (ValkeyError, OSError) as error:
                self._lost(error)
                raise Gone from error

    def _lost(self, error: Exception) -> None:
        if not self.there:
            return  # many were asking
        self.there = False
        log.warning("Valkey is gone; going on without it", at=str(self.address), error=error)
        self._looking = self.beside(self._reconnect())

    async def _reconnect(self) -> None:
        """Until it answers: on new connections, since after a failover another one is meant."""
        refused = False
        while not self.there:
            await asyncio.sleep(LOOK_EVERY)
            try:
                async with asyncio.timeout(TO_CONNECT):
                    await self._client.connection_pool.disconnect()
                    role = await self._client.role()
                self.there = _text(role[0]) == "master"
            except (AuthenticationError, ResponseError) as error:  # it is there: somebody has to do something
                if not refused:
                    log.error(REFUSED.format(self.address, error))
                refused = True
            except (ValkeyError, OSError):
                pass
        log.info("Valkey is back", at=str(self.address))

    def beside(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Something that runs until this is closed. What it fails by is a mistake of ours, and said in the log."""
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what is done beside Valkey failed", exc_info=(type(error), error, error.__traceback__))

    async def close(self) -> None:
        self.there = False
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        watchers: Any = getattr(self._client.connection_pool, "sentinel_manager", None)
        for client in (self._client, *(watchers.sentinels if watchers else ())):
            with contextlib.suppress(ValkeyError, OSError):
                await client.aclose()
                await client.connection_pool.disconnect()


def _client_of(address: Address) -> driver.Valkey:
    """Its own time-outs are wider than ours: whoever waits for a command is freed by `PATIENCE`."""
    known: dict[str, Any] = {
        "db": address.database,
        "username": address.user or None,
        "password": address.password or None,
        "socket_connect_timeout": TO_CONNECT,
        "socket_timeout": None,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
        "max_connections": 2 * CONNECTIONS,
    }
    secured: dict[str, Any] = {"ssl_check_hostname": True} if address.tls else {}
    known |= secured
    if address.name:
        short: dict[str, Any] = {"socket_connect_timeout": TO_CONNECT / 4, "socket_timeout": TO_CONNECT / 4}
        watchers = driver.Sentinel(
            [*address.hosts],
            sentinel_kwargs=short | ({"ssl": True} | secured if address.tls else {}),
            ssl=address.tls,
            **known,
        )
        pool: Any = SentinelConnectionPool(address.name, watchers, ssl=address.tls, **known)
        return driver.Valkey(connection_pool=pool)
    host, port = address.hosts[0]
    kind = driver.SSLConnection if address.tls else driver.Connection
    return driver.Valkey(connection_pool=driver.ConnectionPool(connection_class=kind, host=host, port=port, **known))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _text(word: Any) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)
