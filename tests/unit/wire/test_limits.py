"""Limits: what a wrong token costs, and guesses at one name from many addresses."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from chaupal.app.wiring import Running, open_house
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import load_settings
from chaupal.social import accounts
from chaupal.wire.limits import GENERAL, GUESSES

PASSWORD = "a long enough secret"


@pytest.fixture
async def limited(tmp_path: Path, clock: StillClock) -> AsyncIterator[Running]:
    """A house behind a proxy, so that tests may come from many addresses."""
    settings = load_settings(environ={}, data=str(tmp_path / "data"), port=8000, trusted_proxies=("127.0.0.1/32",))
    running = await open_house(settings, clock=clock, run=False)
    for handle in ("asha", "binod"):
        await accounts.create(running.house.square, handle=handle, email=f"{handle}@example.org", password=PASSWORD)
    yield running
    await running.close()


def browser(house: Running, address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.app), base_url=house.house.settings.origin,
        headers={"x-forwarded-for": address},
    )  # fmt: skip


async def log_in(house: Running, name: str, password: str, address: str) -> int:
    async with browser(house, address) as client:
        await client.get("/login")
        form = {"csrf": client.cookies["visitor"], "name": name, "password": password}
        return (await client.post("/login", data=form)).status_code


async def test_a_name_is_guarded_against_guesses_from_many_addresses(limited: Running, clock: StillClock):
    most, seconds = GUESSES
    spellings = ("asha", "@asha", " Asha ")
    for number in range(most):
        assert await log_in(limited, spellings[number % 3], "a wrong one", f"203.0.113.{number}") == 422
    assert await log_in(limited, "asha", PASSWORD, "198.51.100.1") == 429
    assert await log_in(limited, "binod", PASSWORD, "198.51.100.1") == 303  # nobody else pays for it
    clock.move(seconds * 1000)
    assert await log_in(limited, "asha", PASSWORD, "198.51.100.1") == 303


async def test_a_wrong_token_is_counted_and_told_how_often(limited: Running):
    most, _ = GENERAL
    async with browser(limited, "203.0.113.7") as client:
        client.headers["authorization"] = "Bearer wrong"
        first = await client.get("/api/v1/timelines/home")
        assert (first.status_code, first.headers["x-ratelimit-remaining"]) == (401, str(most - 1))
        for _ in range(most - 1):
            await client.get("/api/v1/timelines/home")
        assert (await client.get("/api/v1/timelines/home")).status_code == 429
