"""Entries: canonical JSON (RFC 8785), their confidential fields as disclosures (RFC 9901) that can be opened later."""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from json import loads
from typing import NamedTuple, cast

import msgspec
import rfc8785

from chaupal_audit.errors import Malformed, TooLarge, Unsound

VERSION = 2  # of entries; readers refuse any other
RESERVED = ("_sd", "_sd_alg", "...")  # RFC 9901's own names
SEALED = ("act", "public", "sd")  # what a secret entry commits to
COVER = "cover"  # the type of entries that say nothing, or nothing yet
OPAQUE_DIGESTS = 16  # how many each of those has, whatever it holds
ENTRY_LIMIT = 65_535  # an entry's length travels as a uint16: log the hash of a document, not the document


class Leaf(NamedTuple):
    """An entry as logged, and by field name the disclosures that would open its confidential fields later."""

    entry: bytes
    disclosures: dict[str, str]


_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z_]{0,31}")


def at_minute(ms: int) -> str:
    """`2026-11-24T10:00Z` from milliseconds since 1970: finer times would help to guess who acted."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def leaf(
    t: str,
    ref: str,
    at: str,
    public: Mapping[str, object],
    regime: str | None = None,
    prev: int | None = None,
    private: Mapping[str, object] | None = None,
    *,
    carried: Sequence[str] = (),
    decoys: int = 0,
) -> Leaf:
    """An entry of type `t` about `ref`, at a UTC minute; `prev` is the index of an earlier entry about the same thing.

    `private` fields are committed to, each with a salt of its own. `carried`: digests of an earlier entry that stand again
    in this one, which proves that it says the same. `decoys` adds digests that open nothing, so that their number does not
    tell how much is confidential. Raises Unsound for a bad field and TooLarge past 65,535 bytes.
    """
    if not _TYPE.fullmatch(t) or not _AT.fullmatch(at):
        raise Unsound(t="a lower-case word", at="a minute such as 2026-11-24T10:00Z")
    fields: dict[str, object] = {"v": VERSION, "t": t, "ref": ref, "at": at, "public": dict(public)}
    fields |= {} if regime is None else {"regime": regime}
    fields |= {} if prev is None else {"prev": prev}
    disclosures = _disclosed(private, {*fields, *RESERVED})
    return _finish(fields, disclosures, carried, decoys)


def cover_leaf(at: str) -> Leaf:
    """An entry that says nothing: nobody can tell it from a secret one."""
    return _finish(_opaque(at), {}, (), OPAQUE_DIGESTS)


def cover_at(entry: bytes, at: str) -> bytes:
    """The same entry with another time: one that waited bears that of the batch in which it is logged, as all of that do."""
    return _canonical(read_entry(entry) | _opaque(at))


def secret_leaf(
    at: str,
    happened: str,
    t: str,
    ref: str,
    public: Mapping[str, object],
    private: Mapping[str, object] | None = None,
    regime: str | None = None,
    prev: int | None = None,
    *,
    carried: Sequence[str] = (),
    size: int | None = None,
) -> Leaf:
    """An entry that looks like `cover_leaf(at)` to the byte of its length; what it says is in its disclosures only.

    It commits to `act` ({t, ref, at, regime, prev, size}: `size` is how many entries the log had when it happened), to `public`
    (all of its public fields at once), and to `sd`: the digests that would stand in its `_sd` were it not secret. Those commit
    to the private fields, which stay closed when the three
    are opened. Digests of an earlier entry stand inside as well: outside, two entries with the same would betray each other.
    """
    act = {"t": t, "ref": ref, "at": happened, "regime": regime, "prev": prev, "size": size}
    opaque = _opaque(at)
    inner = _disclosed(private, {*opaque, *RESERVED, *SEALED})
    digests = sorted({*map(disclosure_digest, inner.values()), *carried})
    outer = {name: disclose(name, value) for name, value in zip(SEALED, (act, dict(public), digests), strict=True)}
    made = _finish(opaque, outer, (), OPAQUE_DIGESTS - len(outer))
    if sum(map(len, outer.values())) > ENTRY_LIMIT // 2:
        raise TooLarge(f"a secret entry says at most {ENTRY_LIMIT // 2} bytes, so that one entry can open it")
    return Leaf(made.entry, outer | inner)


def sealed_again(at: str, disclosures: Mapping[str, str]) -> Leaf:
    """A secret entry with other salts: that it says the same as an earlier one is seen by nobody who has both."""
    outer = {name: disclose(*read_disclosure(text)) for name, text in disclosures.items()}
    return _finish(_opaque(at), outer, (), OPAQUE_DIGESTS - len(outer))


def _disclosed(private: Mapping[str, object] | None, taken: set[str]) -> dict[str, str]:
    """RFC 9901 §4.2.1: an opened name may not meet one already there."""
    if bad := taken & set(private or {}):
        raise Unsound(private=f"{', '.join(sorted(bad))}: the name of a public field")
    return {name: disclose(name, value) for name, value in (private or {}).items()}


def _opaque(at: str) -> dict[str, object]:
    if not _AT.fullmatch(at):
        raise Unsound(at="a minute such as 2026-11-24T10:00Z")
    return {"v": VERSION, "t": COVER, "ref": "", "at": at, "public": {}}


def _finish(fields: dict[str, object], disclosures: dict[str, str], carried: Sequence[str], decoys: int) -> Leaf:
    digests = {
        *map(disclosure_digest, disclosures.values()),
        *carried,
        *(_b64url(secrets.token_bytes(32)) for _ in range(decoys)),
    }
    if digests:
        # Sorted, because their order must not tell which field is which (RFC 9901 §4.2.4.1).
        fields = fields | {"_sd_alg": "sha-256", "_sd": sorted(digests)}
    entry = _canonical(fields)
    if len(entry) > ENTRY_LIMIT:
        raise TooLarge(f"a log entry has at most {ENTRY_LIMIT} bytes, this one {len(entry)}: log the document's hash")
    return Leaf(entry, disclosures)


def read_entry(entry: bytes) -> dict[str, object]:
    """The fields of an entry. Raises Malformed unless the bytes are the one canonical spelling of a version 2 entry."""
    try:
        fields: object = _read_plainly(entry)
        if fields is None:
            fields = loads(entry)
            if _canonical(fields) != entry:
                raise Malformed("the entry is not canonical JSON")
    except (ValueError, RecursionError, Unsound) as error:
        raise Malformed("the entry is not JSON") from error
    if not isinstance(fields, dict):
        raise Malformed("the entry is not canonical JSON")
    fields = cast("dict[str, object]", fields)
    if fields.get("v") != VERSION or not isinstance(kind := fields.get("t"), str) or not _TYPE.fullmatch(kind):
        raise Malformed("the entry is of no known version and type")
    return fields


# What msgspec writes otherwise than RFC 8785 asks: the order of keys beyond U+FFFF, fractions, numbers past 2**53. Each begins
# with one of a set of bytes, or the search takes five times as long.
_BEYOND = re.compile(rb"[\xf0-\xff]")
_NUMBER = re.compile(rb"[:,\[]-?(?:[0-9]+[.eE]|[0-9]{16})")
_PLAIN = msgspec.json.Encoder(order="sorted")


def _is_plain(entry: bytes) -> bool:
    return not (_BEYOND.search(entry) or _NUMBER.search(entry))


def _read_plainly(entry: bytes) -> object:
    """The value of an entry in its canonical spelling, fifteen times as fast as the RFC's own way; None for any doubt."""
    try:
        fields: object = msgspec.json.decode(entry) if _is_plain(entry) else None
        return fields if _PLAIN.encode(fields) == entry else None
    except (ValueError, RecursionError):
        return None


