"""Closed entries, and the entries that open them: what was secret counts from then on like what was said at once.

A closed entry commits to digests (RFC 9901). Only what it committed to is taken from the entry that opens it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import cast

import msgspec
from msgspec import Raw

from chaupal.governance.report import said
from chaupal.governance.report.said import Act, Entry
from chaupal.governance.report.state import State

KEPT = 12  # bytes of each digest: closed entries are many, and nobody finds another disclosure for 96 bits
PUBLIC = "public."

_opened = msgspec.json.Decoder(said.Opened).decode


def take_cover(state: State, index: int, at: int, head: Entry) -> None:
    state.closed[index] = frozenset(map(_digest_kept, head.sd))


def take_opened(state: State, index: int, at: int, head: Entry) -> None:
    disclosures = _opened(head.public).disclosures or ()
    state.facts.opened += len(disclosures)
    closed = state.closed.get(-1 if head.prev is None else head.prev)
    if closed is None or head.prev is None:
        return
    told = dict(filter(None, (_open(disclosure, closed) for disclosure in disclosures)))
    if "act" in told:
        state.opened.append((head.prev, _entry(told)))


def _open(disclosure: str, closed: frozenset[bytes]) -> tuple[str, object] | None:
    """(name, value), where the closed entry committed to it."""
    digest = urlsafe_b64encode(sha256(disclosure.encode()).digest()).decode().rstrip("=")
    if _digest_kept(digest) not in closed:
        return None
    parts: object = msgspec.json.decode(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    salt_name_value = cast("list[object]", parts) if isinstance(parts, list) else []
    if len(salt_name_value) != 3 or not isinstance(name := salt_name_value[1], str):
        return None
    return name, salt_name_value[2]


def _entry(told: dict[str, object]) -> Entry:
    """The entry as it would have been, had it not been secret."""
    act = msgspec.convert(told["act"], Act)
    more = told.get("more")
    if isinstance(more, dict):
        told = told | cast("dict[str, object]", more)
    public = {name.removeprefix(PUBLIC): value for name, value in told.items() if name.startswith(PUBLIC)}
    return Entry(act.t, act.ref, act.at, act.regime, act.prev, Raw(msgspec.json.encode(public)))


def _digest_kept(digest: str) -> bytes:
    try:
        return urlsafe_b64decode(digest + "=" * (-len(digest) % 4))[:KEPT]
    except ValueError:
        return b""
