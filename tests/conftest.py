"""Fixtures for every test: both databases, a clock that is held still, a store, an open house."""

import asyncio
import gc
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx2._transports.default
import httpx2._urlparse
import httpx2._urls
import pytest
import structlog
import uvloop
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import HealthCheck, settings as hypothesis_settings

import compiled
import sessions
import strewn
from begun import begun, lay
from chaupal.app import rooms, wiring
from chaupal.app.wiring import RunningHouse
from chaupal.federation.signing import algorithms
from chaupal.governance.context import Court
from chaupal.governance.log import log, reconcile
from chaupal.governance.people import role_grants
from chaupal.http.call import House
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.store.identity import logins
from chaupal.store.machine import connecting_sqlite
from chaupal.store.machine.migrate import migrate, postgres_url, sqlite_url
from chaupal.store.machine.work import Work
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal.store.machine.work_sqlite import SqliteWork
from either import PAIRED, STAGES, of_two, open_house
from far import far  # noqa: F401 - fixture
from kept_keys import KeptKeys, of_a_run
from lent import Lender
from lent_files import Files, opened
from object_store import ObjectStore, object_store  # noqa: F401 - fixtures
from services import Postgres, postgres_database, postgres_programs, postgres_server  # noqa: F401 - fixtures
from valkeys import own_valkey, shared_valkey, valkey_url, watched_valkeys  # noqa: F401 - fixtures
from village import Village, copy, found, open_village

# No clock decides about a test: neither how long an example took nor how long it took to be made up.
untimed: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("ci", derandomize=True, **untimed)
hypothesis_settings.register_profile("dev", **untimed)
hypothesis_settings.load_profile("dev")

# httpx2 asks with each request for a package that nobody here has installed; the search for it took a tenth of the request.
sys.modules.setdefault("sniffio", None)  # pyrefly: ignore[no-matching-overload] - so Python is told that there is none

# What an address says depends on it alone, and with each request the same ones were read several times.
httpx2._urls.urlparse = httpx2._urlparse.urlparse = lru_cache(20_000)(httpx2._urlparse.urlparse)

# Where a request brings cookies of its own a jar adds none to them; to find out which it would took a twentieth of the canary.
put_cookies = httpx2.Cookies.set_cookie_header


def put_cookies_where_none_are(self: httpx2.Cookies, request: httpx2.Request) -> None:
    if "cookie" not in request.headers:
        put_cookies(self, request)


httpx2.Cookies.set_cookie_header = put_cookies_where_none_are

# Each client read the machine's certificates as it began, whatever it asks, for 16 ms.
httpx2._transports.default.create_ssl_context = lru_cache(httpx2.create_ssl_context)

# PostgreSQL is asked on this machine and in the clear; to find that out took longer than to begin.
os.environ.setdefault("PGSSLMODE", "disable")

compiled.keep()
sessions.keep()

# Left to itself it draws each error with its source in colours, which took more than all that a test of errors does.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # of several processes that share the tests
        config.pluginmanager.register(strewn)


def pytest_collection() -> None:
    """Of what is made while tests are gathered next to nothing is thrown away: to look for it took a seventh of that."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Gathered tests stay to the end, so nothing of them is looked through again; to collect first took a second."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    gc.enable()


def pytest_sessionfinish() -> None:
    """Nor is what is there at the end: pytest and then the interpreter looked through all of it, again and again."""
    gc.freeze()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop of the server (`app/server.py`), and not Python's own: it is what people meet, and takes less."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Every village hashes the passwords of all its people: at its full cost Argon2 took much of the suite's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


KEYS = KeptKeys(of_a_run(generate_private_key, Path(compiled.folder(), "keys")))


def pytest_runtest_setup() -> None:
    KEYS.begin()
    Files.over = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    Files.over = True


@pytest.fixture(scope="session", autouse=True)
def keys_made_before() -> Iterator[None]:
    """Whoever meets another server has a key of its own, and each took a thirtieth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(algorithms, "generate_private_key", KEYS)
        yield


AT_HEAD: set[str] = set()  # URLs of databases that are copies of one at this version
UNTOUCHED: set[str] = set()  # stores that nobody has opened since they were copied from one that agreed with its log


@pytest.fixture(scope="session", autouse=True)
def begun_stores() -> Iterator[None]:
    """A house in an empty folder begins with a copy of one store that was migrated, as servers of their own process do.

    Nor is a copy asked for its version, or held against its log when it is first opened. `unit/store/test_migrate` tries each step,
    `unit/app/test_cli` and `deploy` how the command begins with nothing.
    """
    begin = rooms.migrate

    async def begins(url: str) -> None:
        laid = url.startswith("sqlite") and lay(Path(url.removeprefix("sqlite:///")))
        if not laid and url not in AT_HEAD:
            await begin(url)

    set_up = wiring._set_up

    def looks(check: Callable[[Court], Awaitable[None]]) -> Callable[[Court], Awaitable[None]]:
        async def checks(court: Court) -> None:
            if _store(court.settings) not in UNTOUCHED:
                await check(court)

        return checks

    async def sets_up(house: House, *rest: Any, **how: Any) -> RunningHouse:
        try:
            return await set_up(house, *rest, **how)
        finally:
            UNTOUCHED.discard(_store(house.settings))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "migrate", begins)
        patch.setattr(wiring, "_set_up", sets_up)
        for room, name in ((log, "check_log"), (reconcile, "check_in_force"), (role_grants, "watch")):
            patch.setattr(room, name, looks(getattr(room, name)))
        yield


