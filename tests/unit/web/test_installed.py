"""The pages as an app: what its manifest promises is there, and its worker keeps nothing but files and an empty page."""

from collections.abc import AsyncIterator

import pytest
import regex

from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.web import static
from village import Village, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(settings, clock, bar=False) as opened:
        yield opened


@pytest.mark.parametrize(("language", "name"), [("hi", "चौपाल"), ("en", "Chaupal")])
async def test_the_manifest_speaks_the_viewers_language_and_its_icons_are_there(
    village: Village, language: str, name: str
):
    answer = await village.client.get("/manifest.webmanifest", headers={"cookie": f"language={language}"})
    body = answer.json()
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert (body["name"], body["lang"], body["display"], body["start_url"]) == (name, language, "standalone", "/")
    assert {icon["sizes"] for icon in body["icons"]} >= {"192x192", "512x512"}
    assert "maskable" in {icon["purpose"] for icon in body["icons"]}
    for icon in body["icons"]:
        picture = await village.client.get(icon["src"])
        assert picture.content.startswith(b"\x89PNG")


async def test_the_worker_keeps_files_and_pages_that_hold_nobodys_words(village: Village):
    script = (await village.client.get("/worker.js")).text
    kept = regex.findall(r'"(/[^"]+)"', script.partition("\n")[0])
    assert len(kept) >= 5
    assert all(path.startswith(("/static/", "/offline/")) for path in kept)
    for path in kept:
        asha = await village.client.get(path, headers={"cookie": f"chaupal={village.asha.cookie}"})
        anyone = await village.client.get(path)
        assert asha.status_code == 200
        assert asha.content == anyone.content
        assert "set-cookie" not in asha.headers


async def test_the_page_for_no_network_speaks_the_languages_of_the_pages(village: Village):
    assert "इंटरनेट नहीं है" in (await village.client.get("/offline/hi")).text
    assert "No network" in (await village.client.get("/offline/en")).text
    assert (await village.client.get("/offline/xx")).status_code == 404


def weight(*names: str) -> int:
    """Bytes on the wire."""
    return sum(len(file.packed or file.data) for file in (static.files()[name] for name in names))


SCRIPTS = ("app.js", "composer.js")


async def test_a_first_visit_is_light(village: Village):
    assert weight(*SCRIPTS) <= 35_000
    page = await village.client.get("/", headers={"accept-encoding": "gzip"})
    packed = int(page.headers["content-length"])
    assert packed + weight(*SCRIPTS, "style.css", "mark.svg") <= 100_000
