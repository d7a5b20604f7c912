"""The public log at work: append in the commit of what is recorded, sign what is durable, serve what was signed."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from chaupal.governance import tlog
from chaupal.governance.context import Court
from chaupal.kernel.errors import Malformed, NotFound, Problem
from chaupal.kernel.settings import Settings
from chaupal.store import ledger, marks
from chaupal.store.work import Reading, Work, Writing

ORIGIN_KEY = "log_origin"
CHECKED_AT_START = 4 * tlog.TILE  # of the newest entries are read again at start; `recount` reads them all


class LogDiffers(Problem):
    """The database does not hold what was signed; serving it would be a second history."""

    slug = "log_differs"


# --- The key ---


def load_or_make_key(path: Path, name: str) -> tlog.SigningKey:
    """The log's Ed25519 key from 32 raw bytes at `path`, made with mode 0600 where there is none. Raises Problem."""
    try:
        seed = path.read_bytes()
    except FileNotFoundError:
        return _make_key(path, name)
    except OSError as error:
        raise Problem(f"The log's key cannot be read: {error}") from error
    if len(seed) != 32:
        raise Problem(f"{path} is not a key of 32 bytes: restore it from a backup; a new key would be a new log")
    return tlog.SigningKey.from_seed(name, seed)


def _make_key(path: Path, name: str) -> tlog.SigningKey:
    key = tlog.SigningKey.generate(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.seed)
        os.fsync(file.fileno())
    try:
        os.link(beside, path)  # whole or not at all, and the first of two processes wins
    except FileExistsError:
        return load_or_make_key(path, name)
    finally:
        beside.unlink()
    return key


async def open_key(work: Work, settings: Settings) -> tlog.SigningKey:
    """The log's key under the log's name, which is fixed when the log begins: ports and domains change, it stays."""
    async with work.reading() as reading:
        name = await marks.read(reading, ORIGIN_KEY)
    if not name:
        name = f"{settings.domain}/log"
        async with work.writing() as w:
            await marks.write(w, ORIGIN_KEY, name)
    return load_or_make_key(Path(settings.data) / "keys" / "log.key", name)


# --- Appending ---


async def append(
    court: Court,
    w: Writing,
    kind: str,
    ref: str,
    public: Mapping[str, object],
    *,
    prev: int | None = None,
    private: Mapping[str, object] | None = None,
) -> tuple[int, tlog.Leaf]:
    """(index, leaf): one entry, in the unit of what it records. `private` fields are only committed to."""
    leaf = tlog.leaf(kind, ref, tlog.at_minute(court.clock()), public, prev=prev, private=private)
    index = await ledger.hold(w)
    needed = tlog.nodes_needed_for_append(index)
    known = await _nodes(w, needed)
    rows = tlog.nodes_for_append(index, tlog.leaf_hash(leaf.entry), known.__getitem__)
    await ledger.add(w, index, kind, leaf.entry, rows)
    return index, leaf


# --- Signing and serving ---


async def checkpoint(court: Court) -> str:
    """The newest signed checkpoint; a new one is signed where the log has grown."""
    async with court.work.reading() as reading:
        last = await ledger.last_checkpoint(reading)
        size = await ledger.size(reading)
        if last is not None and last.size >= size:
            return last.note
        # What is read here is committed. Two who sign the same size at once write the same bytes (Ed25519 is so).
        head = tlog.Checkpoint(court.key.name, size, await _root(reading, size))
    note = tlog.sign_checkpoint(head, court.key)
    async with court.work.writing() as w:
        await ledger.keep_checkpoint(w, size, note)
    return note


async def tile(court: Court, path: str) -> bytes:
    """The tile at `tile/…`, whole or partial, of what was signed. Raises NotFound for any other path."""
    try:
        level, n, width = tlog.parse_tile_path(path)
    except Malformed as error:
        raise NotFound from error
    async with court.work.reading() as reading:
        last = await ledger.last_checkpoint(reading)
        signed = 0 if last is None else last.size
        if n * tlog.TILE + width > signed >> 8 * (level or 0):
            raise NotFound
        if level is None:
            found = await ledger.entries(reading, n * tlog.TILE, width)
            return tlog.entries_tile(0, width, found.__getitem__)
        return b"".join(await ledger.nodes(reading, 8 * level, n * tlog.TILE, width))


