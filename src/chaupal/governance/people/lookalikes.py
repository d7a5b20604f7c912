"""Letters that pose as other letters: handles and domains that look like another one and are not it.

The table of confusable letters is Unicode's (UTS #39), as the package confusable-homoglyphs carries it.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterator
from typing import Any

import regex

from chaupal.text import hosts

CLOSE = 8  # from this many letters on, a domain that differs by one letter poses as the other

_HANDLE = regex.compile(r"[a-z0-9_]{1,30}")
_LATIN = regex.compile(r"[a-z0-9._-]{1,2}")
# Latin letters and digits that the eye takes for one another; a handle typed in capitals hides l behind I.
_TWINS = (("0", "o"), ("1", "l"), ("1", "i"), ("i", "l"), ("5", "s"), ("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(text: str) -> str:
    """The Latin letters that a text looks like, in small letters; what looks like no Latin letter stays as it is."""
    whole = unicodedata.normalize("NFKC", text)
    return "".join(map(_latin, whole)).lower()


@functools.lru_cache(4_096)
def _latin(letter: str) -> str:
    if letter.isascii():
        return letter
    if unicodedata.category(letter) == "Cf":  # invisible: it changes the name, not the look
        return ""
    twins: Any = _table().get(letter) or ()
    latin = (twin["c"].lower() for twin in twins)
    return next((twin for twin in latin if _LATIN.fullmatch(twin)), letter)


@functools.cache
def _table() -> dict[str, list[dict[str, str]]]:
    from confusable_homoglyphs import confusables  # large, and asked for by orders alone

    return confusables.confusables_data


def posed_handle(text: str) -> str:
    """The handle that `text` (without its @) looks like though it holds letters that no handle has; else nothing."""
    if text.isascii():
        return ""
    seen = skeleton(text)
    return seen if _HANDLE.fullmatch(seen) else ""


def near_handles(handle: str) -> list[str]:
    """Other handles that the eye takes for this one: one pair of letters changed, or underscores at its ends or doubled."""
    name = handle.lower()
    found = dict.fromkeys(_swapped(name))
    bare = name.strip("_")
    found |= dict.fromkeys((bare, f"{bare}_", f"_{bare}", name.replace("__", "_")))
    return [other for other in found if other != name and _HANDLE.fullmatch(other)]


def _swapped(name: str) -> Iterator[str]:
    for one, other in itertools.chain(_TWINS, ((b, a) for a, b in _TWINS)):
        at = name.find(one)
        while at >= 0:
            yield name[:at] + other + name[at + len(one) :]
            at = name.find(one, at + 1)


def poses_as_domain(host: str, own: str) -> bool:
    """Whether a host name is made to be taken for `own` and is not it."""
    host, own = hosts.readable(host.lower().rstrip(".")), own.lower().rstrip(".")
    if host == own:
        return False
    if skeleton(host) == own or _twinless(host) == _twinless(own):
        return True
    plain = skeleton(host)
    # chaupal.example.evil.net, chaupal-example.net, login-chaupal.example
    inside = (
        own.replace(".", "-") in plain or f"{own}." in plain or (plain.endswith(own) and plain[-len(own) - 1] != ".")
    )
    return inside or (len(own) >= CLOSE and _one_apart(plain, own))


def _twinless(name: str) -> str:
    """Every pair that the eye takes for one another made one."""
    for wide, narrow in (("rn", "m"), ("vv", "w"), ("cl", "d")):
        name = name.replace(wide, narrow)
    return name.translate(str.maketrans("01i5", "olls"))


def _one_apart(a: str, b: str) -> bool:
    """Whether one letter put in, left out, changed, or changed with its neighbour makes the one the other."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def mail_domain(address: str) -> str:
    """The part of a mail address after its @, in small letters; nothing where there is none."""
    return address.rpartition("@")[2].strip().strip(">").lower().rstrip(".") if "@" in address else ""


def comes_from(address: str, domain: str) -> bool:
    """Whether a mail address is at a domain or below it."""
    host = mail_domain(address)
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
