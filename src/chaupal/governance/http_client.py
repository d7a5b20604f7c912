"""An HTTP/1.1 client for calls to other servers, with connections kept open between calls and a bound on everything.

To public addresses only, and to the very address that was looked at: a name could lead elsewhere a moment later. The certificate
is held against the name. Why none of the usual clients: decision 33.
"""

import asyncio
import functools
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import quote, urlsplit

import httptools
import regex

from chaupal.kernel.shelf import Shelf

if TYPE_CHECKING:
    import ssl

MOST_HEAD = 32_768  # bytes of an answer's headers
KNOWN = 300.0  # seconds for which it is known where a server is
NAMES = 32  # threads that look names up
IDLE = 30.0  # seconds that a connection is kept for the next call
MOST_KEPT = 512  # connections that wait for their next call; one of whoever was called longest ago is closed
TRIES = 3  # addresses of one name that are tried, one after the other
LATER = frozenset({408, 425, 429})  # what was asked took too long, came too early, or too often
MOST_URL = 2_000
_PRINTED = regex.compile(r"[!-~]+")


# Of IPv6 only this is given to anybody (RFC 4291); all else is reserved, however Python's `is_global` takes it.
UNICAST = ipaddress.IPv6Network("2000::/3")
# And inside of it, or of IPv4, what is nobody's machine (IANA's special-purpose registries): protocol assignments with Teredo,
# AS112, documentation, 6to4 and its relays, the 6bone that was given back. Some of them carry a private address inside.
SPECIAL = tuple(map(ipaddress.ip_network, (
    "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
    "192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
)))  # fmt: skip

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAnswered(Exception):
    """The call was in vain; what was wrong, in words for whoever had it called. `status`: of an answer that said no.

    `for_good`: nothing else is to be expected of this address.
    """

    def __init__(self, said: str, status: int = 0, *, for_good: bool = False) -> None:
        super().__init__(said)
        self.status = status
        self._for_good = for_good

    @property
    def passing(self) -> bool:
        """Whether whoever was called may answer later: there was no answer, or one that says so (RFC 9110, RFC 6585)."""
        return not self._for_good and (not self.status or self.status >= 500 or self.status in LATER)


