"""Fixtures for every test: both databases, a clock that is held still, a store, an open house."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings

from chaupal.app.wiring import Running, open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.store.identity import passwords
from chaupal.store.machine.migrate import migrate, postgres_url, sqlite_url
from chaupal.store.machine.work import Work
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal.store.machine.work_sqlite import SqliteWork
from object_store import ObjectStore, object_store  # noqa: F401 - fixtures
from services import Postgres, postgres_database, postgres_server  # noqa: F401 - fixtures
from village import Village, open_village

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.load_profile("dev")


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Every village hashes the passwords of all its people: at its full cost Argon2 took much of the suite's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def migrated(postgres_server: Postgres) -> str:
    """A PostgreSQL database at this version, to be copied for each test."""
    dsn = postgres_server.fresh()
    asyncio.run(migrate(postgres_url(dsn)))
    return dsn


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at this version, to be copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "chaupal.db"
    asyncio.run(migrate(sqlite_url(file)))
    return file


@pytest.fixture(params=("sqlite", "postgres"))
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Whoever asks for this (or for `work`, `house`) runs on both databases: the PostgreSQL URL, or '' for SQLite."""
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    dsn = server.fresh(template=request.getfixturevalue("migrated"))
    yield dsn
    server.drop(dsn)


@pytest.fixture
def clock() -> StillClock:
    """10 February 2021, 15:00 UTC; moves when told to."""
    return StillClock()


@pytest.fixture
async def work(database: str, tmp_path: Path, clock: StillClock, migrated_file: Path) -> AsyncIterator[Work]:
    """A store with nothing in it."""
    if database:
        opened: Work = PostgresWork(database, clock, connections=4)
    else:
        shutil.copy(migrated_file, tmp_path)
        opened = SqliteWork(tmp_path / "chaupal.db", clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def settings(database: str, tmp_path: Path, migrated_file: Path) -> Settings:
    data = tmp_path / "data"
    if not database:
        data.mkdir(mode=0o700)
        shutil.copy(migrated_file, data)
    return load_settings(
        environ={}, data=str(data), database=database, port=8000, rate_limits=False, log_batch_minutes=0
    )


@pytest.fixture
async def house(settings: Settings, clock: StillClock) -> AsyncIterator[Running]:
    """An open house whose outbox is carried out by `await house.runner.settle()`."""
    running = await open_house(settings, clock=clock, run=False)
    yield running
    await running.close()


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """An open house with the small cast in it: asha, ravi, meera, karl in Germany; chitra, dev and the owner decide."""
    async with open_village(settings, clock) as opened:
        yield opened
