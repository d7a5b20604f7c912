"""Calls to other servers over kept connections: what comes back is bounded, and nothing inside the house can be called."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from certificates import certificate
from chaupal.governance import http_client
from chaupal.governance.http_client import Connections, NotAnswered, place

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LENGTH = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b"


@dataclass
class Peer:
    """A server that answers with what it is told to, byte by byte. `lines`: how many connections were opened to it."""

    port: int = 0
    lines: int = 0
    answer: bytes = OK
    ends: bool = False  # after each answer
    silent: bool = False
    asked: list[bytes] = field(default_factory=list[bytes])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.asked.append(head + await reader.readexactly(int(length or 0)))
                if self.silent:
                    await asyncio.Event().wait()
                writer.write(self.answer)
                await writer.drain()
                if self.ends:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def url(self, target: str = "/inbox") -> str:
        return f"http://127.0.0.1:{self.port}{target}"


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    found = Peer()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


@pytest.fixture
async def ours() -> AsyncIterator[Connections]:
    opened = Connections(private=True)
    yield opened
    await opened.aclose()


async def ask(ours: Connections, peer: Peer, *, most: int = 1_000, patience: float = 5.0) -> bytes:
    return (await ours.ask("GET", ours.place(peer.url()), {}, most=most, patience=patience)).body


async def test_one_connection_does_for_one_call_after_the_other(ours: Connections, peer: Peer):
    for n in range(3):
        body = f"{n}".encode()
        answered = await ours.ask("POST", ours.place(peer.url()), {"x-told": "yes"}, body, most=10, patience=5)
        assert (answered.status, answered.body) == (200, b"ok")
    assert peer.lines == 1
    host = f"127.0.0.1:{peer.port}".encode()
    assert peer.asked[2] == b"POST /inbox HTTP/1.1\r\nhost: %b\r\nx-told: yes\r\ncontent-length: 1\r\n\r\n2" % host


async def test_beside_one_another_calls_have_connections_of_their_own(ours: Connections, peer: Peer):
    assert await asyncio.gather(*(ask(ours, peer) for _ in range(4))) == [b"ok"] * 4
    assert peer.lines == 4
    assert await ask(ours, peer) == b"ok"
    assert peer.lines == 4


async def test_a_connection_that_was_closed_while_it_waited_is_opened_anew(ours: Connections, peer: Peer):
    peer.ends = True
    for _ in range(3):
        assert await ask(ours, peer) == b"ok"
    assert len(peer.asked) == 3 and peer.lines == 3


async def test_an_answer_may_come_in_chunks_packed_or_until_the_end(ours: Connections, peer: Peer):
    peer.answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert await ask(ours, peer) == b"abcde"
    packed = gzip.compress(b"x" * 500)
    peer.answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(packed), packed)
    assert await ask(ours, peer) == b"x" * 500
    peer.answer = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + OK
    assert await ask(ours, peer) == b"ok"
    peer.answer, peer.ends = b"HTTP/1.0 200 OK\r\n\r\nto the end", True
    assert await ask(ours, peer) == b"to the end"


_BOMB = gzip.compress(b"0" * 10_000_000)
_WRONG = {
    "too long": LENGTH % (1_001, b"x" * 1_001),
    "too long in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n100\r\n%b\r\n400\r\n%b"
    % (b"x" * 256, b"x" * 1_024),
    "too long when it is unpacked": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b"
    % (len(_BOMB), _BOMB),
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
}


_PACKED = {
    "packed otherwise": b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx",
    "packed wrongly": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx",
    "cut off": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 12\r\n\r\n"
    + gzip.compress(b"x" * 500)[:12],
}


@pytest.mark.parametrize("answer", _WRONG.values(), ids=_WRONG)
async def test_an_answer_that_cannot_be_taken_is_none_and_its_connection_ends(
    ours: Connections, peer: Peer, answer: bytes
):
    peer.answer = answer
    with pytest.raises(NotAnswered):
        await ask(ours, peer, most=1_000)
    peer.answer = OK
    assert await ask(ours, peer) == b"ok"
    assert peer.lines == 2


@pytest.mark.parametrize("answer", _PACKED.values(), ids=_PACKED)
async def test_what_cannot_be_unpacked_is_no_answer(ours: Connections, peer: Peer, answer: bytes):
    peer.answer = answer
    with pytest.raises(NotAnswered):
        await ask(ours, peer)


async def test_an_answer_that_is_cut_off_is_none(ours: Connections, peer: Peer):
    peer.answer, peer.ends = LENGTH % (100, b"half"), True
    with pytest.raises(NotAnswered):
        await ask(ours, peer)


async def test_nobody_is_waited_for_longer_than_was_said(ours: Connections, peer: Peer):
    peer.silent = True
    with pytest.raises(NotAnswered, match="in time"):
        await ask(ours, peer, patience=0.05)


async def test_what_somebody_says_unasked_is_not_the_answer_to_the_next_call(ours: Connections, peer: Peer):
    """Whoever answers twice would have the answer of one call taken for that of the other."""
    peer.answer = OK + b"HTTP/1.1 200 OK\r\nx-evil: yes\r\ncontent-length: 4\r\n\r\nevil"
    for _ in range(3):
        answered = await ours.ask("GET", ours.place(peer.url()), {}, most=1_000, patience=5)
        assert (answered.body, answered.headers) == (b"ok", {"content-length": "2"})
    assert peer.lines == 3


async def test_connections_that_wait_are_bounded(ours: Connections, peer: Peer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_client, "MOST_KEPT", 2)
    await asyncio.gather(*(ask(ours, peer) for _ in range(5)))
    assert peer.lines == 5
    await asyncio.gather(*(ask(ours, peer) for _ in range(2)))
    assert peer.lines == 5
    await asyncio.gather(*(ask(ours, peer) for _ in range(3)))
    assert peer.lines == 6


async def test_whoever_was_called_longest_ago_gives_up_a_connection(
    ours: Connections, peer: Peer, monkeypatch: pytest.MonkeyPatch
):
    """And not whoever was met first, who may be the one that is called most often."""
    monkeypatch.setattr(http_client, "MOST_KEPT", 2)
    servers = [await asyncio.start_server(peer.serve, "127.0.0.1", 0) for _ in range(3)]
    often, once, last = (f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/" for server in servers)
    for url, lines in ((often, 1), (once, 2), (often, 2), (last, 3), (often, 3), (once, 4)):
        await ours.ask("GET", ours.place(url), {}, most=10, patience=5)
        assert peer.lines == lines, url
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://there.example/",
        "https://there.example:8443/",
        "https://user@there.example/",
        "ftp://there.example/",
        "https://",
        "//x",
        "",
        "https://[::1",
        "https://there.example:x/",
        "https://there.example/" + "a" * 3_000,
        "javascript:alert(1)",
        "https://.example/",
    ],
)
def test_what_is_no_address_of_a_server_is_not_called(url: str):
    with pytest.raises(NotAnswered):
        place(url)


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://There.Example", "https://there.example", "/"),
        ("https://there.example:443/a?b=c#d", "https://there.example", "/a?b=c"),
        ("https://there.example./x", "https://there.example", "/x"),
        ("https://चौपाल.भारत/@आशा", "https://xn--61b6aya1cxd.xn--h2brj9c", "/@%E0%A4%86%E0%A4%B6%E0%A4%BE"),
        ("https://there.example/a%20b?c=%2F", "https://there.example", "/a%20b?c=%2F"),
        ("https://there.example/a b\r\nx: y", "https://there.example", "/a%20bx:%20y"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]", "/x"),
    ],
)
def test_an_address_is_written_as_it_is_asked_for(url: str, origin: str, target: str):
    there = place(url)
    assert (there.origin, there.target) == (origin, target)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
    ],
)
async def test_nothing_of_ones_own_network_is_called(url: str):
    ours = Connections()
    with pytest.raises(NotAnswered, match="not public"):
        await ours.ask("GET", ours.place(url), {}, most=10, patience=5)


@pytest.mark.parametrize(("vouched", "arrives"), [("there.example", True), ("another.example", False)])
async def test_the_certificate_is_held_against_the_name_though_the_address_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peer: Peer, ours: Connections, vouched: str, arrives: bool
):
    pem = certificate(tmp_path, vouched)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    asked: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    def here(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    there = ours.place(f"https://there.example:{port}/inbox")
    with pytest.raises(NotAnswered):
        await ours.ask("GET", there, {}, most=10, patience=5)  # nobody we trust vouches for it
    monkeypatch.setattr(http_client, "_tls", lambda: ssl.create_default_context(cafile=str(pem)))
    if arrives:
        for _ in range(2):
            assert (await ours.ask("GET", there, {}, most=10, patience=5)).body == b"ok"
        assert peer.asked[0].startswith(f"GET /inbox HTTP/1.1\r\nhost: there.example:{port}".encode())
        assert len(asked) == 2  # the second went over the connection of the first
    else:
        with pytest.raises(NotAnswered):
            await ours.ask("GET", there, {}, most=10, patience=5)
        assert peer.asked == []
    assert set(asked) == {"there.example"}
    server.close()
