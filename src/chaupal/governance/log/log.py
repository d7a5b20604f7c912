"""The public log at work: append in the commit of what is recorded, and serve what was signed, nothing else."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import (
    batches as log_batches,
    cosigned as log_cosigned,
    seen as log_seen,
    tree as log_tree,
    witness as log_witness,
)
from chaupal.governance.log.batches import KEY_MARK, batch_ms, not_yet
from chaupal.governance.log.keys import Keys
from chaupal.governance.log.tree import LogDiffers as LogDiffers
from chaupal.kernel.errors import Conflict, NotFound, Problem, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.store.court import ledger, witnesses
from chaupal.store.court.docket import Order
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading, Work, Writing
from chaupal_audit import errors as plain, tlog
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Public
from chaupal_audit.tlog.entries import COVER, VERSION

ORIGIN_KEY = "log_origin"
CHECKED_AT_START = 4 * tlog.TILE  # of the newest entries are read again at start; `recount` reads them all
head_of = msgspec.json.Decoder(entries.Entry).decode


async def open_keys(work: Work, settings: Settings) -> Keys:
    """The log's keys under the log's name, which is fixed when the log begins: ports and domains change, it stays.

    Raises BadSettings where the witnesses or the logs to witness cannot be read.
    """
    log_cosigned.witnesses_of(settings)
    log_witness.known_logs(settings)
    async with work.reading() as reading:
        name = await marks.read(reading, ORIGIN_KEY)
        signing = await marks.read(reading, KEY_MARK)
    if not name:
        name = f"{settings.domain}/log"
        async with work.writing() as w:
            await marks.write(w, ORIGIN_KEY, name)
    keys = Keys(Path(settings.data) / "keys", name)
    if signing:
        keys.follow(signing)
    return keys


# --- Appending ---


class CarriedDigests(NamedTuple):
    """The digests that stand again, and by name those disclosures of them that were not destroyed."""

    digests: Sequence[str] = ()
    texts: Mapping[str, str] = {}

    def only(self, *names: str) -> "CarriedDigests":
        """Of some fields alone."""
        texts = {name: text for name, text in self.texts.items() if name in names}
        return CarriedDigests([tlog.disclosure_digest(text) for text in texts.values()], texts)


NOTHING = CarriedDigests()


class EntryContent(NamedTuple):
    """What an entry says. `public`: in clear, as its type has it. `sealed`: only committed to, each with a salt of its own.

    `beside`: which of those everybody may read beside the log. `carried`: what an earlier entry committed to, and this one
    commits to again with the same salts. `rows`: many of one name, ready as disclosures, in no order.
    """

    public: Public
    sealed: Mapping[str, object] = {}
    beside: Collection[str] = ()
    carried: CarriedDigests = NOTHING
    rows: Sequence[str] = ()


async def append(
    court: Court,
    w: Writing,
    ref: str,
    said: Public | EntryContent,
    *,
    prev: int | None = None,
    regime: str | None = None,
    matter: Order | None = None,
) -> int:
    """One entry, in the unit of what it records; its index.

    What it commits to is kept in the same unit (`governance/log/opening.py`). Of a secret `matter` everything is only committed
    to, and its entry is like one that says nothing; the log may come to its index later. `regime`: the law by `id@version`.
    """
    written = said if isinstance(said, EntryContent) else EntryContent(said)
    _check(written)
    kind = written.public.entry_type
    now, secret = tlog.at_minute(court.clock()), matter is not None and matter.secret
    public = _plain(written.public)
    digests = [*written.carried.digests, *map(tlog.disclosure_digest, written.rows)]
    if secret:
        at, size = await log_batches.opaque_minute(court, w), await ledger.hold(w)
        leaf = tlog.secret_leaf(at, now, kind, ref, public, written.sealed, regime, prev, carried=digests, size=size)
        index = await log_batches.append_secret(court, w, leaf.entry, begins=_begins(written.public))
    else:
        leaf = tlog.leaf(kind, ref, now, public, regime, prev, written.sealed, carried=digests)
        (index,) = await log_batches.append(court, w, [(kind, leaf.entry)])
    again = {name: text for name, text in written.carried.texts.items() if name in type(written.public).SEALED}
    texts = {**again, **leaf.disclosures, **{f"row {n}": row for n, row in enumerate(written.rows)}}
    if texts:
        open_ = ledger.LATER if secret else ledger.OPEN
        kept = {name: (text, open_ if name.split()[0] in written.beside else 0) for name, text in texts.items()}
        await ledger.keep_disclosures(w, index, kept)
    return index


async def append_plain(court: Court, w: Writing, ref: str, said: Sequence[tuple[int, Public]]) -> list[int]:
    """Many entries about one thing at once, each with its `prev`; their indexes. They commit to nothing."""
    now, line = tlog.at_minute(court.clock()), list[tuple[str, bytes]]()
    for prev, public in said:
        leaf = tlog.leaf(public.entry_type, ref, now, _plain(public), prev=prev)
        line.append((public.entry_type, leaf.entry))
    return await log_batches.append(court, w, line)


def _plain(said: Public) -> dict[str, object]:
    """As JSON has it, which knows no tuples: an entry that holds one is spelt ten times as slowly."""
    return msgspec.json.decode(msgspec.json.encode(said))


def _begins(said: Public) -> bool:
    """Whether something begins that need not: an order, a proposal, a measure. What follows from such has to be said in any case."""
    match said:
        case entries.Measure():
            return said.cause == "decided"
        case entries.Decision():
            return said.step == "proposed"
        case _:
            return isinstance(said, entries.Order)


def _check(written: EntryContent) -> None:
    """What an entry may hold is said by its type, and nowhere else."""
    of = type(written.public)
    names = {*written.sealed, *(("row",) if written.rows else ())}
    if not names <= set(of.SEALED) or not set(written.beside) <= set(of.BESIDE):
        raise TypeError(f"{sorted(names)} {sorted(written.beside)} are not what {of.__name__} says")


async def carried(reading: Reading, index: int | None) -> CarriedDigests:
    """Everything that an earlier entry committed to, for one that carries it out."""
    if index is None:
        return NOTHING
    known = {name: text for name, (text, _) in (await ledger.disclosures_of(reading, index)).items()}
    entry = await ledger.entry(reading, index)
    fields = tlog.read_entry(entry)
    if fields["t"] != COVER:
        return CarriedDigests(tlog.digests_of(fields), known)
    inner = tlog.open_disclosure(known["sd"], entry)[1] if "sd" in known else []
    own = {name: text for name, text in known.items() if name not in tlog.SEALED}
    return CarriedDigests(msgspec.convert(inner, list[str]), own)


async def carried_whole(reading: Reading, index: int | None) -> CarriedDigests:
    """The same of a proposal. Raises Conflict where words of it were erased: nobody signs what they cannot read."""
    found = await carried(reading, index)
    if len(found.texts) < len(found.digests):
        raise Conflict("proposal_erased")
    return found


async def entries_of[P: Public](reading: Reading, kind: type[P]) -> list[tuple[int, entries.Entry, P]]:
    """(index, entry, what it says) of every entry of a type that is rare."""
    found = [(index, head_of(entry)) for index, entry in await ledger.of_kind(reading, kind.TYPES[0])]
    return [(index, head, msgspec.json.decode(head.public, type=kind)) for index, head in found]


async def entries_about[P: Public](
    reading: Reading, kind: type[P], start: int, matter: Order | None
) -> list[tuple[int, int | None, P]]:
    """(index, `prev`, what it says) of every entry of a rare type; of a `matter` that is, or was, secret those too, from its
    entry `start` on, that look as if they said nothing.
    """
    found = [(index, head.prev, said) for index, head, said in await entries_of(reading, kind)]
    if matter is None or not matter.began_secret:
        return found
    for index, text in (await ledger.disclosures_named(reading, "act", start, await ledger.reach(reading))).items():
        act = msgspec.convert(tlog.read_disclosure(text)[1], dict[str, Any])
        known = await ledger.disclosures_of(reading, index) if act["t"] in kind.TYPES else {}
        if "public" in known:
            said = msgspec.convert(tlog.read_disclosure(known["public"][0])[1], kind)
            found.append((index, act["prev"], said))
    return found


# --- Serving ---


async def checkpoint(court: Court) -> str:
    """The newest signed checkpoint with the cosignatures it has. Raises NotYet where none was signed yet."""
    last = await log_batches.newest(court)
    async with court.work.reading() as reading:
        return await _cosigned(reading, last)


async def key_change(court: Court, number: int) -> str:
    """The proof of the `number`th change of the log's key: a receipt under a checkpoint that both keys signed.

    Its `extra` is the entry that names them. Raises NotFound.
    """
    async with court.work.reading() as reading:
        changes = await log_batches.key_changes(reading)
        index, size = changes[number - 1] if 0 < number <= len(changes) else (0, 0)
        kept = or_not_found(await ledger.first_checkpoint(reading, size) if size else None)
        said = await ledger.entries(reading, index, 1)
        return await _prove(reading, index, kept, extra=said[0])


async def older_checkpoint(court: Court, number: int) -> str:
    """The last checkpoint that is kept of the `number`th log from which this one goes on, as it and its witnesses signed it; empty where it
    signed none. Its entries are the first ones of this log. Raises NotFound.
    """
    async with court.work.reading() as reading:
        found = await log_seen.older(reading)
    return or_not_found(found[number - 1].note if 0 < number <= len(found) else None)


async def tile(court: Court, path: str) -> bytes:
    """The tile at `tile/…`, whole or partial, of what was signed. Raises NotFound for any other path."""
    try:
        level, n, width = tlog.parse_tile_path(path)
    except plain.Malformed as error:
        raise NotFound from error
    async with court.work.reading() as reading:
        signed = await log_batches.signed_size(court, reading)
        if n * tlog.TILE + width > signed >> 8 * (level or 0):
            raise NotFound
        if level is None:
            found = await ledger.entries(reading, n * tlog.TILE, width)
            return tlog.entries_tile(0, width, found.__getitem__)
        return b"".join(await ledger.nodes(reading, 8 * level, n * tlog.TILE, width))


async def openings(court: Court, n: int) -> dict[str, list[str]]:
    """What everybody may read beside the log of the entries of tile `n`: index -> disclosures, each of which its entry
    commits to. It grows when something is published, and shrinks when something is erased.
    """
    async with court.work.reading() as reading:
        end = min((n + 1) * tlog.TILE, await log_batches.signed_size(court, reading))
        if not 0 <= n * tlog.TILE < end:
            raise NotFound
        found = await ledger.beside(reading, n * tlog.TILE, end)
    return {str(index): texts for index, texts in found.items()}


async def opened(court: Court, indexes: Sequence[int]) -> dict[int, dict[str, str]]:
    """Index -> field -> what everybody may read of it beside the log, for texts (why, about what)."""
    if not indexes:
        return {}
    async with court.work.reading() as reading:
        found = await ledger.beside(reading, min(indexes), max(indexes) + 1)
    read = {index: dict(map(tlog.read_disclosure, found.get(index, ()))) for index in indexes}
    return {index: {name: text for name, text in said.items() if isinstance(text, str)} for index, said in read.items()}


async def receipt(court: Court, index: int) -> str:
    """The `.tlog-proof` file for an entry: it proves offline that the entry is in the log. Raises NotFound, NotYet."""
    last = await log_batches.newest(court)
    await _check_served(court, index, last.size)
    async with court.work.reading() as reading:
        return await _prove(reading, index, last)


async def _prove(reading: Reading, index: int, kept: ledger.KeptCheckpoint, extra: bytes = b"") -> str:
    known = await log_tree.nodes(reading, tlog.nodes_needed_for_inclusion(index, kept.size))
    proof = tlog.inclusion_proof(index, kept.size, known.__getitem__)
    return tlog.build_receipt(tlog.Receipt(index, proof, await _cosigned(reading, kept), extra))


async def _cosigned(reading: Reading, kept: ledger.KeptCheckpoint) -> str:
    return kept.note + "".join(await witnesses.lines(reading, kept.size))


async def entry(court: Court, index: int) -> bytes:
    """One entry, as logged. Raises NotFound, or NotYet where batches are signed and no signed one holds it."""
    async with court.work.reading() as reading:
        if batch_ms(court.settings):
            await _check_served(court, index, await log_batches.signed_size(court, reading))
        found = await ledger.entries(reading, index, 1)
    if not found:
        raise NotFound
    return found[0]


async def newest(court: Court, below: int | None, at_most: int) -> tuple[int, list[bytes]]:
    """(index of the first, entries in their order): the last `at_most` below an index, of those that are served."""
    async with court.work.reading() as reading:
        signed = batch_ms(court.settings)
        served = await log_batches.signed_size(court, reading) if signed else await ledger.size(reading)
        end = served if below is None else min(below, served)
        first = max(0, end - at_most)
        return first, list(await ledger.entries(reading, first, end - first)) if end > 0 else []


async def _check_served(court: Court, index: int, signed: int) -> None:
    if index >= signed and batch_ms(court.settings):
        raise not_yet(court)
    if not 0 <= index < signed:
        raise NotFound


# --- Checking ---


async def check_log(court: Court) -> None:
    """Raises LogDiffers unless the database holds what was last signed. Reads little; called before serving."""
    async with court.work.of_one_moment() as reading:
        size = await ledger.size(reading)
        last = await ledger.last_checkpoint(reading)
        if await ledger.count(reading) != size:
            raise log_tree.differs(f"it has {await ledger.count(reading)} entries where {size} were written")
        if last is not None:
            await _check_signed(court, reading, last, size)
        await log_seen.check(court, reading)
        await _check_readable(reading, size)
        start = max(0, size - CHECKED_AT_START)
        await log_tree.check_hashes(reading, start - start % tlog.TILE, size)


class _Versioned(msgspec.Struct):
    v: int = 0


async def _check_readable(reading: Reading, size: int) -> None:
    """Entries have a version, and one log has entries of one version (docs/log.md)."""
    for entry in await ledger.entries(reading, size - 1, 1) if size else ():
        found = msgspec.json.decode(entry, type=_Versioned).v
        if found != VERSION:
            raise Problem(
                f"The public log of this store has entries of version {found}, and this Chaupal reads and writes version "
                f"{VERSION}. Nothing is lost or changed: go on with the Chaupal that wrote it, or begin a new log that "
                "commits to this one, as docs/log.md says under “A house with an older log”"
            )


async def recount(court: Court) -> int:
    """Read the whole log again; its size. Raises LogDiffers with the first entry that is not what was hashed."""
    await check_log(court)
    async with court.work.of_one_moment() as reading:
        size = await ledger.size(reading)
        for start in range(0, size, tlog.TILE):
            await log_tree.check_hashes(reading, start, min(start + tlog.TILE, size))
    return size


async def _check_signed(court: Court, reading: Reading, last: ledger.KeptCheckpoint, size: int) -> None:
    try:
        vkey = await marks.read(reading, KEY_MARK)
        key = court.keys.signing_key(vkey) if vkey else court.keys.current
        head = tlog.verify_checkpoint(last.note, key.public)
    except Problem as error:
        raise log_tree.differs(f"its last checkpoint (size {last.size}) is not signed by the key in use") from error
    if head.size > size:
        raise log_tree.differs(f"it has {size} entries, but {head.size} were signed")
    await log_tree.check_begins(reading, head, "signed")
