"""Whose an address is, as limits count: one of IPv4; of IPv6 the /64 that one customer gets, and the /48 above it by a wider bound."""

import functools
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

# How many times what one /64 may is what all of a /48 together may: a site has 65,536 of the former, and asks for them as it likes.
WIDER = 8
# RFC 6052: behind each of these is an address of IPv4, and all of them lie in one /64
NAT64 = IPv6Network("64:ff9b::/96")


class Net(msgspec.Struct, frozen=True):
    """What is counted together: its name, and how many times the usual bound holds for it."""

    name: str
    times: int = 1


def plain(address: str) -> IPv4Address | IPv6Address | None:
    """The address without its IPv6 clothes (::ffff:192.0.2.1, 64:ff9b::192.0.2.1); None for what is none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        return ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in NAT64 else ip)
    return ip


@functools.lru_cache(10_000)
def nets_of(address: str) -> tuple[Net, ...]:
    """Under which names somebody at this address is counted. Whatever is no address is counted as one."""
    return tuple(_nets(plain(address)))


def _nets(ip: IPv4Address | IPv6Address | None) -> Iterator[Net]:
    if isinstance(ip, IPv6Address):
        yield Net(f"i{ip_network((int(ip), 64), strict=False)}")
        yield Net(f"i{ip_network((int(ip), 48), strict=False)}", WIDER)
    else:
        yield Net(f"i{ip or ''}")
