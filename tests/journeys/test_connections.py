"""Connections at a real server: requests that do not come, answers that nobody takes, sockets that are flooded."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from chaupal.http.limits import MESSAGES
from serving import Served, served
from waiting import PATIENCE

UNSET = 15  # seconds: the least that anything is waited for where the settings below do not reach; a second is what they say
HALF_HEAD = b"GET /api/v2/instance HTTP/1.1\r\nhost: x\r\n"
WHOLE = HALF_HEAD + b"\r\n"
HALF_BODY = b"POST /api/v1/apps HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("strict")
    with served(folder, head_seconds=1, body_seconds=1, body_rate=1_000, idle_seconds=3, connections=40) as one:
        yield one


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("counting"), rate_limits=True, connections_per_address=20) as one:
        yield one


@contextlib.contextmanager
def knock(server: Served, *first: bytes, buffer: int = 0) -> Iterator[socket.socket]:
    with socket.socket() as door:
        if buffer:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        door.settimeout(PATIENCE)
        door.connect(("127.0.0.1", server.settings.port))
        for data in first:
            door.sendall(data)
        yield door


def rest(door: socket.socket) -> bytes:
    """What comes until the server closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while data := door.recv(65_536):
            found += data
    return found


def stands(door: socket.socket) -> bool:
    door.settimeout(0.01)
    try:
        door.recv(1)
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return False


def answers(server: Served) -> bool:
    with knock(server, WHOLE) as door:
        return door.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, b"GE", b"\r\n"])
def test_half_sent_heads_do_not_stand(server: Served, sent: bytes):
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        doors = [stack.enter_context(knock(server, sent)) for _ in range(20)]
        told = {rest(door) for door in doors}
    assert time.monotonic() - began < UNSET
    assert all(one == b"" or one.startswith(b"HTTP/1.1 408") for one in told)
    assert (b"" in told) == (sent == b"")  # whoever asked nothing is told nothing


def test_a_head_that_trickles_is_no_later_than_one_that_does_not_come(server: Served):
    began = time.monotonic()
    with knock(server, HALF_HEAD) as door, pytest.raises(ConnectionError):
        while time.monotonic() - began < UNSET:
            door.sendall(b"x")
            time.sleep(0.1)


def test_half_sent_bodies_do_not_stand(server: Served):
    began = time.monotonic()
    with knock(server, HALF_BODY) as silent, knock(server, HALF_BODY) as trickling:
        trickling.sendall(b" " * 20)
        assert rest(silent).startswith(b"HTTP/1.1 408")
        assert rest(trickling).startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < UNSET


def test_a_body_that_moves_on_has_all_the_time_it_needs(server: Served):
    began = time.monotonic()
    body = b'{"client_name": "slow", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}'.ljust(5_000)
    with knock(server, HALF_BODY[:-1]) as door:
        for at in range(0, 5_000, 500):
            door.sendall(body[at : at + 500])
            time.sleep(0.2)
        assert time.monotonic() - began > 1.5
        assert door.recv(12) == b"HTTP/1.1 200"


def test_an_empty_line_after_an_answer_is_no_way_to_stay(server: Served):
    began = time.monotonic()
    with knock(server, WHOLE) as door:
        door.recv(65_536)
        door.sendall(b"\r\n")
        rest(door)
    assert time.monotonic() - began < UNSET


def test_heads_have_a_largest_size(server: Served):
    with knock(server, HALF_HEAD) as door:
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                door.sendall(b"x-more: " + b"a" * 4_000 + b"\r\n")
        assert rest(door)[:12] in (b"HTTP/1.1 431", b"")  # empty: they were still sending when it was closed
    assert answers(server)


def test_answers_that_nobody_takes_are_taken_back(server: Served):
    with knock(server, buffer=4_096) as door:
        with contextlib.suppress(ConnectionError, TimeoutError):
            door.settimeout(3)
            for _ in range(4_000):
                door.sendall(b"GET /about HTTP/1.1\r\nhost: x\r\n\r\n")
        began = time.monotonic()
        while _connected(door) and time.monotonic() - began < PATIENCE:
            time.sleep(0.1)
        assert not _connected(door)


def _connected(door: socket.socket) -> bool:
    """Whether the other end still stands, without reading what it sent (tcp_info's first byte is the state)."""
    state = door.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0]
    return state == 1 and door.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_only_so_many_connections_stand_and_those_that_sent_half_make_room(server: Served):
    with contextlib.ExitStack() as stack:
        doors = [stack.enter_context(knock(server, HALF_HEAD)) for _ in range(200)]
        assert answers(server)  # newcomers come in all the same
        assert sum(map(stands, doors)) <= 40


def test_those_that_were_answered_and_ask_nothing_more_make_room(server: Served):
    with contextlib.ExitStack() as stack:
        doors = [stack.enter_context(knock(server, WHOLE)) for _ in range(40)]
        assert all(door.recv(12) == b"HTTP/1.1 200" for door in doors)
        assert answers(server)
        assert sum(map(_connected, doors)) >= 38  # and no more of them than must


def test_whoever_asks_every_five_seconds_is_answered_on_the_same_connection(counting: Served):
    with knock(counting, WHOLE) as door:
        time.sleep(6)
        assert door.recv(65_536).startswith(b"HTTP/1.1 200")
        door.sendall(WHOLE)
        assert door.recv(12) == b"HTTP/1.1 200"


