"""The Merkle tree (RFC 6962 §2.1), kept as one hash for every complete subtree. No I/O.

Node (level, index) covers the 2**level entries that begin at index * 2**level. Complete subtrees never change, so an
append only ever adds rows. Each function that reads nodes has a `nodes_needed_for_…` twin: fetch those in one query
into a dict, then pass `dict.__getitem__` as `get_node`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from hashlib import sha256

type Node = tuple[int, int]
type GetNode = Callable[[Node], bytes]

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The 32-byte hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def cover(start: int, end: int) -> list[Node]:
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


def range_hash(start: int, end: int, get_node: GetNode) -> bytes:
    return join_subtrees([get_node(node) for node in cover(start, end)])


def split_point(start: int, end: int) -> int:
    """Where RFC 6962 divides a range: after the largest power of two smaller than its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def root(size: int, get_node: GetNode) -> bytes:
    """The root of the first `size` entries."""
    return range_hash(0, size, get_node)


def nodes_needed_for_root(size: int) -> list[Node]:
    """What `root` reads; the same nodes serve any number of appends that follow."""
    return cover(0, size)


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
