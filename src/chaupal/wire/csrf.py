"""Forms guarded against forgery: a word in the form must equal the session's, or the anonymous visitor's cookie."""

import base64
import binascii
import hmac
import secrets
import string
from collections.abc import Mapping
from typing import Any

from chaupal.kernel.errors import NotAllowed
from chaupal.wire.call import Call
from chaupal.wire.cookies import set_cookie
from chaupal.wire.drawn import ONCE, WORD, Fills

COOKIE = "visitor"
_LETTERS = frozenset(string.ascii_letters + string.digits + "-_")


def word(cookies: Mapping[str, str]) -> str:
    """The visitor's word: from the cookie, else a new one (the page that uses it must set the cookie)."""
    kept = cookies.get(COOKIE, "")
    return kept if 20 <= len(kept) <= 64 and _LETTERS.issuperset(kept) else secrets.token_urlsafe(24)


def masked(plain: str) -> str:
    """The word as it stands in a form: another text each time, so that packed pages do not tell it by their lengths."""
    data = plain.encode()
    pad = secrets.token_bytes(len(data))
    return base64.urlsafe_b64encode(pad + _xor(pad, data)).decode()


def unmasked(sent: str) -> bytes:
    """The word behind what `masked` made; empty for anything else."""
    try:
        data = base64.b64decode(sent.encode(), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""
    half = len(data) // 2
    return _xor(data[:half], data[half:]) if len(data) % 2 == 0 else b""


def fills(plain: str) -> Fills:
    """What a drawn page says in one answer in the place of its marks."""
    return {WORD.encode(): masked(plain).encode(), ONCE.encode(): secrets.token_urlsafe(12).encode()}


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
    word = call.csrf.encode()
    right = hmac.compare_digest(sent.encode(), word) or hmac.compare_digest(unmasked(sent), word)
    if foreign or not sent or not right:
        raise NotAllowed("form_out_of_date")


def _xor(pad: bytes, data: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(pad, data, strict=True))
