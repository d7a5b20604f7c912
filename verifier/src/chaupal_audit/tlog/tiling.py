"""Tiles: the tree and its entries as files of 256 that any web server can carry (c2sp.org/tlog-tiles)."""

import re
from collections.abc import Callable, Iterator

from chaupal_audit.errors import Malformed
from chaupal_audit.tlog.tree import GetNode, Node

type GetEntry = Callable[[int], bytes]

TILE = 256


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


_TILE_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


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
