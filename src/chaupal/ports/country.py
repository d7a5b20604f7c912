"""Where a viewer is: from an address by a country file, or from a header that a trusted proxy set."""

import functools
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import msgspec

from chaupal.kernel.countries import known_country
from chaupal.kernel.settings import Settings

type Lookup = Callable[[str], str | None]

# Addresses of networks that are in no country, whatever a file says of them (RFC 1918, 6598, 4193, 3927, 4291).
NOWHERE = tuple(map(ip_network, (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128",
)))  # fmt: skip

PACKAGED = Path(__file__).parent.parent / "assets" / "country.mmdb"


class Place(msgspec.Struct, frozen=True):
    """The viewer's address and country; an unknown country is the server's own."""

    address: str
    country: str
    known: bool


class Locator:
    """Believes forwarded addresses and country headers from `trusted_proxies` only."""

    def __init__(self, settings: Settings, lookup: Lookup) -> None:
        self._home = settings.home_country
        self._header = settings.country_header.lower()
        self._trusted = tuple(ip_network(text) for text in settings.trusted_proxies)
        self._place = functools.lru_cache(20_000)(self._find)
        self._lookup = lookup

    def place(self, peer: str, headers: Mapping[str, str]) -> Place:
        """`peer` is the address that connected; header names are in lower case."""
        if not self._trusted or not self.trusts(peer):
            return self._place(peer, "")
        address = self._behind(peer, headers.get("x-forwarded-for", ""))
        return self._place(address, headers.get(self._header, "") if self._header else "")

    def _find(self, address: str, said: str) -> Place:
        """By what the proxy said, else by the address. A word that is no country's (EU, XX, two of them) is not asked twice:
        whoever may be anywhere may be at home."""
        found = said.strip().upper() or (None if self.trusts(address) else self._lookup(address))
        known = found is not None and known_country(found)
        return Place(address, found if found and known else self._home, known)

    def trusts(self, address: str) -> bool:
        """Whether this is one of the operator's own proxies."""
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return any(ip in network for network in self._trusted)

    def _behind(self, peer: str, chain: str) -> str:
        """The nearest hop that is not one of our own proxies: what stands further left can be forged."""
        address = peer
        for hop in reversed([h.strip() for h in chain.split(",") if h.strip()]):
            if not self.trusts(address):
                break
            address = _without_port(hop)
        return address


def _without_port(hop: str) -> str:
    """`[2001:db8::1]:443` and `192.0.2.1:443`, as some proxies write: each new port would look like somebody new."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def country_file(settings: Settings) -> Lookup:
    """A look-up in the operator's file, else in the packaged one, else one that knows nothing."""
    path = Path(settings.country_file) if settings.country_file else PACKAGED
    if not settings.country_file and not path.exists():
        return lambda address: None
    reader = functools.cache(functools.partial(_opened, path, own=bool(settings.country_file)))
    if settings.country_file:
        reader()  # what is wrong with it is told at the start; the packaged one waits for the first address
    return functools.partial(_country_in, reader)


def _opened(path: Path, *, own: bool) -> Any:
    """The packaged file is mapped, which takes a tenth of the time and no memory of ours. The operator's own may be written
    over while it is read, which would end a process that had mapped it."""
    import maxminddb

    return maxminddb.open_database(path, maxminddb.MODE_MEMORY if own else maxminddb.MODE_AUTO)


def _country_in(reader: Callable[[], Any], address: str) -> str | None:
    try:
        ip = ip_address(address)
        ip = getattr(ip, "ipv4_mapped", None) or ip
        record: Any = None if any(ip in net for net in NOWHERE if net.version == ip.version) else reader().get(str(ip))
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    country: Any = record.get("country_code") or (record.get("country") or {}).get("iso_code")
    return country if isinstance(country, str) and len(country) == 2 else None
