"""Two houses on one PostgreSQL and one Valkey: limits count in both, one wakes the other, and neither waits when Valkey is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from chaupal.app.wiring import Running, open_house
from chaupal.fanout.hub import WAITING
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from chaupal.social.people import accounts
from chaupal.wire.limits import GUESSES
from services import Postgres, free_port
from valkeys import Valkey

PASSWORD = "a long enough secret"


@pytest.fixture
def settings(postgres_server: Postgres, migrated: str, own_valkey: Valkey, tmp_path: Path) -> Iterator[Settings]:
    dsn = postgres_server.fresh(template=migrated)
    yield load_settings(
        environ={},
        data=str(tmp_path),
        database=dsn,
        valkey=own_valkey.url,
        port=8000,
        trusted_proxies=("127.0.0.1/32",),
    )
    postgres_server.drop(dsn)


@pytest.fixture
async def houses(settings: Settings, clock: StillClock) -> AsyncIterator[list[Running]]:
    async with AsyncExitStack() as stack:
        opened: list[Running] = []
        for _ in range(2):
            house = await open_house(settings, clock=clock, run=False)
            stack.push_async_callback(house.close)
            opened.append(house)
        await accounts.create(opened[0].house.square, handle="asha", email="asha@example.org", password=PASSWORD)
        yield opened


async def log_in(house: Running, password: str, address: str) -> int:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.app), base_url=house.house.settings.origin,
        headers={"x-forwarded-for": address},
    ) as client:  # fmt: skip
        await client.get("/login")
        form = {"csrf": client.cookies["visitor"], "name": "asha", "password": password}
        return (await client.post("/login", data=form)).status_code


async def test_guesses_at_one_name_count_whichever_process_is_asked(houses: list[Running]):
    most, _ = GUESSES
    guesses = [log_in(houses[number % 2], "a wrong one", f"203.0.113.{number}") for number in range(most)]
    assert set(await asyncio.gather(*guesses)) == {422}
    assert [await log_in(house, PASSWORD, "198.51.100.1") for house in houses] == [429, 429]


async def test_guesses_are_limited_when_valkey_is_lost_and_whoever_knows_the_password_comes_in(
    houses: list[Running], own_valkey: Valkey
):
    own_valkey.kill()
    most, _ = GUESSES
    assert await log_in(houses[0], PASSWORD, "198.51.100.1") == 303
    for number in range(most):
        await log_in(houses[0], "a wrong one", f"203.0.113.{number}")
    assert await log_in(houses[0], PASSWORD, "198.51.100.2") == 429


async def test_what_one_process_commits_wakes_the_runners_of_the_others(houses: list[Running]):
    one, other = houses
    woken = asyncio.Event()
    other.carrier.bus.subscribe(WAITING, lambda _: woken.set())
    async with asyncio.timeout(10):
        while not woken.is_set():  # until it listens
            one.carrier.bus.publish(WAITING, "")
            await asyncio.sleep(0.01)
        woken.clear()
        await accounts.create(one.house.square, handle="binod", email="binod@example.org", password=PASSWORD)
        await woken.wait()


async def test_a_house_whose_valkey_is_not_there_does_not_open(settings: Settings, clock: StillClock):
    elsewhere = load_settings(
        environ={},
        data=settings.data,
        database=settings.database,
        valkey=f"valkey://127.0.0.1:{free_port()}",
        port=8000,
    )
    with pytest.raises(BadSettings, match="nobody answers at"):
        await open_house(elsewhere, clock=clock, run=False)
