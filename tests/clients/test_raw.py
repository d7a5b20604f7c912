"""Bytes that are no HTTP, or hardly: the server says no or hangs up, and goes on serving."""

import socket
from collections.abc import Iterator

import httpx2
import pytest

from serving import Served, served
from waiting import PATIENCE

GET = b"GET /api/v2/instance HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BROKEN = {
    "nothing": b"",
    "noise": bytes(range(256)) * 20,
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "http 0.9": b"GET /\r\n\r\n",
    "no host": b"GET /api/v2/instance HTTP/1.1\r\n\r\n",
    "a NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw letters in the path": "GET /टैग HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a broken escape": b"GET /%zz%f HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"BREW /api/v2/instance HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header in a header": GET + b"X: a\r\n b\rc\r\n\r\n",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length that is none": POST + b"Content-Length: \xb2\r\n\r\n{}",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length and chunks": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "broken chunks": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a chunk without end": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    "headers without end": GET + b"X: " + b"y" * 3_000_000,
    "a hundred thousand headers": GET + b"A: b\r\n" * 100_000,
    "less than was promised": POST + b"Content-Length: 100\r\n\r\n{}",
    "a promise of a lot": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("raw"), log_level="error") as one:
        yield one


@pytest.mark.parametrize("about", BROKEN)
def test_what_is_no_request_ends_with_a_no_or_with_silence(server: Served, about: str):
    with socket.create_connection((server.settings.host, server.settings.port), timeout=PATIENCE) as line:
        said = b""
        try:
            line.sendall(BROKEN[about])
            line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65_536):
                said += chunk
        except OSError:  # also that it hung up before we did
            pass
    assert b" 500 " not in said[:20] and b"Traceback" not in said
    assert httpx2.get(server.url + "/api/v2/instance", timeout=PATIENCE).status_code == 200


def test_many_half_requests_do_not_keep_others_out(server: Served):
    lines = [socket.create_connection((server.settings.host, server.settings.port)) for _ in range(200)]
    for line in lines:
        line.sendall(GET)
    assert httpx2.get(server.url + "/api/v2/instance", timeout=PATIENCE).status_code == 200
    for line in lines:
        line.close()
