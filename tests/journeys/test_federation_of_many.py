"""A house of many that talks to other servers: two processes serve and two work, and nothing leaves or comes twice."""

import asyncio
import json
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

import forked
from elsewhere import Site
from fediverse import ACTIVITY, Stranger
from journeys.test_many_processes import Flagged
from ports import free_port
from services import Postgres
from serving import Direct, Member, join, served
from waiting import PATIENCE, eventually

POSTS = 12
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Inbox(Site):
    """A server of somebody else's that also takes what is brought: `brought`, as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.brought: list[dict[str, Any]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"POST "):
            again = asyncio.StreamReader()
            again.feed_data(head)
            await super().serve(again, writer)
            return
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        self.brought.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    def came(self, kind: str) -> Counter[str]:
        """How often each activity of a kind came."""
        return Counter(one["id"] for one in self.brought if one["type"] == kind)


@pytest.fixture
def peer() -> Iterator[Inbox]:
    """Serves in a thread of its own, beside a test that waits for processes."""
    found, loop = Inbox(), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(found.serve, "127.0.0.1", 0))
    found.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield found
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(asyncio.sleep(0))
    server.close()
    loop.close()


class Doors(Direct, Flagged):
    """`chaupal serve --no-work`, asked at its own port."""


class Many:
    """Two that serve, and asha of that house; `ravi` is of the peer."""

    def __init__(self, here: Doors, there: Doors, asha: Member, ravi: Stranger) -> None:
        self.both = (here, there)
        self.asha, self.ravi = asha, ravi
        with here.client() as client:
            found = client.get("/@asha", headers={"accept": ACTIVITY}, follow_redirects=True)
        self.actor: dict[str, Any] = found.json()

    def bring(self, activity: dict[str, Any]) -> None:
        """To both at once, as it was signed once."""
        body = json.dumps(
            {"@context": "https://www.w3.org/ns/activitystreams", "actor": self.ravi.uri} | activity
        ).encode()
        inbox = self.actor["inbox"]
        headers = self.ravi.signed("POST", inbox, body, now=int(time.time() * 1_000)) | {"content-type": ACTIVITY}
        path = "/" + inbox.split("/", 3)[3]

        def post(one: Doors) -> int:
            return httpx2.post(one.url + path, content=body, headers=headers, timeout=PATIENCE).status_code

        with ThreadPoolExecutor(2) as at_once:
            assert {*at_once.map(post, self.both)} <= {200, 202}

    def says(self, number: int) -> dict[str, Any]:
        with self.both[number % 2].client(self.asha) as client:
            answer = client.post("/api/v1/statuses", json={"status": f"बात {number}", "language": "hi"})
            assert answer.status_code == 200, answer.text
            return answer.json()

    def asks(self, path: str) -> Any:
        with self.both[1].client(self.asha) as client:
            return client.get(path).json()


@pytest.fixture
def many(tmp_path: Path, postgres_server: Postgres, migrated: str, valkey_url: str, peer: Inbox) -> Iterator[Many]:
    dsn, port = postgres_server.fresh(template=migrated), free_port()
    given: dict[str, object] = {
        "database": dsn,
        "valkey": valkey_url,
        "federation": "on",
        "federation_test": True,
        "public_url": f"http://localhost:{port}",
    }
    with ExitStack() as stack:
        (tmp_path / "here").mkdir()
        here = stack.enter_context(served(tmp_path / "here", Doors, port=port, **given))
        (tmp_path / "there").mkdir()
        shutil.copytree(here.settings.data, tmp_path / "there" / "data")  # the keys of the log are the house's
        there = stack.enter_context(served(tmp_path / "there", Doors, **given))
        for server in (here, there):
            working = server.begin("work", "--port", str(free_port()))
            stack.callback(_ended, working)
        yield Many(here, there, join(here.settings, "asha")["asha"], Stranger(peer))
    postgres_server.drop(dsn)


def _ended(process: forked.Process) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)


def all_of(wanted: int, so_far: Callable[[], int]) -> None:
    """Until so many are there."""
    eventually(lambda: so_far() >= wanted)


def test_what_is_told_leaves_once_and_what_is_brought_to_both_counts_once(many: Many, peer: Inbox):
    me, ravi = many.actor["id"], many.ravi.uri
    many.bring({"id": f"{ravi}#follow-1", "type": "Follow", "object": me})
    all_of(1, lambda: len(peer.came("Accept")))
    said = [many.says(number) for number in range(POSTS)]
    all_of(POSTS, lambda: len(peer.came("Create")))
    for number in range(POSTS):
        note = {
            "id": f"{ravi}/notes/{number}",
            "type": "Note",
            "attributedTo": ravi,
            "content": f"<p>जवाब {number}</p>",
            "to": [PUBLIC],
            "cc": [me],
            "published": "2021-02-10T15:00:00Z",
            "inReplyTo": said[0]["uri"],
            "tag": [{"type": "Mention", "href": me, "name": "@asha"}],
        }
        many.bring({"id": f"{note['id']}#create", "type": "Create", "object": note, "to": [PUBLIC], "cc": [me]})
        many.bring({"id": f"{ravi}#like-{number}", "type": "Like", "object": said[number]["uri"]})
    path = "/api/v1/notifications?limit=80"
    all_of(2 * POSTS + 1, lambda: len(many.asks(path)))
    last = many.says(POSTS)
    eventually(lambda: any(last["id"] in one for one in peer.came("Create")))
    assert Counter(one["type"] for one in many.asks(path)) == {"mention": POSTS, "favourite": POSTS, "follow": 1}
    assert many.asks(f"/api/v1/statuses/{said[0]['id']}")["replies_count"] == POSTS
    assert {many.asks(f"/api/v1/statuses/{one['id']}")["favourites_count"] for one in said} == {1}
    assert many.asks("/api/v1/accounts/verify_credentials")["followers_count"] == 1
    assert peer.came("Accept").total() == 1
    assert peer.came("Create").total() == len(peer.came("Create")) == POSTS + 1
