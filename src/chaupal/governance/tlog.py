"""The public log's formats and maths: Merkle tree, tiles, proofs, signed checkpoints, receipts and entries. No I/O.

A store keeps one hash for every complete subtree: node (level, index) covers the 2**level entries that begin at
index * 2**level. Complete subtrees never change, so an append only ever adds rows. Each function that reads nodes has
a `nodes_needed_for_…` twin: fetch those in one query into a dict, then pass `dict.__getitem__` as `get_node`.
"""

import secrets
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from json import loads
from typing import NamedTuple, Self, cast

import regex
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from chaupal.kernel.errors import Invalid, Malformed, TooLarge

type Node = tuple[int, int]
type GetNode = Callable[[Node], bytes]
type GetEntry = Callable[[int], bytes]

TILE = 256
ENTRY_LIMIT = 65_535  # an entry's length travels as a uint16: log the hash of a document, not the document
EMPTY_ROOT = sha256(b"").digest()


# --- The tree (RFC 6962 §2.1) ---


def leaf_hash(entry: bytes) -> bytes:
    """The 32-byte hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def _cover(start: int, end: int) -> list[Node]:
    """The complete subtrees that make up entries start..end, largest first; start is aligned as RFC 6962 splits are."""
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def join_subtrees(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees of falling size: the smallest two join first."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes)) if hashes else EMPTY_ROOT


def _range_hash(start: int, end: int, get_node: GetNode) -> bytes:
    return join_subtrees([get_node(node) for node in _cover(start, end)])


def _split(start: int, end: int) -> int:
    """Where RFC 6962 divides a range: after the largest power of two smaller than its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def root(size: int, get_node: GetNode) -> bytes:
    """The root of the first `size` entries."""
    return _range_hash(0, size, get_node)


def nodes_needed_for_root(size: int) -> list[Node]:
    """What `root` reads; the same nodes serve any number of appends that follow."""
    return _cover(0, size)


def nodes_for_append(size: int, leaf: bytes, get_node: GetNode) -> list[tuple[int, int, bytes]]:
    """The (level, index, hash) rows that a leaf hash adds at `size`: its own, and each subtree it completes."""
    rows = [(0, size, leaf)]
    for level, left in nodes_needed_for_append(size):
        leaf = node_hash(get_node((level, left)), leaf)
        rows.append((level + 1, left >> 1, leaf))
    return rows


def nodes_needed_for_append(size: int) -> list[Node]:
    """The left siblings that the next leaf completes a subtree with, lowest first."""
    level, nodes = 0, list[Node]()
    while size >> level & 1:
        nodes.append((level, (size >> level) - 1))
        level += 1
    return nodes


def nodes_for_appends(size: int, leaves: Iterable[bytes], get_node: GetNode) -> list[tuple[int, int, bytes]]:
    """The rows of many appends at once; reads only `nodes_needed_for_root(size)` from the store."""
    fresh: dict[Node, bytes] = {}
    for at, leaf in enumerate(leaves, size):
        rows = nodes_for_append(at, leaf, lambda node: fresh[node] if node in fresh else get_node(node))
        fresh.update({(level, index): digest for level, index, digest in rows})
    return [(level, index, digest) for (level, index), digest in fresh.items()]


# --- Proofs (RFC 6962 §2.1.1, §2.1.2) ---


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The sibling ranges from the leaf up to the root."""
    if not 0 <= index < size:
        raise Invalid(index=f"must be from 0 to {size - 1}")
    start, end, ranges = 0, size, list[tuple[int, int]]()
    while end - start > 1:
        middle = _split(start, end)
        left = index < middle
        ranges.append((middle, end) if left else (start, middle))
        start, end = (start, middle) if left else (middle, end)
    return ranges[::-1]


def _consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """The ranges that rebuild both roots; the first is the old tree's last piece, unless the old tree is that piece."""
    if not 0 <= old <= size:
        raise Invalid(old=f"must be from 0 to {size}")
    start, end, ranges = 0, size, list[tuple[int, int]]()
    while 0 < old < end:
        middle = _split(start, end)
        left = old <= middle
        ranges.append((middle, end) if left else (start, middle))
        start, end = (start, middle) if left else (middle, end)
    return ([*ranges, (start, end)] if start else ranges)[::-1]


def inclusion_proof(index: int, size: int, get_node: GetNode) -> list[bytes]:
    """The sibling hashes of entry `index` in the tree of `size`, leaf to root. Raises Invalid out of range."""
    return [_range_hash(*part, get_node) for part in _inclusion_ranges(index, size)]


def nodes_needed_for_inclusion(index: int, size: int) -> list[Node]:
    return [node for part in _inclusion_ranges(index, size) for node in _cover(*part)]