async def receipt(court: Court, index: int) -> str:
    """The `.tlog-proof` file for an entry: it proves offline that the entry is in the log. Raises NotFound."""
    head = tlog.verify_checkpoint(note := await checkpoint(court), court.key.public)
    if not 0 <= index < head.size:
        raise NotFound
    async with court.work.reading() as reading:
        known = await _nodes(reading, tlog.nodes_needed_for_inclusion(index, head.size))
    return tlog.build_receipt(tlog.Receipt(index, tlog.inclusion_proof(index, head.size, known.__getitem__), note))


async def entry(court: Court, index: int) -> bytes:
    """One committed entry, as logged. Raises NotFound."""
    async with court.work.reading() as reading:
        found = await ledger.entries(reading, index, 1)
    if not found:
        raise NotFound
    return found[0]


# --- Checking ---


async def check_log(court: Court) -> None:
    """Raises LogDiffers unless the database holds what was last signed. Reads little; called before serving."""
    async with court.work.reading() as reading:
        size = await ledger.size(reading)
        last = await ledger.last_checkpoint(reading)
        if await ledger.count(reading) != size:
            raise _differs(f"it has {await ledger.count(reading)} entries where {size} were written")
        if last is not None:
            await _check_signed(court, reading, last, size)
        await _check_hashes(reading, max(0, size - CHECKED_AT_START), size)


async def recount(court: Court) -> int:
    """Read the whole log again; its size. Raises LogDiffers with the first entry that is not what was hashed."""
    await check_log(court)
    async with court.work.scanning() as reading:
        size = await ledger.size(reading)
        for start in range(0, size, tlog.TILE):
            await _check_hashes(reading, start, min(start + tlog.TILE, size))
    return size


async def _check_signed(court: Court, reading: Reading, last: ledger.Kept, size: int) -> None:
    try:
        head = tlog.verify_checkpoint(last.note, court.key.public)
    except Problem as error:
        raise _differs(f"its last checkpoint (size {last.size}) is not signed by the key in use") from error
    if head.size > size:
        raise _differs(f"it has {size} entries, but {head.size} were signed")
    if await _root(reading, head.size) != head.root:
        raise _differs(f"its first {head.size} entries are not those that were signed")


async def _check_hashes(reading: Reading, start: int, end: int) -> None:
    """Entries start..end hashed anew, against the hashes that were stored for them and for what they completed."""
    known = await _nodes(reading, tlog.nodes_needed_for_root(start))
    leaves = map(tlog.leaf_hash, await ledger.entries(reading, start, end - start))
    for level, at, digest in tlog.nodes_for_appends(start, leaves, known.__getitem__):
        if await ledger.nodes(reading, level, at, 1) != [digest]:
            raise _differs(f"entry {at << level} or one after it was changed after it was written")


def _differs(how: str) -> LogDiffers:
    return LogDiffers(
        f"The public log in the database differs from what was published: {how}. Somebody or something changed the "
        "database, or only a part of a backup was restored. Restore the newest whole backup (database and keys); "
        "do not make a new key: outsiders keep the old checkpoints and would see a second history."
    )


async def _root(reading: Reading, size: int) -> bytes:
    known = await _nodes(reading, tlog.nodes_needed_for_root(size))
    try:
        return tlog.root(size, known.__getitem__)
    except KeyError as error:
        raise _differs(f"a hash of its tree is missing: {error}") from error


async def _nodes(reading: Reading, wanted: Iterable[tlog.Node]) -> dict[tlog.Node, bytes]:
    """Point reads: as many as the tree is high."""
    found: dict[tlog.Node, bytes] = {}
    for level, index in wanted:
        for digest in await ledger.nodes(reading, level, index, 1):
            found[level, index] = digest
    return found
