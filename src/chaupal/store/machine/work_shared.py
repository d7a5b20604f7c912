"""What both stores share: events enter the outbox with their unit, and processes beside each other tell by a mark."""

import time

from chaupal.kernel.clock import Clock
from chaupal.kernel.vitals import Vitals
from chaupal.store.machine import marks, outbox
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.work import AfterCommit, Reading, Writing, nothing_after


class SharedWork:
    """The part of `store.work.Work` that does not depend on the database.

    `beside`: another process serves this store (the CLI beside a server), and hears of every commit by the mark.
    """

    _reading: Reading

    def __init__(self, clock: Clock, *, beside: bool) -> None:
        self.memory = Memory()
        self.clock = clock
        self.vitals = Vitals()
        self.after_commit: AfterCommit = nothing_after
        self._beside = beside
        self._mark = ""
        self._looked_at = 0

    async def read_mark(self) -> None:
        """Remember the mark as it is: what was changed before is not news."""
        self._mark = await marks.read(self._reading, marks.CHANGED_BESIDE)

    async def enter_events(self, unit: Writing) -> None:
        """The last statements of a unit."""
        lasting = [event for event in unit.events if event.lasting]
        if lasting:
            await unit.run_many(outbox.ADD, outbox.rows(lasting, self.clock()))
        if self._beside and (unit.events or unit.changed()):
            await marks.write(unit, marks.CHANGED_BESIDE, f"{self.clock()} {id(unit)}")

    def committed(self, unit: Writing) -> None:
        """A unit is true: forget what it changed, then let the listener hear of it."""
        self.memory.forget(unit.changed())
        if unit.events:
            self.after_commit(unit.events)

    async def fresh(self) -> None:
        """See `store.work.Work`."""
        now = self.clock()
        if now - self._looked_at < marks.LOOK_EVERY and now >= self._looked_at:
            return
        await self.look()

    async def look(self) -> None:
        """See `store.work.Work`."""
        began, self._looked_at = time.perf_counter(), self.clock()
        mark = await marks.read(self._reading, marks.CHANGED_BESIDE)
        if mark != self._mark:
            self._mark = mark
            self.memory.forget_all()
        self.vitals.look(self._looked_at, time.perf_counter() - began)
