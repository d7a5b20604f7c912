"""Names of hosts: in the one spelling by which they are compared, as people read them, and which stand below which."""

from collections.abc import Collection

import regex

MOST = 253  # letters of a name (RFC 1035 §2.3.4)
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
