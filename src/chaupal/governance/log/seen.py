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
from chaupal.store.machine.work import Reading
from chaupal_audit import errors as plain, tlog
from chaupal_audit.log.entries import Entry
from chaupal_audit.tlog.entries import COVER


class SetBack(Problem):
    """The store is of an earlier moment than what was published."""

    slug = "log_set_back"


class ForeignCheckpoint(Problem):
    """A checkpoint that is none of this log, or none that can be read."""


async def hold(court: Court, reading: Reading, note: str) -> tuple[int, int]:
    """(entries that the checkpoint speaks of, entries of the store): the log begins with all of the former, as they were signed.

    Raises Another for a checkpoint of something else, SetBack where entries of it are not here, LogDiffers where others are.
    """
    head = _read(court.keys, note)
    size = await ledger.size(reading)
    if head.size > size:
        raise set_back(f"A checkpoint of {head.size} entries was published", size)
    if await log_tree.root(reading, head.size) != head.root:
        raise log_tree.differs(f"its first {head.size} entries are not those that were published")
    return head.size, size


async def lacking(reading: Reading, copy: Path) -> tuple[list[tuple[int, Entry]], int]:
    """Of a copy of the log (`chaupal-audit --into`) what the store has not, by index; and how many entries beside these say
    nothing, or nothing yet: any of them may be a secret act. Raises Broken.
    """
    from chaupal_audit.log import mirror  # one command needs it

    size = await ledger.size(reading)
    found = [(index, msgspec.json.decode(text, type=Entry)) for index, text in mirror.entries(copy) if index >= size]
    told = [(index, entry) for index, entry in found if entry.t != COVER]
    return told, len(found) - len(told)


def set_back(seen: str, size: int) -> SetBack:
    """What to raise where outsiders have `seen` more than the `size` entries of the store."""
    return SetBack(
        f"{seen}, and the store has {size}: it is of an earlier moment. Nothing may be "
        "signed by it, for outsiders would see a second history. Restore it to a later moment (docs/backup.md); where no later "
        "one is left, this log has ended, and a new one begins that commits to it (docs/log.md, “A house with an older log”)"
    )


def _read(keys: Keys, note: str) -> tlog.Checkpoint:
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
    """Hold the newest checkpoint that this machine served against the store. Raises SetBack, LogDiffers."""
    if note := court.keys.seen():
        await hold(court, reading, note)