def _written_plainly(value: object) -> bytes | None:
    """The canonical spelling, as much faster; None for any doubt, as about what JSON has no word for."""
    try:
        entry = _PLAIN.encode(value)
        return entry if _is_plain(entry) and msgspec.json.decode(entry) == value else None
    except (ValueError, TypeError, RecursionError):
        return None


def _canonical(value: object) -> bytes:
    if (entry := _written_plainly(value)) is not None:
        return entry
    try:
        return rfc8785.dumps(cast("dict[str, str]", value))  # it checks at run time what it can write
    except (ValueError, TypeError, RecursionError) as error:
        raise Unsound(f"cannot be written as canonical JSON: {error}") from error


def _b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def disclose(name: str, value: object) -> str:
    """What opens a commitment to a field: a salt of 128 random bits, its name and its value (RFC 9901 §4.2.1)."""
    # Handles and order numbers are few enough to guess from a bare hash.
    return _b64url(_canonical([_b64url(secrets.token_bytes(16)), name, value]))


def disclosure_digest(disclosure: str) -> str:
    """What stands in an entry's `_sd` for this disclosure."""
    return _b64url(sha256(disclosure.encode()).digest())


def open_disclosure(disclosure: str, entry: bytes, inner: Collection[str] = ()) -> tuple[str, object]:
    """(name, value) that the entry committed to. Raises Malformed, or Unsound when the entry did not.

    `inner`: the digests of a secret entry that was opened (`sd`), to which its private fields belong.
    """
    return open_among(disclosure, [*inner, *digests_of(read_entry(entry))])


def open_among(disclosure: str, digests: Collection[str]) -> tuple[str, object]:
    """(name, value) to which one of `digests` commits. Raises Malformed, or Unsound when none does."""
    if disclosure_digest(disclosure) not in digests:
        raise Unsound("the entry does not commit to this disclosure")
    return read_disclosure(disclosure)


def digests_of(fields: Mapping[str, object]) -> list[str]:
    """What stands in an entry's `_sd`; nothing where it commits to nothing."""
    digests = fields.get("_sd")
    return [d for d in cast("list[object]", digests) if isinstance(d, str)] if isinstance(digests, list) else []


def read_disclosure(disclosure: str) -> tuple[str, object]:
    """(name, value) of a disclosure, whoever committed to it. Raises Malformed."""
    try:
        opened: object = loads(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    except (ValueError, RecursionError) as error:
        raise Malformed("not a disclosure") from error
    parts = cast("list[object]", opened) if isinstance(opened, list) else []
    if len(parts) != 3 or not isinstance(parts[0], str) or not isinstance(name := parts[1], str):
        raise Malformed("a disclosure is a salt, a name and a value")
    return name, parts[2]
