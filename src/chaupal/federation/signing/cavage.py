"""Signatures as the field has made them since 2017: draft-cavage-http-signatures-12."""

import functools
import re  # noqa: TID251 - for a header, which is ASCII
from base64 import b64decode, b64encode
from binascii import Error
from email.utils import formatdate, parsedate_to_datetime

from chaupal.federation.signing.asked import Claim, NotSigned, SignedRequest
from chaupal.federation.signing.digests import check_digest, digest

TARGET, CREATED = "(request-target)", "(created)"
LONGEST = 8_192
MOST = 64  # headers that are signed
_PART = re.compile(r'\s*+([A-Za-z]++)=(?:"([^"]*+)"|(\d{1,15}+))\s*+(?:,|$)', re.ASCII)
# By the draft `hs2019` says nothing: the key does. In the field it is RSA with SHA-256, as without it.
ALGORITHMS = {
    "rsa-sha256": "rsa-v1_5-sha256",
    "rsa-sha512": "rsa-v1_5-sha512",
    "ed25519": "ed25519",
    "hs2019": "",
    "": "",
}


def claim(asked: SignedRequest) -> Claim:
    """What the signature says, with all in it that has to be. Raises NotSigned."""
    told = _parameters(_header(asked))
    algorithm = told.get("algorithm", "").lower()
    if not told.get("keyId"):
        raise NotSigned(why="it names no key")
    if algorithm not in ALGORITHMS:
        raise NotSigned(why="its algorithm is none that is taken here")
    names = told.get("headers", "").lower().split()  # what is signed where it does not say is never enough
    _check(asked, names)
    if "digest" in names:
        check_digest(asked.header("digest"), asked.body)
    return Claim(
        told["keyId"],
        ALGORITHMS[algorithm],
        _signature(told.get("signature", "")),
        _base(asked, names, told),
        _made_at(asked, names, told),
        _seconds(told["expires"]) if "expires" in told else 0,
        _without_query(asked, names, told),
    )


def base(asked: SignedRequest, names: tuple[str, ...]) -> bytes:
    """What is signed."""
    return _base(asked, list(names), {})


def headers(method: str, body: bytes, now: int) -> dict[str, str]:
    """Those that are signed beside the target and the host, in the order in which they are. `now` in seconds."""
    dated = {"date": formatdate(now, usegmt=True)}
    return dated | ({"digest": digest(body)} if method == "POST" else {})


def header(key: str, names: tuple[str, ...], signature: bytes) -> str:
    """The value of the header `Signature`."""
    said = b64encode(signature).decode()
    return f'keyId="{key}",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{said}"'


def _header(asked: SignedRequest) -> str:
    """The draft has it in a header of its own, or as a way to log in."""
    if (value := asked.headers.get("signature")) is None:
        scheme, _, value = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "signature":
            raise NotSigned(why="there is none")
    return value


def _parameters(value: str) -> dict[str, str]:
    if len(value) > LONGEST:
        raise NotSigned(why="it is too long")
    told: dict[str, str] = {}
    at = 0
    while at < len(value):
        if (part := _PART.match(value, at)) is None or part[1] in told:
            raise NotSigned(why="it cannot be read, or says something twice")
        told[part[1]] = part[2] if part[2] is not None else part[3]
        at = part.end()
    return told


def _check(asked: SignedRequest, names: list[str]) -> None:
    """Whatever is not signed can be exchanged on the way, or by whoever has heard it before: to whom it was said, what is asked
    for, when, and the body."""
    if len(names) > MOST or len({*names}) < len(names):
        raise NotSigned(why="too much is signed, or something twice")
    if TARGET not in names or "host" not in names:
        raise NotSigned(why="(request-target) and host have to be signed")
    if "date" not in names and CREATED not in names:
        raise NotSigned(why="date or (created) has to be signed")
    if "digest" not in names and (asked.body or asked.method == "POST"):
        raise NotSigned(why="digest has to be signed where there is a body")


def _base(asked: SignedRequest, names: list[str], told: dict[str, str]) -> bytes:
    lines = (f"{name}: {_value(asked, name, told)}" for name in names)
    try:
        return "\n".join(lines).encode("latin-1")  # as headers are
    except UnicodeEncodeError as error:
        raise NotSigned(why="a header cannot be read") from error


def _value(asked: SignedRequest, name: str, told: dict[str, str]) -> str:
    match name:
        case "(request-target)":
            return f"{asked.method.lower()} {asked.target}"
        case "(created)" | "(expires)":
            return _time(name.strip("()"), told)
        case "host":
            return asked.host
        case _:
            return asked.header(name)


def _time(name: str, told: dict[str, str]) -> str:
    # §2.3: with the names of old algorithms there is neither: whoever reads them as the older drafts do would not look at it.
    if told.get("algorithm", "hs2019").lower() != "hs2019":
        raise NotSigned(why="(created) and (expires) are signed by hs2019 alone")
    if name not in told:
        raise NotSigned(why=f"({name}) is signed and is not there")
    return told[name]


def _without_query(asked: SignedRequest, names: list[str], told: dict[str, str]) -> tuple[bytes, ...]:
    """Some forget the query of what they ask for. Who asks is sure all the same; it is only for looking, never for saying."""
    if asked.method == "GET" and "?" in asked.target:
        return (_base(asked._replace(target=asked.path), names, told),)
    return ()


def _made_at(asked: SignedRequest, names: list[str], told: dict[str, str]) -> int:
    return _seconds(told["created"]) if CREATED in names else _dated(asked.header("date"))


@functools.lru_cache(256)  # many sign in the same second
def _dated(value: str) -> int:
    try:
        return int(parsedate_to_datetime(value).timestamp())
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        raise NotSigned(why="its date cannot be read") from error


def _seconds(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise NotSigned(why="a time in it cannot be read")
    return int(value)


def _signature(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (Error, ValueError) as error:
        raise NotSigned(why="its bytes cannot be read") from error
