"""A log that goes on from an older one: its name, and the entry that commits to the older log's last checkpoint.

Either the store is empty, and that is its first entry (`begin`). Or the store was brought back from a backup, and outsiders have seen
entries that it lacks (`begin_anew`): then the new log begins with all entries that are there, byte for byte, so that everything that
is in force goes on resting on them, and says in its next one that, and of how many it knows that they are missing (decision 74).
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import regex

from chaupal.governance.context import MACHINE, Court
from chaupal.governance.log import batches, cosigned, log, seen, tree
from chaupal.governance.log.keys import Keys
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.store.court import ledger, witnesses
from chaupal.store.machine import marks
from chaupal.store.machine.work import Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.tlog.notes import check_name

if TYPE_CHECKING:
    import httpx2

BEGUN = "log_has_begun"
LAST, SEEN = ("size", "root", "sha256"), ("seen", "seen_root", "seen_sha256")  # fields of an entry about a checkpoint
NOTHING_SEEN = tlog.Checkpoint("", 0, tlog.EMPTY_ROOT)
SKIP = 1_000  # numbers are left out by so many, so that people see where it was
UNSEEN = 500  # entries of the older log's last hours that nobody may have seen
YEARS = 5  # what came late in the post is numbered by the year in which it came


async def begin(court: Court, note: str, vkey: str, name: str = "") -> str:
    """Begin this server's log by an entry that commits to `note`, the older log's last checkpoint as it was signed.

    `vkey`: the older log's key. `name`: the new log's, another than the older one's, for two logs of one name would look like a
    fork; by default the older one's with the next number. The new log's name. Raises Conflict where the log has begun, Invalid
    by field, Malformed, NotSigned and WrongOrigin for a checkpoint that is none of the key's.
    """
    key = tlog.VerifyingKey.parse(vkey)
    last = tlog.verify_checkpoint(note, key)
    name = check_name(name or _next(last.origin))
    if name == last.origin:
        raise Invalid("log_name_taken")
    origin = entries.Origin(previous=str(key), by=MACHINE, **_committed(note))
    async with court.work.writing() as w:
        if await ledger.hold(w):
            raise Conflict(BEGUN)
        await marks.write(w, log.ORIGIN_KEY, name)
        await log.append(court, w, last.origin, origin)
    return name


class BegunAnew(msgspec.Struct, frozen=True):
    """What the new log says of itself, and from which number on its orders and reports are counted (`skipped` are left out)."""

    name: str
    said: entries.Origin
    entry: int
    skipped: int


async def begin_anew(
    court: Court, notes: Sequence[str], reason: str, name: str = "", client: "httpx2.AsyncClient | None" = None
) -> BegunAnew:
    """Begin a new log, under a new name and key, with the entries that the store has of an older one of which some are lost.

    `notes`: checkpoints of the older log that somebody has kept; the one that this machine served is among them anyway, and the
    witnesses are asked. `name`: see `begin`. Raises Conflict where all that was seen is here, LogDiffers where what is here is not a
    beginning of what was seen, ForeignCheckpoint, Invalid by field.
    """
    keys, served = court.keys, court.keys.seen().partition("\n")[0]
    shown = [*notes, *([court.keys.seen()] if served == keys.name else [])]
    heads = [(seen.read(keys, note), note) for note in shown]
    told = max((size for _, size in (await cosigned.sizes_seen(court, client))[0]), default=0)
    async with court.work.writing() as w:
        kept = await _kept(w, [head for head, _ in heads])
        newest, newest_note = max(heads, key=lambda one: one[0].size, default=(NOTHING_SEEN, ""))
        known = max(told, newest.size)
        if heads and known <= kept:
            raise Conflict("log_lacks_nothing")
        name = check_name(name or _next(keys.name))
        before = {head.ref for _, head, _ in await log.entries_of(w, entries.Origin)}
        if name in {keys.name, served, *before, *await seen.older_names(w)}:
            raise Invalid("log_name_taken")
        anew = msgspec.structs.replace(court, keys=Keys(keys.folder, name))
        last, key = await ledger.last_checkpoint(w), await batches.signing_key(court, w)
        said = entries.Origin(
            previous=str(key.public),
            kept=kept,
            told=told if told > kept else 0,
            by=MACHINE,
            new=str(anew.keys.make_next(afresh=True).public),
            **({} if last is None else _committed(last.note)),
            **({} if newest.size <= kept else _committed(newest_note, SEEN)),
        )
        skipped = await leave_out_numbers(w, court.clock(), max(known - kept, 0))
        await batches.reseal_what_waits(anew, w)
        marked = {
            log.ORIGIN_KEY: name,
            batches.KEY_MARK: said.new,
            batches.CHANGE_MARK: "",
            batches.CHANGES_MARK: "[]",
            marks.LOG_KEPT: str(kept),
        }
        for mark, value in marked.items():
            await marks.write(w, mark, value)
        entry = await log.append(anew, w, keys.name, log.EntryContent(said, {"reason": reason}, ("reason",)))
        note = "" if last is None else last.note + "".join(await witnesses.lines(w, last.size))
        missing = known - kept if known > kept else None
        one = seen.OlderLog(keys.name, entry, note, missing, "" if served == keys.name else served)
        await marks.write(w, seen.OLDER_MARK, msgspec.json.encode([*await seen.older(w), one]).decode())
        await batches.sign_anew(anew, w)
    anew.keys.follow(said.new)
    return BegunAnew(name, said, entry, skipped)


async def _kept(w: Writing, heads: Sequence[tlog.Checkpoint]) -> int:
    """How many entries there are, each checkpoint of no more being one of theirs. The log is held."""
    kept = await ledger.hold(w)
    if not kept:
        raise Conflict("log_has_nothing")
    for head in heads:
        if head.size <= kept:
            await tree.check_begins(w, head)
    return kept


def _committed(note: str, fields: tuple[str, str, str] = LAST) -> dict[str, Any]:
    """What an entry says of a checkpoint: its size, root and hash."""
    head, *_ = tlog.parse_checkpoint(note)
    return dict(zip(fields, (head.size, head.root.hex(), hashlib.sha256(note.encode()).hexdigest()), strict=True))


async def leave_out_numbers(w: Writing, now: int, lost: int) -> int:
    """Number orders and reports past all that may have been given out: each number has an entry, and some of those that nobody has
    seen yet were told to whoever filed. How many are left out, in this year and those before.
    """
    many = ((lost + UNSEEN) // SKIP + 1) * SKIP
    this = datetime.fromtimestamp(now / 1000, UTC).year
    for year in range(this - YEARS, this + 1):
        key = f"{marks.NUMBERS_LOST}{year}"
        await marks.write(w, key, str(int(await marks.read(w, key) or 0) + many))
    return many


def _next(origin: str) -> str:
    """`example.org/log` -> `example.org/log-2` -> `example.org/log-3`."""
    found = regex.fullmatch(r"(?P<stem>.*)-(?P<number>[2-9]|[1-9][0-9]{1,5})", origin)
    return f"{origin}-2" if found is None else f"{found['stem']}-{int(found['number']) + 1}"
