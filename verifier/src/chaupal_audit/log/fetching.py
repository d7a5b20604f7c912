"""A foreign log's files over HTTP: bounded in bytes and seconds, and never sent elsewhere."""

import zlib
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from chaupal_audit import tlog
from chaupal_audit.log.findings import Broken, Fault

if TYPE_CHECKING:
    import httpx2  # brought in when something is fetched: few commands do that

type Fetch = Callable[[str, int], bytes]

NOTE_LIMIT = 100_000
KEY_LIMIT = 1_000
TILE_LIMIT = tlog.TILE * 32
ENTRIES_LIMIT = tlog.TILE * (2 + tlog.ENTRY_LIMIT)
FETCH_SECONDS = 60
_HEADERS = {"Accept-Encoding": "gzip, identity", "User-Agent": "chaupal-verify"}


def http_fetch(client: "httpx2.Client") -> Fetch:
    """A fetch over `client`, which must not follow redirects: another host could serve this reader another log."""
    import httpx2

    def read(url: str, limit: int) -> bytes:
        try:
            with client.stream("GET", url, headers=_HEADERS, follow_redirects=False) as answer:
                _check_answer(answer, url)
                return _read_within(answer, url, limit)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, zlib.error) as error:
            raise Broken(Fault.unreachable, f"{url}: {_why(error)}" if str(error) else url) from error

    return lambda url, limit: _in_time(url, lambda: read(url, limit))


def bounded(client: "httpx2.Client", url: str, limit: int) -> "httpx2.Response":
    """The answer with whatever status, its body unpacked; it is no log's file, and a redirect is an answer. Raises Broken."""
    import httpx2

    def read() -> httpx2.Response:
        try:
            with client.stream("GET", url, headers=_HEADERS, follow_redirects=False) as answer:
                return httpx2.Response(answer.status_code, content=_read_within(answer, url, limit))
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, zlib.error) as error:
            raise Broken(Fault.unreachable, url) from error

    return _in_time(url, read)


def _in_time[T](url: str, read: Callable[[], T]) -> T:
    """What is read, by a thread that is left to itself where it takes too long: the client's own timeout begins anew with each byte, and
    never ends where a server says its headers one by one, or that it will go on.
    """
    found = Future[T]()

    def act() -> None:
        try:
            found.set_result(read())
        except BaseException as error:  # for whoever waits
            found.set_exception(error)

    Thread(target=act, daemon=True).start()
    try:
        return found.result(FETCH_SECONDS)
    except TimeoutError:
        raise Broken(Fault.unreachable, f"{url}: not here within {FETCH_SECONDS} seconds") from None


def _why(error: Exception) -> str:
    text = str(error)
    return "there is no https, perhaps http" if "WRONG_VERSION_NUMBER" in text or "HTTP_REQUEST" in text else text


def _check_answer(answer: "httpx2.Response", url: str) -> None:
    if 300 <= answer.status_code < 400:
        raise Broken(Fault.redirected, f"{url} -> {answer.headers.get('location', '')[:200]}")
    if answer.status_code in (404, 410):
        raise Broken(Fault.missing, url)
    if answer.status_code != 200:
        raise Broken(Fault.unreachable, f"{url}: status {answer.status_code}")
    if (packed := answer.headers.get("content-encoding", "identity")) not in ("gzip", "identity"):
        raise Broken(Fault.unreachable, f"{url}: packed as {packed[:40]}, which was not asked for")


def _read_within(answer: "httpx2.Response", url: str, limit: int) -> bytes:
    """The body, unpacked here so that a few packed bytes cannot fill the memory."""
    packed = answer.headers.get("content-encoding") == "gzip"
    unpack = zlib.decompressobj(wbits=31)
    body = bytearray()
    for chunk in answer.iter_raw():
        body += unpack.decompress(chunk, limit + 1 - len(body)) if packed else chunk
        if len(body) > limit:
            raise Broken(Fault.too_large, url)
    return bytes(body)
