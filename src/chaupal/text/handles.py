"""Names of people: the one form in which they are stored and compared, `asha` for ours and `ravi@other.example` for others'."""

import regex

from chaupal.text import hosts

# What is taken for a name on another server; ours are shorter and have neither points nor hyphens.
MOST = 100  # letters of it
_ELSEWHERE = regex.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_HERE = regex.compile(r"[a-z0-9_]{1,30}")
_PORT = regex.compile(r"[0-9]{1,5}")


def stored(name: str, domain: str) -> str:
    """`@Asha` and `asha@DOMAIN` are `asha`, `Ravi@Other.Example` is `ravi@other.example`; "" for what can be nobody's name.

    `domain` is this server's own, with its port where it has one.
    """
    user, at, host = name.strip().removeprefix("@").lower().partition("@")
    if not at or host == domain.lower():
        return user if _HERE.fullmatch(user) else ""
    there = plain_host(host)
    return f"{user}@{there}" if there and len(user) <= MOST and _ELSEWHERE.fullmatch(user) else ""


def plain_host(host: str) -> str:
    """A host in small ASCII letters, with its port where one is named; "" where it is none."""
    name, colon, port = host.partition(":")
    there = "" if "/" in name else hosts.plain(name)
    return there + colon + port if there and (not colon or _PORT.fullmatch(port)) else ""


def whole(handle: str, domain: str) -> str:
    """A stored handle with its server, as other servers know it. `domain` is this one's."""
    return handle if "@" in handle else f"{handle}@{domain}"


def user_of(handle: str) -> str:
    """The name alone, without the server."""
    return handle.partition("@")[0]


def host_of(handle: str) -> str:
    """The server in a stored handle; "" for ours."""
    return handle.partition("@")[2]
