"""The log's tree in the store: hashes are read, entries added, and what is there held against what was written."""

from collections.abc import Collection, Iterable, Sequence

from chaupal.kernel.errors import Problem
from chaupal.store.court import ledger
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog


class LogDiffers(Problem):
    """The database does not hold what was signed; to serve it would give the log a second history."""

    slug = "log_differs"


def differs(how: str) -> LogDiffers:
    """The problem, with what to do about it."""
    return LogDiffers(
        f"The public log in the database differs from what was published: {how}. Somebody or something changed the "
        "database, or only a part of a backup was restored. Restore the newest whole backup (database and keys); "
        "do not make a new key: outsiders keep the old checkpoints and would see a second history."
    )


async def nodes(reading: Reading, wanted: Iterable[tlog.Node]) -> dict[tlog.Node, bytes]:
    """The hashes of these nodes, as far as they are there, in one look."""
    return await ledger.nodes_at(reading, [*wanted])


async def root(reading: Reading, size: int) -> bytes:
    """The root of the first `size` entries. Raises LogDiffers where a hash of it is missing."""
    known = await nodes(reading, tlog.nodes_needed_for_root(size))
    try:
        return tlog.root(size, known.__getitem__)
    except KeyError as error:
        raise differs(f"a hash of its tree is missing: {error}") from error


async def check_begins(reading: Reading, head: tlog.Checkpoint, how: str = "published") -> None:
    """Raises LogDiffers unless the first entries that are here are those of a checkpoint, which has no more than there are."""
    if await root(reading, head.size) != head.root:
        raise differs(f"its first {head.size} entries are not those that were {how}")


async def add(w: Writing, entries: Sequence[tuple[str, bytes]], waited: Collection[int] = ()) -> int:
    """Append (kind, entry)s; the index of the first. `waited`: places at which one has waited. The log is held until the unit's end."""
    index = await ledger.hold(w)
    # Who appends many in one unit reads the tree's right edge once. Given up in part, the unit has another size again.
    size, known = w.edge
    if size != index:
        known = await nodes(w, tlog.nodes_needed_for_root(index))
    leaves = [tlog.leaf_hash(entry) for _, entry in entries]
    fresh = [*tlog.nodes_for_appends(index, leaves, known.__getitem__)]
    await ledger.add(w, index, entries, fresh, waited)
    known = known | {(level, at): digest for level, at, digest in fresh}
    size = index + len(entries)
    w.edge = size, {node: known[node] for node in tlog.nodes_needed_for_root(size)}
    return index


async def check_hashes(reading: Reading, start: int, end: int) -> None:
    """Entries start..end hashed anew, against the hashes that were stored for them and for what they completed.

    Raises LogDiffers.
    """
    known = await nodes(reading, tlog.nodes_needed_for_root(start))
    leaves = map(tlog.leaf_hash, await ledger.entries(reading, start, end - start))
    fresh = {(level, at): digest for level, at, digest in tlog.nodes_for_appends(start, leaves, known.__getitem__)}
    for level in sorted({level for level, _ in fresh}):
        wanted = sorted(at for of, at in fresh if of == level)
        stored = await ledger.nodes(reading, level, wanted[0], len(wanted))
        if len(stored) != len(wanted):
            raise differs(f"hashes of entries {start} to {end} are missing")
        for at, digest in zip(wanted, stored, strict=True):
            if fresh[level, at] != digest:
                raise differs(f"entry {at << level} or one after it was changed after it was written")