class Place(NamedTuple):
    """Where an address leads. `authority`: host, with its port where that is not the usual one. `target`: path and query."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.target


class HttpAnswer(NamedTuple):
    """An answer. `headers`: names in small letters; of a repeated one the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def mime(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@functools.lru_cache(20_000)
def place(url: str, *, plain: bool = False, any_port: bool = False) -> Place:
    """Where an address leads, its host in small ASCII letters. Raises NotAnswered.

    `plain`: without TLS, too. `any_port`: as tests on one machine speak, and who set up the address by hand; else nobody can be
    made to knock at somebody's other services.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode().lower().removesuffix("."), parts.port
    except ValueError as error:  # of an address in brackets, a port or a name
        raise NotAnswered("is no address of a server", for_good=True) from error
    usual = 443 if parts.scheme == "https" else 80
    if parts.scheme not in (("http", "https") if plain else ("https",)) or not host or "@" in parts.netloc:
        raise NotAnswered("is no address of a server", for_good=True)
    if not any_port and port not in (None, usual):
        raise NotAnswered("is not at the usual port", for_good=True)
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="%/:?#[]@!$&'()*+,;=~-._")
    shown = f"[{host}]" if ":" in host else host
    if len(url) > MOST_URL or not _PRINTED.fullmatch(shown + target):
        raise NotAnswered("is no address of a server", for_good=True)
    return Place(parts.scheme, host, port or usual, shown if port in (None, usual) else f"{shown}:{port}", target)


class Connections:
    """The open connections of one process. `private`: also to private addresses, without TLS, at any port, for tests and where the
    operator allows it.

    `names`: threads that look names up. One that nobody answers for keeps a thread for many seconds, and those of the loop (0)
    have other things to do.
    """

    def __init__(self, *, private: bool = False, names: int = NAMES) -> None:
        self._private = private
        self._kept: dict[tuple[str, str], list[_Line]] = {}
        self._many = 0
        self._known: Shelf[tuple[str, int], tuple[float, list[Address]]] = Shelf(5_000)
        self._names = ThreadPoolExecutor(names, thread_name_prefix="names") if names else None

    def place(self, url: str) -> Place:
        """Where an address leads. Raises NotAnswered where it may not be called."""
        return place(url, plain=self._private, any_port=self._private)

    async def ask(
        self,
        method: str,
        there: Place,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        most: int,
        patience: float,
        cut: bool = False,
    ) -> HttpAnswer:
        """One request and its answer, of whatever status; not sent on. `most` bytes of its body, `patience` seconds for all.

        `cut`: the first of the bytes will do. Raises NotAnswered.
        """
        lines = [f"{method} {there.target} HTTP/1.1", f"host: {there.authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method == "POST":
            lines.append(f"content-length: {len(body)}")
        head = "\r\n".join((*lines, "", "")).encode("latin-1")
        try:
            async with asyncio.timeout(patience):
                answered = await self._ask(there, head + body, most, cut)
                return answered if method == "POST" else _unpacked(answered, most, cut=cut)
        except TimeoutError as error:
            raise NotAnswered("did not answer in time") from error
        except (OSError, ValueError, httptools.HttpParserError, zlib.error) as error:
            raise NotAnswered(f"could not be called: {type(error).__name__}") from error

    async def aclose(self) -> None:
        """End all that wait."""
        if self._names is not None:
            self._names.shutdown(wait=False, cancel_futures=True)
        for line in [line for lines in self._kept.values() for line in lines]:
            line.end()
        self._kept.clear()
        self._many = 0

    async def _ask(self, there: Place, message: bytes, most: int, cut: bool) -> HttpAnswer:
        if (line := self._take(there)) is not None:
            try:
                return await self._on(line, there, message, most, cut)
            except _NoAnswerBegan:
                pass  # it was closed while it waited: nothing was heard, so nothing can have been done twice that counts
        line = await self._new(there)
        return await self._on(line, there, message, most, cut)

    async def _on(self, line: "_Line", there: Place, message: bytes, most: int, cut: bool) -> HttpAnswer:
        try:
            answered = await line.ask(message, most, cut)
        except BaseException:
            line.end()
            raise
        if line.reusable and line.open:
            self._keep(there, line)
        else:
            line.end()
        return answered

    async def _new(self, there: Place) -> "_Line":
        loop = asyncio.get_running_loop()
        wrong: OSError | None = None
        secured = _tls() if there.scheme == "https" else None
        for address in (await self._addresses(there))[:TRIES]:
            try:
                _, line = await loop.create_connection(
                    _Line, str(address), there.port, ssl=secured, server_hostname=there.host if secured else None
                )
            except OSError as error:
                wrong = error
            else:
                return line
        self._known.items.pop((there.host, there.port), None)  # it may have moved
        raise wrong or NotAnswered("has no address")

    async def _addresses(self, there: Place) -> "list[Address]":
        """Where it is, cached for some minutes, so that names of dead servers are not looked up again and again. Raises NotAnswered."""
        now = asyncio.get_running_loop().time()
        known = self._known.items.get((there.host, there.port))
        if known is None or known[0] < now:
            found = await addresses_of(there.host, there.port, private=self._private, looked_up=self._names)
            known = now + KNOWN, found
            self._known.put((there.host, there.port), known)
        return known[1]

    def _take(self, there: Place) -> "_Line | None":
        lines = self._kept.get((there.scheme, there.authority), [])
        while lines:
            line = lines.pop()
            self._many -= 1
            if line.open:
                line.waits(0)
                return line
        return None

    def _keep(self, there: Place, line: "_Line") -> None:
        if self._many >= MOST_KEPT:
            self._drop_one()
        name = there.scheme, there.authority
        self._kept[name] = [*self._kept.pop(name, []), line]  # behind all who were called before
        self._many += 1
        line.waits(IDLE)

    def _drop_one(self) -> None:
        """Close one: of the place that was called longest ago."""
        for name in [name for name, lines in self._kept.items() if not any(line.open for line in lines)]:
            self._many -= len(self._kept.pop(name))
        if self._many >= MOST_KEPT:
            name, lines = next(iter(self._kept.items()))
            lines.pop(0).end()
            self._many -= 1
            if not lines:
                del self._kept[name]


class _NoAnswerBegan(OSError):
    """The connection ended before anything of an answer came."""


@functools.cache
def _tls() -> "ssl.SSLContext":
    """What the machine trusts (SSL_CERT_FILE and SSL_CERT_DIR name other roots); made once, which takes as long as a hundred calls."""
    import httpx2  # which knows where systems keep their roots; brought in with the first call

    return httpx2.create_ssl_context(trust_env=True)


def _unpacked(answered: HttpAnswer, most: int, *, cut: bool) -> HttpAnswer:
    """A body, unpacked here where it was packed: a few bytes cannot fill the memory."""
    coding = answered.headers.get("content-encoding", "identity").lower()
    if coding in ("", "identity") or not answered.body:
        return answered
    if coding != "gzip":
        raise NotAnswered("is packed in a way that was not asked for")
    unpack = zlib.decompressobj(wbits=31)
    body = unpack.decompress(answered.body, most + 1)
    if len(body) > most and not cut:
        raise NotAnswered("is too large")
    if not unpack.eof and not cut:
        raise NotAnswered("is cut off")
    return answered._replace(body=body[:most])


class _Line(asyncio.Protocol):
    """One connection, on which one request after the other is answered."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[HttpAnswer] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.reusable = False

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def waits(self, seconds: float) -> None:
        """It is closed when so many pass; 0: it waits no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.end) if seconds else None

    async def ask(self, message: bytes, most: int, cut: bool) -> HttpAnswer:
        if self._transport is None:
            raise _NoAnswerBegan
        self._done = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._most, self._cut, self._head, self._size = most, cut, 0, 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._heard = self.reusable = False
        self._transport.write(message)
        return await self._done

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._done is None or self._done.done():
            self.end()  # it speaks without being asked
            return
        self._heard = True
        self._head += len(data)
        try:
            self._parser.feed_data(data)
            # Looked at when its body is known: the first piece of an answer may hold headers and much of a body.
            if self._head - self._size > MOST_HEAD + self._size:
                raise NotAnswered("has too many headers")
        except NotAnswered as error:
            self._fail(error)
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._fail(cause if isinstance(cause, NotAnswered) else error)
        except httptools.HttpParserError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._done is None or self._done.done():
            return
        if not self._heard:
            self._done.set_exception(_NoAnswerBegan())
        elif self._until_end and exc is None:
            self._finish()
        else:
            self._done.set_exception(OSError("ended in the midst"))

    # What the parser tells.

    _until_end = False  # the answer is as long as the connection lasts

    def on_message_begin(self) -> None:
        if self._done is not None and self._done.done():
            raise NotAnswered("answers what was not asked")  # else it would be taken for the answer to the next call

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status == 101:
            raise NotAnswered("speaks in another way")
        bounded = "content-length" in self._headers or "chunked" in self._headers.get("transfer-encoding", "")
        self._until_end = not bounded and status >= 200

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._most and not self._cut:
            raise NotAnswered("is too large")
        self._body.append(body)
        if self._size > self._most:
            self._finish()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:  # more is to come
            self._headers.clear()
            return
        self.reusable = self._parser.should_keep_alive() and not self._until_end
        self._finish()

    def _finish(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(
                HttpAnswer(self._parser.get_status_code(), self._headers, b"".join(self._body)[: self._most])
            )

    def _fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)
        self.end()


async def addresses_of(host: str, port: int, *, private: bool, looked_up: ThreadPoolExecutor | None) -> list[Address]:
    """Where the name leads, the first first. Raises NotAnswered where any of its addresses may not be called.

    `looked_up`: in these threads, or the loop's.
    """
    look = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(looked_up, look)
    addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]
    if not addresses:
        raise NotAnswered("has no address")
    if not private and not all(map(may_call, addresses)):
        raise NotAnswered("leads to an address that is not public")
    return addresses


def may_call(address: Address) -> bool:
    """Whether it is a public address: not of this machine or network, not reserved, not one with a private address inside."""
    inner = getattr(address, "ipv4_mapped", None) or address
    special = any(inner in net for net in SPECIAL if net.version == inner.version)
    given = isinstance(inner, ipaddress.IPv4Address) or inner in UNICAST
    return inner.is_global and given and not inner.is_multicast and not inner.is_reserved and not special
