"""A house that does not come to be leaves nothing open: who tries again in the same process would find it at work still."""

import os
from pathlib import Path

import asyncpg
import msgspec
import pytest

from chaupal.app.wiring import open_house
from chaupal.governance.log.tree import LogDiffers
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Problem
from chaupal.kernel.settings import Settings
from chaupal.store.machine.work_postgres import PostgresWork
from lent_files import own_files  # noqa: F401 - fixture
from services import Postgres
from sessions import RESET
from unit.governance.log.test_reconcile import tampered_of
from village import open_village
from waiting import until


async def connected(dsn: str) -> int:
    """How many others are at this database, and do not rest from the tests before."""
    looks = await asyncpg.connect(dsn)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    found: int = await looks.fetchval(f"{others} AND backend_type = 'client backend' AND query <> $1", RESET)
    await looks.close()
    return found


def held(data: str) -> list[str]:
    """Files of the store that this process has open."""
    store, found = str(Path(data) / "chaupal.db"), list[str]()
    for one in Path("/proc/self/fd").iterdir():
        try:
            found.append(os.readlink(one))  # noqa: PTH115 - what it was, also where it is gone
        except FileNotFoundError:
            continue
    return [name for name in found if name.startswith(store)]


async def opened(settings: Settings) -> int:
    """How often the store is open."""
    return await connected(settings.database) if settings.database else len(held(settings.data))


async def becomes(settings: Settings, wanted: int) -> None:
    await until(lambda: opened(settings), wanted=lambda found: found == wanted)


async def test_where_the_log_tells_otherwise(settings: Settings, clock: StillClock):
    before = await opened(settings)
    async with open_village(settings, clock) as v:
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        await tampered_of(v.running.house.court, "DELETE FROM rulings")
        assert await opened(settings) > before
    with pytest.raises(LogDiffers):
        await open_house(msgspec.structs.replace(settings, village=True), clock=clock, run=False)
    await becomes(settings, before)


async def test_where_a_law_is_none(settings: Settings, clock: StillClock):
    before, laws = await opened(settings), Path(settings.data) / "regimes"
    laws.mkdir(parents=True)
    (laws / "IN-69A.toml").write_text("This is no law.")
    with pytest.raises(Problem):
        await open_house(settings, clock=clock, run=False)
    await becomes(settings, before)


async def test_where_the_database_knows_no_letters(postgres_server: Postgres, clock: StillClock):
    postgres_server.execute("CREATE DATABASE no_letters TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    try:
        with pytest.raises(Problem, match="character type C"):
            await PostgresWork(postgres_server.dsn("no_letters"), clock).open()
        await until(lambda: connected(postgres_server.dsn("no_letters")), wanted=lambda found: not found)
    finally:
        postgres_server.drop(postgres_server.dsn("no_letters"))
