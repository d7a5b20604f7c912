"""Requests of ours, signed: by the standard, or as the field has done it where a server takes nothing else; and which of both.

A server that is not known is asked (GET) by the standard first, and in the old way where it says no. What is said to it (POST) is
signed in the old way first: some answer 202 before they look at a signature (snac, Pixelfed), and what they cannot read is lost
without a word; every server understands the old way. Whoever is known to understand the standard is spoken to by it: since it
signed so itself, says so in its actor (FEP-844e), or answered to it where it had not to the other.
"""

from chaupal.federation.signing import cavage, messages
from chaupal.federation.signing.algorithms import sign as signed
from chaupal.federation.signing.asked import CAVAGE, RFC9421, SignedRequest
from chaupal.federation.signing.keys import SigningKey
from chaupal.governance.http_client import Place

NOT_UNDERSTOOD = frozenset({400, 401, 403})  # what servers say of a signature that they cannot read
OTHER = {RFC9421: CAVAGE, CAVAGE: RFC9421}


def first(method: str, speaks: str) -> str:
    """In which way to ask."""
    return speaks or (CAVAGE if method == "POST" else RFC9421)


def second(tried: str, speaks: str, status: int) -> str:
    """In which way to ask again; "": not at all. Of one that is known, a refusal is a refusal, unless it is about who asks."""
    again = status in NOT_UNDERSTOOD if not speaks else status == 401
    return OTHER[tried] if again else ""


def sign(method: str, there: Place, body: bytes, by: SigningKey, way: str, now: int) -> dict[str, str]:
    """The headers that a request needs beside `host`. `now` in ms."""
    seconds = now // 1_000
    if way == RFC9421:
        headers = messages.headers(method, body)
        item = messages.signed(method, by.id, seconds)
        base = messages.base(SignedRequest(method, there.origin, there.target, headers, body), item)
        return headers | messages.header_pair(item, signed(by.key, base))
    headers = cavage.headers(method, body, seconds)
    names = (cavage.TARGET, "host", *headers)
    base = cavage.base(SignedRequest(method, there.origin, there.target, headers, body), names)
    return headers | {"signature": cavage.header(by.id, names, signed(by.key, base))}