def consistency_proof(old: int, size: int, get_node: GetNode) -> list[bytes]:
    """The hashes that show the tree of `old` entries to be the beginning of the tree of `size`."""
    return [_range_hash(*part, get_node) for part in _consistency_ranges(old, size)]


def nodes_needed_for_consistency(old: int, size: int) -> list[Node]:
    return [node for part in _consistency_ranges(old, size) for node in _cover(*part)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf hash at `index` to `root`."""
    if not 0 <= index < size:
        return False
    siblings = _inclusion_ranges(index, size)
    for (start, _), sibling in zip(siblings, proof, strict=False):
        leaf = node_hash(leaf, sibling) if start > index else node_hash(sibling, leaf)
    return len(proof) == len(siblings) and leaf == root


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree under `root` begins with the tree under `old_root`."""
    if not 0 <= old <= size or len(proof) != len(parts := _consistency_ranges(old, size)):
        return False
    if old in (0, size):
        return old_root == (root if old else EMPTY_ROOT)
    whole = old & (old - 1) == 0  # then the old root is itself a subtree of the new tree and is not repeated
    before = after = old_root if whole else proof[0]
    for (start, _), digest in list(zip(parts, proof, strict=True))[0 if whole else 1 :]:
        if start < old:
            before, after = node_hash(digest, before), node_hash(digest, after)
        else:
            after = node_hash(after, digest)
    return before == old_root and after == root


# --- Tiles (c2sp.org/tlog-tiles) ---


def tile(level: int, n: int, width: int, get_node: GetNode) -> bytes:
    """Hash tile `n` of a tile level: `width` hashes of 32 bytes, 256 when it is full."""
    return b"".join(get_node(node) for node in nodes_needed_for_tile(level, n, width))


def nodes_needed_for_tile(level: int, n: int, width: int) -> list[Node]:
    return [(8 * level, n * TILE + i) for i in range(width)]


def entries_tile(n: int, width: int, get_entry: GetEntry) -> bytes:
    """Entry tile `n`: each entry behind its length, a big-endian uint16."""
    entries = [get_entry(n * TILE + i) for i in range(width)]
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_entries(data: bytes) -> list[bytes]:
    """The entries of an entry tile. Raises Malformed when a length runs past the end or there are more than 256."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data) or len(entries) == TILE:
            raise Malformed("an entry tile holds at most 256 entries and ends with one")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def tile_path(level: int | None, n: int, width: int = TILE) -> str:
    """`tile/0/x001/x234/067.p/5`; level None names the entry tiles."""
    digits = f"{n:03d}"
    digits = digits.zfill(-len(digits) // 3 * -3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{'entries' if level is None else level}/{name}" + (f".p/{width}" if width < TILE else "")


_TILE_PATH = regex.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?", regex.ASCII)


def parse_tile_path(path: str) -> tuple[int | None, int, int]:
    """(level or None for entries, n, width) of the one spelling each tile has; raises Malformed for any other."""
    match = _TILE_PATH.fullmatch(path)
    if match is None:
        raise Malformed("not a tile path")
    level = None if match[1] == "entries" else int(match[1])
    n, width = int(match[2].replace("x", "").replace("/", "")), int(match[3] or TILE)
    if (level or 0) > 63 or not 1 <= width <= TILE or tile_path(level, n, width) != path:
        raise Malformed("not a tile path")
    return level, n, width


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """(level, n, width) of every hash tile of a tree of `size`; level 0 names the entry tiles too."""
    level = 0
    while count := size >> 8 * level:
        for n in range(-(-count // TILE)):
            yield level, n, min(TILE, count - n * TILE)
        level += 1


def static_files(size: int, get_node: GetNode, get_entry: GetEntry) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every tile, for a mirror on any web server; write the checkpoint after them, never before."""
    for level, n, width in tiles(size):
        yield tile_path(level, n, width), tile(level, n, width, get_node)
        if level == 0:
            yield tile_path(None, n, width), entries_tile(n, width, get_entry)


# --- Checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) ---


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _unbase64(text: str, what: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(f"{what} is not base64") from error
    if _base64(data) != text:  # bits left over in the last character would give one note two spellings
        raise Malformed(f"{what} is not base64 in its one spelling")
    return data


def _digest(text: str, what: str) -> bytes:
    if len(data := _unbase64(text, what)) != 32:
        raise Malformed(f"{what} is not 32 bytes")
    return data


def _decimal(text: str, what: str) -> int:
    if not regex.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Malformed(f"{what} is not a plain decimal number")
    return int(text)


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def _check_name(name: str) -> str:
    if not name or len(name) > 255 or regex.search(r"[\s+\x00-\x1f]", name):
        raise Malformed("a key name has 1 to 255 characters, no spaces and no plus")
    return name


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """Whose signature counts. Its text, the vkey, is what people compare, pin and pass on."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """From `name+hex+base64`. Raises Malformed; the hex must be the id that belongs to name and key."""
        name, _, rest = vkey.strip().partition("+")
        hexed, _, encoded = rest.partition("+")
        data = _unbase64(encoded, "the key")
        if len(data) != 33 or data[0] != 1:
            raise Malformed("not an Ed25519 key")
        if hexed != _key_id(_check_name(name), data[1:]).hex():
            raise Malformed("the key's id does not belong to it")
        return cls(name, data[1:])

    @property
    def id(self) -> bytes:
        return _key_id(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(b'\x01' + self.public)}"

    def signed(self, signature: bytes, text: str) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The log's own key; the name is the log's origin. It does not print its secret."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Self:
        return cls(_check_name(name), Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32 raw bytes of `seed`."""
        return cls(_check_name(name), Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> Self:
        """From unencrypted PKCS #8. Raises Malformed when it is not an Ed25519 key."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise Malformed("the signing key cannot be read") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise Malformed("the signing key is not Ed25519")
        return cls(_check_name(name), private)

    @property
    def seed(self) -> bytes:
        return self.private.private_bytes_raw()

    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> VerifyingKey:
        return VerifyingKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line for a note's text."""
        signature = self.private.sign(text.encode())
        return f"\u2014 {self.name} {_base64(self.public.id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log says about itself at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed, final newline included; no extension lines, since monitors cannot audit them."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> str:
    """The signed note; on a change of keys both the old and the new one sign."""
    return checkpoint.text + "\n" + "".join(key.sign(checkpoint.text) for key in keys)


class Signature(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes


_CONTROL = regex.compile(r"[\x00-\x09\x0b-\x1f]")


def parse_note(note: str) -> tuple[str, list[Signature]]:
    """(text with its final newline, signatures), nothing verified. Raises Malformed."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(note):
        raise Malformed("not a signed note")
    return text + "\n", [_parse_signature(line) for line in lines[:-1].split("\n")]


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = _unbase64(encoded, "a signature")
    if dash != "\u2014" or len(data) < 5:
        raise Malformed("not a signature line")
    return Signature(_check_name(name), data[:4], data[4:])


def parse_checkpoint(note: str) -> tuple[Checkpoint, str, list[Signature]]:
    """(checkpoint, the signed text, signatures), nothing verified. Raises Malformed."""
    text, signatures = parse_note(note)
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Malformed("a checkpoint has an origin, a size and a root")
    checkpoint = Checkpoint(lines[0], _decimal(lines[1], "the size"), _digest(lines[2], "the root"))
    return checkpoint, text, signatures


class NotSigned(Invalid):
    """No good signature by the key that counts."""

    slug = "log_not_signed"


class WrongOrigin(Invalid):
    """Well signed, but about another log."""

    slug = "log_wrong_origin"


def verify_checkpoint(note: str, key: VerifyingKey, origin: str | None = None) -> Checkpoint:
    """The checkpoint, once `key` is seen to have signed it for `origin` (by default the key's own name).

    Other keys' signatures are ignored, a bad one by the known key is not (signed-note). Raises Malformed, NotSigned
    or WrongOrigin.
    """
    checkpoint, text, signatures = parse_checkpoint(note)
    ours = [sig.signature for sig in signatures if (sig.name, sig.key_id) == (key.name, key.id)]
    if not ours or not all(key.signed(signature, text) for signature in ours):
        raise NotSigned("the checkpoint is not signed by the log's key")
    if checkpoint.origin != (origin or key.name):
        raise WrongOrigin("the checkpoint speaks for another log")
    return checkpoint


# --- Receipts (c2sp.org/tlog-proof) ---

_RECEIPT = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an entry stands at `index`. `extra` is not covered by any signature."""

    index: int
    proof: list[bytes]
    checkpoint: str
    extra: bytes = b""


def build_receipt(receipt: Receipt) -> str:
    """The text of a `.tlog-proof` file, which can be verified offline."""
    extra = [f"extra {_base64(receipt.extra)}"] if receipt.extra else []
    lines = [_RECEIPT, *extra, f"index {receipt.index}", *map(_base64, receipt.proof), "", ""]
    return "\n".join(lines) + receipt.checkpoint


def parse_receipt(text: str) -> Receipt:
    """A receipt, nothing verified. Raises Malformed."""
    head, _, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else ""
    if first != _RECEIPT or not lines or not lines[0].startswith("index "):
        raise Malformed("not a log receipt")
    index = _decimal(lines[0].removeprefix("index "), "the index")
    return Receipt(index, [_digest(line, "a hash") for line in lines[1:]], checkpoint, _unbase64(extra, "the extra"))


def verify_receipt(text: str, entry: bytes, key: VerifyingKey, origin: str | None = None) -> tuple[int, Checkpoint]:
    """(index, checkpoint) under which `entry` is in the log. Raises Malformed, NotSigned, WrongOrigin or Invalid."""
    receipt = parse_receipt(text)
    checkpoint = verify_checkpoint(receipt.checkpoint, key, origin)
    if not verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise Invalid("the entry is not at this place in the log")
    return receipt.index, checkpoint


# --- Entries: RFC 8785 JSON, their confidential fields as RFC 9901 disclosures ---


class Leaf(NamedTuple):
    """An entry as logged, and by field name the disclosures that would open its confidential fields later."""

    entry: bytes
    disclosures: dict[str, str]


_AT = regex.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", regex.ASCII)
_TYPE = regex.compile(r"[a-z][a-z_]{0,31}")


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
    decoys: int = 0,
) -> Leaf:
    """An entry of type `t` about `ref`, at a UTC minute; `prev` is the index of an earlier entry about the same thing.

    `decoys` adds digests that open nothing, so that their number does not tell how much is confidential.
    Raises Invalid for a bad field and TooLarge past 65,535 bytes.
    """
    if not _TYPE.fullmatch(t) or not _AT.fullmatch(at):
        raise Invalid(t="a lower-case word", at="a minute such as 2026-11-24T10:00Z")
    fields: dict[str, object] = {"v": 1, "t": t, "ref": ref, "at": at, "public": dict(public)}
    fields |= {} if regime is None else {"regime": regime}
    fields |= {} if prev is None else {"prev": prev}
    taken = {*fields, "_sd", "_sd_alg", "..."}  # RFC 9901 §4.2.1: an opened name may not meet one already there
    disclosures = {name: _disclose(name, value, taken) for name, value in (private or {}).items()}
    digests = [
        *map(disclosure_digest, disclosures.values()),
        *(_b64url(secrets.token_bytes(32)) for _ in range(decoys)),
    ]
    if digests:
        # Sorted, because their order must not tell which field is which (RFC 9901 §4.2.4.1).
        fields |= {"_sd_alg": "sha-256", "_sd": sorted(digests)}
    entry = _canonical(fields)
    if len(entry) > ENTRY_LIMIT:
        raise TooLarge(f"a log entry has at most {ENTRY_LIMIT} bytes, this one {len(entry)}: log the document's hash")
    return Leaf(entry, disclosures)


def read_entry(entry: bytes) -> dict[str, object]:
    """The fields of an entry. Raises Malformed unless the bytes are the one canonical spelling of a version 1 entry."""
    try:
        fields: object = loads(entry)
        canonical = _canonical(fields) == entry
    except (ValueError, RecursionError, Invalid) as error:
        raise Malformed("the entry is not JSON") from error
    if not canonical or not isinstance(fields, dict):
        raise Malformed("the entry is not canonical JSON")
    fields = cast("dict[str, object]", fields)
    if fields.get("v") != 1 or not isinstance(kind := fields.get("t"), str) or not _TYPE.fullmatch(kind):
        raise Malformed("the entry is of no known version and type")
    return fields


def _canonical(value: object) -> bytes:
    try:
        return rfc8785.dumps(cast("dict[str, str]", value))  # it checks at run time what it can write
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(f"cannot be written as canonical JSON: {error}") from error


def _b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _disclose(name: str, value: object, taken: set[str]) -> str:
    if name in taken:
        raise Invalid(private=f"{name} is the name of a public field")
    # 128 random bits: handles and order numbers are few enough to guess from a bare hash.
    return _b64url(_canonical([_b64url(secrets.token_bytes(16)), name, value]))


def disclosure_digest(disclosure: str) -> str:
    """What stands in an entry's `_sd` for this disclosure."""
    return _b64url(sha256(disclosure.encode()).digest())


def open_disclosure(disclosure: str, entry: bytes) -> tuple[str, object]:
    """(name, value) that the entry committed to. Raises Malformed, or Invalid when the entry did not."""
    digests = read_entry(entry).get("_sd")
    if not isinstance(digests, list) or disclosure_digest(disclosure) not in digests:
        raise Invalid("the entry does not commit to this disclosure")
    try:
        opened: object = loads(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    except (ValueError, RecursionError) as error:
        raise Malformed("not a disclosure") from error
    parts = cast("list[object]", opened) if isinstance(opened, list) else []
    if len(parts) != 3 or not isinstance(parts[0], str) or not isinstance(name := parts[1], str):
        raise Malformed("a disclosure is a salt, a name and a value")
    return name, parts[2]
