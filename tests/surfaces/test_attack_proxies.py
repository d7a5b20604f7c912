"""Proxies, attacked: forged addresses and countries, in every header that some proxy somewhere believes, alone and beside the true one."""

from collections.abc import AsyncIterator, Sequence

import httpx2
import msgspec
import pytest

from chaupal.http.limits import GENERAL
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from either import counted
from village import Village, open_village

PROXY, BESIDE, STRANGER = "10.0.0.1", "10.0.0.2", "103.21.124.2"
COUNTRY = "CF-IPCountry"
type Headers = Sequence[tuple[str, str]]


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    behind = msgspec.structs.replace(settings, trusted_proxies=("10.0.0.0/8",), country_header=COUNTRY)
    async with open_village(behind, clock, bar=False) as opened:
        yield opened


async def status(v: Village, peer: str, headers: Headers, path: str) -> int:
    transport = httpx2.ASGITransport(app=v.running.app, client=(peer, 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=v.running.house.settings.origin) as client:
        return (await client.get(path, headers=list(headers))).status_code


# What a client sends, and what the proxy puts beside it (before or after), when the client is in India.
TRUE = [("X-Forwarded-For", "103.21.124.1"), (COUNTRY, "IN")]
FORGED: list[Headers] = [
    [(COUNTRY, "DE")], [(COUNTRY.lower(), "DE")], [(COUNTRY, "DE"), (COUNTRY, "DE")], [("CF_IPCountry", "DE")], [("X-Country", "DE")],
    [("X-Country-Code", "DE")], [("CloudFront-Viewer-Country", "DE")], [("X-AppEngine-Country", "DE")], [("X-Geo-Country", "DE")],
    [("X-Forwarded-For", "193.99.144.80")], [("X-Forwarded-For", "193.99.144.80, 10.9.9.9")], [("Forwarded", "for=193.99.144.80")],
    [("X-Real-IP", "193.99.144.80")], [("CF-Connecting-IP", "193.99.144.80")], [("True-Client-IP", "193.99.144.80")],
    [("X-Client-IP", "193.99.144.80")], [("X-Forwarded-Host", "de.example")], [("Via", "1.1 de.example")],
    [("Accept-Language", "de-DE")], [("Cookie", "look_as=DE; country=DE")], [(COUNTRY, "DE\t")], [(COUNTRY, " DE , DE")],
    [("Connection", f"close, {COUNTRY}"), (COUNTRY, "DE")],
]  # fmt: skip


@pytest.mark.parametrize("forged", FORGED, ids=str)
async def test_nobody_reads_from_abroad_by_what_they_send(village: Village, forged: Headers):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    path = v.asha.latest.path
    assert await status(v, PROXY, TRUE, path) == 451
    # Who is there, is
    assert await status(v, PROXY, [("X-Forwarded-For", "103.21.124.1"), (COUNTRY, "DE")], path) == 200
    for sent in ([*forged, *TRUE], [*TRUE, *forged], [*forged, TRUE[0], (COUNTRY, "")]):
        assert await status(v, PROXY, sent, path) == 451, sent
    assert await status(v, STRANGER, forged, path) == 451  # around the proxy
    assert await status(v, STRANGER, [*forged, *TRUE], path) == 451


@pytest.mark.parametrize("said", ["", "XX", "T1", "EU", "AP", "UK", "ZZ", "A1", "in", "IN,DE", "DE,IN", "DEU"])
async def test_a_country_that_the_proxy_does_not_know_is_home(village: Village, said: str):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    sent = [("X-Forwarded-For", "103.21.124.1"), (COUNTRY, said)]
    assert await status(v, PROXY, sent, v.asha.latest.path) == 451


CHAINS = [
    f"193.99.144.80, 103.21.124.1, {BESIDE}",
    "193.99.144.80, unknown",
    "193.99.144.80, 103.21.124.1:443",
    "193.99.144.80, _hidden, 10.9.9.9",
]


@pytest.mark.parametrize("chain", CHAINS)
async def test_a_chain_through_ones_own_proxies_is_followed_to_the_first_stranger(village: Village, chain: str):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    assert await status(v, PROXY, [("X-Forwarded-For", chain)], v.asha.latest.path) == 451


async def test_limits_count_who_is_there_and_not_whom_they_claim_to_be(settings: Settings, clock: StillClock):
    behind = msgspec.structs.replace(
        settings, trusted_proxies=("10.0.0.0/8",), country_header=COUNTRY, rate_limits=True
    )
    async with open_village(behind, clock, bar=False) as v:
        most, path = GENERAL[0], "/api/v1/custom_emojis"
        for number in range(most):  # the client puts a new address in front each time; the proxy appends the true one
            sent = [("X-Forwarded-For", f"192.0.2.{number % 250}, 103.21.124.1:{1_024 + number}")]
            assert await status(v, PROXY, sent, path) == 200
        await counted(v.running)
        assert await status(v, PROXY, [("X-Forwarded-For", "192.0.2.251, 103.21.124.1")], path) == 429
        for number in range(most):  # around the proxy
            assert await status(v, STRANGER, [("X-Forwarded-For", f"192.0.2.{number % 250}")], path) == 200
        await counted(v.running)
        assert await status(v, STRANGER, [("X-Forwarded-For", "192.0.2.252")], path) == 429
        assert await status(v, PROXY, [("X-Forwarded-For", "198.51.100.2")], path) == 200
