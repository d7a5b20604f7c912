"""Base64 and decimals in the one spelling that each value has: two spellings would make two notes of one."""

import re
from base64 import b64decode, b64encode

from chaupal_audit.errors import Malformed


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def unbase64(text: str, what: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(f"{what} is not base64") from error
    if base64(data) != text:  # bits left over in the last character would give one note two spellings
        raise Malformed(f"{what} is not base64 in its one spelling")
    return data


def digest_of(text: str, what: str) -> bytes:
    if len(data := unbase64(text, what)) != 32:
        raise Malformed(f"{what} is not 32 bytes")
    return data


def decimal(text: str, what: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Malformed(f"{what} is not a plain decimal number")
    return int(text)
