"""The same thing sent twice, or by many at once: one post, one like, one deletion, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from clients.conftest import Stage
from clients.images import png


def say(client: httpx2.Client, status: str, **more: Any) -> dict[str, Any]:
    return client.post("/api/v1/statuses", json={"status": status, **more}).raise_for_status().json()


def test_one_idempotency_key_is_one_status(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    key = {"idempotency-key": "a key of asha's"}
    first = asha.post("/api/v1/statuses", json={"status": "once"}, headers=key).raise_for_status().json()
    again = asha.post("/api/v1/statuses", json={"status": "once"}, headers=key).raise_for_status().json()
    assert again["id"] == first["id"]
    other = binod.post("/api/v1/statuses", json={"status": "once"}, headers=key).raise_for_status().json()
    assert other["id"] != first["id"], "a key is its owner's"


def test_one_key_sent_by_many_at_once_is_one_status(asha: httpx2.Client):
    key = {"idempotency-key": "all at once"}

    def send(_: int) -> str:
        return asha.post("/api/v1/statuses", json={"status": "together"}, headers=key).raise_for_status().json()["id"]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert [s["content"] for s in asha.get("/api/v1/timelines/home").json()].count("<p>together</p>") == 1


def test_one_key_of_a_post_for_later_is_one_that_waits(asha: httpx2.Client):
    later = {"status": "later", "scheduled_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    for _ in range(2):
        asha.post("/api/v1/statuses", json=later, headers={"idempotency-key": "for later"}).raise_for_status()
    assert len(asha.get("/api/v1/scheduled_statuses").json()) == 1
    now = asha.post("/api/v1/statuses", json={"status": "now"}, headers={"idempotency-key": "for later"})
    assert now.raise_for_status().json()["content"] == "<p>now</p>", "what waits is no post yet"


def test_likes_and_follows_at_once_count_once(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    post = say(asha, "like me once")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: binod.post(f"/api/v1/statuses/{post['id']}/favourite").raise_for_status(), range(8)))
        list(threads.map(lambda _: binod.post(f"/api/v1/statuses/{post['id']}/reblog").raise_for_status(), range(8)))
    seen = asha.get(f"/api/v1/statuses/{post['id']}").json()
    assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)


def test_one_picture_goes_into_one_post(asha: httpx2.Client):
    media = asha.post("/api/v2/media", files={"file": ("a.png", png(), "image/png")}).json()["id"]

    def send(number: int) -> int:
        return asha.post("/api/v1/statuses", json={"status": f"mine {number}", "media_ids": [media]}).status_code

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(send, range(6))) == [200, 422, 422, 422, 422, 422]


def test_deleting_at_once_counts_once(stage: Stage, asha: httpx2.Client):
    def count() -> int:
        return asha.get(f"/api/v1/accounts/{stage.cast['asha'].id}").json()["statuses_count"]

    before, post = count(), say(asha, "to be deleted by many")
    with ThreadPoolExecutor(6) as threads:
        codes = sorted(threads.map(lambda _: asha.delete(f"/api/v1/statuses/{post['id']}").status_code, range(6)))
    assert codes == [200, 404, 404, 404, 404, 404] and count() == before


def test_tags_in_any_order_at_once(asha: httpx2.Client, binod: httpx2.Client):
    names = [f"#क्रम{letter}" for letter in "कखगघ"]

    def send(number: int) -> int:
        words = " ".join(names if number % 2 else reversed(names))
        return (asha, binod)[number % 2].post("/api/v1/statuses", json={"status": f"{number} {words}"}).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(send, range(40))) == {200}
