"""How often a server may ask: one of them stands for thousands of people, and comes from one address."""

import msgspec
import pytest

from chaupal.http.limits import GENERAL, INBOX
from chaupal.kernel.settings import Settings
from remotes import ACTIVITY
from village import Village


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, rate_limits=True)


async def test_a_server_may_ask_more_often_than_one_person(village: Village):
    asked = range(GENERAL[0] + 1)
    *_, answer = [await village.client.get("/actor/outbox", headers={"accept": ACTIVITY}) for _ in asked]
    assert answer.status_code == 200
    assert int(answer.headers["x-ratelimit-remaining"]) > GENERAL[0]


async def test_what_a_server_brings_is_counted_by_itself_and_may_be_more(village: Village):
    await village.client.get("/actor/outbox", headers={"accept": ACTIVITY})
    answer = await village.client.post("/inbox", content=b"{}", headers={"content-type": ACTIVITY})
    assert answer.headers["x-ratelimit-limit"] == f"{INBOX[0]}"
    assert answer.headers["x-ratelimit-remaining"] == f"{INBOX[0] - 1}"