def test_a_connection_that_nothing_is_asked_on_ends_after_its_time(server: Served):
    with knock(server, WHOLE) as door:
        assert rest(door).startswith(b"HTTP/1.1 200")


def test_one_address_holds_only_so_many_connections(counting: Served):
    with contextlib.ExitStack() as stack:
        doors = [stack.enter_context(knock(counting)) for _ in range(20)]
        with knock(counting, WHOLE) as more:
            assert rest(more).startswith(b"HTTP/1.1 503")
        doors[0].close()
        deadline = time.monotonic() + PATIENCE
        while not answers(counting) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answers(counting)


# --- WebSockets ---


def socket_at(server: Served, path: str = "/api/v1/streaming") -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.settings.port}{path}", compression=None, proxy=None, open_timeout=PATIENCE)


def test_one_that_says_nothing_stands_longer_than_a_head_may_take(server: Served):
    with socket_at(server) as ws:
        time.sleep(2 * server.settings.head_seconds)
        ws.ping().wait(PATIENCE)
        ws.send('{"type":"subscribe","stream":"nonsense"}')
        assert "Unknown channel" in str(ws.recv(PATIENCE))


def closed_with(ws: ClientConnection) -> int:
    with contextlib.suppress(TimeoutError):
        try:
            while True:
                ws.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
    return -1


def test_a_message_that_is_too_large_is_closed_with_its_code(server: Served):
    with socket_at(server) as ws:
        ws.send("x" * 10_001)
        assert closed_with(ws) == 1009


@pytest.mark.parametrize("kind", ["pings", "messages", "pieces"])
def test_a_flooded_socket_is_closed_with_the_policys_code(server: Served, kind: str):
    frames = {"pings": b"\x89\x80\0\0\0\0", "messages": b"\x81\x82\0\0\0\0{}", "pieces": b"\x01\x80\0\0\0\0"}
    with socket_at(server) as ws:
        with contextlib.suppress(ConnectionError):
            ws.socket.sendall(frames[kind] if kind == "pieces" else b"")
            ws.socket.sendall((b"\0\x80\0\0\0\0" if kind == "pieces" else frames[kind]) * 10_000)
        assert closed_with(ws) in (1008, 0)  # 0: it was closed while we were still sending
    assert answers(server)


def test_messages_are_counted_over_all_sockets_of_one_address(counting: Served):
    most, seconds = MESSAGES
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket_at(counting)) for _ in range(8)]
        began, last, answered = time.time(), 0.0, 0
        while sockets and answered <= 100 * most:
            ws = sockets.pop(0)
            if taken(ws):
                answered, last = answered + 1, time.time()
                sockets.append(ws)
        windows = last // seconds - began // seconds + 1  # the count begins anew with each minute of the clock
        assert not sockets and most <= answered <= windows * most


def taken(ws: ClientConnection) -> bool:
    """Whether a message is answered; false where the socket was closed for it, with the policy's code."""
    ws.send('{"type": "subscribe", "stream": "nonsense"}')
    try:
        assert "Unknown channel" in str(ws.recv(timeout=PATIENCE))
    except ConnectionClosed:
        assert closed_with(ws) == 1008
        return False
    return True


def test_refused_sockets_print_nothing(server: Served):
    before = server.said()
    for path in ("/api/v1/streaming?access_token=wrong", "/nowhere"):
        with pytest.raises(InvalidStatus) as refused, socket_at(server, path):
            pass
        assert refused.value.response.status_code in (400, 401)
    with socket_at(server) as ws:
        ws.socket.sendall(b"\x81\x82" + struct.pack("!I", 0) + b"\xff\xfe")
        assert closed_with(ws) == 1007
    time.sleep(0.2)
    assert server.said() == before


def _asked(server: Served, *requests: bytes) -> bytes:
    """All that comes for what is sent in one piece, up to the end of the connection."""
    with knock(server, b"".join(requests)) as door:
        return rest(door)


def test_many_that_come_in_one_piece_are_answered_in_their_order_each_by_itself(server: Served):
    asked = [b"GET /%s HTTP/1.1\r\nhost: x\r\n\r\n" % path for path in (b"healthz", b"nowhere", b"about") * 200]
    last = b"HEAD /api/v2/instance HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    heads = [part[:3] for part in _asked(server, *asked, last).split(b"HTTP/1.1 ")[1:]]
    assert heads == [b"200", b"404", b"200"] * 200 + [b"200"]


def test_an_answer_in_one_piece_has_its_length_and_one_to_head_nothing_behind_its_headers(server: Served):
    head, _, body = _asked(server, WHOLE.replace(b"host", b"connection: close\r\nhost")).partition(b"\r\n\r\n")
    told, _, nothing = _asked(
        server, b"HEAD /api/v2/instance HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n"
    ).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.split(b"\r\n")
    assert b"connection: close" in head.split(b"\r\n")
    assert nothing == b""
    assert _plain(told) == _plain(head)


def _plain(head: bytes) -> list[bytes]:
    """Without the moment."""
    return [line for line in head.split(b"\r\n") if not line.startswith((b"date:", b"x-ratelimit"))]


def test_an_old_client_is_answered_and_let_go(server: Served):
    assert _asked(server, b"GET /healthz HTTP/1.0\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 200")
