"""CSRF protection: by what the browser says of a form's origin, and by a secret word in the form where it says nothing.

Browsers say it themselves: `Sec-Fetch-Site` where we are reached by https or on this machine, `Origin` with every form. Whoever
asks for a page without the first gets a word into its forms, which is the session's or the stranger's cookie, and sends it
back where there is no `Origin` either.
"""

import hmac
import secrets
import string
from collections.abc import Mapping
from typing import Any

from chaupal.http.call import Call
from chaupal.http.headers import set_cookie
from chaupal.kernel.errors import NotAllowed
from chaupal.kernel.secrets import new_secret

COOKIE = "visitor"
SITE = "sec-fetch-site"
WORD = new_secret()  # what stands in a drawn page for the word. Random, so that nobody can write it into a post
_LETTERS = frozenset(string.ascii_letters + string.digits + "-_")
_OURS = ("same-origin", "none")  # none: the person themselves, as when a tab is opened again
_MARK = WORD.encode()


def token(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    """The visitor's word: from the cookie, else a new one (the page that uses it sets the cookie). Empty: none is needed."""
    if SITE in headers:
        return ""
    kept = cookies.get(COOKIE, "")
    return kept if 20 <= len(kept) <= 64 and _LETTERS.issuperset(kept) else secrets.token_urlsafe(24)


def worded(body: bytes) -> bool:
    """Whether the page still needs the asker's word."""
    return _MARK in body


def put_in(call: Call[Any], body: bytes) -> bytes:
    """The page with the word of whoever asked for it."""
    return body.replace(_MARK, call.csrf.encode())


def cookie(call: Call[Any]) -> list[tuple[str, str]]:
    """The header by which the visitor keeps the word, where they do not have it yet."""
    # A picture that is refused has no form, and must not take the word of the page that shows it.
    if not call.csrf or (call.caller and call.caller.csrf) or call.cookies.get(COOKIE) == call.csrf:
        return []
    return [set_cookie(call.house.settings, COOKIE, call.csrf)]


def check(call: Call[Any], sent: str) -> None:
    """Raises NotAllowed for a form that did not come from a page of ours."""
    ours = _is_ours(call)
    if ours is None:
        ours = bool(call.csrf) and hmac.compare_digest(sent.encode(), call.csrf.encode())
    if not ours:
        raise NotAllowed("form_out_of_date")


def _is_ours(call: Call[Any]) -> bool | None:
    """As the browser says; None where it says nothing."""
    if site := call.headers.get(SITE):
        return site in _OURS
    # A page that tells nobody where it is has the origin `null` (RFC 6454 §7.3), and so has a foreign one that hides it.
    origin = call.headers.get("origin", "null")
    return None if origin == "null" else origin in _origins(call)


def _origins(call: Call[Any]) -> set[str]:
    """Ours, and the host asked for, which may be us under another name (localhost for 127.0.0.1): a foreign page cannot choose it."""
    settings, host = call.house.settings, call.headers.get("host", "")
    schemes = ("https",) if settings.secure else ("http", "https")
    return {settings.origin, *(f"{scheme}://{host}" for scheme in schemes)}
