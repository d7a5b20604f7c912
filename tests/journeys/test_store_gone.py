"""PostgreSQL is gone for a while: whoever asks is told to come again, in the shape of what they asked, and nobody restarts anything."""

import signal
from collections.abc import AsyncIterator, Iterator
from itertools import count

import httpx2
import msgspec
import pytest

from chaupal.app.wiring import ROUTES
from chaupal.kernel.clock import StillClock
from conftest import plain_settings
from own_postgres import OwnPostgres, own_postgres
from village import Village, open_village

ASKED = [route for route in ROUTES if "{" not in route.path and not route.stream]
PLAIN = sorted(route.path for route in ASKED if route.method == "GET")
WRITES = sorted(route.path for route in ASKED if route.method == "POST")


@pytest.fixture(scope="module")
def own() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@pytest.fixture(params=("one", "many"))
async def street(
    request: pytest.FixtureRequest, own: OwnPostgres, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Village]:
    settings = plain_settings(tmp_path_factory.mktemp("gone") / "data", own.server.fresh())
    if request.param == "many":
        settings = msgspec.structs.replace(settings, valkey=valkey_url)
    async with open_village(settings, StillClock()) as village:
        yield village


def to_come_again(answer: httpx2.Response) -> bool:
    return answer.status_code == 503 and answer.headers.get("retry-after", "").isdigit()


async def back(v: Village) -> None:
    """Until it answers as before; nothing was restarted but the database."""
    for _ in count():
        answer = await v.look("IN", "/", v.asha)
        if answer.status_code == 200:
            return
        assert to_come_again(answer), (answer.status_code, answer.text[:300])


async def test_every_page_and_route_says_come_again_and_all_is_back_by_itself(street: Village, own: OwnPostgres):
    v, cookie = street, {"cookie": f"chaupal={street.asha.cookie}; look_as=IN"}
    token = {"authorization": f"Bearer {v.asha.token}"}
    before = (await v.api(v.asha, "GET", "/api/v1/timelines/home")).json()
    own.stop()
    try:
        for headers in (cookie, token, {}):
            for path in PLAIN:
                answer = await v.client.get(path, headers=headers)
                known = to_come_again(answer) or answer.status_code < 500
                assert known, (path, answer.status_code, answer.headers, answer.text[:300])
        for path in WRITES:
            answer = await v.client.post(path, headers=token, json={"status": "नहीं"})
            assert to_come_again(answer) or answer.status_code < 500, (path, answer.status_code, answer.text[:300])
        page = await v.look("IN", v.asha.latest, v.meera)
        assert to_come_again(page)
        assert "<html" in page.text
        told = await v.api(v.asha, "POST", "/api/v1/statuses", status="नहीं")
        assert to_come_again(told)
        assert set(told.json()) >= {"error"}
        assert to_come_again(await v.client.get("/readyz"))
        assert (await v.client.get("/healthz")).status_code == 200
    finally:
        own.start()
    await back(v)
    assert (await v.api(v.asha, "GET", "/api/v1/timelines/home")).json() == before
    assert (await v.api(v.asha, "POST", "/api/v1/statuses", status="फिर से")).status_code == 200
    await v.settle()


async def test_a_database_that_hangs_is_waited_for_no_longer_than_a_look(street: Village, own: OwnPostgres):
    """Frozen as a machine whose disk is: a house among many does not know any more that it is current, and says so."""
    v = street
    if not v.running.house.settings.many:
        pytest.skip("one process alone is current by itself")
    own.signal(signal.SIGSTOP)
    try:
        assert to_come_again(await v.look("IN", v.asha.latest))
        assert to_come_again(await v.api(v.asha, "GET", "/api/v1/timelines/home"))
    finally:
        own.signal(signal.SIGCONT)
    await back(v)
