"""Our log against checkpoints that were seen outside: a store that was set back must not go on as if they had never been.

Whoever has seen more entries than the store holds (a visitor, a witness, this machine itself) would be shown a second history by the
next checkpoint. So what a machine served is kept beside its keys (`Keys.saw`), and held against the store at each start and before
each signature; before each batch witnesses are asked how much they have seen (`cosigned.check_seen`); and `chaupal log against` holds
any checkpoint, or copy of the log, against it.
"""

from pathlib import Path

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import tree as log_tree
from chaupal.governance.log.keys import Keys
from chaupal.kernel.errors import Problem
from chaupal.store.court import ledger
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading
from chaupal_audit import errors as plain, tlog
from chaupal_audit.log.entries import Entry
from chaupal_audit.spans import Spans


class SetBack(Problem):
    """The store is of an earlier moment than what was published."""

    slug = "log_set_back"


class ForeignCheckpoint(Problem):
    """A checkpoint that is none of this log, or none that can be read."""


async def hold(court: Court, reading: Reading, note: str) -> tuple[int, int]:
    """(entries that the checkpoint speaks of, entries of the store): the log begins with all of the former, as they were signed.

    Of an older log, from which this one was begun anew, the entries of the store are those that were kept of it. Raises
    ForeignCheckpoint for a checkpoint of something else, SetBack where entries of it are not here, LogDiffers where others are.
    """
    name = note.partition("\n")[0]
    size, ended = await _kept_of(reading, name)
    head = read(Keys(court.keys.folder, name) if ended else court.keys, note)
    if head.size > size:
        if ended:
            raise SetBack(f"{name} had {head.size} entries, and {size} of them are here: this log goes on from those")
        raise set_back(f"A checkpoint of {head.size} entries was published", size)
    await log_tree.check_begins(reading, head)
    return head.size, size


async def _kept_of(reading: Reading, name: str) -> tuple[int, bool]:
    """How many entries of the log of this name are here, and whether it is an older one, which has ended."""
    ended = next((one.entry for one in await older(reading) if one.name == name), None)
    return (await ledger.size(reading), False) if ended is None else (ended, True)


async def lacking(reading: Reading, copy: Path) -> tuple[list[tuple[int, Entry]], int]:
    """Of a copy of the log (`chaupal-audit --into`) what the store has not, by index; and how many entries beside these say
    nothing, or nothing yet: any of them may be a secret act. Raises Broken.
    """
    from chaupal_audit.log import mirror  # one command needs it

    name = (copy / "checkpoint").read_text("utf-8").partition("\n")[0]
    return mirror.after(copy, (await _kept_of(reading, name))[0])


def set_back(seen: str, size: int) -> SetBack:
    """What to raise where outsiders have `seen` more than the `size` entries of the store."""
    return SetBack(
        f"{seen}, and the store has {size}: it is of an earlier moment. Nothing may be "
        "signed by it, for outsiders would see a second history. Restore it to a later moment (docs/backup.md). Where no later "
        "one is left, `chaupal log refill --from COPY` brings the entries back from a copy that somebody has of this log; where "
        "nobody has one, it has ended, and `chaupal log anew` begins a new one (docs/log.md, “A house whose log lost entries”)"
    )


def read(keys: Keys, note: str) -> tlog.Checkpoint:
    """The checkpoint, if any key signed it that this log has, or had."""
    try:
        head, *_ = tlog.parse_checkpoint(note)
    except plain.Malformed as error:
        raise ForeignCheckpoint(f"This is no checkpoint of a log: {error.message}") from error
    if head.origin != keys.name:
        raise ForeignCheckpoint(f"This is a checkpoint of {head.origin}, and the store's log is {keys.name}")
    for key in keys.all():
        try:
            return tlog.verify_checkpoint(note, key)
        except (tlog.NotSigned, tlog.WrongOrigin):
            continue
    raise ForeignCheckpoint("No key of this log has signed this checkpoint")


async def check(court: Court, reading: Reading) -> None:
    """Hold the newest checkpoint that this machine served against the store. Raises SetBack, LogDiffers.

    One of an older log, before this one was begun anew, is no more to be gone on from.
    """
    note = court.keys.seen()
    if note and note.partition("\n")[0] not in await older_names(reading):
        await hold(court, reading, note)


OLDER_MARK = "log_older"  # of each log from which this one goes on, as JSON: see `OlderLog`


class OlderLog(msgspec.Struct, frozen=True):
    """A log that ended when the store was set back. `entry`: the one that says so; `note`: the last checkpoint that is kept, with its
    cosignatures, empty where none was signed; `missing`: how many entries it is known to have had that are not here, None: nobody
    knows; `served`: the name of another log of ours, of which this machine has served a checkpoint.
    """

    name: str
    entry: int
    note: str
    missing: int | None
    served: str = ""


async def older(reading: Reading) -> list[OlderLog]:
    """The logs from which this one goes on with what was kept of them, in order."""
    return msgspec.json.decode(await marks.read(reading, OLDER_MARK) or "[]", type=list[OlderLog])


async def older_names(reading: Reading) -> set[str]:
    """Names under which no checkpoint of ours is signed any more."""
    return {name for one in await older(reading) for name in (one.name, one.served) if name}


async def came_back(reading: Reading) -> Spans:
    """The entries that came back: of what they tell there are no rows."""
    spans = Spans()
    for entry, back in await ledger.refilled(reading):
        spans.add(entry, back)
    return spans
