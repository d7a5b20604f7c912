"""Closed entries, and the entries that open them: what was secret counts from then on like what was said at once.

A closed entry commits to digests (RFC 9901). Only what it committed to is taken from the entry that opens it.
"""

from base64 import urlsafe_b64decode

import msgspec
from msgspec import Raw

from chaupal_audit import tlog
from chaupal_audit.fold.facts import State
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Act, Entry

KEPT = 12  # bytes of each digest: closed entries are many, and nobody finds another disclosure for 96 bits

_opened = msgspec.json.Decoder(entries.Opened).decode


def take_cover(state: State, index: int, at: int, head: Entry) -> None:
    state.closed[index] = frozenset(map(digest_kept, head.sd))


def take_opened(state: State, index: int, at: int, head: Entry) -> None:
    """A closed entry counts at its place; under the order's public reference, where the opening gives one."""
    disclosures = _opened(head.public).disclosures
    state.facts.opened += len(disclosures)
    closed = state.closed.get(-1 if head.prev is None else head.prev)
    if closed is None or head.prev is None:
        return
    told = dict(filter(None, (opened(disclosure, closed) for disclosure in disclosures)))
    if told.keys() >= {"act", "public"}:
        act = msgspec.convert(told["act"], Act)
        public = Raw(msgspec.json.encode(told["public"]))
        said = Entry(act.t, head.ref or act.ref, act.at, public, act.regime, act.prev)
        state.opened.append((head.prev, said))


def opened(disclosure: str, digests: frozenset[bytes]) -> tuple[str, object] | None:
    """(name, value), where an entry with these digests committed to it. Raises Malformed for what is no disclosure."""
    kept = digest_kept(tlog.disclosure_digest(disclosure))
    return tlog.read_disclosure(disclosure) if kept in digests else None


def digest_kept(digest: str) -> bytes:
    """As much of a digest as is kept."""
    try:
        return urlsafe_b64decode(digest + "=" * (-len(digest) % 4))[:KEPT]
    except ValueError:
        return b""
