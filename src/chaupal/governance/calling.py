"""Calls to addresses that somebody chose: to public ones only, to the very address that was looked at, bounded, never sent on."""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import ssl
    from concurrent.futures import Executor

    import httpx2

PATIENCE = 10.0  # seconds for all of it: the name, the connection, the answer
MOST_READ = 20_000  # bytes of an answer
MOST_HOPS = 3  # redirects that are followed, each looked at as the first address was
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LATER = frozenset({408, 425, 429})  # what was asked took too long, came too early, or too often
MOST_URL = 2_000
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
    """The call was in vain; what was wrong, in words for whoever keeps the webhook. `status`: of an answer that said no.

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


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, private: bool = False, patience: float = PATIENCE
) -> int:
    """POST a body; the status of an answer that says yes (2xx).

    `private`: addresses that are not public may be called, too. Raises NotAnswered.
    """
    import httpx2  # brought in with the first call

    try:
        async with asyncio.timeout(patience):
            return await _post(url, body, headers, private=private)
    except TimeoutError as error:
        raise NotAnswered("did not answer in time") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        raise NotAnswered(f"could not be called: {type(error).__name__}") from error


async def _post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> int:
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = await _address(host, parts.port or (443 if parts.scheme == "https" else 80), private=private)
    # The connection goes to the address that was looked at: a name could lead elsewhere a moment later. The certificate
    # is still held against the name.
    shown = f"[{address}]" if address.version == 6 else str(address)
    there = parts._replace(netloc=f"{shown}:{parts.port}" if parts.port else shown).geturl()
    async with (
        _client() as client,
        client.stream(
            "POST",
            there,
            content=body,
            headers=dict(headers) | {"host": parts.netloc},
            extensions={"sni_hostname": host},
        ) as answer,
    ):
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > MOST_READ:
                break
        if not 200 <= answer.status_code < 300:
            raise NotAnswered(f"answered {answer.status_code}", answer.status_code)
        return answer.status_code


def _client() -> "httpx2.AsyncClient":
    import httpx2

    return httpx2.AsyncClient(verify=_trusted(), trust_env=False, follow_redirects=False)


@cache
def _trusted() -> "ssl.SSLContext":
    """Whose word on a name is believed, as this machine has it when first asked: to read that took longer than a call."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


class FetchedContent(NamedTuple):
    """What was found, and where in the end. `mime` in small letters; `charset` as the header says, or ""."""

    url: str
    mime: str
    charset: str
    body: bytes


async def get(
    url: str, headers: Mapping[str, str], kinds: tuple[str, ...], most: int, *, cut: bool = False, private: bool = False
) -> FetchedContent:
    """GET what is of one of `kinds` (beginnings of a type) and has at most so many bytes; `cut`: the first of them will do.

    Raises NotAnswered.
    """
    import httpx2

    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(MOST_HOPS + 1):
                found = await _get(url, headers, kinds, most, cut=cut, private=private)
                if isinstance(found, FetchedContent):
                    return found
                url = found
            raise NotAnswered("is sent on too often")
    except TimeoutError as error:
        raise NotAnswered("did not answer in time") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError, zlib.error) as error:
        raise NotAnswered(f"could not be called: {type(error).__name__}") from error


async def _get(
    url: str, headers: Mapping[str, str], kinds: tuple[str, ...], most: int, *, cut: bool, private: bool
) -> FetchedContent | str:
    """What is there, or where it is instead."""
    parts = urlsplit(url)
    host, usual = (parts.hostname or "").encode("idna").decode(), 443 if parts.scheme == "https" else 80
    if parts.scheme not in ("http", "https") or not host or parts.username or len(url) > MOST_URL:
        raise NotAnswered("is no address of a page")
    if not private and parts.port not in (None, usual):
        raise NotAnswered("is not at a usual port")  # a page cannot be made to knock at somebody's other services
    address = await _address(host, parts.port or usual, private=private)
    shown = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    there = parts._replace(netloc=shown + port, fragment="").geturl()
    asked = dict(headers) | {"host": host + port, "accept-encoding": "gzip, identity"}
    async with (
        _client() as client,
        client.stream("GET", there, headers=asked, extensions={"sni_hostname": host}) as answer,
    ):
        if answer.status_code in REDIRECTS and "location" in answer.headers:
            return urljoin(url, answer.headers["location"])
        kind, _, rest = answer.headers.get("content-type", "").lower().partition(";")
        if answer.status_code != 200 or not kind.strip().startswith(kinds):
            raise NotAnswered(f"answered {answer.status_code}", answer.status_code)
        charset = rest.partition("charset=")[2].partition(";")[0].strip(' "')
        return FetchedContent(url, kind.strip(), charset, await _read(answer, most, cut=cut))


async def _read(answer: "httpx2.Response", most: int, *, cut: bool) -> bytes:
    """The body, unpacked here so that a few packed bytes cannot fill the memory."""
    coding = answer.headers.get("content-encoding", "identity")
    if coding not in ("gzip", "identity"):
        raise NotAnswered("is packed in a way that was not asked for")
    unpack = zlib.decompressobj(wbits=31) if coding == "gzip" else None
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        if len(body) > most:
            if cut:
                break
            raise NotAnswered("is too large")
    return bytes(body[:most])


async def _address(host: str, port: int, *, private: bool) -> Address:
    return (await addresses_of(host, port, private=private))[0]


async def addresses_of(host: str, port: int, *, private: bool, looked_up: "Executor | None" = None) -> list[Address]:
    """Where the name leads, the first first. Raises NotAnswered where any of its addresses may not be called.

    `looked_up`: in threads of one's own. A name that nobody answers for keeps one for many seconds, whoever waits for it or not.
    """
    loop = asyncio.get_running_loop()
    if looked_up is None:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    else:
        found = await loop.run_in_executor(looked_up, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]
    if not addresses:
        raise NotAnswered("has no address")
    if not private and not all(map(may_call, addresses)):
        raise NotAnswered("leads to an address that is not public")
    return addresses


def may_call(address: Address) -> bool:
    """Whether anybody's: not of this machine or network, not reserved, not one that hides another."""
    inner = getattr(address, "ipv4_mapped", None) or address
    special = any(inner in net for net in SPECIAL if net.version == inner.version)
    given = isinstance(inner, ipaddress.IPv4Address) or inner in UNICAST
    return inner.is_global and given and not inner.is_multicast and not inner.is_reserved and not special
