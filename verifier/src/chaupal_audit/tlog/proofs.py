"""Proofs that an entry is in the log, and that a log extends an earlier one (RFC 6962 §2.1.1, §2.1.2); and receipts, which hold the proof
of one entry in a file that is verified offline (c2sp.org/tlog-proof).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.tlog.notes import Checkpoint, VerifyingKey, base64, decimal, digest_of, unbase64, verify_checkpoint
from chaupal_audit.tlog.tree import EMPTY_ROOT, GetNode, Node, cover, leaf_hash, node_hash, range_hash, split_point


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The sibling ranges from the leaf up to the root."""
    if not 0 <= index < size:
        raise Unsound(index=f"must be from 0 to {size - 1}")
    start, end, ranges = 0, size, list[tuple[int, int]]()
    while end - start > 1:
        middle = split_point(start, end)
        left = index < middle
        ranges.append((middle, end) if left else (start, middle))
        start, end = (start, middle) if left else (middle, end)
    return ranges[::-1]


def _consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """The ranges that rebuild both roots; the first is the old tree's last piece, unless the old tree is that piece."""
    if not 0 <= old <= size:
        raise Unsound(old=f"must be from 0 to {size}")
    start, end, ranges = 0, size, list[tuple[int, int]]()
    while 0 < old < end:
        middle = split_point(start, end)
        left = old <= middle
        ranges.append((middle, end) if left else (start, middle))
        start, end = (start, middle) if left else (middle, end)
    return ([*ranges, (start, end)] if start else ranges)[::-1]


def inclusion_proof(index: int, size: int, get_node: GetNode) -> list[bytes]:
    """The sibling hashes of entry `index` in the tree of `size`, leaf to root. Raises Unsound out of range."""
    return [range_hash(*part, get_node) for part in _inclusion_ranges(index, size)]


def nodes_needed_for_inclusion(index: int, size: int) -> list[Node]:
    return [node for part in _inclusion_ranges(index, size) for node in cover(*part)]


def consistency_proof(old: int, size: int, get_node: GetNode) -> list[bytes]:
    """The hashes that show the tree of `old` entries to be the beginning of the tree of `size`."""
    return [range_hash(*part, get_node) for part in _consistency_ranges(old, size)]


def nodes_needed_for_consistency(old: int, size: int) -> list[Node]:
    return [node for part in _consistency_ranges(old, size) for node in cover(*part)]


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
    extra = [f"extra {base64(receipt.extra)}"] if receipt.extra else []
    lines = [_RECEIPT, *extra, f"index {receipt.index}", *map(base64, receipt.proof), "", ""]
    return "\n".join(lines) + receipt.checkpoint


def parse_receipt(text: str) -> Receipt:
    """A receipt, nothing verified. Raises Malformed."""
    head, _, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else ""
    if first != _RECEIPT or not lines or not lines[0].startswith("index "):
        raise Malformed("not a log receipt")
    index = decimal(lines[0].removeprefix("index "), "the index")
    return Receipt(index, [digest_of(line, "a hash") for line in lines[1:]], checkpoint, unbase64(extra, "the extra"))


def verify_receipt(text: str, entry: bytes, key: VerifyingKey, origin: str | None = None) -> tuple[int, Checkpoint]:
    """(index, checkpoint) under which `entry` is in the log. Raises Malformed, NotSigned, WrongOrigin or Unsound."""
    receipt = parse_receipt(text)
    checkpoint = verify_checkpoint(receipt.checkpoint, key, origin)
    if not verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise Unsound("the entry is not at this place in the log")
    return receipt.index, checkpoint
