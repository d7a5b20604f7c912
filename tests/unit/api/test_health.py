"""A process says whether it lives without asking anything, and whether it may be sent requests by what these rest on."""

import asyncio

import httpx2
import msgspec
import pytest

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance import readiness
from chaupal.governance.log import batches, keys
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.store.machine import marks, migrate


def client(running: RunningHouse) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=running.app), base_url="http://127.0.0.1:8000")


async def asked(running: RunningHouse, path: str) -> tuple[int, str]:
    async with client(running) as at:
        answer = await at.get(path)
    assert "retry-after" in answer.headers or answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.text.strip()


async def broken() -> None:
    raise ConnectionError("password=hunter2 at 10.0.0.7")


async def test_a_house_that_is_open_lives_and_is_ready(house: RunningHouse):
    assert await asked(house, "/healthz") == (200, "ok")
    assert await asked(house, "/livez") == (200, "ok")
    assert await asked(house, "/readyz") == (200, "ready")


async def test_a_process_whose_store_is_gone_lives_and_says_that_and_no_more(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(house.house.reads.work, "catch_up", broken)
    monkeypatch.setattr(house.house.reads.work, "fresh", broken)
    assert await asked(house, "/healthz") == (200, "ok")
    assert await asked(house, "/readyz") == (503, "store")


async def test_a_store_that_takes_too_long_is_none(house: RunningHouse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(house.house.reads.work, "catch_up", asyncio.Event().wait)
    monkeypatch.setattr(readiness, "PATIENCE", 0.01)
    assert await asked(house, "/readyz") == (503, "store")


async def test_a_process_that_drains_lives_and_takes_nothing_new(house: RunningHouse):
    house.house.reads.work.vitals.draining = True
    assert await asked(house, "/healthz") == (200, "ok")
    assert await asked(house, "/readyz") == (503, "draining")


@pytest.mark.parametrize(
    ("known", "stands_from", "said"),
    [("0001", "0001", (200, "ready")), ("0001", "0002", (503, "schema")), ("9999", "0001", (503, "schema"))],
)
async def test_a_store_with_older_tables_is_none_and_one_with_newer_tables_does_where_it_says_so(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch, known: str, stands_from: str, said: tuple[int, str]
):
    async with house.house.reads.work.writing() as w:
        await marks.write(w, migrate.STANDS_FROM, stands_from)
    monkeypatch.setattr(migrate, "versions", lambda: ["0000", known])
    assert await asked(house, "/readyz") == said


async def test_without_the_key_that_signs_the_log_a_process_is_not_ready(house: RunningHouse):
    court = house.house.court
    await batches.newest(court)
    (court.keys.folder / keys.CURRENT).unlink()
    court.keys._known.clear()
    async with court.work.reading() as reading:
        assert await marks.read(reading, batches.KEY_MARK)
    assert await asked(house, "/readyz") == (503, "keys")


async def test_who_asks_whether_a_process_lives_is_never_asked_to_wait(settings: Settings, clock: StillClock):
    limited = await open_house(msgspec.structs.replace(settings, rate_limits=True), clock=clock, run=False)
    try:
        async with client(limited) as at:
            for path, last in (("/healthz", 200), ("/readyz", 200), ("/api/v2/instance", 429)):
                found = [(await at.get(path)).status_code for _ in range(301)]
                assert (found[0], found[-1]) == (200, last)
    finally:
        await limited.close()
