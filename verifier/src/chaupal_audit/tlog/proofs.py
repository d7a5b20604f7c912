"""Proofs that an entry is in the log, and that a log extends an earlier one (RFC 6962 §2.1.1, §2.1.2)."""

from collections.abc import Sequence

from chaupal_audit.errors import Unsound
from chaupal_audit.tlog.tree import EMPTY_ROOT, GetNode, Node, cover, node_hash, range_hash, split_point


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