def _store(settings: Settings) -> str:
    return settings.database or settings.data


@pytest.fixture(scope="session")
def migrated(postgres_server: Postgres) -> str:
    """A PostgreSQL database at this version, to be copied for each test."""
    dsn = postgres_server.fresh()
    asyncio.run(migrate(postgres_url(dsn)))
    return dsn


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """A SQLite file at this version, to be copied for each test."""
    return begun()


@pytest.fixture(scope="session")
def lent_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    lends = Files(tmp_path_factory.mktemp("lent"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connecting_sqlite, "_opened", opened)
        yield lends
    lends.close()


class Founded(NamedTuple):
    """A village that was played once: the data directory, and the PostgreSQL database."""

    data: Path
    dsn: str = ""


@pytest.fixture(scope="session")
def founded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A village in SQLite."""
    data = tmp_path_factory.mktemp("founded") / "data"
    data.mkdir(mode=0o700)
    shutil.copy(migrated_file, data)
    found(plain_settings(data, ""))
    return Founded(data)


@pytest.fixture(scope="session")
def founded(postgres_server: Postgres, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A village in PostgreSQL."""
    data = tmp_path_factory.mktemp("founded") / "data"
    dsn = postgres_server.fresh(template=migrated)
    found(plain_settings(data, dsn))
    return Founded(data, dsn)


@pytest.fixture(scope="session")
def migrated_lent(postgres_server: Postgres, migrated: str) -> Lender:
    return Lender(postgres_server, migrated)


@pytest.fixture(scope="session")
def founded_lent(postgres_server: Postgres, founded: Founded) -> Lender:
    return Lender(postgres_server, founded.dsn)


def begins_founded(request: pytest.FixtureRequest) -> bool:
    """Whether a test asks for a village (its file's own, too): then what it begins with has one in it."""
    return "village" in request.fixturenames


def plain_settings(data: Path, database: str) -> Settings:
    return load_settings(
        environ={}, data=str(data), database=database, port=8000, rate_limits=False, log_batch_minutes=0
    )


@pytest.fixture(params=STAGES)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Whoever asks for this (or for `work`, `house`) runs on both databases: the PostgreSQL URL, or '' for SQLite.

    "two": the house is two on one PostgreSQL (see `either`).
    """
    if request.param == "sqlite":
        yield ""
        return
    lender: Lender = request.getfixturevalue("founded_lent" if begins_founded(request) else "migrated_lent")
    with lender.lent() as dsn:
        AT_HEAD.add(postgres_url(dsn))
        if request.param == "two":
            PAIRED.add(dsn)
        yield dsn
        PAIRED.discard(dsn)


@pytest.fixture
def clock() -> StillClock:
    """10 February 2021, 15:00 UTC; moves when told to."""
    return StillClock()


@pytest.fixture
async def work(
    database: str, tmp_path: Path, clock: StillClock, migrated_file: Path, lent_files: Files
) -> AsyncIterator[Work]:
    """A store with nothing in it."""
    file = tmp_path / migrated_file.name
    if database:
        store: Work = PostgresWork(database, clock, connections=4)
    else:
        lent_files.lay(migrated_file, file)
        store = SqliteWork(file, clock)
    await store.open()
    yield store
    await store.close()
    if not database:
        lent_files.take_back(migrated_file, file)


@pytest.fixture
async def beside(work: Work, database: str, tmp_path: Path, clock: StillClock) -> AsyncIterator[Work]:
    """The store of `work` from another process."""
    other: Work = (
        PostgresWork(database, clock, beside=True, connections=2)
        if database
        else SqliteWork(tmp_path / "chaupal.db", clock, beside=True)
    )
    await other.open()
    yield other
    await other.close()


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, migrated_file: Path, lent_files: Files
) -> Iterator[Settings]:
    data, template = tmp_path / "data", migrated_file
    if begins_founded(request):
        founded: Founded = request.getfixturevalue("founded" if database else "founded_file")
        copy(founded.data, data)
        template = founded.data / migrated_file.name
    elif not database:
        data.mkdir(mode=0o700)
    file = data / migrated_file.name
    if not database:
        lent_files.lay(template, file)
        AT_HEAD.add(sqlite_url(file))
    found = plain_settings(data, database)
    UNTOUCHED.add(_store(found))
    yield of_two(request, found) if database in PAIRED else found
    UNTOUCHED.discard(_store(found))  # a database is lent again, to whoever may write to it first
    if not database:
        lent_files.take_back(template, file)


@pytest.fixture
async def house(settings: Settings, clock: StillClock) -> AsyncIterator[RunningHouse]:
    """An open house whose outbox is carried out by `await house.runner.settle()`."""
    running = await open_house(settings, clock=clock, run=False)
    yield running
    await running.close()


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """An open house with the small cast in it: asha, ravi, meera, karl in Germany; chitra, dev and the owner decide."""
    async with open_village(settings, clock) as opened:
        yield opened
