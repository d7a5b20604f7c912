"""Names of hosts: in the one spelling by which they are compared, as people read them, and which stand below which."""

import hashlib
from collections.abc import Collection

import regex

MOST = 253  # letters of a name (RFC 1035 §2.3.4)
_ALONE = regex.compile(r"(?:https?://)?(?:\*\.)?([^\s/?#@:]{1,253})(?::([0-9]{1,5}))?/?", regex.IGNORECASE)
_LABEL = regex.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def plain(text: str) -> str:
    """The host that somebody typed, alone or in an address, in small ASCII letters (IDNA, RFC 3490); "" where it is none."""
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    host = host.removeprefix("*.").removesuffix(".")
    try:
        host = host[: 2 * MOST].encode("idna").decode()
    except UnicodeError:
        return ""
    return host if len(host) <= MOST and all(_LABEL.fullmatch(label) for label in host.split(".")) else ""


def readable(host: str) -> str:
    """As people write it: `xn--…` in its own letters."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def stands_below(host: str, those: Collection[str]) -> bool:
    """Whether a plain host is one of those, or lies below one of them."""
    parts = host.split(".")
    return bool(host) and any(".".join(parts[at:]) in those for at in range(len(parts)))


def server_named(text: str) -> str:
    """The server that a line names alone, in small ASCII letters, with its port where it has its own; "" where it names none."""
    found = _ALONE.fullmatch(text.strip())
    if found is None:
        return ""
    host, port = plain(found[1]), found[2] or ""
    # A word alone is somebody's handle.
    return with_port(host, port) if host and ("." in host or port) else ""


def with_port(host: str, port: str) -> str:
    """A host with the port that was typed beside it, unless it is one of the web's own: one server has one name."""
    port = port.lstrip("0")
    return host if port in ("", "80", "443") else f"{host}:{port}"


def above(domain: str) -> list[str]:
    """The name itself and every name it stands below: `x.bad.example`, `bad.example`, `example`."""
    host, colon, port = domain.partition(":")
    parts = host.split(".")
    if all(part.isdecimal() for part in parts):  # numbers are read the other way round
        return [domain]
    return list(dict.fromkeys([domain, *(".".join(parts[at:]) + colon + port for at in range(len(parts)))]))


def with_gaps(host: str) -> str:
    """The name as a list tells it that is not to give it away: its inner letters are stars (as Mastodon's lists have it)."""
    seen = len(host) // 4
    return "".join("*" if seen < at < len(host) - seen and letter != "." else letter for at, letter in enumerate(host))


def digest(host: str) -> str:
    """SHA-256 of the name in hex: whoever knows it finds it in a list with gaps."""
    return hashlib.sha256(host.encode()).hexdigest()
