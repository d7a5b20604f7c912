"""Secrets that the house hands out: tokens, cookies, codes, links in mails. It keeps only their digests."""

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits, safe in a URL, a header and a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """How a secret is kept: its SHA-256, in hex. It is long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
