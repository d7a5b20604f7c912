"""Heads that are known: what is made of them is what uvicorn makes of them, and nothing is taken for one that is not."""

import asyncio
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from chaupal.app.connections import Config, Http, Keeper
from chaupal.app.request_heads import KNOWN, Heads
from chaupal.http.asgi_scope import lent
from chaupal.kernel.settings import load_settings
from chaupal.ports.country import Locator

HEAD = b"Host: a.example\r\nAuthorization: Bearer abc\r\nAccept-Language: hi\r\n\r\n"
PAIRS = [(b"host", b"a.example"), (b"authorization", b"Bearer abc"), (b"accept-language", b"hi")]


def ask(target: bytes, head: bytes = HEAD, method: bytes = b"GET", version: bytes = b"HTTP/1.1") -> bytes:
    return b"%s %s %s\r\n%s" % (method, target, version, head)


class Line(asyncio.Transport):
    """A connection, as far as the protocol looks at it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 5), "sockname": ("192.0.2.2", 80)})
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        self.sent.append(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Served:
    """One connection to an app that notes what it is asked, and answers with the path."""

    def __init__(self) -> None:
        settings = load_settings(environ={})
        self.keeper = Keeper(settings, Locator(settings, lambda _: None))
        config = Config(self.app, self.keeper, lifespan="off", log_config=None, interface="asgi3", proxy_headers=False)
        config.load()
        self.asked: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.line = Line()
        self.http = Http(config, ServerState(), {})
        self.http.connection_made(self.line)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            self.bodies.append((await receive())["body"])
        self.asked.append(scope)
        _, whole = lent(scope)
        assert whole is not None and whole(200, b"content-length: 0\r\n", b"")

    @property
    def known(self) -> int:
        return len(self.keeper.heads)


TARGETS = (
    b"/",
    b"/api/v1/timelines/home",
    b"/a?b=c&d=%E0%A4%95",
    b"/api/v1/timelines/tag/%E0%A4%95%20x",
    b"/@asha/7?",
    b"//a/b",
)


@pytest.mark.parametrize("target", TARGETS)
async def test_a_head_that_is_known_is_read_as_uvicorn_reads_it(target: bytes):
    served = Served()
    for _ in range(4):
        served.http.data_received(ask(target))
    assert served.known == 1 and len(served.line.sent) == 4
    first, *rest = served.asked
    # The second is learnt
    assert first["headers"] is not rest[0]["headers"] is rest[1]["headers"] is rest[2]["headers"]
    assert all(one == first for one in rest)


async def test_one_head_serves_whatever_is_asked_for_with_it():
    served = Served()
    for target in TARGETS * 2:
        served.http.data_received(ask(target))
    assert served.known == 1
    assert served.asked[: len(TARGETS)] == served.asked[len(TARGETS) :]


async def test_what_comes_in_between_is_read_as_ever():
    served = Served()
    plain, body = ask(b"/a"), ask(b"/b", b"Content-Length: 3\r\n\r\nabc", b"POST")
    for data in (plain, plain, body, plain, plain + plain, plain, body[:30], body[30:], plain, b"\r\n", plain, plain):
        served.http.data_received(data)
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [one["path"] for one in served.asked].count("/a") == 9
    assert served.bodies == [b"abc", b"abc"] and len(served.line.sent) == 11


async def test_who_leaves_says_so_with_the_answer_to_a_head_that_is_known_too():
    served = Served()
    for _ in range(3):
        served.http.data_received(ask(b"/"))
    served.http._leaving = True
    served.http.data_received(ask(b"/"))
    assert b"connection: close" in served.line.sent[-1] and served.line.closed


ANOTHER = (
    ask(b"/a", b"Content-Length: 3\r\n\r\n"),
    ask(b"/a", b"Transfer-Encoding: chunked\r\n\r\n"),
    ask(b"/a", b"Connection: close\r\n\r\n"),
    ask(b"/a", b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    ask(b"/a", b"Expect: 100-continue\r\n\r\n"),
    ask(b"/a", method=b"POST"),
    ask(b"/a", method=b"HEAD"),
    ask(b"/a", version=b"HTTP/1.0"),
    ask(b"/a") + ask(b"/a"),
    ask(b"/a", b"X: " + b"x" * 4_000 + b"\r\n\r\n"),
)


@pytest.mark.parametrize("data", ANOTHER)
def test_no_head_is_learnt_after_which_anything_else_follows(data: bytes):
    heads = Heads()
    pairs = [
        (name.lower(), value.strip())
        for name, _, value in (line.partition(b":") for line in data.split(b"\r\n\r\n")[0].split(b"\r\n")[1:])
    ]
    heads.learn(data, pairs)
    assert heads.read(data) is None and not len(heads)


@pytest.mark.parametrize(
    "target", [b"http://a.example/", b"*", b"/a b", b" /a", b"/\xc3\xa9", b"/a\tb", b"", b"/a#b", b'/"']
)
def test_what_is_no_plain_path_is_not_read_here(target: bytes):
    heads = Heads()
    heads.learn(ask(b"/a"), PAIRS)
    assert heads.read(ask(b"/a")) is not None
    assert heads.read(ask(target)) is None
    assert heads.read(ask(b"/a", version=b"HTTP/1.0")) is None and heads.read(ask(b"/a", method=b"PUT")) is None
    assert heads.read(ask(b"/a")[:-1]) is None and heads.read(ask(b"/a") + b"x") is None


def test_so_many_heads_are_known_and_no_more():
    heads = Heads()
    for number in range(3 * KNOWN):
        heads.learn(ask(b"/", b"X: %d\r\n\r\n" % number), cast(Any, [(b"x", b"%d" % number)]))
    assert len(heads) <= KNOWN
