"""A request as whoever signed it meant it, and what a signature over it claims; each old or new form reads it in its own way."""

import functools
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from chaupal.kernel.errors import Coded

RFC9421, CAVAGE = "rfc9421", "cavage"  # what a server speaks, as `servers.speaks` holds it

IMPLEMENTS = "https://datatracker.ietf.org/doc/html/rfc9421"  # by which servers say that they speak it (FEP-844e)


class NotSigned(Coded):
    """Nobody has signed it, or not so that we may believe it. `why`: in English, for whoever runs the server that asked.

    `passing`: whether they have signed cannot be told at this moment, since their key cannot be had; later it may.
    """

    status = 401
    slug = "not_signed"

    def __init__(self, *, why: str, passing: bool = False) -> None:
        super().__init__(why=why)
        self.why = why
        self.passing = passing


class SignedRequest(NamedTuple):
    """`origin`: scheme and host (and port) of whoever was asked; of ourselves it is what we say of ourselves, and never a header:
    a proxy may call us by another name, and whoever signed for another house must not be heard here.
    `target`: path and query as they stood in the request's first line, before anybody decoded them.
    `headers`: names in small letters; a repeated one is one value, joined by ", " (RFC 9110 §5.3).
    """

    method: str
    origin: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def host(self) -> str:
        return _host(self.origin)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """With its question mark, which stands there where the query is empty, too (RFC 9421 §2.2.7)."""
        return "?" + self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Raises NotSigned where it is missing, or holds what could pass for the end of a line."""
        value = self.headers.get(name)
        if value is None:
            raise NotSigned(why=f"the header {name[:60]} is signed and is not there")
        if "\n" in value or "\r" in value:
            raise NotSigned(why=f"the header {name[:60]} goes over several lines")
        return value.strip(" \t")


@functools.lru_cache(16)
def _host(origin: str) -> str:
    return urlsplit(origin).netloc.lower()


class Claim(NamedTuple):
    """That `key` signed `base`. `algorithm`: by its name in RFC 9421; "": whatever the key is good for.

    `others`: what else may have been signed, where a common mistake of the field does no harm.
    Times in seconds: `made` at, and good until `ends` (0: it does not say).
    """

    key: str
    algorithm: str
    signature: bytes
    base: bytes
    made: int
    ends: int = 0
    others: tuple[bytes, ...] = ()
