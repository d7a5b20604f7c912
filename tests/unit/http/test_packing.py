"""Pages and styles are packed for who can unpack them; a page with a secret beside words of others is not."""

import gzip
from collections.abc import AsyncIterator

import pytest
import regex

from chaupal.http import sending
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from village import Village, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(settings, clock) as opened:
        yield opened


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("GZIP", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("br", False),
    ],
)
def test_who_takes_gzip(header: str, takes: bool):
    assert sending.takes_gzip({"accept-encoding": header}) is takes


async def test_a_page_is_packed_for_whoever_reads_gzip(village: Village):
    plain = await village.client.get("/about", headers={"accept-encoding": "identity", "sec-fetch-site": "none"})
    packed = await village.client.get("/about", headers={"accept-encoding": "gzip", "sec-fetch-site": "none"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.text == plain.text


async def test_a_style_is_packed_once_and_kept_for_good(village: Village):
    page = await village.page_as("IN", "/about")
    path = regex.search(r'href="(/static/style[^"]+)"', page)[1]
    async with village.client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    plain = await village.client.get(path, headers={"accept-encoding": "identity"})
    assert gzip.decompress(raw) == plain.content
    assert "immutable" in plain.headers["cache-control"]


async def test_the_api_answers_unpacked(village: Village):
    answer = await village.client.get("/api/v2/instance", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_a_page_with_a_word_in_its_forms_is_sent_as_it_is(village: Village):
    headers = {"accept-encoding": "gzip", "cookie": "visitor=" + "v" * 24}
    answer = await village.client.get("/login", headers=headers)
    assert "content-encoding" not in answer.headers
    assert "v" * 24 in answer.text
