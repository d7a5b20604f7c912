"""Forms guarded against forgery: a word in the form must equal the session's, or the anonymous visitor's cookie."""

import hmac
import secrets
import string
from collections.abc import Mapping
from typing import Any

from chaupal.kernel.errors import NotAllowed
from chaupal.wire.call import Call
from chaupal.wire.cookies import set_cookie

COOKIE = "visitor"
_LETTERS = frozenset(string.ascii_letters + string.digits + "-_")


def word(cookies: Mapping[str, str]) -> str:
    """The visitor's word: from the cookie, else a new one (the page that uses it must set the cookie)."""
    kept = cookies.get(COOKIE, "")
    return kept if 20 <= len(kept) <= 64 and _LETTERS.issuperset(kept) else secrets.token_urlsafe(24)


def cookie(call: Call[Any]) -> list[tuple[str, str]]:
    """The header by which the visitor keeps the word, where they do not have it yet."""
    # A picture that is refused has no form, and must not take the word of the page that shows it.
    if not call.csrf or (call.caller and call.caller.csrf) or call.cookies.get(COOKIE) == call.csrf:
        return []
    return [set_cookie(call.house.settings, COOKIE, call.csrf)]


def check(call: Call[Any], sent: str) -> None:
    """Raises NotAllowed for a form that did not come from a page of ours."""
    site = call.headers.get("sec-fetch-site", "same-origin")
    origin = call.headers.get("origin", call.house.settings.origin)
    # The host asked for is ours under another name (localhost for 127.0.0.1); a foreign page cannot choose that header.
    host = call.headers.get("host", "")
    ours = (call.house.settings.origin, f"http://{host}", f"https://{host}", "null")
    foreign = site == "cross-site" or origin not in ours
    if foreign or not sent or not hmac.compare_digest(sent.encode(), call.csrf.encode()):
        raise NotAllowed("This form is out of date; please open the page again")
