"""Ids of activities that were received, so that each has its effect only once, however often it comes."""

import hashlib

from chaupal.kernel.clock import DAY
from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import deletes, inserts_once, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import heard

KEPT = 30 * DAY  # longer than any server tries to deliver, and than any signature is good

ADD = inserts_once(heard, hash="hash", at="at")
FIND = selects(heard.c.at).where(hash="hash")
SWEEP = deletes(heard).where(heard.c.at < param("before"))


def _hash(activity: str) -> str:
    return hashlib.sha256(activity.encode()).hexdigest()


async def was(reading: Reading, activity: str) -> bool:
    """Whether the activity of this id was heard."""
    return await reading.value(FIND, hash=_hash(activity)) is not None


async def add(w: Writing, activity: str) -> bool:
    """It was heard, as of this unit; False where it had been before."""
    return await w.run(ADD, hash=_hash(activity), at=w.now()) == 1


async def sweep(w: Writing) -> int:
    """Forget what nobody sends any more; how many."""
    return await w.run(SWEEP, before=w.now() - KEPT)
