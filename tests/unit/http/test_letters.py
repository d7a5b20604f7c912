"""Letters beyond ASCII on the wire: in bodies, queries, and in the links by which clients walk pages."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx2
import pytest

from chaupal.app.wiring import RunningHouse
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts
from chaupal.social.posts import posts
from chaupal.social.signin import sessions

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def asha(house: RunningHouse) -> AsyncIterator[httpx2.AsyncClient]:
    square = house.house.square
    id_ = await accounts.create(square, handle="asha", email="asha@example.org", password="long enough")
    for number in range(5):
        await posts.publish(square, Viewer(account=id_, country="IN"), posts.Draft(text=f"पोस्ट {number} #किसान_आंदोलन"))
    await house.runner.settle()
    token = await sessions.issue_token(square, id_, "read write")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.app),
        base_url=square.settings.origin,
        headers={"authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def test_a_client_walks_a_hindi_tag_to_its_end(asha: httpx2.AsyncClient):
    url, seen = f"/api/v1/timelines/tag/{quote('किसान_आंदोलन')}?limit=2", []
    while url and len(seen) < 10:
        answer = await asha.get(url)
        assert answer.headers["link"].isascii() and "/%E0" in answer.headers["link"]
        seen += [post["id"] for post in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 5


async def test_a_form_may_hold_letters_as_they_are(asha: httpx2.AsyncClient):
    sent = await asha.post("/api/v1/statuses", content="status=जैसा है वैसा%20ही".encode(), headers=FORM)
    assert (sent.status_code, sent.json()["content"]) == (200, "<p>जैसा है वैसा ही</p>")
    broken = await asha.post("/api/v1/statuses", content=b"status=\xff\xfe", headers=FORM)
    assert broken.status_code == 400


async def test_a_query_may_hold_letters_as_they_are(house: RunningHouse):
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/search",
        "raw_path": b"/search",
        "query_string": "q=किसान".encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }
    await house.app(scope, receive, send)
    assert sent[0]["status"] == 200
    assert 'value="किसान"'.encode() in sent[1]["body"]


@pytest.mark.parametrize(
    ("letter", "count", "told"), [("कि", 500, ""), ("कि", 501, "500 characters"), ("क्षि", 500, "5000 bytes")]
)
async def test_a_text_that_is_too_long_is_told_by_which_measure(
    asha: httpx2.AsyncClient, letter: str, count: int, told: str
):
    answer = await asha.post("/api/v1/statuses", json={"status": letter * count})
    assert answer.status_code == (422 if told else 200)
    assert told in answer.json().get("error", "")
