"""A delivery as it arrives: signed by whoever says it, with a key that their actor publishes, at a plain server on this machine."""

import asyncio
import hashlib
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from chaupal.fanout.federation.delivering import InboxAnswer, signed
from chaupal.federation.context import Federation
from chaupal.federation.signing.algorithms import read_public
from chaupal.federation.signing.keys import public_key
from chaupal.governance.http_client import NotAnswered
from chaupal.policy.facts import Visibility
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.federation import reached
from chaupal.store.federation.deliveries import DueServer, Parcel
from remotes import meet, waiting
from village import Village
from waiting import PATIENCE


class Sink:
    """A server that takes whatever comes, and answers `says`."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.open: list[asyncio.StreamWriter] = []
        self.says = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *rest = head.strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.heard.append((line, headers, body))
                writer.write(self.says)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def sink() -> AsyncIterator[tuple[Sink, str]]:
    found = Sink()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield found, f"{host}:{port}"
    finally:
        server.close()
        for writer in found.open:
            writer.close()


def fed(village: Village) -> Federation:
    found = village.running.house.federation
    assert found is not None
    return found


async def test_what_arrives_is_signed_by_whoever_says_it_and_is_known_to_be_there(village: Village):
    async with sink() as (there, host):
        bina = await meet(village.running, f"bina@{host}")
        await graph.follow(village.running.house.square, bina.viewer, village.asha.id)
        said = await village.says(village.asha, "दूर तक जाए")
        assert village.running.deliverer is not None
        await village.running.deliverer.settle()
    assert await waiting(village.running) == []
    line, headers, body = there.heard[-1]
    assert line == "POST /inbox HTTP/1.1"
    assert msgspec.json.decode(body)["object"]["id"].endswith(said.path)
    assert headers["content-type"].startswith("application/activity+json")
    assert 'keyId="http://127.0.0.1:8000/@asha#main-key"' in headers["signature"]
    assert headers["digest"].startswith("SHA-256=")
    assert read_public((await public_key(fed(village), village.asha.id)).strip())
    async with village.running.house.square.work.reading() as reading:
        assert await reached.counts(reading, [said.id]) == {said.id: 1}
        assert await reached.servers_of(reading, said.id) == [bina.server]


async def test_a_deletion_goes_wherever_the_post_had_come_though_nobody_there_follows_any_more(village: Village):
    square = village.running.house.square
    async with sink() as (there, host):
        bina = await meet(village.running, f"bina@{host}")
        await graph.follow(square, bina.viewer, village.asha.id)
        said = await village.says(village.asha, "यह मिटेगा")
        assert village.running.deliverer is not None
        await village.running.deliverer.settle()
        await graph.unfollow(square, bina.viewer, village.asha.id)
        await posts.delete(square, village.asha.viewer, said.id)
        await village.settle()
        await village.running.deliverer.settle()
    assert msgspec.json.decode(there.heard[-1][2])["type"] == "Delete"


async def test_how_long_a_server_wants_to_be_left_alone_is_heard(village: Village):
    async with sink() as (there, host):
        there.says = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n"
        due, parcel = DueServer(1, host, 0, None), Parcel(1, f"http://{host}/inbox", village.asha.id, 0, "{}", 0, None)
        assert await signed(fed(village), due, parcel) == InboxAnswer(429, 90)
    with pytest.raises(NotAnswered):
        await signed(fed(village), due, parcel)


async def test_with_what_is_for_followers_it_is_said_who_of_that_server_follows(village: Village):
    square = village.running.house.square
    async with sink() as (there, host):
        for name in ("bina", "carl"):
            remote = await meet(village.running, f"{name}@{host}")
            await graph.follow(square, remote.viewer, village.asha.id)
        await village.says(village.asha, "सबके लिए")
        await village.says(village.asha, "साथियों के लिए", visibility=Visibility.PRIVATE)
        assert village.running.deliverer is not None
        await village.running.deliverer.settle()
    (_, public, _), (_, private, _) = there.heard[-2:]
    assert "collection-synchronization" not in public
    # By FEP-8fcf: the SHA-256 of each id, put together by exclusive or.
    each = [int(hashlib.sha256(f"http://{host}/users/{name}".encode()).hexdigest(), 16) for name in ("bina", "carl")]
    crowd = "http://127.0.0.1:8000/@asha/followers"
    assert private["collection-synchronization"] == (
        f'collectionId="{crowd}", url="{crowd}_synchronization", digest="{each[0] ^ each[1]:064x}"'
    )


async def test_a_name_that_nobody_answers_for_holds_up_nothing_else_that_needs_a_thread(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    """Lookups of names of servers that are gone take seconds each, and keep a thread until they end."""
    never, found = threading.Event(), socket.getaddrinfo

    def looked_up(host: str, *more: Any, **words: Any) -> Any:
        if host.endswith(".gone"):
            never.wait(2 * PATIENCE)
            raise socket.gaierror(socket.EAI_NONAME, "nobody has that name")
        return found(host, *more, **words)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    asks = [
        asyncio.create_task(
            signed(
                fed(village), DueServer(n, f"s{n}.gone", 0, None), Parcel(n, f"http://s{n}.gone/inbox", 0, 0, "{}", 0)
            )
        )
        for n in range(24)
    ]
    await public_key(fed(village), 0)
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.sleep(0.05)
            assert await asyncio.to_thread(lambda: 1) == 1
            async with sink() as (_, host):
                due, parcel = DueServer(99, host, 0, None), Parcel(99, f"http://{host}/inbox", 0, 0, "{}", 0)
                assert (await signed(fed(village), due, parcel)).status == 202
    finally:
        never.set()
        await asyncio.gather(*asks, return_exceptions=True)
