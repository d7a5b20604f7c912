"""What both stores share: events enter the outbox with their unit, and processes beside each other tell what they changed."""

from typing import Any

from chaupal.kernel.clock import Clock
from chaupal.kernel.logger import log
from chaupal.kernel.vitals import Vitals
from chaupal.store.machine import outbox
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.shelves import REACTIONS
from chaupal.store.machine.work import (
    AfterCommit,
    BeforeClosing,
    Reading,
    Writing,
    nothing_after,
    nothing_before,
    nothing_lost,
)

LOOK_EVERY = 20  # ms between looks at what others have changed, where nobody waits for one


class SharedWork:
    """The part of `store.work.Work` that does not depend on the database.

    `tells`: other processes serve this store (of a cluster, or the one beside which the CLI is), and hear of every commit.
    """

    _reading: Reading
    hears_others: bool

    def __init__(self, clock: Clock, *, tells: bool) -> None:
        self.memory = Memory()
        self.clock = clock
        self.vitals = Vitals()
        self.after_commit: AfterCommit = nothing_after
        self.after_others: AfterCommit = nothing_after
        self.before_closing: BeforeClosing = nothing_before
        self.after_gap = nothing_lost
        self._tells = tells
        self._looked_at = 0

    async def enter_events(self, unit: Writing) -> None:
        """The last statements of a unit."""
        lasting = outbox.rows([event for event in unit.events if event.lasting], self.clock())
        # What is of no kind is news, too: answers that rest on everything are good until anything at all is changed.
        if self._tells and (unit.events or unit.wrote or unit.touched or unit.remarks or unit.counts):
            await self.tell_others(unit, lasting)
        elif lasting:
            await unit.run_many(outbox.ADD, lasting)

    async def tell_others(self, unit: Writing, lasting: list[dict[str, Any]]) -> None:
        """The same where others learn of the unit with its commit. `lasting`: what enters the outbox."""
        raise NotImplementedError

    def committed(self, unit: Writing) -> None:
        """A unit is true: forget what it changed, then let the listener hear of it. Never raises: a mistake in what follows
        takes neither its author's answer along nor that of the others who went to the disk with it.
        """
        try:
            heard = self.is_heard(unit)
            # Where no look has seen it, none has seen what others did to the same marks after it, and the next one tells of that. Of what
            # our own did after it we may have heard before it: answers to COMMIT come in any order.
            marked = {remark.account for remark in unit.remarks}
            unseen = self._tells and not heard and self.memory.stands(REACTIONS, marked, unit.ends_from)
            last = not self.hears_others or unseen
            counted = () if heard else [one for one in unit.recounted() if one.was is not None]
            came = () if heard else unit.arrived()
            self.memory.forget(unit.changed(), unit.noticed(), counted, came, last=last)
            if unit.events and not heard:
                self.after_commit(unit.events)
        except Exception:  # whatever it was: it is committed, and by what is forgotten nothing older is told
            log.exception("what follows a commit failed")
            self.memory.forget_all()

    def is_heard(self, unit: Writing) -> bool:
        """Whether a look was faster than the answer to the commit: then what happened in it was heard as from others."""
        return False

    def horizon(self) -> tuple[str, int, int, int] | None:
        """See `store.work.Work`."""
        return None

    async def open_for(self) -> float:
        """See `store.work.Work`. A file does not tell who reads it."""
        return 0.0

    async def fresh(self) -> None:
        """See `store.work.Work`."""
        now = self.clock()
        if now - self._looked_at < LOOK_EVERY and now >= self._looked_at:
            return
        await self.catch_up()

    async def catch_up(self) -> None:
        """See `store.work.Work`."""
        raise NotImplementedError
