"""Uploads in an object store, attacked: no address of the store is ever told, nothing there is public, and the gate judges each look."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest

import measures
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.social.media import media
from object_store import KEYS, ObjectStore
from painted import picture
from village import Village, VillagePost, open_village
from waiting import PATIENCE


@pytest.fixture
async def village(settings: Settings, clock: StillClock, object_store: ObjectStore) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, **object_store.fresh()), clock) as opened:
        yield opened


async def shown(v: Village, **draft: object) -> tuple[VillagePost, list[str]]:
    """A post with a picture, and every address under which an app is told of it."""
    upload = await media.attach(v.running.house.square, v.asha.viewer, picture(), description="खेत")
    post = await v.says(v.asha, "खेत में सरसों", pictures=(upload,), **draft)
    (attached,) = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()["media_attachments"]
    return post, [attached[name] for name in ("url", "preview_url") if attached[name]]


async def status(v: Village, url: str, country: str) -> int:
    answer = await v.look(country, urlsplit(url).path)
    assert "location" not in answer.headers  # we answer with the bytes, and send nobody to the store
    return answer.status_code


async def test_no_page_and_no_answer_names_the_store(village: Village):
    v = village
    post, urls = await shown(v)
    store = v.running.house.settings
    words = (
        urlsplit(store.s3_endpoint).netloc,
        urlsplit(store.files).netloc,
        "X-Amz",
        "AWSAccessKeyId",
        "Signature=",
        KEYS["s3_access_key"] + "/",
    )
    for path in (
        post.path,
        f"/api/v1/statuses/{post.id}",
        "/@asha",
        "/@asha.rss",
        "/",
        "/api/v1/timelines/public",
        f"{post.path}/embed",
    ):
        answer = await v.look("DE", path)
        assert not [word for word in words if word in answer.text + str(answer.headers)], path
    assert all(url.startswith(store.origin) for url in urls)


@pytest.mark.parametrize("measure", [Measure.WITHHOLD_MEDIA, Measure.WITHHOLD_POST, Measure.WITHHOLD_ACCOUNT])
async def test_a_withheld_file_is_shown_nowhere_in_its_country_by_any_address_it_ever_had(
    village: Village, measure: Measure
):
    v = village
    post, urls = await shown(v)
    assert [await status(v, url, country) for url in urls for country in ("IN", "DE")] == [200] * 2 * len(urls)
    file = int((await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()["media_attachments"][0]["id"])
    subject = {Measure.WITHHOLD_MEDIA: file, Measure.WITHHOLD_POST: post.id, Measure.WITHHOLD_ACCOUNT: v.asha.id}[
        measure
    ]
    ruling = await measures.begin(v, measure, subject)
    for url in urls:
        assert await status(v, url, "IN") in (403, 404, 451)
        assert await status(v, url, "DE") == 200
    await measures.lift(v, ruling)
    assert {await status(v, url, "IN") for url in urls} == {200}


async def test_nothing_in_the_store_is_for_everybody(village: Village):
    """As the store itself says: no object and no bucket grants anything to all users."""
    v = village
    await shown(v)
    store = v.running.house.settings
    bucket = f"{store.s3_endpoint}/{urlsplit(store.files).netloc}"
    listed = httpx2.get(f"{bucket}?list-type=2", trust_env=False, timeout=PATIENCE).text
    keys = [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]
    assert keys
    for address in (f"{bucket}?acl", *(f"{bucket}/{key}?acl" for key in keys)):
        told = httpx2.get(address, trust_env=False, timeout=PATIENCE).text
        assert "AllUsers" not in told and "AuthenticatedUsers" not in told, address


async def test_a_private_posts_file_is_for_its_audience_alone(village: Village):
    v = village
    _, urls = await shown(v, visibility=2)
    tara = await v.joins("tara")  # who follows nobody
    for url in urls:
        assert (await v.look("IN", urlsplit(url).path)).status_code == 404
        assert (await v.look("IN", urlsplit(url).path, tara)).status_code == 404
        assert (await v.look("IN", urlsplit(url).path, v.ravi)).status_code == 200  # who follows
