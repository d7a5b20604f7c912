"""Browsers that somebody came in with before, known again by a signed cookie: guesses from elsewhere do not shut out its owner.

The cookie opens nothing. It says that whoever holds it once proved to be somebody; what is typed there is counted by the cookie
and not by the name, so that a name which is guessed at stays open to those who have been there. It holds no name in clear.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from chaupal.kernel.base64url import text_of
from chaupal.kernel.clock import DAY
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.social.context import Square

COOKIE = "been_here"
DAYS = 400  # as long as browsers keep a cookie at most
MOST = 5  # people who share a browser; whoever came in last stands first
BETWEEN = "~"
OFFICE = "office "  # before the names of the portal's people, so that nobody becomes one of them by signing up with their address
SIGNED = 16  # bytes


def plain_name(typed: str) -> str:
    """A handle or an address as it is compared, whatever was typed around it."""
    return typed.strip().lower().removeprefix("@")


def remembered(square: Square, cookie: str, *names: str) -> str:
    """The cookie of a browser in which whoever has these names came in just now."""
    first = f"{secrets.token_urlsafe(9)}.{square.clock() // DAY}"
    signed = [_sign(square, first, plain_name(name)) for name in names if name]
    others = [mark for mark in cookie.split(BETWEEN)[:MOST] if _is_mark(square, mark)]
    kept = [mark for mark in others if not any(_signs(square, mark, plain_name(name)) for name in names if name)]
    return BETWEEN.join([".".join([first, *signed]), *kept][:MOST])


def mark_for(square: Square, cookie: str, name: str) -> str:
    """By what guesses of this browser at this name are counted; empty where nobody of this name came in with it."""
    found = (mark for mark in cookie.split(BETWEEN)[:MOST] if _is_mark(square, mark))
    return next((mark.split(".")[0] for mark in found if _signs(square, mark, plain_name(name))), "")


def _is_mark(square: Square, mark: str) -> bool:
    """Whether it has the form of a mark, and is not too old."""
    nonce, _, rest = mark.partition(".")
    day = rest.partition(".")[0]
    return (
        0 < len(nonce) <= 20
        and day.isascii()
        and day.isdigit()
        and len(day) < 8
        and int(day) + DAYS > square.clock() // DAY
    )


def _signs(square: Square, mark: str, name: str) -> bool:
    nonce, day, *signed = mark.split(".")
    right = _sign(square, f"{nonce}.{day}", name)
    return any(hmac.compare_digest(one.encode(), right.encode()) for one in signed)


def _sign(square: Square, first: str, name: str) -> str:
    key = load_or_make_seed(Path(square.settings.data) / "keys" / "browsers.key")
    made = hmac.digest(key, f"{first}\n{name}".encode(), hashlib.sha256)[:SIGNED]
    return text_of(made)
