"""Bytes as text for URLs and JSON: base64url without padding (RFC 4648 §5, RFC 7515 §2)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """With padding or without. Raises ValueError for what is not ASCII or of no possible length."""
    return urlsafe_b64decode(f"{text}===")
