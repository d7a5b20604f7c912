"""Digests of a body in its headers: `Digest` (RFC 3230), which the field has used, and `Content-Digest` (RFC 9530)."""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable
from hmac import compare_digest

from chaupal.federation.signing import fields
from chaupal.federation.signing.asked import NotSigned

HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def digest(body: bytes) -> str:
    """The value of a header `Digest`."""
    return f"SHA-256={b64encode(hashlib.sha256(body).digest()).decode()}"


def content_digest(body: bytes) -> str:
    """The value of a header `Content-Digest`."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def check_digest(value: str, body: bytes) -> None:
    """Raises NotSigned where the header is of another body."""
    if value == digest(body):  # as nearly everybody writes it
        return
    told = [(name.strip().lower(), text) for name, _, text in (part.partition("=") for part in value.split(","))]
    _check(((name, _bytes(text)) for name, text in told if name in HASHES), body)


def check_content_digest(value: str, body: bytes) -> None:
    """Raises NotSigned where the header is of another body."""
    _check(((name, told.value) for name, told in fields.dictionary(value).items()), body)


def _check(told: Iterable[tuple[str, object]], body: bytes) -> None:
    """Each one that we can reckon has to be right, and one of them there: of two that say different things one is a lie."""
    known = [(HASHES[name], value) for name, value in told if name in HASHES]
    if not known:
        raise NotSigned(why="there is no digest by sha-256 or sha-512")
    if len(known) > len(HASHES):  # nobody makes us reckon one body a thousand times before we know who they are
        raise NotSigned(why="the digest says something twice")
    for reckon, value in known:
        if not isinstance(value, bytes) or not compare_digest(reckon(body).digest(), value):
            raise NotSigned(why="the digest is of another body")


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except (Error, ValueError) as error:
        raise NotSigned(why="the digest cannot be read") from error
